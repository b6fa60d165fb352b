"""The search: what a run reached, what is planned from it, and sweeps that do not depend on their workers."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from lydite.faults import Budget, Ledger, Storm, trouble_of, validate
from lydite.model import Draws, Event, Kind, Plain, Result, Schedule, Verdict, seconds
from lydite.runner import ForkedEngine, Opening, Sweep, Until
from lydite.runner.orders import Listed, Order, Run
from lydite.runner.reached import reached
from lydite.runner.search import GENERATION, Search

FIVE = tuple(f"node-{number}" for number in range(1, 6))
STORM = Storm(hosts=FIVE, faults=(2, 6), until_ns=seconds(30), budget=Budget.minority(FIVE))


def note(name: str, host: str = "node-1", **facts: Plain) -> Event:
    return Event(number=0, at_ns=0, host=host, kind=Kind.NOTE, fields={"name": name, "facts": facts})


def weather(fault: str, phase: str) -> Event:
    fields: dict[str, Plain] = {"number": 1, "fault": fault, "phase": phase, "args": {}}
    return Event(number=0, at_ns=0, host="tester", kind=Kind.SCHEDULED, fields=fields)


def test_two_runs_that_went_the_same_ways_reached_the_same() -> None:
    story = [note("vote", round=1), note("block", height=7)]

    assert reached(story) == reached(story)
    assert reached(story) == reached([note("vote", "node-9", round=1), note("block", "node-9", height=7)])


@pytest.mark.parametrize(
    "other",
    [
        [note("vote"), note("vote"), note("block")],
        [note("block"), note("vote")],
        [note("vote", phase="ok"), note("block")],
        [weather("process.crash", "begin"), note("vote"), note("block")],
        [note("vote", count=1), note("block", count=900)],
    ],
)
def test_another_order_count_word_magnitude_or_weather_is_something_new(other: list[Event]) -> None:
    story = [note("vote"), note("block")]

    assert set(reached(other)) - set(reached(story))


def test_weather_that_is_over_is_no_weather() -> None:
    calm = [note("vote")]
    after = [weather("process.crash", "begin"), weather("process.crash", "end"), note("vote")]

    during = reached([weather("process.crash", "begin"), note("vote")])

    assert set(reached(calm)) & set(reached(after)) - set(during)


@pytest.mark.parametrize("seed", range(60))
def test_a_twist_can_be_performed_keeps_the_budget_and_ends_in_time(seed: int) -> None:
    lead = STORM(Draws(seed, "storm", "lead"))

    twist = STORM.twisted(lead, Draws(seed, "twist"))

    assert twist == STORM.twisted(lead, Draws(seed, "twist"))
    validate(twist, hosts=FIVE)
    ledger = Ledger(STORM.budget, FIVE)
    for fault in twist.faults:
        assert fault.at_ns + fault.lasting_ns <= STORM.until_ns
        assert ledger.allows(trouble_of(fault), fault)
        ledger.spend(trouble_of(fault), fault)
    assert len(twist) <= 2 * STORM.faults_max


def listed(label: str, *, twistable: bool = True) -> Listed:
    return Listed(
        label=label, target=label, name=label, story="", storm=True, twistable=twistable, configuration=""
    )


def ran(order: Order, features: Sequence[int]) -> Run:
    result = Result(trial=order.label, seed=order.seed, verdict=Verdict.HOLDS, digest="", records=0)
    return Run(order=order, result=result, schedule=Schedule(), reached=tuple(features))


def planned(search: Search) -> list[Order]:
    """All orders of a search in which every third run reaches something new."""
    orders = []
    for generation in search.generations():
        orders += generation
        search.learn([ran(order, [1, order.seed if order.seed % 3 == 0 else 2]) for order in generation])
    return orders


def test_every_seed_is_run_once_and_half_of_the_later_ones_follow_a_lead() -> None:
    orders = planned(Search(trials=[listed("a")], first=100, count=100))

    assert [order.seed for order in orders] == list(range(100, 200))
    assert [order.number for order in orders] == list(range(100))
    assert not any(order.twist for order in orders[:GENERATION])
    later = orders[GENERATION:]
    assert sum(bool(order.twist) for order in later) == len(later) / 2


def test_what_is_planned_depends_on_what_was_reached_and_nothing_else() -> None:
    first = planned(Search(trials=[listed("a"), listed("b")], first=0, count=60))

    assert first == planned(Search(trials=[listed("a"), listed("b")], first=0, count=60))


def test_a_storm_that_cannot_be_twisted_is_swept_seed_by_seed() -> None:
    orders = planned(Search(trials=[listed("a", twistable=False)], first=0, count=60))

    assert not any(order.twist for order in orders)


@pytest.mark.nightly
def test_a_search_runs_the_same_on_one_core_as_on_two(tmp_path: Path) -> None:
    def digest(workers: int) -> tuple[str, int]:
        with ForkedEngine(Opening(target="counter.survives_wrong_clocks"), workers=workers) as engine:
            sweep = Sweep(first=0, count=40, until=Until.LAST, out=tmp_path, search=True)
            result = sweep.run(engine)
            return result.digest, result.runs

    assert digest(1) == digest(2)
    assert digest(1)[1] == 40
