"""The passes alone: what they ask a fake oracle, which knows what is needed and runs nothing."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from lydite.model import Fault, Result, Verdict, seconds
from lydite.runner import Order, Run
from lydite.runner.shrinking.case import Case
from lydite.runner.shrinking.passes import least_parts, one_alone, smallest


class Knowing:
    """An oracle of one core."""

    def __init__(self, fails: Callable[[Case], bool], asked: Mapping[str, tuple[int, int]]) -> None:
        self.fails = fails
        self.asked = asked
        self.cases: list[Case] = []

    def first(self, cases: Sequence[Case]) -> int | None:
        for number, case in enumerate(cases):
            self.cases.append(case)
            if self.fails(case):
                return number
        return None

    def run_of(self, case: Case) -> Run:
        result = Result(
            trial="t", seed=1, verdict=Verdict.VIOLATED, digest="", records=0, virtual_ns=seconds(60)
        )
        return Run(order=Order(number=0, label="t.t", seed=1), result=result, asked=self.asked)


def pause(at_s: int, host: str, lasting_s: int = 1) -> Fault:
    """A fault that lasts."""
    return Fault(
        at_ns=seconds(at_s), kind="process.pause", args={"hosts": host}, lasting_ns=seconds(lasting_s)
    )


STORM = Case(faults=tuple(pause(number, f"node-{number}", 1 + number % 6) for number in range(1, 41)))
BEGIN_NS, END_NS = STORM.faults[0].at_ns, max(fault.at_ns + fault.lasting_ns for fault in STORM.faults)


def hosts(case: Case) -> set[object]:
    """The hosts that its faults are about."""
    return {fault.args["hosts"] for fault in case.faults}


def at_another_time(case: Case) -> bool:
    """Four faults make the moment right for the last of them; so does time, in which it does it alone."""
    only = case.faults[0] if len(case.faults) == 1 else None
    late = only is not None and only.args["hosts"] == "node-31" and seconds(20) < only.at_ns < seconds(28)
    return late or {"node-3", "node-9", "node-17", "node-31"} <= hosts(case)


def test_a_fault_that_suffices_at_another_time_is_left_alone() -> None:
    oracle = Knowing(at_another_time, {})

    found = smallest(STORM, oracle)

    assert hosts(found) == {"node-31"}
    assert len(found.faults) == 1
    assert len(oracle.cases) <= 120


def test_a_fault_alone_asks_no_more_than_the_whole_did() -> None:
    oracle = Knowing(lambda case: False, {})
    few = STORM.with_faults(STORM.faults[10:15])

    assert one_alone(STORM, few, oracle) is few

    assert len(oracle.cases) == 40
    longest_ns = max(fault.lasting_ns for fault in STORM.faults)
    for case in oracle.cases:
        (fault,) = case.faults
        assert fault.at_ns >= BEGIN_NS
        assert fault.at_ns + fault.lasting_ns <= END_NS
        assert fault.lasting_ns == longest_ns
        assert fault.kind == "process.pause"
        assert fault.args in [each.args for each in few.faults]


def test_a_fault_alone_has_all_parts_again() -> None:
    oracle = Knowing(lambda case: False, {})
    few = STORM.with_faults(STORM.faults[10:15]).keeping("clients", 4, (1,))

    one_alone(STORM, few, oracle)

    assert {tuple(case.parts) for case in oracle.cases} == {()}


@pytest.mark.parametrize("left", [1, 2, 3])
def test_few_faults_are_not_moved(left: int) -> None:
    oracle = Knowing(lambda case: True, {})
    few = STORM.with_faults(STORM.faults[:left])

    assert one_alone(STORM, few, oracle) is few
    assert not oracle.cases


def test_what_happens_at_once_is_moved_and_stays_so() -> None:
    steps = [
        Fault(at_ns=seconds(at_s), kind="clock.step", args={"hosts": "a", "by_ns": at_s})
        for at_s in (2, 4, 6, 8)
    ]
    oracle = Knowing(lambda case: False, {})
    whole = Case().with_faults([*steps, pause(3, "a", 6)])

    one_alone(whole, whole.with_faults(steps), oracle)

    assert {fault.lasting_ns for case in oracle.cases for fault in case.faults} == {0}
    assert max(fault.at_ns for case in oracle.cases for fault in case.faults) == seconds(9)


def test_where_the_least_of_a_part_suffices_it_is_taken_with_the_hosts_that_are_gone() -> None:
    def fails(case: Case) -> bool:
        # A fault about a host that is gone is refused.
        known = hosts(case) <= {f"node-{number}" for number in case.kept("nodes", 40)}
        return known and "node-1" in hosts(case) and case.kept("clients", 4) == (1, 2, 3, 4)

    oracle = Knowing(fails, {"nodes": (40, 2), "clients": (4, 1), "looks": (9, 0)})

    found = least_parts(STORM, oracle)

    assert hosts(found) == {"node-1", "node-2"}
    assert found.parts == {"nodes": (1, 2), "looks": ()}


def test_no_more_than_a_few_replays_are_asked_for_the_least() -> None:
    oracle = Knowing(lambda case: False, {"nodes": (40, 2), "clients": (4, 1)})

    assert least_parts(STORM, oracle) is STORM
    assert len(oracle.cases) == 3
