"""Disks that are swapped between hosts, swaps that overlap, and what else is bent with a token of its own."""

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from lydite.model import Kind, seconds
from lydite.world import World
from tests.sim.playing import PORT, echo, play

NAMES = ("a", "b", "c")


def owners(world: Any) -> str:
    """Whose disk each of three hosts has, by the file that was written there first."""
    found = []
    for name in NAMES:
        disk = world.host(name).disk
        found.append(disk.read(disk.get("/disk/owner"), "/disk/owner", 0, 1).decode())
    return "".join(found)


def mark(world: Any) -> None:
    """Write each host's name on its disk."""
    for name in NAMES:
        disk = world.host(name).disk
        file = disk.open("/disk/owner", 0o102, 0o666)
        disk.write(file, "/disk/owner", 0, name.encode())
        disk.close(file)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_swaps_that_overlap_are_taken_back_in_any_order(order: Sequence[int]) -> None:
    async def trial(world: World) -> None:
        mark(world)
        bends = [world.disk.swap(*pair) for pair in (("a", "b"), ("b", "c"), ("c", "a"))]
        # a and b: bac; then b and c: bca; then c and a: acb.
        assert owners(world) == "acb"
        for number in order:
            bends[number].lift()
        assert owners(world) == "abc"
        world.disk.swap("a", "c")
        world.disk.swap("a", "b")
        world.disk.unswap("c", "a")
        assert owners(world) == "bac"
        world.heal()
        assert owners(world) == "abc"

    assert play(trial).digest == play(trial).digest


def test_a_host_that_something_else_keeps_down_gets_its_disk_and_stays_down() -> None:
    async def trial(world: World) -> None:
        for name in NAMES:
            await world.start(name, echo, ready=PORT)
        mark(world)
        power, crash = world.process.power_off("a", "kept"), world.process.crash("b")
        swap = world.disk.swap("a", "b")
        assert owners(world) == "bac"
        swap.lift()
        crash.lift()
        power.lift()
        await world.sleep(seconds(1))
        assert owners(world) == "abc"

    outcome = play(trial)

    # Three were started at first, and two again when nothing kept them down any more.
    assert len([event for event in outcome.story if event.kind is Kind.START]) == 5


@pytest.mark.parametrize("first", [0, 1])
def test_offsets_add_up_and_are_lifted_in_any_order(first: int) -> None:
    async def trial(world: Any) -> None:
        clock = world.host("a").clock
        right = clock.wall(0)
        bends = [world.clock.offset("a", by_ns) for by_ns in (seconds(10), -seconds(3))]
        assert clock.wall(0) - right == seconds(7)
        bends[first].lift()
        assert clock.wall(0) - right == (-seconds(3), seconds(10))[first]
        world.clock.step("a", 5)
        world.clock.correct("a")
        bends[1 - first].lift()
        assert clock.wall(0) == right

    play(trial)


def test_a_bend_of_the_trial_s_own_is_told_and_is_healed() -> None:
    lifted: list[str] = []

    async def trial(world: Any) -> None:
        with world.bend("a spell", lambda: lifted.append("left")):
            assert world.bent == ("a spell",)
        bend = world.bend("another", lambda: lifted.append("healed"))
        world.heal()
        bend.lift()
        assert world.bent == ()

    play(trial)

    assert lifted == ["left", "healed"]
