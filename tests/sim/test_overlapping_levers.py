"""Levers that overlap: each bend undoes itself and nothing else, in whatever order they are lifted."""

import asyncio
from typing import Any

import pytest

from lydite.model import Fault, InputError, Kind, milliseconds, seconds
from lydite.world import Link, Map, World
from tests.sim.playing import PORT, ask, echo, play

STEADY = Map(otherwise=Link(latency_ns=milliseconds(10), jitter_ns=0))


async def reaches(host: str) -> bool:
    """Does the echo program of a host answer?"""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(host, PORT)
            return await ask(reader, writer) == b"HELLO\n"
    except OSError:
        return False


async def pace_of(world: World, host: str) -> float:
    """How many seconds a host sleeps through in one second of the world."""
    naps: list[int] = []

    async def nap(_argv: Any) -> None:
        begun = world.now_ns
        await asyncio.sleep(1)
        naps.append(world.now_ns - begun)

    await (await world.start(host, nap)).wait()
    return seconds(1) / naps[0]


def test_two_drifts_are_lifted_in_any_order_and_the_latest_one_rules() -> None:
    async def trial(world: World) -> None:
        first, second = world.clock.drift("a", 2.0), world.clock.drift("a", 0.5)
        first.lift()
        assert await pace_of(world, "a") == pytest.approx(0.5)
        second.lift()
        assert await pace_of(world, "a") == pytest.approx(1)
        world.clock.drift("a", 2.0)
        world.clock.drift("a", 0.5)
        world.heal()
        assert await pace_of(world, "a") == pytest.approx(1)

    async def with_host(world: World) -> None:
        world.host("a")
        await trial(world)

    play(with_host)


def test_a_lifted_pause_leaves_a_later_one_in_force() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        first = world.process.pause("a")
        world.process.resume("a")
        second = world.process.pause("a")
        first.lift()
        assert not await reaches("a")
        second.lift()
        assert await reaches("a")

    play(trial)


def test_a_host_without_power_stays_down_when_a_crash_is_lifted() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        power, crash = world.process.power_off("a"), world.process.crash("a")
        crash.lift()
        assert not await reaches("a")
        power.lift()
        assert await reaches("a")

    play(trial)


def test_a_lifted_burden_leaves_an_equal_later_one_in_force() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        first = world.cpu.burden("a", 100_000)
        world.cpu.relieve("a")
        world.cpu.burden("a", 100_000)
        first.lift()
        writer.write(b"a\n")
        await reader.readline()
        begun = world.now_ns
        assert await ask(reader, writer, within=60) == b"HELLO\n"
        assert world.now_ns - begun > seconds(4)

    play(trial)


def test_a_lifted_forgetting_leaves_a_later_one_in_force() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        first = world.network.forget("a")
        world.network.recall("a")
        second = world.network.forget("a")
        first.lift()
        assert not await reaches("a")
        second.lift()
        assert await reaches("a")

    play(trial)


def test_a_program_that_is_still_stopping_is_started_again_when_it_has_ended() -> None:
    async def slow(_argv: Any) -> None:
        stopping = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(15, stopping.set)
        await stopping.wait()
        await asyncio.sleep(3)

    async def trial(world: World) -> None:
        await world.start("a", slow)
        await asyncio.sleep(1)
        with world.process.stop("a"):
            await asyncio.sleep(1)
        await asyncio.sleep(10)

    outcome = play(trial)

    told = [event.kind for event in outcome.story if event.kind in {Kind.START, Kind.EXIT}]
    assert told == [Kind.START, Kind.EXIT, Kind.START]


def test_a_crash_while_paused_and_a_power_cut_while_paused_are_healed_by_all_their_lifts() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        for down in (world.process.crash, world.process.power_off):
            pause = world.process.pause("a")
            with down("a"):
                await asyncio.sleep(1)
            assert not await reaches("a")
            pause.lift()
            assert await reaches("a")

    play(trial)


def test_heal_does_not_do_again_what_a_program_has_finished() -> None:
    async def once(_argv: Any) -> None:
        pass

    async def broken(_argv: Any) -> None:
        raise SystemExit(3)

    async def trial(world: World) -> None:
        await (await world.start("done", once)).wait()
        await (await world.start("broken", broken)).wait()
        world.heal()
        await asyncio.sleep(1)

    outcome = play(trial)

    started = [event.host for event in outcome.story if event.kind is Kind.START]
    assert started == ["done", "broken", "broken"]


def test_a_schedule_that_lifts_after_heal_changes_nothing_and_is_told_once() -> None:
    faults = [
        Fault(
            at_ns=seconds(1), kind="network.cut", args={"left": "a", "right": "tester"}, lasting_ns=seconds(9)
        ),
        Fault(at_ns=seconds(1), kind="process.crash", args={"hosts": "a"}, lasting_ns=seconds(9)),
    ]

    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        await asyncio.sleep(3)
        world.heal()
        assert await reaches("a")
        world.network.cut("a", "tester")
        await asyncio.sleep(20)
        assert not await reaches("a")

    outcome = play(trial, faults=faults)

    told = [event.fields["verb"] for event in outcome.story if event.kind is Kind.FAULT]
    assert told == ["network.cut", "process.crash", "network.heal", "process.revive", "network.cut"]
    assert [event.kind for event in outcome.story].count(Kind.START) == 2


def test_lifted_bends_are_not_kept() -> None:
    async def trial(world: Any) -> None:
        world.host("a")
        for _ in range(100):
            with world.network.cut("a", "tester"):
                pass
        assert not world.bends

    play(trial)


@pytest.mark.parametrize("verb", ["crash", "stop", "pause", "power_off"])
def test_the_tester_itself_is_out_of_reach(verb: str) -> None:
    async def trial(world: World) -> None:
        with pytest.raises(InputError, match="the trial itself runs there"):
            getattr(world.process, verb)("tester")

    play(trial)


@pytest.mark.parametrize("held_for", [0.3, 1.1, 2.0, 45.0])
def test_what_was_held_goes_on_at_the_moment_of_release(held_for: float) -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        with world.network.hold("tester", "a"):
            writer.write(b"x\n")
            await asyncio.sleep(held_for)
            released = world.now_ns
        assert await reader.readline() == b"X\n"
        assert world.now_ns - released < milliseconds(30)

    play(trial, regions=STEADY)


def test_a_reset_does_not_overtake_what_is_held() -> None:
    async def deaf(_argv: Any) -> None:
        async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            await asyncio.Event().wait()

        await asyncio.start_server(answer, "0.0.0.0", PORT)
        await asyncio.Event().wait()

    async def trial(world: World) -> None:
        await world.start("a", deaf, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        await asyncio.sleep(1)
        writer.write(b"never read\n")
        await asyncio.sleep(1)
        with world.network.hold("tester", "a"):
            world.process.crash("a")
            await asyncio.sleep(1)
            assert not writer.transport.is_closing()
        with pytest.raises(ConnectionResetError):
            await reader.read()

    play(trial)


def test_hold_within_a_cut_opens_when_both_are_lifted() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        cut, hold = world.network.cut("tester", "a"), world.network.hold("tester", "a")
        writer.write(b"x\n")
        for bend in (hold, cut):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await reader.read(1)
            bend.lift()
        assert await reader.readline() == b"X\n"

    play(trial)
