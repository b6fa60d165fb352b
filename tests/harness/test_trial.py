"""Making trials."""

import functools
from typing import Any

import pytest

from lydite.checks import agreement
from lydite.faults import Budget, Storm, validate
from lydite.harness import Trial, trial
from lydite.model import Draws, Fault, InputError, Schedule
from lydite.world import Limits, Tempo, World


async def converges(world: World) -> None:
    """All nodes agree in the end.

    More is said here.
    """
    del world


def cuts(draws: Draws) -> Schedule:
    at_ns = draws.below(1000)
    return Schedule.of([Fault(at_ns=at_ns, kind="network.cut", args={"left": "a", "right": "b"})])


def test_a_bare_decorator_takes_everything_from_the_function() -> None:
    made = trial(converges)

    assert isinstance(made, Trial)
    assert (made.name, made.story) == ("converges", "All nodes agree in the end.")
    assert made.run is converges
    assert made == Trial.of(converges)


def test_a_decorator_with_arguments_keeps_them() -> None:
    made = trial(name="other", storm=cuts, tempo=Tempo(heartbeat_ns=7), limits=Limits(events=9))(converges)

    assert (made.name, made.tempo.heartbeat_ns, made.limits.events) == ("other", 7, 9)
    assert made.storm is cuts


class Lines:
    """A codec with one power: to say what a message is for."""

    def frames(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        *lines, rest = buffer.split(b"\n")
        return [line + b"\n" for line in lines], rest

    def decode(self, frame: bytes) -> bytes:
        return frame

    def encode(self, message: bytes) -> bytes:
        return message

    def role(self, message: bytes) -> str:
        return message.decode().partition(" ")[0]


class Ballots(Lines):
    """It can flip votes as well."""

    def flip(self, message: bytes, host: str) -> bytes | None:
        return message + host.encode()


FOUR = ("a", "b", "c", "d")


def betrayals(*kinds: str) -> Storm:
    return Storm(hosts=FOUR, kinds=kinds, faults=12, budget=Budget.third(FOUR))


@pytest.mark.parametrize("codec", [Lines(), Ballots()])
def test_a_storm_draws_only_what_the_codec_can_do(codec: Lines) -> None:
    made = trial(hosts=FOUR, codec=codec, storm=betrayals("byzantine"))(converges)

    schedules = [made.schedule(seed) for seed in range(60)]

    for schedule in schedules:
        validate(schedule, hosts=FOUR, codec=codec)
    drawn = {fault.kind for schedule in schedules for fault in schedule.faults}
    assert {"byzantine.withhold", "byzantine.garble"} <= drawn
    assert ("byzantine.flip_vote" in drawn) is isinstance(codec, Ballots)
    assert "byzantine.spoil_signature" not in drawn


def test_a_twisted_storm_stays_within_the_codec_too() -> None:
    made = trial(hosts=FOUR, codec=Lines(), storm=betrayals("byzantine"))(converges)
    assert isinstance(made.storm, Storm)

    for seed in range(20):
        twisted = made.storm.twisted(made.schedule(seed), Draws(seed, "twist", "t"))
        validate(twisted, hosts=FOUR, codec=Lines())


@pytest.mark.parametrize(
    ("kinds", "codec", "told"),
    [
        (("byzantine",), None, "needs a codec, and the trial declares none"),
        (("network", "byzantine"), None, "needs a codec, and the trial declares none"),
        (
            ("byzantine.sybil",),
            Lines(),
            "byzantine.sybil needs a codec that can `impersonate`, and Lines cannot",
        ),
        (("byzantine", "byzantine.sybil"), Lines(), "byzantine.sybil needs a codec that can `impersonate`"),
    ],
)
def test_a_storm_of_which_the_codec_leaves_nothing_is_refused_at_the_declaration(
    kinds: tuple[str, ...], codec: Lines | None, told: str
) -> None:
    with pytest.raises(InputError, match="this storm cannot be for this system") as caught:
        trial(hosts=FOUR, codec=codec, storm=betrayals(*kinds))(converges)

    assert told in str(caught.value)


def test_a_storm_that_bends_no_messages_needs_no_codec() -> None:
    storm = Storm(hosts=FOUR)

    assert trial(storm=storm)(converges).storm is storm


def test_a_storm_is_a_function_of_the_seed_and_calm_is_empty() -> None:
    stormy = trial(storm=cuts)(converges)

    assert stormy.schedule(1) == stormy.schedule(1)
    assert stormy.schedule(1) != stormy.schedule(2)
    assert trial(converges).schedule(1) == Schedule()


def test_the_configuration_leaves_out_real_time() -> None:
    patient = trial(limits=Limits(blocked_ns=1))(converges)

    assert patient.configuration() == trial(converges).configuration()
    assert trial(tempo=Tempo(block_ns=1))(converges).configuration() != patient.configuration()


def test_a_function_that_is_not_async_is_refused_by_name_and_place() -> None:
    def blocking(world: World) -> None:
        del world

    with pytest.raises(InputError, match=r"'blocking', which is not async .*test_trial\.py:\d+.*async def"):
        trial(blocking)  # type: ignore[arg-type]


def test_a_partial_of_an_async_function_is_a_trial() -> None:
    async def sized(world: World, nodes: int) -> None:
        del world, nodes

    made = trial(name="five")(functools.partial(sized, nodes=5))

    assert made.name == "five"


@pytest.mark.parametrize("checks", [agreement(), (agreement,), ("agreement",)])
def test_what_is_no_tuple_of_checks_is_refused(checks: Any) -> None:
    with pytest.raises(InputError, match="checks are a tuple of checks"):
        trial(checks=checks)(converges)
