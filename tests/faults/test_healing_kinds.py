"""Healing as faults of a schedule: when they heal, and when a schedule that has them is refused."""

import asyncio
from typing import Any

import pytest

from lydite.faults import CATALOGUE, validate
from lydite.model import Fault, Kind, Schedule, ScheduleRefused, milliseconds, seconds
from lydite.world import World
from tests.faults.acting import BEGIN_NS, trouble, verbs
from tests.faults.test_kinds import BREAKING, example
from tests.sim.playing import play

ENDING = sorted(kind for kind, each in BREAKING.items() if each.opposite and each.harm.value != "byzantine")
NEVER = 0


def healing_of(kind: str, at_ns: int) -> Fault:
    """The fault that heals a fault of this kind everywhere."""
    opposite = CATALOGUE[CATALOGUE[kind].opposite]
    args = {} if kind != "disk.swap" else dict(example(kind).args)
    return Fault(at_ns=at_ns, kind=opposite.kind, args=args or dict.fromkeys(_fields(opposite), "*"))


def _fields(kind: type) -> list[str]:
    import dataclasses

    return [each.name for each in dataclasses.fields(kind)]


async def idles(_argv: Any) -> None:
    """A program that does nothing, but runs: what ends programs finds one."""
    await asyncio.sleep(100)


@pytest.mark.parametrize("kind", ENDING)
def test_a_fault_without_an_end_is_ended_by_one_that_heals(kind: str) -> None:
    made = example(kind)
    bent: list[tuple[str, ...]] = []

    async def scene(world: World) -> None:
        for name in ("node-1", "node-2", "node-3", "node-4", "node-5"):
            await world.start(name, idles)
        await world.sleep(milliseconds(1100))
        bent.append(world.bent)
        await world.sleep(seconds(3))
        bent.append(world.bent)

    faults = [made.at(BEGIN_NS), healing_of(kind, seconds(2))]
    outcome = play(scene, faults=faults)

    assert bent[0], "it was bent before"
    told = [(event.at_ns, event.fields["verb"]) for event in outcome.story if event.kind is Kind.FAULT]
    assert (seconds(2), made.opposite) in told
    assert bent[1] == ()
    ended = [
        event.at_ns
        for event in outcome.story
        if event.kind is Kind.SCHEDULED and event.fields["phase"] == "end"
    ]
    assert ended == [seconds(2)]
    del bent[:]
    assert outcome.digest == play(scene, faults=faults).digest


def test_what_heals_a_part_of_a_fault_leaves_the_rest_as_it_is() -> None:
    bent: list[int] = []

    async def scene(world: World) -> None:
        for name in "abc":
            world.host(name)
        await world.sleep(seconds(4))
        bent.append(len(world.bent))
        await world.sleep(seconds(2))

    crowded = trouble("network.congest", left="a", right=["b", "c"], level=0.5)
    keep, heal = ({"left": "a", "right": "b"}, {"left": "*", "right": "a"})
    faults = [
        crowded.at(BEGIN_NS),
        Fault(at_ns=seconds(2), kind="network.keep", args={"left": "a", "right": "*"}),
        Fault(at_ns=seconds(3), kind="network.hasten", args=keep),
        Fault(at_ns=seconds(5), kind="network.hasten", args=heal),
    ]
    outcome = play(scene, faults=faults)

    assert bent == [2], "the losses are over, the delays and the bandwidth are not"
    ended = [
        event.at_ns
        for event in outcome.story
        if event.kind is Kind.SCHEDULED and event.fields["phase"] == "end"
    ]
    assert ended == [seconds(5)]


@pytest.mark.parametrize("kind", ENDING)
def test_a_fault_that_ends_by_itself_is_not_ended_by_another_one(kind: str) -> None:
    made = example(kind)

    for at_ns, refused in ((seconds(2), True), (seconds(5), False), (milliseconds(500), False)):
        schedule = Schedule.of([made.at(BEGIN_NS, lasting_ns=seconds(4)), healing_of(kind, at_ns)])
        if not refused:
            validate(schedule)
            continue
        with pytest.raises(ScheduleRefused) as caught:
            validate(schedule)
        assert (
            f"fault 2 ({made.opposite} at 2 s) heals what fault 1 ({kind} from 1 s to 5 s) still bends"
            in str(caught.value)
        )
        assert "give fault 1 a lasting_ns of 0 or of at most 1000000000" in str(caught.value)
    validate(Schedule.of([made.at(BEGIN_NS, lasting_ns=NEVER), healing_of(kind, seconds(2))]))


