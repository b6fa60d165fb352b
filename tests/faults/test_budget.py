"""Budgets: what a schedule may break at once, and in the whole run."""

from collections.abc import Iterable

import pytest

from lydite.faults import Budget, Ledger, trouble_of
from lydite.model import Fault, seconds

FIVE = ("a", "b", "c", "d", "e")


def crash(hosts: str | list[str], at: float, lasting: float = 2) -> Fault:
    return Fault(
        at_ns=seconds(at),
        kind="process.crash",
        args={"hosts": hosts},
        lasting_ns=seconds(lasting),
    )


def fits(budget: Budget, faults: Iterable[Fault]) -> list[bool]:
    """Whether each is allowed after those before it that were."""
    ledger = Ledger(budget, FIVE)
    told = []
    for fault in faults:
        trouble = trouble_of(fault)
        told.append(ledger.allows(trouble, fault))
        if told[-1]:
            ledger.spend(trouble, fault)
    return told


def test_hosts_that_are_down_at_the_same_time_are_counted_together() -> None:
    assert fits(Budget(down=2), [crash("a", 1), crash("b", 2), crash("c", 2.5)]) == [True, True, False]


def test_a_host_that_is_back_counts_no_more() -> None:
    assert fits(Budget(down=1), [crash("a", 1), crash("b", 3), crash("c", 5)]) == [True, True, True]


def test_a_host_counts_once_however_often_it_is_down() -> None:
    assert fits(Budget(down=1), [crash("a", 1), crash("a", 2), crash("a", 2.5)]) == [True, True, True]


def test_a_long_fault_that_begins_earlier_counts_where_it_meets_others() -> None:
    assert fits(Budget(down=2), [crash("a", 5), crash("b", 9), crash(["c", "d"], 1, 20)]) == [
        True,
        True,
        False,
    ]


def test_a_fault_that_never_ends_counts_for_ever() -> None:
    assert fits(Budget(down=1), [crash("a", 1, lasting=0), crash("b", 1_000)]) == [True, False]


def test_a_clock_that_was_set_stays_set() -> None:
    steps = [
        Fault(at_ns=seconds(at), kind="clock.step", args={"hosts": host, "by_ns": 5})
        for at, host in ((1, "a"), (50, "b"), (90, "a"))
    ]

    assert fits(Budget(clock=1), steps) == [True, False, True]


def test_nobody_may_lose_data_unless_the_budget_says_so() -> None:
    rot = [Fault(at_ns=1, kind="disk.rot", args={"hosts": "a"})]

    assert fits(Budget(), rot) == [False]
    assert fits(Budget(data=1), rot) == [True]


def test_what_is_only_slow_is_never_counted() -> None:
    slow = [
        Fault(at_ns=1, kind="network.delay", args={"left": "*", "right": "*", "by_ns": 5}, lasting_ns=9)
    ] * 9

    assert fits(Budget(down=0), slow) == [True] * 9


def test_everybody_is_as_many_as_there_are() -> None:
    assert fits(Budget(down=4), [crash("*", 1)]) == [False]
    assert fits(Budget(down=5), [crash("*", 1)]) == [True]


@pytest.mark.parametrize(
    ("count", "minority", "third"), [(1, 0, 0), (3, 1, 0), (4, 1, 1), (5, 2, 1), (7, 3, 2)]
)
def test_what_quorums_survive(count: int, minority: int, third: int) -> None:
    hosts = [f"node-{number}" for number in range(count)]

    assert Budget.minority(hosts).down == minority
    assert (Budget.third(hosts).down, Budget.third(hosts).byzantine) == (third, third)
