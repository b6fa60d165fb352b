"""Schedules: pulled at their times, recorded, and refused whole when they cannot be performed."""

import asyncio
from typing import Any

import pytest

from lydite.model import OPPOSITES, Fault, InputError, Kind, ScheduleRefused, seconds
from lydite.world import World
from tests.sim.playing import PORT, ask, echo, play


def test_every_pull_is_in_the_trace_and_so_is_every_lift() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        with world.network.cut("a", "tester"):
            await asyncio.sleep(1)
        world.clock.step("a", 5)

    outcome = play(trial)

    verbs = [event.fields["verb"] for event in outcome.story if event.kind is Kind.FAULT]
    assert verbs == ["network.cut", "network.heal", "clock.step"]


def test_a_schedule_pulls_levers_at_their_times() -> None:
    faults = [
        Fault(at_ns=seconds(2), kind="process.crash", args={"hosts": "a"}, lasting_ns=seconds(3)),
        Fault(at_ns=seconds(1), kind="network.cut", args={"left": "a", "right": ["tester"]}, lasting_ns=7),
    ]

    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        await asyncio.sleep(10)
        reader, writer = await asyncio.open_connection("a", PORT)
        assert await ask(reader, writer) == b"HELLO\n"

    outcome = play(trial, faults=faults)

    told = [(event.at_ns, event.fields["verb"]) for event in outcome.story if event.kind is Kind.FAULT]
    assert told == [
        (seconds(1), "network.cut"),
        (seconds(1) + 7, "network.heal"),
        (seconds(2), "process.crash"),
        (seconds(5), "process.revive"),
    ]


def test_a_bad_schedule_is_refused_whole_before_anything_runs() -> None:
    ran: list[bool] = []

    async def trial(_world: World) -> None:
        ran.append(True)

    faults = [
        Fault(at_ns=0, kind="network.cutt", args={"left": "a", "right": "b"}),
        Fault(at_ns=0, kind="network.cut", args={"left": "a", "rihgt": "b"}),
        Fault(at_ns=0, kind="clock.drift", args={"hosts": "a", "rate": "fast"}),
    ]
    with pytest.raises(ScheduleRefused) as caught:
        play(trial, faults=faults)

    told = str(caught.value)
    assert not ran
    assert "did you mean network.cut?" in told
    assert "unknown argument rihgt; did you mean right?" in told
    assert "argument right is missing" in told
    assert "argument rate is 'fast', expected a number from 0.001 to 1000" in told


def test_a_fault_at_a_host_that_is_not_there_ends_the_run_and_names_it() -> None:
    async def trial(world: World) -> None:
        await world.start("node-1", echo, ready=PORT)
        await asyncio.sleep(10)

    outcome = play(
        trial, faults=[Fault(at_ns=seconds(1), kind="process.crash", args={"hosts": "node-2"})], fails=True
    )

    assert isinstance(outcome.error, ScheduleRefused)
    assert "did you mean node-1?" in str(outcome.error)


@pytest.mark.parametrize(
    "pull",
    [
        lambda world: world.network.lose("a", "b", 1.5),
        lambda world: world.network.delay("a", "b", -1),
        lambda world: world.network.throttle("a", "b", 0),
        lambda world: world.clock.drift("a", 0),
        lambda world: world.cpu.burden("a", 0.5),
        lambda world: world.disk.fail("a", "sing"),
        lambda world: world.network.cut("a", "nowhere"),
    ],
)
def test_levers_refuse_what_makes_no_sense(pull: Any) -> None:
    async def trial(world: World) -> None:
        world.host("a")
        world.host("b")
        with pytest.raises(InputError):
            pull(world)

    play(trial)


def test_every_verb_has_an_opposite_that_exists() -> None:
    async def trial(world: World) -> None:
        for verb, opposite in OPPOSITES.items():
            for name in filter(None, (verb, opposite)):
                lever, method = name.split(".")
                assert callable(getattr(getattr(world, lever), method)), name

    play(trial)


def test_heal_lifts_everything_and_revives_everybody() -> None:
    async def trial(world: World) -> None:
        for name in ("a", "b", "c"):
            await world.start(name, echo, ready=PORT)
        world.network.cut("a", "tester")
        world.process.power_off("b")
        world.process.pause("c")
        world.heal()
        await asyncio.sleep(1)
        for name in ("a", "b", "c"):
            reader, writer = await asyncio.open_connection(name, PORT)
            assert await ask(reader, writer) == b"HELLO\n"

    play(trial)
