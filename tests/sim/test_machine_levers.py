"""The levers of single machines: clocks, processes, disks, processors."""

import asyncio
import itertools
import os
import time
from pathlib import Path
from typing import Any

import pytest

from lydite.model import Kind, milliseconds, seconds
from lydite.sim.hosts.clock import EPOCH_NS
from lydite.world import Clock, Cpu, World
from tests.sim.playing import PORT, ask, echo, play


def test_clocks_step_and_drift_and_their_timers_with_them() -> None:
    told: dict[str, list[float]] = {}

    async def tell(_argv: Any) -> None:
        name = os.uname().nodename
        told[name] = [time.time(), time.monotonic()]
        await asyncio.sleep(10)
        told[name] += [time.time(), time.monotonic(), asyncio.get_running_loop().time()]
        told[name].append(_world[0].now_ns / 1e9)

    _world: list[World] = []

    async def trial(world: World) -> None:
        _world.append(world)
        for name in ("true", "fast", "stepped"):
            world.host(name)
            await world.start(name, tell)
        world.clock.drift("fast", 2.0)
        await asyncio.sleep(1)
        world.clock.step("stepped", seconds(3600))
        await asyncio.sleep(20)

    play(trial)

    assert told["true"][5] == pytest.approx(10, abs=0.01)
    assert told["fast"][5] == pytest.approx(5, abs=0.01)
    assert told["fast"][3] - told["fast"][1] == pytest.approx(10, abs=0.01)
    assert told["stepped"][2] - told["stepped"][0] == pytest.approx(3610, abs=0.01)
    assert told["stepped"][3] - told["stepped"][1] == pytest.approx(10, abs=0.01)
    assert all(row[3] == row[4] for row in told.values())


def wrong_by(world: Any, *hosts: str) -> dict[str, float]:
    """By how much the wall clocks of hosts are wrong."""
    return {
        host.name: (host.clock.wall(world.now_ns) - EPOCH_NS - world.now_ns) / 1e9
        for host in world.hosts
        if host.name in hosts
    }


def test_healing_sets_right_the_clocks_that_were_stepped() -> None:
    async def trial(world: World) -> None:
        for name in ("a", "b", "c", "d"):
            world.host(name, clock=Clock(offset_ns=seconds(3)) if name == "d" else None)
        world.clock.step("a", seconds(60))
        world.clock.step("a", -seconds(20))
        world.clock.step(("b", "tester"), -seconds(7))
        world.clock.offset("b", seconds(5))
        assert wrong_by(world, "a", "b", "c", "d") == {"a": 40, "b": -2, "c": 0, "d": 3}
        assert time.time_ns() == EPOCH_NS - seconds(7)

        world.heal()

        assert wrong_by(world, "a", "b", "c", "d") == {"a": 0, "b": 0, "c": 0, "d": 3}
        assert time.time_ns() == EPOCH_NS
        world.heal()

    outcome = play(trial)

    pulled = [
        (event.fields["verb"], event.fields["args"]) for event in outcome.story if event.kind is Kind.FAULT
    ]
    assert pulled[4:] == [
        ("clock.correct", {"hosts": "b", "by_ns": seconds(5)}),
        ("clock.correct", {"hosts": ["tester", "a", "b"]}),
    ]


def test_a_step_that_was_stepped_back_needs_no_healing() -> None:
    async def trial(world: World) -> None:
        world.host("a")
        world.clock.step("a", seconds(60))
        world.clock.step("a", -seconds(60))
        world.heal()

    outcome = play(trial)

    verbs = [event.fields["verb"] for event in outcome.story if event.kind is Kind.FAULT]
    assert verbs == ["clock.step", "clock.step"]


def test_a_corrected_clock_has_lost_its_steps_too() -> None:
    async def trial(world: World) -> None:
        world.host("a")
        world.clock.step("a", seconds(60))
        bend = world.clock.offset("a", seconds(5))

        world.clock.correct("a")

        assert wrong_by(world, "a") == {"a": 0}
        bend.lift()
        assert wrong_by(world, "a") == {"a": 0}

    play(trial)


