"""The sample: fair, repeatable, and not to be chosen by whoever signs."""

from collections import Counter

import pytest

from lydite.model import Verdict
from lydite.statements import payload_of, pool_of, sample_of, share_at_most
from tests.statements.campaigns import run, statement
from tests.statements.test_contradictions import with_runs

MADE = statement(seeds=20)
PAYLOAD = payload_of(MADE)


def drawn(draw: str, count: int = 5, payload: bytes = PAYLOAD) -> list[tuple[str, int]]:
    return [(pick.trial.case, pick.run.seed) for pick in sample_of(MADE, payload, draw=draw, count=count)]


def test_the_same_word_draws_the_same_runs_and_another_one_others() -> None:
    assert drawn("ann") == drawn("ann")
    assert drawn("ann") != drawn("bob")
    assert drawn("ann") != drawn("ann", payload=PAYLOAD + b" ")


def test_no_run_comes_twice_and_no_more_come_than_there_are() -> None:
    for count in (1, 39, 40, 1000):
        runs = drawn("ann", count)
        assert len(runs) == len({*runs}) == min(count, 40)


def test_each_run_is_as_likely_as_any_other() -> None:
    draws = 4000

    counts = Counter(each for number in range(draws) for each in drawn(str(number), 4))

    # Each is expected 400 times, with a standard deviation of 19; six of them come by chance once in a million.
    assert len(counts) == 40
    assert all(abs(count - 400) < 6 * 19 for count in counts.values())


def test_what_left_no_trace_cannot_be_run_again() -> None:
    stopped = run(1, verdict=Verdict.UNKNOWN, failed="TimedOut", digest="")

    pool = pool_of(with_runs(run(0), stopped, run(2)))

    assert [pick.run.seed for pick in pool if pick.trial.case == "shop.sells"] == [0, 2]


@pytest.mark.parametrize(("count", "total"), [(5, 100), (20, 300), (59, 10_000)])
def test_so_many_false_runs_are_found_in_nineteen_of_twenty_draws(count: int, total: int) -> None:
    false = int(share_at_most(count, total) * total) + 1

    missed = 1.0
    for number in range(count):
        missed *= (total - false - number) / (total - number)

    assert missed <= 0.05


def test_all_runs_prove_all() -> None:
    assert share_at_most(40, 40) == 0.0
