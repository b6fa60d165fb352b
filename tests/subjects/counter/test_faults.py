"""The storms of the counter: which kinds they have, how many faults, and what they never do."""

import pytest

from lydite.faults import CATALOGUE, Harm, Storm, trouble_of
from lydite.model import Draws, Schedule, seconds
from lydite_subjects.counter.faults import STORM_FAULTS, clocks, crashes, everything, partitions

STORMS = {"partitions": partitions, "crashes": crashes, "clocks": clocks, "everything": everything}


def drawn(storm: Storm, seed: int) -> Schedule:
    return storm(Draws(seed, "storm", "a trial"))


@pytest.mark.parametrize("storm", STORMS.values(), ids=STORMS)
def test_a_storm_spares_what_the_counter_does_not_promise(storm: Storm) -> None:
    harms = {trouble_of(fault).harm for seed in range(50) for fault in drawn(storm, seed).faults}

    assert not harms & {Harm.DATA, Harm.BYZANTINE}


@pytest.mark.parametrize("storm", STORMS.values(), ids=STORMS)
def test_a_storm_bends_only_its_own_nodes_and_ends_in_time(storm: Storm) -> None:
    for seed in range(50):
        for fault in drawn(storm, seed).faults:
            assert {*trouble_of(fault).named} <= {*storm.hosts}
            # A step at the edge of an epoch may come right after the storm.
            assert fault.at_ns + fault.lasting_ns <= storm.until_ns + seconds(1)
            assert bool(fault.lasting_ns) == bool(CATALOGUE[fault.kind].opposite)


def test_the_great_storm_has_forty_faults_in_its_two_minutes() -> None:
    for seed in range(50):
        faults = drawn(everything, seed).faults

        assert len(faults) == STORM_FAULTS == 40
        assert all(fault.at_ns + fault.lasting_ns < seconds(120) for fault in faults)


def test_seeds_differ_in_the_kinds_of_their_faults() -> None:
    kinds = {frozenset(fault.kind for fault in drawn(everything, seed).faults) for seed in range(50)}

    assert len(kinds) > 40


def test_the_storms_together_have_every_kind_that_the_counter_survives() -> None:
    survived = {
        kind
        for kind, each in CATALOGUE.items()
        if each.stormy and each.harm not in (Harm.DATA, Harm.BYZANTINE)
    }
    # Among three nodes there is no ring.
    seen = {each.kind for storm in STORMS.values() for each in storm.troubles}

    assert seen == survived


def test_now_and_then_everybody_loses_the_power_at_once() -> None:
    schedules = [drawn(crashes, seed) for seed in range(50)]
    dark = [
        seed
        for seed, schedule in enumerate(schedules)
        if any(
            fault.kind == "process.power_off" and fault.args["hosts"] == [*crashes.hosts]
            for fault in schedule.faults
        )
    ]

    assert 10 < len(dark) < 40
