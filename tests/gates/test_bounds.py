"""The bound of a share: exact, monotone, and right as often as it says."""

import math
from bisect import bisect_right
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.gates.bounds import chance_of_at_least, lower_bound, runs_needed
from lydite.model import Draws

SURE = 0.95


def tail(passed: int, runs: int, rate: float) -> float:
    """The chance of so many successes or more, term by term."""
    return math.fsum(term(count, runs, rate) for count in range(passed, runs + 1))


def term(count: int, runs: int, rate: float) -> float:
    """The chance of just so many successes."""
    return math.comb(runs, count) * rate**count * (1 - rate) ** (runs - count)


@given(runs=st.integers(1, 60), passed=st.integers(0, 60), rate=st.floats(0.001, 0.999))
def test_the_chance_is_the_sum_of_its_terms(runs: int, passed: int, rate: float) -> None:
    passed = min(passed, runs)

    assert chance_of_at_least(passed, runs, rate=rate) == pytest.approx(tail(passed, runs, rate), abs=1e-12)


@given(runs=st.integers(1, 10**6), passed=st.integers(0, 10**6), confidence=st.floats(0.5, 0.999))
def test_the_bound_is_where_so_many_successes_are_just_possible(
    runs: int, passed: int, confidence: float
) -> None:
    passed = min(passed, runs)

    bound = lower_bound(passed, runs, confidence=confidence)

    assert 0 <= bound <= passed / runs
    if passed:
        assert chance_of_at_least(passed, runs, rate=bound) == pytest.approx(1 - confidence, rel=1e-6)


@given(runs=st.integers(1, 10_000), failures=st.integers(0, 9_999))
def test_one_failure_more_never_proves_more_and_one_pass_more_never_less(runs: int, failures: int) -> None:
    failures = min(failures, runs - 1)
    here = lower_bound(runs - failures, runs, confidence=SURE)

    assert lower_bound(runs - failures - 1, runs, confidence=SURE) < here
    assert lower_bound(runs - failures + 1, runs + 1, confidence=SURE) > here


@given(runs=st.integers(1, 10_000), failures=st.integers(0, 10_000), confidence=st.floats(0.5, 0.99))
def test_to_be_surer_proves_less(runs: int, failures: int, confidence: float) -> None:
    passed = max(runs - failures, 0)

    surer = lower_bound(passed, runs, confidence=(1 + confidence) / 2)

    assert surer <= lower_bound(passed, runs, confidence=confidence)


@pytest.mark.parametrize("rate", [0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("runs", [20, 59, 300])
def test_the_true_rate_lies_below_the_bound_no_more_often_than_said(rate: float, runs: int) -> None:
    bounds = [lower_bound(passed, runs, confidence=SURE) for passed in range(runs + 1)]
    chances = list(accumulate(term(passed, runs, rate) for passed in range(runs + 1)))
    draws = Draws(runs, "bound", str(rate))
    campaigns = 4_000

    passed = [min(bisect_right(chances, draws.unit()), runs) for _ in range(campaigns)]
    wrong = sum(bounds[count] > rate for count in passed)

    # 5 % of them, and four standard deviations for the luck of the draw.
    assert wrong / campaigns <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / campaigns)


@pytest.mark.parametrize("rate", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("runs", [20, 59, 300, 2_000])
def test_the_promise_is_exact_and_not_only_on_average(rate: float, runs: int) -> None:
    least = bisect_right(range(runs + 1), rate, key=lambda passed: lower_bound(passed, runs, confidence=SURE))

    assert chance_of_at_least(least, runs, rate=rate) <= 0.05


def test_wilsons_bound_breaks_the_promise_where_gates_stand() -> None:
    def wilson(passed: int, runs: int) -> float:
        z, share = 1.6448536269514722, passed / runs
        spread = z * math.sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs))
        return (share + z * z / (2 * runs) - spread) / (1 + z * z / runs)

    assert wilson(52, 52) > 0.95
    assert chance_of_at_least(52, 52, rate=0.95) > 0.069
    assert lower_bound(52, 52, confidence=SURE) < 0.95


@given(failures=st.integers(0, 50), rate=st.floats(0.5, 0.999))
def test_so_many_runs_prove_it_and_one_less_does_not(failures: int, rate: float) -> None:
    needed = runs_needed(failures, rate=rate, confidence=SURE)

    assert needed is not None
    assert lower_bound(needed - failures, needed, confidence=SURE) >= rate
    assert lower_bound(needed - 1 - failures, needed - 1, confidence=SURE) < rate if needed > 1 else True


def test_no_number_of_runs_proves_what_is_always_so() -> None:
    assert runs_needed(0, rate=1.0, confidence=SURE) is None
    assert runs_needed(0, rate=1 - 1e-12, confidence=SURE) is None
