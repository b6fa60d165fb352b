"""The search alone: fake oracles, no world."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.runner.shrinking.search import minimised, settled, subsets

Items = tuple[int, ...]


class Asked:
    """An oracle of one core, which counts what it was asked."""

    def __init__(self, fails: Callable[[frozenset[int]], bool]) -> None:
        self.fails = fails
        self.candidates: list[Items] = []

    def __call__(self, options: Sequence[Items]) -> int | None:
        for number, option in enumerate(options):
            self.candidates.append(option)
            if self.fails(frozenset(option)):
                return number
        return None


def one_less(items: Items) -> list[frozenset[int]]:
    return [frozenset(items) - {item} for item in items]


@pytest.mark.parametrize(
    "needed", [set(), {0}, {39}, {19, 20}, {0, 39}, {3, 17, 31}, {5, 6, 7, 8, 9}, set(range(0, 40, 4))]
)
def test_what_is_needed_is_found_among_forty(needed: set[int]) -> None:
    oracle = Asked(lambda left: needed <= left)

    assert set(minimised(range(40), oracle)) == needed


@pytest.mark.parametrize(("needed", "most"), [({7}, 16), ({0, 39}, 30), ({19, 20}, 30), ({3, 17, 31}, 45)])
def test_few_needed_faults_of_forty_take_few_replays(needed: set[int], most: int) -> None:
    oracle = Asked(lambda left: needed <= left)

    minimised(range(40), oracle)

    assert len(oracle.candidates) <= most


def test_items_stay_in_their_order() -> None:
    assert minimised((9, 2, 7, 4, 1), Asked(lambda left: {1, 2, 4} <= left)) == (2, 4, 1)


@pytest.mark.parametrize("least", range(7))
def test_never_fewer_are_left_than_the_least(least: int) -> None:
    oracle = Asked(lambda left: True)

    assert len(minimised(range(6), oracle, least=least)) == min(least, 6)
    assert all(len(candidate) >= least for candidate in oracle.candidates)


def test_the_least_does_not_hide_what_is_needed() -> None:
    assert set(minimised(range(9), Asked(lambda left: {7, 8} <= left), least=2)) == {7, 8}
    assert {7, 8} < set(minimised(range(9), Asked(lambda left: {7, 8} <= left), least=4))


def test_faults_that_hide_one_another_end_in_a_minimum_that_fails() -> None:
    """1 undoes the failure unless 2 is there too: to leave out 2 alone is no way."""
    oracle = Asked(lambda left: 5 in left and (1 not in left or 2 in left))

    assert set(minimised(range(8), oracle)) == {5}


@given(
    count=st.integers(1, 14),
    secrets=st.lists(st.frozensets(st.integers(0, 13), max_size=5), min_size=1, max_size=4),
    holes=st.lists(st.frozensets(st.integers(0, 13), max_size=6), max_size=6),
)
def test_the_result_fails_and_nothing_of_it_can_be_left_out(
    count: int, secrets: list[frozenset[int]], holes: list[frozenset[int]]
) -> None:
    whole = frozenset(range(count))

    def fails(left: frozenset[int]) -> bool:
        if left == whole:
            return True
        return left not in holes and any(secret <= left for secret in secrets)

    result = minimised(range(count), Asked(fails))

    assert fails(frozenset(result))
    assert not any(fails(less) for less in one_less(result))


@given(count=st.integers(1, 9), least=st.integers(0, 9), needed=st.frozensets(st.integers(0, 8)))
def test_with_a_least_nothing_more_can_be_left_out_either(
    count: int, least: int, needed: frozenset[int]
) -> None:
    whole = frozenset(range(count))

    result = minimised(range(count), Asked(lambda left: needed & whole <= left), least=min(least, count))

    assert needed & whole <= frozenset(result)
    assert len(result) == max(min(least, count), len(needed & whole))


def test_subsets_come_smallest_first_and_leave_out_at_least_two() -> None:
    assert list(subsets((4, 5, 6))) == [(4,), (5,), (6,)]
    assert list(subsets((1, 2, 3, 4)))[:5] == [(1,), (2,), (3,), (4,), (1, 2)]
    assert all(len(each) <= 2 for each in subsets((1, 2, 3, 4)))
    assert list(subsets((1, 2))) == []


def test_a_value_is_settled_when_no_simpler_one_fails() -> None:
    def fails_from_ten(options: Sequence[int]) -> int | None:
        return next((number for number, option in enumerate(options) if option >= 10), None)

    assert settled(1000, lambda value: [value // 10, value // 2, value - 1], fails_from_ten) == 10


def test_values_that_are_simpler_than_one_another_end() -> None:
    assert settled(1, lambda value: [3 - value], lambda options: 0) == 2
