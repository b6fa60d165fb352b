"""What acts at once needs something to act on: where there is nothing, the fault is missed, and not performed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from lydite.model import Fault, Kind, ScheduleRefused, seconds
from lydite.sim import Outcome
from lydite.world import World
from tests.faults.acting import phases, trouble, verbs
from tests.sim.playing import PORT, echo, play


async def writes(_argv: Any) -> None:
    """A program that leaves a file behind, not synced, and is done."""
    with open("ledger", "w") as file:
        file.write("one coin")


async def nobody(world: World) -> None:
    """Two hosts on which nothing was ever started."""
    world.host("a")
    world.host("b")
    await world.sleep(seconds(9))


async def one_that_runs(world: World) -> None:
    """A program that waits for others, on one of two hosts."""
    world.host("b")
    await world.start("a", echo, ready=PORT)
    await world.sleep(seconds(9))


async def one_that_is_done(world: World) -> None:
    """A host on which nothing runs any more, and whose disk is not synced."""
    world.host("b")
    await (await world.start("a", writes)).wait()
    await world.sleep(seconds(9))


async def one_that_is_connected(world: World) -> None:
    """A connection from the tester to a program."""
    world.host("b")
    await world.start("a", echo, ready=PORT)
    _, writer = await asyncio.open_connection("a", PORT)
    await world.sleep(seconds(9))
    writer.close()


KILLING = (
    ("process.crash", {"hosts": "a"}),
    ("process.power_off", {"hosts": "a"}),
    ("process.stop", {"hosts": "a"}),
    ("process.restart", {"hosts": "a"}),
    ("process.roll", {"hosts": ["a", "b"], "each_ns": seconds(1)}),
    ("process.cascade", {"hosts": ["a", "b"], "after_ns": seconds(1)}),
    ("disk.tear", {"hosts": "a"}),
)


def happened(
    scene: Callable[[World], Awaitable[object]],
    kind: str,
    args: dict[str, Any],
    *,
    others: Sequence[Fault] = (),
) -> Outcome:
    """One fault at one second, for two where it lasts."""
    asked = trouble(kind, **args)
    lasting_ns = seconds(2) if asked.opposite else 0
    return play(scene, faults=[asked.at(seconds(1), lasting_ns=lasting_ns), *others])


@pytest.mark.parametrize(
    ("kind", "args"), [*KILLING, ("disk.rot", {"hosts": "*"}), ("network.reset", {"left": "a", "right": "*"})]
)
def test_where_there_is_nothing_to_act_on_a_fault_is_missed_and_not_performed(
    kind: str, args: dict[str, Any]
) -> None:
    outcome = happened(nobody, kind, args)

    assert phases(outcome) == ["missed"]
    assert verbs(outcome) == []


@pytest.mark.parametrize(("kind", "args"), KILLING)
def test_one_host_with_a_program_is_enough_to_be_met(kind: str, args: dict[str, Any]) -> None:
    outcome = happened(one_that_runs, kind, args)

    assert phases(outcome) == ["begin", "end"]
    assert any(event.kind in (Kind.CRASH, Kind.EXIT) for event in outcome.story)


def test_a_host_that_another_fault_keeps_down_is_met_for_it_stays_down_longer() -> None:
    longer = Fault(at_ns=seconds(2), kind="process.crash", args={"hosts": "a"}, lasting_ns=seconds(4))

    outcome = happened(one_that_runs, "process.crash", {"hosts": "a"}, others=[longer])

    starts = [event.at_ns for event in outcome.story if event.kind is Kind.START]
    assert phases(outcome) == ["begin", "begin", "end", "end"]
    assert starts == [0, seconds(6)]


def test_a_power_loss_is_met_by_what_was_not_synced_although_nothing_runs() -> None:
    assert phases(happened(one_that_is_done, "process.power_off", {"hosts": "a"})) == ["begin", "end"]
    assert phases(happened(one_that_is_done, "process.crash", {"hosts": "a"})) == ["missed"]


def test_bits_rot_where_some_are_stored() -> None:
    assert phases(happened(one_that_is_done, "disk.rot", {"hosts": "*"})) == ["begin"]
    assert phases(happened(one_that_is_done, "disk.rot", {"hosts": "b"})) == ["missed"]
    assert phases(happened(one_that_is_done, "disk.rot", {"hosts": "a", "path": "book"})) == ["missed"]


def test_connections_are_reset_from_either_side_and_between_these_two_only() -> None:
    def reset(left: str, right: str) -> list[str]:
        return phases(happened(one_that_is_connected, "network.reset", {"left": left, "right": right}))

    assert reset("a", "tester") == reset("tester", "a") == ["begin"]
    assert reset("a", "b") == ["missed"]


def test_a_host_that_does_not_exist_is_an_error_and_not_missed() -> None:
    wrong = trouble("disk.rot", hosts="c").at(seconds(1))

    error = play(nobody, faults=[wrong], fails=True).error

    assert isinstance(error, ScheduleRefused)
    assert "disk.rot could not be performed" in str(error)
