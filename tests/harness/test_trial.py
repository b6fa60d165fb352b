"""Making trials."""

import functools
from typing import Any

import pytest

from lydite.checks import agreement
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
