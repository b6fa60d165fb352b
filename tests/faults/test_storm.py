"""Storms: drawn from the seed, swarm-like, aimed, and within their budget."""

import pytest

from lydite.faults import (
    CATALOGUE,
    Budget,
    Harm,
    Ledger,
    Mode,
    Storm,
    clog_and_release,
    crash_before_sync,
    isolate_leader,
    split_at_quorum,
    step_at_epoch,
    trouble_of,
    validate,
)
from lydite.model import Draws, InputError, Schedule, milliseconds, seconds

FIVE = tuple(f"node-{number}" for number in range(1, 6))
SEEDS = range(120)


def drawn(storm: Storm, seed: int) -> Schedule:
    return storm(Draws(seed, "storm", "test"))


def schedules(storm: Storm) -> list[Schedule]:
    return [drawn(storm, seed) for seed in SEEDS]


def test_a_seed_always_gives_the_same_storm_and_another_seed_another() -> None:
    storm = Storm(hosts=FIVE)

    assert drawn(storm, 1) == drawn(storm, 1)
    assert len({str(each.as_plain()) for each in schedules(storm)}) == len(SEEDS)


def test_every_storm_can_be_performed() -> None:
    for schedule in schedules(Storm(hosts=FIVE, faults=30, budget=Budget(data=None))):
        validate(schedule, hosts=FIVE)


def test_each_seed_enables_some_kinds_only_and_all_seeds_together_all() -> None:
    storm = Storm(hosts=FIVE, faults=60, budget=Budget(data=None))

    seen = [{fault.kind for fault in schedule.faults} for schedule in schedules(storm)]

    every = {each.kind for each in storm.troubles}
    assert set.union(*seen) == every
    assert min(len(kinds) for kinds in seen) < len(every) / 3
    assert sum(kinds == every for kinds in seen) < len(SEEDS) / 4


def test_a_storm_has_as_many_faults_as_it_is_asked_for() -> None:
    assert {len(each) for each in schedules(Storm(hosts=FIVE, faults=40))} == {40}
    counts = {len(each) for each in schedules(Storm(hosts=FIVE, faults=(3, 6)))}
    assert counts == {3, 4, 5, 6}


def test_kinds_and_families_are_chosen_and_left_out() -> None:
    storm = Storm(hosts=FIVE, kinds=("network", "clock.drift"), without=("network.reset",), faults=30)

    seen = {fault.kind for schedule in schedules(storm) for fault in schedule.faults}

    assert "clock.drift" in seen
    assert "network.cut" in seen
    assert all(kind.startswith("network.") or kind == "clock.drift" for kind in seen)
    assert "network.reset" not in seen


@pytest.mark.parametrize("budget", [Budget.minority(FIVE), Budget(down=0), Budget(down=1, clock=1, data=1)])
def test_a_storm_keeps_its_budget(budget: Budget) -> None:
    storm = Storm(hosts=FIVE, faults=40, budget=budget, nemeses=(split_at_quorum(), crash_before_sync()))

    for schedule in schedules(storm):
        ledger = Ledger(budget, FIVE)
        for fault in schedule.faults:
            trouble = trouble_of(fault)
            assert ledger.allows(trouble, fault), fault
            ledger.spend(trouble, fault)


def test_what_a_budget_never_allows_is_not_even_enabled() -> None:
    assert all(each.harm is not Harm.DATA for each in Storm(hosts=FIVE).troubles)
    assert any(each.harm is Harm.DATA for each in Storm(hosts=FIVE, budget=Budget(data=1)).troubles)


def test_when_a_liveness_storm_is_over_every_fault_has_ended() -> None:
    for schedule in schedules(Storm(hosts=FIVE, until_ns=seconds(20))):
        for fault in schedule.faults:
            assert seconds(1) <= fault.at_ns <= seconds(20)
            assert fault.lasting_ns or not CATALOGUE[fault.kind].opposite
            assert fault.at_ns + fault.lasting_ns <= seconds(20)


def test_some_faults_outlast_a_safety_storm() -> None:
    storm = Storm(hosts=FIVE, until_ns=seconds(20), mode=Mode.SAFETY)

    never = [
        fault
        for schedule in schedules(storm)
        for fault in schedule.faults
        if CATALOGUE[fault.kind].opposite and not fault.lasting_ns
    ]

    assert never


def test_each_nemesis_strikes_in_about_half_of_the_seeds() -> None:
    nemeses = (
        isolate_leader(),
        split_at_quorum(),
        crash_before_sync("journal"),
        step_at_epoch(period_ns=seconds(10)),
        clog_and_release(),
    )
    for nemesis in nemeses:
        storm = Storm(hosts=FIVE, faults=0, nemeses=(nemesis,))
        struck = [schedule for schedule in schedules(storm) if schedule.faults]
        assert len(SEEDS) * 0.35 < len(struck) < len(SEEDS) * 0.65
        for schedule in struck:
            validate(schedule, hosts=FIVE)


