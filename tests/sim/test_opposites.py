"""Each lever's opposite takes back what the lever did, and nothing of another kind."""

from collections.abc import Callable
from typing import Any

import pytest

from lydite.model import milliseconds
from tests.sim.playing import play

ROADS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "cut": ("heal", lambda lever: lever.cut("a", "b")),
    "block": ("unblock", lambda lever: lever.block("a", "b")),
    "hold": ("release", lambda lever: lever.hold("a", "b")),
    "delay": ("hasten", lambda lever: lever.delay("a", "b", milliseconds(5))),
    "lose": ("keep", lambda lever: lever.lose("a", "b", 0.5)),
    "duplicate": ("dedupe", lambda lever: lever.duplicate("a", "b", 0.5)),
    "throttle": ("unthrottle", lambda lever: lever.throttle("a", "b", 1000)),
    "corrupt": ("mend", lambda lever: lever.corrupt("a", "b", 0.5)),
    "reorder": ("order", lambda lever: lever.reorder("a", "b", 0.5, 5)),
    "refuse": ("admit", lambda lever: lever.refuse("a", "b")),
}
DISKS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "fail": ("repair", lambda lever: lever.fail("a")),
    "fill": ("drain", lambda lever: lever.fill("a")),
    "slow": ("quicken", lambda lever: lever.slow("a", 5)),
    "lie": ("confess", lambda lever: lever.lie("a")),
}


def kinds_on_the_road(world: Any) -> list[str]:
    """What bends the road from a to b."""
    a, b = world.host("a"), world.host("b")
    return [bend.kind for bend in world.network_model.roads.between(a, b).bends]


@pytest.mark.parametrize("verb", ROADS)
def test_a_road_is_as_it_was_after_the_opposite(verb: str) -> None:
    async def trial(world: Any) -> None:
        world.host("a")
        world.host("b")
        others = [pull for name, (_, pull) in ROADS.items() if name != verb]
        opposite, pull = ROADS[verb]
        pull(world.network)
        assert kinds_on_the_road(world) == [verb]
        getattr(world.network, opposite)("a", "b")
        assert kinds_on_the_road(world) == []
        for other in others:
            other(world.network)
        getattr(world.network, opposite)("a", "b")
        left = kinds_on_the_road(world)
        # Healing lifts blocks as well as cuts; every other opposite is for its own kind.
        assert left == [name for name in ROADS if name != verb and (verb, name) != ("cut", "block")]

    play(trial)


@pytest.mark.parametrize("verb", DISKS)
def test_a_disk_is_as_it_was_after_the_opposite(verb: str) -> None:
    async def trial(world: Any) -> None:
        bends = world.host("a").disk.bends
        for _, pull in DISKS.values():
            pull(world.disk)
        assert [bend.kind for bend in bends] == list(DISKS)
        getattr(world.disk, DISKS[verb][0])("a")
        assert [bend.kind for bend in bends] == [name for name in DISKS if name != verb]

    play(trial)


def test_a_steadied_clock_runs_true_whatever_it_was_made_for() -> None:
    async def trial(world: Any) -> None:
        host = world.host("a")
        world.clock.drift("a", 3.0)
        assert host.clock.ppb == 3_000_000_000
        world.clock.steady("a")
        assert host.clock.ppb == 1_000_000_000

    play(trial)


def test_a_relieved_host_has_no_burden() -> None:
    async def trial(world: Any) -> None:
        host = world.host("a")
        world.cpu.burden("a", 2)
        assert list(host.burdens.values()) == [2]
        world.cpu.relieve("a")
        assert not host.burdens

    play(trial)
