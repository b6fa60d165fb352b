"""The oracle with a fake engine: answers as from one core, whatever is run ahead, and within its budget."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import Draws, Ending, Fault, Finding, Result, Verdict
from lydite.runner import Budget, Ended, Order, Run, Shrinking
from lydite.runner.shrinking.case import Case
from lydite.runner.shrinking.oracle import Oracle, Spent
from lydite.runner.shrinking.search import minimised

WANTED = "wanted"


def numbers(order: Order) -> frozenset[int]:
    """The faults of an order, which are told apart by their times."""
    assert order.schedule is not None
    return frozenset(fault.at_ns for fault in order.schedule.faults)


def case(*times: int, nodes: tuple[int, ...] = ()) -> Case:
    made = Case().with_faults(Fault(at_ns=each, kind="network.cut") for each in times)
    return made.keeping("nodes", 9, nodes) if nodes else made


class FakeEngine:
    """Carries out so many orders at a time, and answers them in an order that is drawn."""

    def __init__(self, found: Callable[[Order], str], *, workers: int = 1, luck: int = 0) -> None:
        self.found = found
        self.workers = workers
        self.draws = Draws(luck, "fake", "engine")
        self.ran: list[Order] = []
        self.under_way: list[Order] = []

    def attempts(self, orders: Iterable[Order]) -> Generator[Run, None, None]:
        assert not self.under_way, "a question was asked while another one is open"
        pending = iter(orders)
        try:
            while True:
                while len(self.under_way) < self.workers and (order := next(pending, None)) is not None:
                    self.under_way.append(order)
                if not self.under_way:
                    return
                order = self.under_way.pop(self.draws.below(len(self.under_way)))
                self.ran.append(order)
                yield self.run(order)
        finally:
            self.under_way.clear()

    def run(self, order: Order) -> Run:
        kind = self.found(order)
        finding = Finding(check=kind, verdict=Verdict.VIOLATED, message="")
        result = Result(
            trial="t",
            seed=order.seed,
            verdict=Verdict.VIOLATED if kind else Verdict.HOLDS,
            digest=f"{sorted(numbers(order))}",
            records=1,
            findings=(finding,) if kind else (),
        )
        return Run(order=order, result=result, schedule=order.schedule)


def fails_with(needed: set[int]) -> Callable[[Order], str]:
    return lambda order: WANTED if needed <= numbers(order) else ""


def oracle_of(
    engine: FakeEngine,
    *,
    budget: Budget | None = None,
    watch: Callable[[Shrinking], None] = lambda progress: None,
) -> Oracle:
    order = Order(number=0, label="t", seed=1)
    return Oracle(engine.attempts, order, kind=WANTED, budget=budget or Budget(), watch=watch)


def test_the_first_in_the_order_of_candidates_wins_not_the_fastest() -> None:
    options = [case(9), case(1), case(2, 1), case(8)]

    for luck in range(20):
        engine = FakeEngine(lambda order: WANTED if 1 in numbers(order) else "", workers=4, luck=luck)
        assert oracle_of(engine).first(options) == 1


@given(
    workers=st.integers(1, 6),
    luck=st.integers(0, 10_000),
    needed=st.frozensets(st.integers(0, 19), max_size=4),
    replays=st.integers(2, 40),
)
def test_neither_workers_nor_luck_nor_the_budget_change_what_is_found(
    workers: int, luck: int, needed: frozenset[int], replays: int
) -> None:
    def shrunk(engine: FakeEngine) -> tuple[Case, int, Ended]:
        oracle = oracle_of(engine, budget=Budget(replays=replays))
        whole = case(*range(20))
        oracle.begin(whole)
        try:
            minimised(range(20), lambda options: oracle.first([case(*each) for each in options]))
        except Spent as spent:
            return oracle.best, oracle.replays, spent.ended
        return oracle.best, oracle.replays, Ended.SMALLEST

    alone = shrunk(FakeEngine(fails_with(set(needed))))
    many = shrunk(FakeEngine(fails_with(set(needed)), workers=workers, luck=luck))

    assert many == alone
    assert alone[1] <= replays
    assert needed <= {fault.at_ns for fault in alone[0].faults}
    if alone[2] is Ended.SMALLEST:
        assert needed == {fault.at_ns for fault in alone[0].faults}


def test_a_budget_of_replays_ends_a_search_with_the_best_until_then() -> None:
    engine = FakeEngine(fails_with({1}))
    oracle = oracle_of(engine, budget=Budget(replays=3))
    oracle.begin(case(1, 2, 3))

    assert oracle.first([case(2, 3), case(1, 2)]) == 1
    with pytest.raises(Spent) as spent:
        oracle.first([case(2)])

    assert spent.value.ended is Ended.REPLAYS
    assert (oracle.replays, len(engine.ran)) == (3, 3)
    assert oracle.best == case(1, 2)


def test_what_is_known_costs_nothing() -> None:
    engine = FakeEngine(fails_with({1}))
    oracle = oracle_of(engine, budget=Budget(replays=2))

    assert [oracle.first([case(2), case(1)]) for _ in range(5)] == [1] * 5
    assert (oracle.replays, len(engine.ran)) == (2, 2)


def test_the_same_candidate_twice_is_run_once() -> None:
    engine = FakeEngine(fails_with({1}), workers=3)

    assert oracle_of(engine).first([case(2), case(2), case(2), case(3)]) is None
    assert len(engine.ran) == 2


def test_what_was_run_ahead_counts_when_it_is_asked_for() -> None:
    engine = FakeEngine(fails_with({1}), workers=4)
    oracle = oracle_of(engine)

    oracle.first([case(1), case(2), case(3), case(4)])
    ahead = (oracle.replays, len(engine.ran))
    oracle.first([case(2), case(3)])

    assert ahead == (1, 4)
    assert (oracle.replays, len(engine.ran)) == (3, 4)


def test_cases_that_differ_only_in_their_parts_are_different() -> None:
    engine = FakeEngine(lambda order: WANTED if order.parts.get("nodes") == (2, 3) else "")

    assert oracle_of(engine).first([case(1), case(1, nodes=(1, 2)), case(1, nodes=(2, 3))]) == 2


def test_the_failure_of_another_check_is_not_the_failure() -> None:
    engine = FakeEngine(lambda order: WANTED if 2 in numbers(order) else "other")

    assert oracle_of(engine).first([case(1), case(3), case(2)]) == 2


def test_a_run_that_was_refused_or_failed_itself_is_not_the_failure() -> None:
    engine = FakeEngine(fails_with(set()))
    honest = engine.run

    def refused(order: Order) -> Run:
        run = honest(order)
        ending = Ending(error="ScheduleRefused", message="there is no host node-3")
        lost = replace(run.result, findings=(), ending=ending, verdict=Verdict.UNKNOWN)
        return replace(run, result=lost) if 3 in numbers(order) else run

    engine.run = refused  # type: ignore[method-assign]

    assert oracle_of(engine).first([case(3), case(4)]) == 1


def test_a_failure_without_a_name_never_comes_again() -> None:
    engine = FakeEngine(lambda order: "")
    oracle = Oracle(
        engine.attempts,
        Order(number=0, label="t", seed=1),
        kind="",
        budget=Budget(),
        watch=lambda progress: None,
    )

    assert oracle.first([case(1)]) is None


def test_time_ends_a_search() -> None:
    oracle = oracle_of(FakeEngine(fails_with({1})), budget=Budget(seconds=0.0))
    oracle.begin(case(1, 2))

    with pytest.raises(Spent) as spent:
        oracle.first([case(1)])

    assert spent.value.ended is Ended.SECONDS
    assert oracle.best == case(1, 2)


def test_an_interrupted_search_keeps_the_best_and_leaves_no_run_under_way() -> None:
    interrupts = False

    def interrupt(progress: Shrinking) -> None:
        if interrupts:
            raise KeyboardInterrupt

    engine = FakeEngine(fails_with({1}), workers=3)
    oracle = oracle_of(engine, watch=interrupt)
    oracle.begin(case(1, 2, 3))
    oracle.first([case(1, 2)])
    interrupts = True
    with pytest.raises(KeyboardInterrupt):
        oracle.first([case(2), case(3), case(1)])

    assert oracle.best == case(1, 2)
    assert engine.under_way == []


def test_progress_tells_of_replays_and_of_the_best() -> None:
    told: list[Shrinking] = []
    oracle = oracle_of(FakeEngine(fails_with({1})), watch=told.append)
    oracle.begin(case(1, 2, 3))
    oracle.first([case(2), case(1, nodes=(4,))])

    assert (told[-1].replays, told[-1].best.size) == (3, (1, -8))