def test_a_split_at_the_quorum_has_one_fewer_or_one_more_on_a_side() -> None:
    storm = Storm(hosts=FIVE, faults=0, nemeses=(split_at_quorum(),))

    sizes = {
        len(fault.args["groups"][0])  # type: ignore[index,arg-type]
        for schedule in schedules(storm)
        for fault in schedule.faults
    }

    assert sizes == {2, 3, 4}


def test_a_clock_is_set_across_the_edge_of_an_epoch() -> None:
    storm = Storm(hosts=FIVE, faults=0, nemeses=(step_at_epoch(period_ns=seconds(10)),))

    for schedule in schedules(storm):
        for fault in schedule.faults[:1]:
            by_ns = fault.args["by_ns"]
            assert isinstance(by_ns, int)
            assert fault.at_ns // seconds(10) < (fault.at_ns + by_ns) // seconds(10)
            assert seconds(10) - fault.at_ns % seconds(10) <= milliseconds(200)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"hosts": ()}, "names no hosts"),
        ({"kinds": ("netwrok",)}, "did you mean network?"),
        ({"without": ("process.cras",)}, "did you mean process.crash?"),
        ({"from_ns": 9, "until_ns": 9}, "expected a later end"),
        ({"lasting_ns": (5, 4)}, "expected a longer second one"),
        ({"faults": (5, 4)}, "expected a larger second number"),
        ({"hosts": ("a", "a")}, "expected the names of different hosts"),
        ({"hosts": "node"}, "expected the names of different hosts"),
        ({"hosts": ("a", "*")}, "it names *, expected hosts"),
        ({"hosts": ("a", "tester")}, "it names tester, expected hosts"),
        ({"hosts": ("@leader",)}, "it names @leader, expected hosts"),
        ({"kinds": ("process.crash",), "budget": Budget(down=0)}, "nothing that it could draw"),
        ({"kinds": ("byzantine",)}, "nothing that it could draw"),
        ({"kinds": ("process.cascade",), "budget": Budget(down=1)}, "nothing that it could draw"),
        ({"kinds": ("network.heal",)}, "nothing that it could draw"),
        ({"kinds": ("network",), "without": ("network",)}, "nothing that it could draw"),
        ({"hosts": ("a",), "kinds": ("network.cut", "network.ring")}, "nothing that it could draw"),
    ],
)
def test_a_storm_that_cannot_be_is_refused_with_all_that_is_wrong(
    wrong: dict[str, object], told: str
) -> None:
    with pytest.raises(InputError, match="this storm cannot be") as caught:
        Storm(**{"hosts": FIVE, **wrong})  # type: ignore[arg-type]

    assert told in str(caught.value)


def test_a_storm_that_is_asked_for_no_fault_may_be_calm() -> None:
    storm = Storm(hosts=("a",), kinds=("network.cut",), faults=0)

    assert drawn(storm, 1) == Schedule()


def test_a_budget_is_a_number_of_hosts() -> None:
    with pytest.raises(InputError, match="found down -1, data -2"):
        Budget(down=-1, data=-2)


@pytest.mark.parametrize("period_s", [7, 12, 29, 60])
def test_no_step_at_an_epoch_comes_after_the_storm(period_s: int) -> None:
    storm = Storm(hosts=FIVE, faults=0, nemeses=(step_at_epoch(period_ns=seconds(period_s)),))

    faults = [fault for schedule in schedules(storm) for fault in schedule.faults]
    assert faults
    assert all(fault.at_ns <= storm.until_ns for fault in faults)


def test_a_nemesis_that_could_do_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="a role begins with @, found 'leader'"):
        isolate_leader("leader")
    with pytest.raises(InputError, match="has a period, found 0 ns"):
        step_at_epoch(period_ns=0)
    storm = Storm(hosts=FIVE, until_ns=seconds(30), nemeses=(step_at_epoch(period_ns=seconds(40)),))
    with pytest.raises(InputError, match=r"no edge of a period of 40\.000 s lies in a storm"):
        schedules(storm)


def test_a_twisted_storm_that_must_end_has_ended_when_it_is_over() -> None:
    storm = Storm(hosts=FIVE, faults=(1, 3))
    for seed in SEEDS:
        schedule = drawn(storm, seed)
        for number in range(4):
            schedule = storm.twisted(schedule, Draws(seed, "twist", str(number)))
            assert all(each.at_ns + each.lasting_ns <= storm.until_ns for each in schedule.faults)
