"""A test as a trial, by what its marker says."""

from types import ModuleType, SimpleNamespace

import pytest

from lydite.checks import agreement
from lydite.harness import Run, Trial, marked, marks_of, takes_more
from lydite.model import Draws, Fault, InputError, Schedule
from lydite.world import Tempo, World

CUT = Fault(at_ns=5, kind="network.cut", args={"left": "a", "right": "b"})


def storm(draws: Draws) -> Schedule:
    return Schedule.of([CUT]) if draws.below(2) else Schedule()


def says(name: str = "lydite", **kwargs: object) -> SimpleNamespace:
    """A marker, as pytest leaves it."""
    return SimpleNamespace(name=name, args=(), kwargs=kwargs)


async def plain(world: World) -> None:
    del world


async def slow(world: World) -> None:
    del world


vars(slow)["pytestmark"] = [says(tempo=Tempo(heartbeat_ns=7), seeds=3)]


async def faulty(world: World) -> None:
    del world


vars(faulty)["pytestmark"] = [says(faults=(CUT,))]


def module(**names: object) -> ModuleType:
    made = ModuleType("made")
    vars(made).update(names)
    return made


def told(function: Run, place: ModuleType | None = None) -> Trial:
    return marked(function, marks_of(function, place or module()))


def test_a_function_without_a_marker_is_a_trial_as_it_always_was() -> None:
    assert told(plain) == Trial.of(plain)


def test_the_marker_of_a_function_goes_before_that_of_its_module() -> None:
    wide = module(pytestmark=[says("slow"), says(tempo=Tempo(heartbeat_ns=9), storm=storm)])

    made = told(slow, wide)

    assert (made.tempo.heartbeat_ns, made.storm) == (7, storm)
    assert told(plain, wide).tempo.heartbeat_ns == 9
    assert told(plain, module(pytestmark=says(checks=(agreement(),)))).checks


def test_faults_are_the_same_with_every_seed() -> None:
    made = told(faulty)

    assert made.schedule(0) == made.schedule(1) == Schedule.of([CUT])


def test_a_storm_and_faults_are_refused() -> None:
    with pytest.raises(InputError, match="not both"):
        told(faulty, module(pytestmark=says(storm=storm)))


def test_what_takes_more_than_a_world_is_for_pytest_to_make() -> None:
    async def with_a_fixture(world: World, tmp_path: object) -> None:
        del world, tmp_path

    assert not takes_more(slow, module())
    assert takes_more(with_a_fixture, module())
    assert takes_more(slow, module(pytestmark=says("usefixtures")))


def test_a_trial_may_have_another_name_than_its_function() -> None:
    assert marked(plain, (), name="plain[3]").name == "plain[3]"
