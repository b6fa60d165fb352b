"""The disk in a whole world: programs with files and databases, levers, crashes and power."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from lydite.model import Header, Refused
from lydite.sim import Outcome, simulate
from lydite.world import World

SECOND = 1_000_000_000

Main = Callable[[Sequence[str]], Awaitable[object]]


def run(trial: Callable[[World], Awaitable[object]], seed: int = 1) -> Outcome:
    outcome = simulate(trial, Header(trial="disk", seed=seed))
    if outcome.error is not None:
        raise outcome.error
    return outcome


def ledger(committed: list[int], found: list[int]) -> Main:
    """Commits a row every 100 ms, and tells its users; after a restart, what it found."""

    async def main(argv: Sequence[str]) -> None:
        connection = sqlite3.connect("ledger.db", isolation_level=None)
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=full")
        connection.execute("create table if not exists entry(number integer primary key, body text)")
        (last,) = connection.execute("select coalesce(max(number), 0) from entry").fetchone()
        found.append(last)
        while True:
            last += 1
            connection.execute("insert into entry values(?, ?)", (last, "x" * 300))
            committed.append(last)
            await asyncio.sleep(0.1)

    return main


def power_cuts(seed: int, *, lies: bool) -> tuple[list[int], Outcome]:
    """Cut the power of a ledger five times; how many rows were missing after each cut."""
    committed: list[int] = []
    found: list[int] = []
    missing: list[int] = []

    async def trial(world: World) -> None:
        await world.start("node", ledger(committed, found))
        await world.sleep(SECOND)
        if lies:
            world.disk.lie("node")
        for _ in range(5):
            await world.sleep(SECOND)
            acknowledged = committed[-1]
            world.process.power_off("node")
            await world.sleep(SECOND)
            world.process.power_on("node")
            await world.sleep(SECOND // 100)
            missing.append(acknowledged - found[-1])

    return missing, run(trial, seed)


def test_a_database_keeps_every_acknowledged_row_through_power_cuts() -> None:
    for seed in range(5):
        missing, _ = power_cuts(seed, lies=False)

        assert missing == [0] * 5


def test_a_lying_disk_is_found_out_by_the_next_power_cut() -> None:
    lost = sum(any(power_cuts(seed, lies=True)[0]) for seed in range(5))

    assert lost >= 4


def test_the_same_seed_gives_the_same_trace_and_another_seed_another() -> None:
    first, again, other = (power_cuts(seed, lies=True)[1].digest for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_a_crash_loses_buffers_and_a_program_that_ends_flushes_them() -> None:
    kept: list[object] = []
    seen: list[str] = []

    async def diary(argv: Sequence[str]) -> None:
        file = open("diary.txt", "w")
        kept.append(file)
        file.write("the last line")
        await asyncio.sleep(float(argv[0]))

    async def read(argv: Sequence[str]) -> None:
        seen.append(Path("diary.txt").read_text())

    async def trial(world: World) -> None:
        await world.start("ends", diary, "0.5")
        await world.start("crashes", diary, "60")
        await world.sleep(SECOND)
        world.process.crash("crashes")
        for host in ("ends", "crashes"):
            await (await world.start(host, read)).wait()

    run(trial)

    assert seen == ["the last line", ""]


def test_levers_bend_the_disk_of_their_host_alone() -> None:
    errors: dict[str, list[str]] = {}

    def writer(name: str) -> Main:
        async def main(argv: Sequence[str]) -> None:
            for number in range(3):
                try:
                    with open(f"block-{number}", "wb") as file:
                        file.write(bytes(100))
                        file.flush()
                        os.fsync(file.fileno())
                except OSError as error:
                    errors.setdefault(name, []).append(error.strerror or "")
                await asyncio.sleep(1)

        return main

    async def trial(world: World) -> None:
        for name in ("left", "right"):
            await world.start(name, writer(name))
        await world.sleep(SECOND // 2)
        with world.disk.fail("left", "sync"):
            await world.sleep(SECOND)
        with world.disk.fill("left"):
            await world.sleep(SECOND)

    run(trial)

    assert errors == {"left": ["Input/output error", "No space left on device"]}


def test_a_slow_disk_keeps_its_host_busy() -> None:
    ends: list[int] = []

    async def writer(argv: Sequence[str]) -> None:
        for number in range(10):
            Path(f"file-{number}").write_bytes(b"x")
            await asyncio.sleep(0)

    async def trial(world: World) -> None:
        world.host("node")
        world.disk.slow("node", SECOND // 100)
        before = world.now_ns
        process = await world.start("node", writer)
        await process.wait()
        ends.append(world.now_ns - before)

    run(trial)

    assert 20 * SECOND // 100 <= ends[0] < SECOND, "ten files are made, and ten written"


def test_writing_to_the_real_machine_ends_the_run_and_names_the_line() -> None:
    async def main(argv: Sequence[str]) -> None:
        with contextlib.suppress(Exception):
            Path(__file__).with_name("new").write_text("x")
        await asyncio.sleep(60)

    async def trial(world: World) -> None:
        await world.start("node", main)
        await world.sleep(SECOND)

    outcome = simulate(trial, Header(trial="disk", seed=1))

    assert isinstance(outcome.error, Refused)
    assert "test_in_a_world.py" in str(outcome.error)
    assert "host's own disk" in str(outcome.error)
    assert not Path(__file__).with_name("new").exists()