@pytest.mark.parametrize(
    ("kind", "args", "healer", "healed"),
    [
        ("network.cut", {"left": "a", "right": "b"}, "network.heal", {"left": "b", "right": "a"}),
        ("network.block", {"source": "a", "target": "b"}, "network.heal", {"left": "b", "right": "*"}),
        ("network.partition", {"groups": [["a"], ["b"], ["c"]]}, "network.heal", {"left": "a", "right": "c"}),
        (
            "network.flap",
            {"left": "a", "right": "b", "cut_ns": 10**9, "whole_ns": 10**9},
            "network.heal",
            "ab",
        ),
        ("network.slow", {"hosts": "a", "by_ns": 1, "bytes_per_second": 9}, "network.unthrottle", "ca"),
        ("process.power_off", {"hosts": "a"}, "process.revive", {"hosts": ["b", "a"]}),
        ("process.roll", {"hosts": ["a", "b"], "each_ns": 10**9}, "process.revive", {"hosts": "b"}),
        ("clock.strobe", {"hosts": "*", "by_ns": 1, "every_ns": 10**9}, "clock.correct", {"hosts": "b"}),
        ("process.pause", {"hosts": "@leader"}, "process.resume", {"hosts": "@leader"}),
        ("disk.swap", {"left": "a", "right": "b"}, "disk.unswap", {"left": "b", "right": "a"}),
    ],
)
def test_what_meets_a_part_of_a_fault_overlaps_it(
    kind: str, args: dict[str, object], healer: str, healed: object
) -> None:
    roads = {"left": str(healed)[0], "right": str(healed)[-1]}
    faults = [
        Fault(at_ns=seconds(1), kind=kind, args=args, lasting_ns=seconds(4)),  # type: ignore[arg-type]
        Fault(at_ns=seconds(2), kind=healer, args=roads if isinstance(healed, str) else healed),  # type: ignore[arg-type]
    ]

    with pytest.raises(ScheduleRefused, match="still bends"):
        validate(Schedule.of(faults))


@pytest.mark.parametrize(
    ("kind", "args", "healer", "healed"),
    [
        ("network.cut", {"left": "a", "right": "b"}, "network.heal", {"left": "a", "right": "c"}),
        ("network.cut", {"left": "a", "right": "b"}, "network.unblock", {"source": "a", "target": "b"}),
        ("network.partition", {"groups": [["a", "b"], ["c"]]}, "network.heal", {"left": "a", "right": "b"}),
        ("network.ring", {"hosts": ["a", "b", "c", "d"]}, "network.heal", {"left": "a", "right": "b"}),
        ("network.block", {"source": "a", "target": "b"}, "network.unblock", {"source": "b", "target": "a"}),
        ("process.crash", {"hosts": "a"}, "process.revive", {"hosts": "b"}),
        ("process.crash", {"hosts": "a"}, "process.resume", {"hosts": "a"}),
        (
            "network.delay",
            {"left": "a", "right": "b", "by_ns": 1},
            "network.keep",
            {"left": "a", "right": "b"},
        ),
    ],
)
def test_what_meets_nothing_of_a_fault_may_fall_into_its_time(
    kind: str, args: dict[str, object], healer: str, healed: dict[str, object]
) -> None:
    faults = [
        Fault(at_ns=seconds(1), kind=kind, args=args, lasting_ns=seconds(4)),  # type: ignore[arg-type]
        Fault(at_ns=seconds(2), kind=healer, args=healed),  # type: ignore[arg-type]
    ]

    validate(Schedule.of(faults))


def test_all_that_is_wrong_with_a_schedule_is_told_at_once() -> None:
    faults = [
        trouble("network.cut", left="a", right="b").at(seconds(1), lasting_ns=seconds(5)),
        trouble("process.crash", hosts="c").at(seconds(1), lasting_ns=seconds(5)),
        Fault(at_ns=seconds(2), kind="network.heal", args={"left": "*", "right": "*"}, lasting_ns=7),
        Fault(at_ns=seconds(3), kind="process.revive", args={"hosts": "*"}),
        Fault(at_ns=seconds(4), kind="network.sever", args={}),
        Fault(at_ns=seconds(5), kind="network.ring", args={"hosts": ["a", "b"]}),
    ]
    with pytest.raises(ScheduleRefused) as caught:
        validate(Schedule.of(faults), hosts=("a", "b"))

    told = str(caught.value)
    for problem in (
        "there is no host c",
        "it happens once, so lasting_ns is 0, found 7",
        "fault 5 (network.sever): unknown kind",
        "a ring has at least 4 hosts, found 2",
        "fault 3 (network.heal at 2 s) heals what fault 1",
        "fault 4 (process.revive at 3 s) heals what fault 2",
    ):
        assert problem in told


@pytest.mark.parametrize("kind", sorted(kind for kind in BREAKING if BREAKING[kind].opposite))
def test_a_healed_world_is_whole_and_stays_so(kind: str) -> None:
    made = example(kind)
    left: list[tuple[str, ...]] = []

    async def scene(world: World) -> None:
        for name in ("node-1", "node-2", "node-3", "node-4", "node-5"):
            await world.start(name, idles)
        await world.sleep(milliseconds(1500))
        assert world.bent
        world.heal()
        left.append(world.bent)
        await world.sleep(seconds(20))
        left.append(world.bent)

    outcome = play(scene, faults=[made.at(BEGIN_NS, lasting_ns=seconds(8))])

    assert left == [(), ()]
    assert not [
        event for event in outcome.story if event.kind is Kind.FAULT and event.at_ns > milliseconds(1500)
    ]
    assert verbs(outcome)