def test_a_steadied_clock_keeps_what_it_has_gained() -> None:
    async def trial(world: World) -> None:
        seen: list[float] = []

        async def tell(_argv: Any) -> None:
            while True:
                seen.append(time.monotonic())
                await asyncio.sleep(1)

        await world.start("a", tell)
        with world.clock.drift("a", 0.5):
            await asyncio.sleep(10)
        await asyncio.sleep(10)
        assert len(seen) == pytest.approx(15, abs=1)
        gaps = [later - earlier for earlier, later in itertools.pairwise(seen)]
        assert gaps == pytest.approx([1.0] * len(gaps))

    play(trial)


def test_a_paused_host_freezes_and_goes_on_where_it_was() -> None:
    async def trial(world: World) -> None:
        ticks: list[int] = []

        async def tick(_argv: Any) -> None:
            while True:
                ticks.append(world.now_ns)
                await asyncio.sleep(1)

        await world.start("a", tick)
        await world.start("b", echo, ready=PORT)
        await asyncio.sleep(5.5)
        before = len(ticks)
        with world.process.pause("a"), world.process.pause("b"):
            reader, writer = await asyncio.open_connection("b", PORT)
            writer.write(b"later\n")
            await asyncio.sleep(60)
            assert len(ticks) == before
        assert await reader.readline() == b"LATER\n"
        await asyncio.sleep(5)
        assert before + 5 <= len(ticks) <= before + 7

    play(trial)


def test_stop_lets_programs_tidy_up_and_crash_does_not() -> None:
    ends: list[str] = []

    async def tidy(_argv: Any) -> None:
        stopping = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(15, stopping.set)
        try:
            await stopping.wait()
            ends.append("asked")
        finally:
            ends.append("finally")

    async def trial(world: World) -> None:
        first = await world.start("a", tidy)
        second = await world.start("b", tidy)
        await asyncio.sleep(1)
        world.process.stop("a")
        assert await first.wait() == 0
        assert ends == ["asked", "finally"]
        world.process.crash("b")
        assert await second.wait() == -9
        await asyncio.sleep(10)
        assert ends == ["asked", "finally"]

    play(trial)


def test_power_loss_takes_what_was_not_synced() -> None:
    async def write(argv: Any) -> None:
        folder = Path("book")
        if folder.exists():
            _read.append(sorted(path.name for path in folder.iterdir()))
            return
        folder.mkdir()
        for name in ("synced", "careless"):
            with (folder / name).open("w") as file:
                file.write("x" * 5000)
                file.flush()
                if name == "synced":
                    os.fsync(file.fileno())
        await asyncio.Event().wait()

    _read: list[list[str]] = []

    async def trial(world: World) -> None:
        await world.start("a", write)
        await asyncio.sleep(1)
        with world.process.power_off("a"):
            await asyncio.sleep(1)
        await asyncio.sleep(1)

    lost = 0
    for seed in range(8):
        play(trial, seed=seed)
        assert "synced" in _read[-1]
        lost += "careless" not in _read[-1]
    assert lost > 0


def test_disks_fail_fill_up_and_are_repaired() -> None:
    problems: list[str] = []

    async def write(_argv: Any) -> None:
        while True:
            try:
                Path("file").write_text("x")
                problems.append("fine")
            except OSError as error:
                problems.append(os.strerror(error.errno or 0))
            await asyncio.sleep(1)

    async def trial(world: World) -> None:
        await world.start("a", write)
        await asyncio.sleep(0.5)
        with world.disk.fail("a", "write"):
            await asyncio.sleep(1)
        with world.disk.fill("a"):
            await asyncio.sleep(1)
        world.disk.fail("a")
        world.disk.repair("a")
        await asyncio.sleep(1)

    play(trial)

    assert problems == ["fine", "Input/output error", "No space left on device", "fine"]


def test_a_slow_disk_keeps_its_host_and_nobody_else() -> None:
    async def trial(world: World) -> None:
        async def write(_argv: Any) -> None:
            for number in range(10):
                Path(f"file-{number}").write_text("x")
                await asyncio.sleep(0)

        world.host("a")
        world.disk.slow("a", seconds(1))
        process = await world.start("a", write)
        await world.start("b", echo, ready=PORT)
        assert world.now_ns < seconds(1)
        await process.wait()
        assert world.now_ns > seconds(9)

    play(trial)


