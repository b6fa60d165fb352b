"""A host that loses its power in the middle of a sync."""

import asyncio
import os
import sqlite3
from collections.abc import Sequence

import pytest

from lydite.model import InputError, Kind, seconds
from lydite.world import World
from tests.sim.playing import play

TOLD: list[str] = []


async def ledger(argv: Sequence[str]) -> None:
    """Writes a line a second, and says each only when it is safe."""
    try:
        with open("ledger", "a") as file:
            for number in range(4):
                file.write(f"{number}\n")
                file.flush()
                TOLD.append(f"wrote {number}")
                os.fsync(file.fileno())
                TOLD.append(f"synced {number}")
                await asyncio.sleep(1)
    finally:
        with open("tidy", "w") as file:
            file.write("left in good order")


def run(
    argv: dict[str, object], *, lift_after: float = 5
) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    TOLD.clear()

    async def trial(world: World) -> None:
        world.host("a")
        bend = world.disk.trip("a", **argv)  # type: ignore[arg-type]
        await world.start("a", ledger)
        await world.sleep(seconds(lift_after))
        TOLD.append("lifted")
        bend.lift()
        await world.sleep(seconds(9))

    outcome = play(trial)
    crashes = [str(event.fields["cause"]) for event in outcome.story if event.kind is Kind.CRASH]
    faults = [(event.host, str(event.fields["verb"])) for event in outcome.story if event.kind is Kind.FAULT]
    return list(TOLD), crashes, faults


def test_the_power_goes_between_the_write_and_its_sync_and_comes_back_when_lifted() -> None:
    told, crashes, faults = run({})

    assert told[:2] == ["wrote 0", "lifted"]
    assert crashes == ["power"]
    assert [verb for _, verb in faults] == ["disk.trip", "disk.tripped", "disk.untrip"]
    assert told[2:4] == ["wrote 0", "synced 0"], "after the power came back it began anew"


async def database(argv: Sequence[str]) -> None:
    """Commits a row a second to a database with a write-ahead log."""
    connection = sqlite3.connect("chain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS block (height INTEGER PRIMARY KEY, body BLOB)")
    while True:
        ((height,),) = connection.execute("SELECT coalesce(max(height), 0) FROM block")
        TOLD.append(f"has {height}")
        connection.execute("INSERT INTO block VALUES (?, ?)", (height + 1, bytes(20_000)))
        TOLD.append(f"kept {height + 1}")
        await asyncio.sleep(1)


@pytest.mark.parametrize("skip", range(6))
def test_the_power_goes_in_the_middle_of_a_commit_of_sqlite(skip: int) -> None:
    TOLD.clear()

    async def trial(world: World) -> None:
        world.host("a")
        with world.disk.trip("a", "chain.db", skip):
            await world.start("a", database)
            await world.sleep(seconds(6))
        await world.sleep(seconds(4))

    outcome = play(trial)

    assert outcome.error is None
    crashes = [str(event.fields["cause"]) for event in outcome.story if event.kind is Kind.CRASH]
    assert crashes == ["power"]
    kept = [int(line.split()[1]) for line in TOLD if line.startswith("kept")]
    assert kept == sorted(kept), "what was confirmed is there afterwards"
    assert len(kept) == len(set(kept))
    assert len(kept) > 3


def test_it_lets_as_many_syncs_pass_as_it_is_told() -> None:
    told, _, _ = run({"skip": 2})

    assert told[: told.index("lifted")] == ["wrote 0", "synced 0", "wrote 1", "synced 1", "wrote 2"]


def test_only_syncs_of_its_path_meet_it() -> None:
    told, crashes, _ = run({"path": "elsewhere"})

    assert "synced 3" in told[: told.index("lifted")]
    assert not crashes


def test_a_wire_that_nobody_met_is_taken_away() -> None:
    told, crashes, _ = run({"skip": 50}, lift_after=1.5)

    assert not crashes
    assert told.count("wrote 0") == 1


def test_nothing_of_the_program_runs_after_it_not_even_what_tidies_up() -> None:
    seen: list[bool] = []

    async def trial(world: World) -> None:
        world.host("a")
        with world.disk.trip("a"):
            await world.start("a", ledger)
            await world.sleep(seconds(2))

        async def look(argv: Sequence[str]) -> None:
            seen.append(os.path.exists("tidy"))

        await world.start("a", look)
        await world.sleep(1)

    play(trial)

    assert seen == [False]


def test_a_negative_number_is_refused() -> None:
    async def trial(world: World) -> None:
        world.host("a")
        world.disk.trip("a", skip=-1)

    assert isinstance(play(trial, fails=True).error, InputError)


@pytest.mark.parametrize("heal", [True, False])
def test_untripping_and_healing_take_the_wire_away(heal: bool) -> None:
    TOLD.clear()

    async def trial(world: World) -> None:
        world.host("a")
        world.disk.trip("a", skip=1)
        await world.start("a", ledger)
        if heal:
            world.heal()
        else:
            world.disk.untrip("a")
        await world.sleep(seconds(5))

    play(trial)

    assert TOLD[-1] == "synced 3"


def test_what_stands_in_finally_after_os_exit_touches_no_disk() -> None:
    seen: list[bool] = []

    async def leave(argv: Sequence[str]) -> None:
        try:
            os._exit(3)
        finally:
            with open("tidy", "w") as file:
                file.write("left in good order")

    async def look(argv: Sequence[str]) -> None:
        seen.append(os.path.exists("tidy"))

    async def trial(world: World) -> None:
        process = await world.start("a", leave)
        assert await process.wait() == 3
        await world.start("a", look)
        await world.sleep(1)

    play(trial)

    assert seen == [False]
