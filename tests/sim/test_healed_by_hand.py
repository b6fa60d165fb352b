"""What is bent, as a world tells it, is what is bent: also where a trial heals by hand what it has bent by hand."""

import os
from collections.abc import Callable
from typing import Any, Final

import pytest

from lydite.checks import judge, weather
from lydite.model import HEALERS, Kind, Verdict, milliseconds, seconds
from lydite.world import Bend, World
from tests.sim.playing import PORT, echo, play
from tests.sim.speaking import Editor

A_B_C: Final = ("a", "b", "c")

PULLS: Final[dict[str, Callable[[Any], Bend]]] = {
    "network.cut": lambda world: world.network.cut("a", ("b", "c")),
    "network.block": lambda world: world.network.block("a", ("b", "c")),
    "network.hold": lambda world: world.network.hold("a", ("b", "c")),
    "network.delay": lambda world: world.network.delay("a", ("b", "c"), milliseconds(5)),
    "network.lose": lambda world: world.network.lose("a", ("b", "c"), 0.5),
    "network.duplicate": lambda world: world.network.duplicate("a", ("b", "c"), 0.5),
    "network.throttle": lambda world: world.network.throttle("a", ("b", "c"), 1000),
    "network.corrupt": lambda world: world.network.corrupt("a", ("b", "c"), 0.5),
    "network.reorder": lambda world: world.network.reorder("a", ("b", "c"), 0.5, milliseconds(5)),
    "network.refuse": lambda world: world.network.refuse("a", ("b", "c")),
    "network.tamper": lambda world: world.network.tamper(("b", "c"), Editor()),
    "network.forget": lambda world: world.network.forget(("b", "c")),
    "clock.offset": lambda world: world.clock.offset(("b", "c"), seconds(5)),
    "clock.drift": lambda world: world.clock.drift(("b", "c"), 1.1),
    "disk.fail": lambda world: world.disk.fail(("b", "c")),
    "disk.fill": lambda world: world.disk.fill(("b", "c")),
    "disk.slow": lambda world: world.disk.slow(("b", "c"), milliseconds(5)),
    "disk.lie": lambda world: world.disk.lie(("b", "c")),
    "disk.trip": lambda world: world.disk.trip(("b", "c")),
    "disk.swap": lambda world: world.disk.swap("b", "c"),
    "process.crash": lambda world: world.process.crash(("b", "c")),
    "process.power_off": lambda world: world.process.power_off(("b", "c")),
    "process.stop": lambda world: world.process.stop(("b", "c")),
    "process.pause": lambda world: world.process.pause(("b", "c")),
    "cpu.burden": lambda world: world.cpu.burden(("b", "c"), 2),
    "memory.limit": lambda world: world.memory.limit(("b", "c"), 10_000),
}
"""Each verb that is healed, pulled: for the roads from a to b and to c, or for these two hosts."""

PAIRS: Final = [(verb, healer) for verb, healers in HEALERS.items() for healer in healers]

ROADS: Final = tuple(verb for verb in PULLS if verb.startswith("network.") and verb != "network.tamper")


def heal(world: Any, verb: str, healer: str, host: str) -> None:
    """Heal, by hand, what was pulled, for one of the two."""
    lever, _, name = healer.partition(".")
    act = getattr(getattr(world, lever), name)
    if verb == "disk.swap":
        act("b", "c")
    elif verb in ROADS and verb != "network.forget":
        act("a", host)
    else:
        act(host)


async def three_hosts(world: World) -> None:
    """A program on each of three hosts."""
    for name in A_B_C:
        await world.start(name, echo, ready=PORT)


def test_every_verb_that_is_healed_by_another_is_in_the_table() -> None:
    assert set(PULLS) == {verb for verb, _ in PAIRS}


@pytest.mark.parametrize(("verb", "healer"), PAIRS)
def test_what_was_healed_by_hand_is_bent_no_more(verb: str, healer: str) -> None:
    bent: list[tuple[str, ...]] = []

    async def never() -> bool:
        return False

    async def trial(world: World) -> None:
        await three_hosts(world)
        bend = PULLS[verb](world)
        bent.append(world.bent)
        heal(world, verb, healer, "b")
        bent.append(world.bent)
        heal(world, verb, healer, "c")
        bent.append(world.bent)
        pulls = len(world.trace.story)  # type: ignore[attr-defined]
        bend.lift()
        assert len(world.trace.story) == pulls, "what is over is not healed once more"  # type: ignore[attr-defined]
        await world.eventually("never", never, within_ns=seconds(30))

    outcome = play(trial)

    before, half, after = bent
    assert [told.partition("(")[0] for told in before] == [verb]
    assert half == (() if verb == "disk.swap" else before)
    assert after == ()
    (finding,) = judge(outcome.story, (), None).findings
    assert finding.verdict is Verdict.VIOLATED, finding.message
    # Whoever reads the trace comes to the same.
    assert weather(outcome.story).still == ()


@pytest.mark.parametrize(("verb", "healer"), PAIRS)
def test_a_bend_that_was_healed_by_hand_takes_nothing_from_a_later_one_like_it(
    verb: str, healer: str
) -> None:
    async def trial(world: World) -> None:
        await three_hosts(world)
        first = PULLS[verb](world)
        for host in ("b", "c"):
            heal(world, verb, healer, host)
        PULLS[verb](world)
        first.lift()
        assert len(world.bent) == 1
        heal(world, verb, healer, "b")
        heal(world, verb, healer, "c")
        assert not world.bent

    play(trial)


@pytest.mark.parametrize("verb", PULLS)
def test_what_heals_another_kind_leaves_a_bend_as_it_is(verb: str) -> None:
    others = dict.fromkeys(
        (other, healer) for other, healer in PAIRS if healer not in HEALERS[verb] and other != verb
    )

    async def trial(world: World) -> None:
        await three_hosts(world)
        PULLS[verb](world)
        bent = world.bent
        for other, healer in others:
            for host in ("b", "c"):
                heal(world, other, healer, host)
            assert world.bent == bent, healer

    play(trial)


def test_a_tripped_host_is_bent_until_it_has_its_power_again() -> None:
    async def writes(_argv: Any) -> None:
        descriptor = os.open("file", os.O_CREAT | os.O_WRONLY)
        os.fsync(descriptor)

    async def trial(world: World) -> None:
        world.host("a")
        world.disk.trip("a")
        await world.start("a", writes)
        await world.sleep(seconds(1))
        world.disk.untrip("a")
        assert world.bent[0].startswith("disk.trip")
        world.process.power_on("a")
        assert not world.bent

    play(trial)


def test_a_pull_that_meets_nothing_bends_nothing_and_its_end_is_told() -> None:
    async def trial(world: World) -> None:
        world.host("a")
        with world.network.cut("a", "a"):
            assert world.bent == ()

    outcome = play(trial)

    told = [event.fields["verb"] for event in outcome.story if event.kind is Kind.FAULT]
    assert told == ["network.cut", "network.heal"]