def test_a_burdened_host_falls_behind() -> None:
    async def trial(world: World) -> None:
        world.host("slow", cpu=Cpu(message_ns=milliseconds(10)))
        await world.start("slow", echo, ready=PORT)
        connections = [await asyncio.open_connection("slow", PORT) for _ in range(10)]

        async def all_at_once() -> int:
            begun = world.now_ns
            await asyncio.gather(*(ask(reader, writer, within=60) for reader, writer in connections))
            return world.now_ns - begun

        assert milliseconds(90) < await all_at_once() < milliseconds(200)
        with world.cpu.burden("slow", 10):
            assert milliseconds(900) < await all_at_once() < milliseconds(1400)
        assert milliseconds(90) < await all_at_once() < milliseconds(300)

    play(trial)


def test_a_rotten_disk_changes_what_is_read_back() -> None:
    read: list[bytes] = []

    async def write(_argv: Any) -> None:
        Path("file").write_bytes(bytes(1000))
        await asyncio.sleep(2)
        read.append(Path("file").read_bytes())

    async def trial(world: World) -> None:
        process = await world.start("a", write)
        await asyncio.sleep(1)
        world.disk.rot("a", "file", bits=3)
        await process.wait()

    play(trial)

    assert len(read[0]) == 1000
    assert 1 <= sum(byte.bit_count() for byte in read[0]) <= 3


def test_a_lying_disk_loses_what_it_said_was_synced() -> None:
    async def write(_argv: Any) -> None:
        if Path("file").exists():
            kept.append(Path("file").read_bytes())
            return
        kept.append(b"")
        with Path("file").open("wb") as file:
            file.write(b"x" * 5000)
            file.flush()
            os.fsync(file.fileno())
        await asyncio.Event().wait()

    kept: list[bytes] = []

    async def trial(world: World) -> None:
        world.host("a")
        world.disk.lie("a")
        await world.start("a", write)
        await asyncio.sleep(1)
        with world.process.power_off("a"):
            await asyncio.sleep(1)
        await asyncio.sleep(1)

    lost = 0
    for seed in range(8):
        play(trial, seed=seed)
        lost += kept[-1] != b"x" * 5000
    assert lost > 0


def test_bytes_cost_time_and_messages_queue_up() -> None:
    async def trial(world: World) -> None:
        world.host("slow", cpu=Cpu(byte_ns=1000))
        await world.start("slow", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("slow", PORT)
        writer.write(b"x" * 40_000 + b"\n")
        begun = world.now_ns
        await reader.readline()
        # The processor is busy after the message; the answer to the next one tells.
        await ask(reader, writer)
        assert world.now_ns - begun > milliseconds(40)

    play(trial)


def test_a_wall_clock_begins_where_it_was_set() -> None:
    told: list[float] = []

    async def tell(_argv: Any) -> None:
        told.append(time.time())

    async def trial(world: World) -> None:
        world.host("early", clock=Clock(offset_ns=-seconds(3600)))
        world.host("fast", clock=Clock(rate=2.0))
        await (await world.start("early", tell)).wait()
        await (await world.start("true", tell)).wait()
        await asyncio.sleep(10)
        await (await world.start("true", tell)).wait()
        await (await world.start("fast", tell)).wait()
        with world.clock.drift("fast", 3.0):
            pass
        assert world.host("fast").clock.ppb == 2_000_000_000  # type: ignore[attr-defined]

    play(trial)

    assert told[1] - told[0] == pytest.approx(3600, abs=1)
    assert told[3] - told[2] == pytest.approx(10, abs=1)


def test_what_a_slow_disk_costs_adds_up_within_one_step() -> None:
    async def write(_argv: Any) -> None:
        for number in range(5):
            Path(f"file-{number}").write_text("x")
        await asyncio.sleep(0)

    async def trial(world: World) -> None:
        world.host("a")
        world.disk.slow("a", seconds(1))
        await (await world.start("a", write)).wait()
        assert world.now_ns >= seconds(5)

    play(trial)
