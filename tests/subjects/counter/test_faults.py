from collections.abc import Callable

import pytest

from lydite.model import Draws, Schedule, seconds
from lydite.world import OPPOSITES
from lydite_subjects.counter.faults import FIVE, STORM_FAULTS, THREE, clocks, crashes, everything, partitions

Storm = Callable[[Draws], Schedule]

STORMS: dict[Storm, tuple[str, ...]] = {partitions: THREE, crashes: THREE, clocks: THREE, everything: FIVE}


def drawn(storm: Storm, seed: int) -> Schedule:
    return storm(Draws(seed, "storm", "a trial"))


@pytest.mark.parametrize("storm", STORMS, ids=lambda storm: storm.__name__)
def test_a_storm_is_drawn_from_its_seed(storm: Storm) -> None:
    assert drawn(storm, 1) == drawn(storm, 1)
    assert drawn(storm, 1) != drawn(storm, 2)


@pytest.mark.parametrize("storm", STORMS, ids=lambda storm: storm.__name__)
def test_a_storm_bends_only_its_own_nodes_with_levers_that_there_are(storm: Storm) -> None:
    for seed in range(50):
        for fault in drawn(storm, seed).faults:
            named = {name for value in fault.args.values() if isinstance(value, list) for name in value}
            assert named
            assert named <= set(STORMS[storm])
            assert fault.kind in OPPOSITES


@pytest.mark.parametrize("storm", STORMS, ids=lambda storm: storm.__name__)
def test_what_can_be_healed_is_healed(storm: Storm) -> None:
    for seed in range(50):
        for fault in drawn(storm, seed).faults:
            assert bool(fault.lasting_ns) == bool(OPPOSITES[fault.kind])


def test_the_great_storm_has_forty_faults_in_its_two_minutes() -> None:
    for seed in range(50):
        faults = drawn(everything, seed).faults

        assert len(faults) == STORM_FAULTS == 40
        assert all(fault.at_ns + fault.lasting_ns < seconds(120) for fault in faults)


def test_seeds_differ_in_the_kinds_of_their_faults() -> None:
    kinds = {frozenset(fault.kind for fault in drawn(everything, seed).faults) for seed in range(50)}

    assert len(kinds) > 20
    assert len(frozenset().union(*kinds)) == 13
