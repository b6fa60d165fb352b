"""What programs see of the troubles of processes, disks and clocks, while they last and when they are over."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lydite.faults import Trouble
from lydite.model import Kind, milliseconds, seconds
from lydite.sim import Outcome
from lydite.world import World
from tests.faults.acting import FOUR, perform, phases, trouble, verbs
from tests.sim.playing import PORT, ask, echo

Program = Callable[[Any], Awaitable[None]]
Tick = tuple[int, str, int]
"""When, which host, and which of its processes."""


def ticked(done: Trouble, *, lasting_ns: int = seconds(4), stubborn: str = "") -> tuple[list[Tick], Outcome]:
    """When the programs of four hosts ran: each tells so every 20 ms."""
    runs: list[list[Tick]] = []

    def scene() -> Callable[[World], Awaitable[None]]:
        ticks: list[Tick] = []
        runs.append(ticks)

        async def trial(world: World) -> None:
            for name in FOUR:
                await world.start(name, program(world, name))
            await world.sleep(seconds(8))

        def program(world: World, name: str) -> Program:
            async def tick(_argv: Any) -> None:
                if name in stubborn:
                    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)
                while True:
                    ticks.append((world.now_ns, name, os.getpid()))
                    await asyncio.sleep(0.02)

            return tick

        return trial

    outcome = perform(done, scene, lasting_ns=lasting_ns)
    return runs[-1], outcome


def running(ticks: list[Tick], second: float) -> str:
    """Which hosts ran about then."""
    begin, end = round((second - 0.03) * 1e9), round((second + 0.03) * 1e9)
    return "".join(sorted({name for at_ns, name, _ in ticks if begin <= at_ns < end}))


def incarnations(ticks: list[Tick], name: str) -> int:
    """How many processes ticked there."""
    return len({pid for _, host, pid in ticks if host == name})


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("process.crash", ["process.crash", "process.revive"]),
        ("process.power_off", ["process.power_off", "process.power_on"]),
        ("process.stop", ["process.stop", "process.revive"]),
        ("process.pause", ["process.pause", "process.resume"]),
        ("disk.tear", ["process.power_off", "process.power_on"]),
        ("disk.lose_unsynced", ["process.power_off", "process.power_on"]),
    ],
)
def test_a_host_is_down_until_the_end(kind: str, told: list[str]) -> None:
    ticks, outcome = ticked(trouble(kind, hosts=["a", "b"]))

    assert [running(ticks, second) for second in (0.9, 1.1, 4.9, 5.1, 7)] == [
        "abcd",
        "cd",
        "cd",
        "abcd",
        "abcd",
    ]
    assert incarnations(ticks, "a") == (1 if kind == "process.pause" else 2)
    assert incarnations(ticks, "c") == 1
    assert (verbs(outcome), phases(outcome)) == (told, ["begin", "end"])


def test_a_restart_kills_whoever_does_not_end_in_time() -> None:
    done = trouble("process.restart", hosts=["a", "b"], patience_ns=seconds(1))
    ticks, outcome = ticked(done, stubborn="b")

    assert [running(ticks, second) for second in (1.5, 2.1, 4.9, 5.1)] == ["bcd", "cd", "cd", "abcd"]
    assert incarnations(ticks, "a") == incarnations(ticks, "b") == 2
    assert verbs(outcome) == ["process.stop", "process.crash", "process.revive", "process.revive"]


def test_a_restart_that_ends_before_its_patience_kills_nobody() -> None:
    done = trouble("process.restart", hosts=["a", "b"], patience_ns=seconds(3))
    ticks, outcome = ticked(done, lasting_ns=seconds(1), stubborn="b")

    assert [running(ticks, second) for second in (1.5, 2.1, 4.5)] == ["bcd", "abcd", "abcd"]
    assert (incarnations(ticks, "a"), incarnations(ticks, "b")) == (2, 1)
    assert verbs(outcome) == ["process.stop", "process.revive"]


def test_a_roll_takes_one_host_after_the_other_and_is_over_by_itself() -> None:
    done = trouble("process.roll", hosts=["c", "a", "b"], each_ns=seconds(1), between_ns=milliseconds(200))
    ticks, outcome = ticked(done, lasting_ns=seconds(6))

    seen = [running(ticks, second) for second in (1.5, 2.1, 2.7, 3.3, 3.9, 4.5, 6)]
    assert seen == ["abd", "abcd", "bcd", "abcd", "acd", "abcd", "abcd"]
    assert verbs(outcome) == ["process.crash", "process.revive"] * 3


def test_a_roll_that_is_cut_short_leaves_nobody_down() -> None:
    done = trouble("process.roll", hosts="*", each_ns=seconds(1))
    ticks, outcome = ticked(done, lasting_ns=milliseconds(1500))

    assert [running(ticks, second) for second in (1.5, 2.3, 2.7, 3.5)] == ["bcd", "acd", "abcd", "abcd"]
    assert verbs(outcome) == ["process.crash", "process.revive"] * 2


def test_a_cascade_fells_one_after_the_other_and_all_stay_down() -> None:
    ticks, outcome = ticked(trouble("process.cascade", hosts=["d", "b", "a"], after_ns=seconds(1)))

    seen = [running(ticks, second) for second in (1.5, 2.5, 3.5, 4.9, 5.1)]
    assert seen == ["abc", "ac", "c", "c", "abcd"]
    assert verbs(outcome) == ["process.crash"] * 3 + ["process.revive"] * 3


def test_a_burdened_host_takes_longer() -> None:
    took: list[list[int]] = []

    def scene() -> Callable[[World], Awaitable[None]]:
        took.append([])

        async def trial(world: World) -> None:
            await world.start("a", echo, ready=PORT)
            talk = await asyncio.open_connection("a", PORT)
            for second in (0.5, 2, 6):
                await world.sleep(round(second * 1e9) - world.now_ns)
                begun = world.now_ns
                for _ in range(20):
                    assert await ask(*talk) == b"HELLO\n"
                took[-1].append(world.now_ns - begun)

        return trial

    outcome = perform(trouble("cpu.burden", hosts="a", factor=1000), scene)

    before, during, after = took[-1]
    assert during > before + milliseconds(500)
    assert after < before * 2
    assert verbs(outcome) == ["cpu.burden", "cpu.relieve"]


# -- disks


def on_disk(done: Trouble, program: Callable[[World], Program], *, lasting_ns: int = seconds(4)) -> Outcome:
    """What a program on host `a` meets, and what it finds when it is started again."""

    def scene() -> Callable[[World], Awaitable[None]]:
        async def trial(world: World) -> None:
            for name in ("a", "b"):
                await world.start(name, program(world))
            await world.sleep(seconds(8))

        return trial

    return perform(done, scene, lasting_ns=lasting_ns)


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (trouble("disk.fail", hosts="a", operation="write"), ["disk.fail", "disk.repair"]),
        (trouble("disk.fill", hosts="a"), ["disk.fill", "disk.drain"]),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_disk_refuses_to_write_until_the_end(done: Trouble, told: list[str]) -> None:
    errors: list[tuple[int, int]] = []

    def program(world: World) -> Program:
        async def write(_argv: Any) -> None:
            for number in range(70):
                try:
                    with open("log", "ab", buffering=0) as file:
                        file.write(b"x" * 100)
                except OSError as error:
                    errors.append((world.now_ns, error.errno or 0))
                await asyncio.sleep(0.1)
                assert number >= 0

        return write

    outcome = on_disk(done, program)

    assert {number for _, number in errors} == {5 if done.kind == "disk.fail" else 28}
    assert len(errors) == 2 * 40
    assert all(seconds(1) <= at_ns < seconds(5) for at_ns, _ in errors)
    assert verbs(outcome) == told


def test_a_slow_disk_keeps_the_host_from_going_on() -> None:
    gaps: list[tuple[int, int]] = []

    def program(world: World) -> Program:
        async def write(_argv: Any) -> None:
            before = world.now_ns
            while world.now_ns < seconds(7):
                with open("log", "ab", buffering=0) as file:
                    file.write(b"x")
                await asyncio.sleep(0.05)
                gaps.append((before, world.now_ns - before))
                before = world.now_ns

        return write

    outcome = on_disk(trouble("disk.slow", hosts="*", by_ns=milliseconds(100)), program)

    assert all(gap >= milliseconds(100) for at_ns, gap in gaps if seconds(1.1) < at_ns < seconds(4.8))
    assert all(gap < milliseconds(100) for at_ns, gap in gaps if not seconds(0.9) < at_ns < seconds(5.2))
    assert verbs(outcome) == ["disk.slow", "disk.quicken"]


def kept(done: Trouble, *, synced: bytes, unsynced: list[bytes]) -> set[bytes | None]:
    """What a file holds after the power was back: it was written, synced, and written on."""
    found: set[bytes | None] = set()

    def program(world: World) -> Program:
        async def write(_argv: Any) -> None:
            if world.now_ns > seconds(1):
                found.add(read("new") if os.path.exists("new") else None)
                return
            with open("log", "wb", buffering=0) as file:
                file.write(synced)
                os.fsync(file.fileno())
                file.writelines(unsynced)
                os.rename("log", "new")
                await asyncio.sleep(100)

        def read(name: str) -> bytes:
            with open(name, "rb") as file:
                return file.read()

        return write

    def scene() -> Callable[[World], Awaitable[None]]:
        async def trial(world: World) -> None:
            await world.start("a", program(world))
            await world.sleep(seconds(8))

        return trial

    perform(done, scene)
    return found


def test_all_that_was_not_synced_is_lost_with_its_name() -> None:
    assert kept(trouble("disk.lose_unsynced", hosts="a"), synced=b"safe", unsynced=[b"one", b"two"]) == {None}


def test_the_last_write_is_torn_and_the_ones_before_it_are_there() -> None:
    (found,) = kept(trouble("disk.tear", hosts="a"), synced=b"safe", unsynced=[b"one", b"x" * 3000])

    assert found is not None
    assert found.startswith(b"safeone")
    assert len(b"safeone") <= len(found) < len(b"safeone") + 3000


def test_a_lying_disk_loses_what_was_synced() -> None:
    # The power goes at two seconds, while the disk lies: it begins to lie at one, when nothing is written yet.
    found: list[list[str]] = []

    def program(world: World) -> Program:
        async def write(_argv: Any) -> None:
            if world.now_ns > seconds(3):
                return
            await asyncio.sleep(1.5)
            with open("log", "wb") as file:
                file.write(b"safe")
                file.flush()
                os.fsync(file.fileno())
            found.append(os.listdir())

        return write

    def scene(lies_until_s: int) -> Callable[[], Callable[[World], Awaitable[None]]]:
        def made() -> Callable[[World], Awaitable[None]]:
            async def trial(world: World) -> None:
                await world.start("a", program(world))
                await world.sleep(seconds(2))
                with world.process.power_off("a", "lost"):
                    await world.sleep(seconds(2))
                found.append(sorted(world.host("a").disk.names("/disk")))  # type: ignore[attr-defined]
                await world.sleep(seconds(lies_until_s))

            return trial

        return made

    outcome = perform(trouble("disk.lie", hosts="a"), scene(3))

    assert found == [["log"], []] * 2
    assert [verb for verb in verbs(outcome) if verb.startswith("disk")] == ["disk.lie", "disk.confess"]


def test_rot_flips_as_many_bits_as_it_says_once() -> None:
    contents: list[bytes] = []

    def program(world: World) -> Program:
        async def write(_argv: Any) -> None:
            with open("log", "wb") as file:
                file.write(bytes(1000))
            await asyncio.sleep(3)
            with open("log", "rb") as file:
                contents.append(file.read())
            assert world.now_ns > seconds(2)

        return write

    outcome = on_disk(trouble("disk.rot", hosts="a", bits=3), program, lasting_ns=0)

    flipped = sorted(sum(octet.bit_count() for octet in content) for content in contents)
    assert flipped == [0, 0, 3, 3]
    assert (verbs(outcome), phases(outcome)) == (["disk.rot"], ["begin"])


def test_two_hosts_are_started_on_the_data_of_the_other_and_get_their_own_back() -> None:
    found: list[tuple[str, str, int]] = []

    def program(world: World) -> Program:
        async def live(_argv: Any) -> None:
            name = os.uname().nodename
            if not os.path.exists("owner"):
                with open("owner", "w", encoding="utf-8") as file:
                    file.write(name)
            with open("owner", encoding="utf-8") as file:
                found.append((name, file.read(), world.now_ns))
            await asyncio.sleep(100)

        return live

    outcome = on_disk(trouble("disk.swap", left="a", right="b"), program)

    half = found[: len(found) // 2]
    assert sorted(half[:2]) == [("a", "a", 0), ("b", "b", 0)]
    assert sorted(half[2:4]) == [("a", "b", seconds(1)), ("b", "a", seconds(1))]
    assert sorted(half[4:]) == [("a", "a", seconds(5)), ("b", "b", seconds(5))]
    assert verbs(outcome) == ["disk.swap", "disk.unswap"]
    assert len([event for event in outcome.story if event.kind is Kind.CRASH]) == 4


# -- clocks


def clocks(done: Trouble, *, lasting_ns: int = seconds(4)) -> tuple[Callable[[str, float], float], Outcome]:
    """By how much the clocks of two hosts are off at a moment: the wall clock (`a`), the monotonic one (`a'`)."""
    shown: dict[tuple[str, int], float] = {}

    def scene() -> Callable[[World], Awaitable[None]]:
        async def trial(world: World) -> None:
            for name in ("a", "b"):
                await world.start(name, program(world, name))
            await world.sleep(seconds(8))

        def program(world: World, name: str) -> Program:
            epoch, boot = time.time(), time.monotonic()

            async def look(_argv: Any) -> None:
                while True:
                    key, now = round(world.now_ns / 1e8), world.now_ns / 1e9
                    shown[name, key] = time.time() - epoch - now
                    shown[f"{name}'", key] = time.monotonic() - boot - now
                    await asyncio.sleep(0.02)

            return look

        return trial

    outcome = perform(done, scene, lasting_ns=lasting_ns)
    return lambda name, second: round(shown[name, round(second * 10)], 1), outcome


def test_a_clock_that_is_stepped_stays_so_and_its_monotonic_one_does_not_care() -> None:
    off, outcome = clocks(trouble("clock.step", hosts="a", by_ns=seconds(60)), lasting_ns=0)

    assert [off("a", second) for second in (0.5, 1.5, 7)] == [0, 60, 60]
    assert {off(name, second) for name in ("a'", "b", "b'") for second in (0.5, 1.5, 7)} == {0}
    assert verbs(outcome) == ["clock.step"]


def test_a_clock_that_is_off_is_right_again_at_the_end() -> None:
    off, outcome = clocks(trouble("clock.offset", hosts="a", by_ns=-seconds(60)))

    assert [off("a", second) for second in (0.5, 1.5, 4.5, 5.5, 7)] == [0, -60, -60, 0, 0]
    assert {off(name, second) for name in ("a'", "b") for second in (1.5, 7)} == {0}
    assert verbs(outcome) == ["clock.offset", "clock.correct"]


def test_a_clock_that_drifts_keeps_what_it_gained() -> None:
    off, outcome = clocks(trouble("clock.drift", hosts="a", rate=2.0))

    for name in ("a", "a'"):
        assert [off(name, second) for second in (0.5, 3, 5.5, 7)] == pytest.approx([0, 2, 4, 4], abs=0.11)
    assert verbs(outcome) == ["clock.drift", "clock.steady"]


def test_a_strobe_steps_forward_and_back_and_ends_right() -> None:
    done = trouble("clock.strobe", hosts="a", by_ns=seconds(10), every_ns=seconds(1))
    off, outcome = clocks(done, lasting_ns=milliseconds(2300))

    assert [off("a", second) for second in (1.2, 1.7, 2.2, 2.7, 3.2, 3.5, 4.2, 7)] == [
        10,
        0,
        10,
        0,
        10,
        0,
        0,
        0,
    ]
    assert verbs(outcome) == ["clock.offset", "clock.correct"] * 3
