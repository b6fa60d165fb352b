"""The judge of a whole run."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from lydite.checks import ASSERTION, EXCEPTION, NOTHING, Judgement, check, holds, judge, unknown, violated
from lydite.model import BudgetSpent, Event, InputError, Kind, Refused, Verdict

HERE = Path(__file__).name


def asked(number: int, name: str, *, mode: str = "always", holds: bool = True, **facts: int) -> Event:
    return Event(
        number=number,
        at_ns=number * 10,
        host="tester",
        kind=Kind.CHECK,
        fields={"name": name, "mode": mode, "holds": holds, "facts": dict(facts)},
    )


def raised(error: BaseException) -> BaseException:
    """The error as it comes out of a trial: with a traceback."""
    try:
        raise error
    except BaseException as caught:
        return caught


def test_a_line_that_always_held_holds() -> None:
    judged = judge([asked(0, "sum"), asked(1, "sum")], (), None)

    (finding,) = judged.findings
    assert judged.verdict is Verdict.HOLDS
    assert (finding.check, finding.message) == ("sum", "held 2 times")


def test_a_line_is_violated_where_it_first_was_false() -> None:
    story = [asked(0, "sum"), asked(1, "sum", holds=False, found=4), asked(2, "sum", holds=False, found=3)]

    judged = judge(story, (), None)

    (finding,) = judged.findings
    assert judged.verdict is Verdict.VIOLATED
    assert (finding.at_ns, finding.facts, finding.evidence) == (10, {"found": 4}, (1,))


def test_what_was_sometimes_true_holds_and_what_never_was_proves_nothing() -> None:
    seen = [asked(0, "elected", mode="sometimes", holds=False), asked(1, "elected", mode="sometimes")]
    unseen = seen[:1]

    assert judge(seen, (), None).verdict is Verdict.HOLDS
    assert judge(unseen, (), None).verdict is Verdict.UNKNOWN
    assert "never true" in judge(unseen, (), None).findings[0].message


def test_nothing_checked_is_unknown() -> None:
    note = Event(number=0, at_ns=0, host="tester", kind=Kind.NOTE, fields={"name": "a", "facts": {}})

    judged = judge([note], (), None)

    assert judged.verdict is Verdict.UNKNOWN
    assert judged.findings[0].check == NOTHING
    assert "world.always" in judged.findings[0].message


def test_a_failed_assertion_is_a_finding_with_its_line() -> None:
    judged = judge([], (), raised(AssertionError("4 of 5")))

    (finding,) = judged.findings
    assert (finding.check, finding.verdict, finding.message) == (ASSERTION, Verdict.VIOLATED, "4 of 5")
    assert HERE in str(finding.facts["where"])
    assert finding.facts["line"] == "raise error"


def test_an_exception_of_the_trial_is_a_finding() -> None:
    judged = judge([asked(0, "sum")], (), raised(KeyError("balance")))

    assert judged.verdict is Verdict.VIOLATED
    assert judged.findings[-1].check == EXCEPTION
    assert "KeyError: 'balance'" in judged.findings[-1].message


def test_leaving_the_world_is_an_ending_and_proves_nothing() -> None:
    refused = Refused("a thread was started", where="node.py:3", remedy="await asyncio.to_thread(...)")

    judged = judge([asked(0, "sum")], (), raised(refused))

    assert judged.verdict is Verdict.UNKNOWN
    assert judged.ending is not None
    assert (judged.ending.error, judged.ending.where) == ("Refused", "node.py:3")
    assert judged.ending.remedy == "await asyncio.to_thread(...)"


def test_what_was_violated_before_the_run_failed_stays_violated() -> None:
    judged = judge([asked(0, "sum", holds=False)], (), raised(BudgetSpent("it never ended")))

    assert judged.verdict is Verdict.VIOLATED
    assert judged.ending is not None


def test_of_a_group_of_exceptions_the_gravest_decides() -> None:
    both = BaseExceptionGroup("tasks", [KeyError("a"), BaseExceptionGroup("more", [Refused("a thread")])])
    failed = ExceptionGroup("tasks", [KeyError("a"), AssertionError("no")])

    assert judge([], (), raised(both)).ending is not None
    assert judge([], (), raised(failed)).findings[0].check == ASSERTION


@pytest.mark.parametrize("said", [holds("fine"), unknown("nothing seen"), violated("broken")])
def test_a_check_of_the_trial_is_judged_with_the_rest(said: Judgement) -> None:
    @check
    def mine(events: Sequence[Event]) -> Judgement:
        """Says what it is told to."""
        del events
        return said

    judged = judge([asked(0, "sum")], (mine,), None)

    assert judged.verdict is said.verdict
    assert [finding.check for finding in judged.findings] == ["sum", "mine"]


def test_a_check_that_fails_itself_is_no_verdict_but_an_ending() -> None:
    @check
    def careless(events: Sequence[Event]) -> Judgement:
        """Believes that there is an event."""
        return holds(events[0].host)

    judged = judge([], (careless,), None)

    assert judged.verdict is Verdict.UNKNOWN
    assert judged.ending is not None
    assert "the check careless failed itself: IndexError" in judged.ending.message
    assert HERE in judged.ending.where


def test_an_error_of_lydite_that_is_no_ending_is_told_with_its_class() -> None:
    judged = judge([], (), raised(InputError("no such host")))

    assert "InputError: no such host" in judged.findings[0].message
