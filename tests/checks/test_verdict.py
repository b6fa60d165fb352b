"""The judge of a whole run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lydite.checks import ASSERTION, EXCEPTION, NOTHING, Judgement, check, holds, judge, unknown, violated
from lydite.model import BudgetSpent, Event, InputError, Kind, Plain, Refused, Verdict, seconds

HERE = Path(__file__).name


def asked(number: int, name: str, *, mode: str = "always", holds: bool = True, **facts: Plain) -> Event:
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


def promised(
    number: int, *, holds: bool = True, took_s: int = 1, bent: tuple[str, ...] = (), **more: Plain
) -> Event:
    facts: dict[str, Plain] = {
        "within_ns": seconds(5),
        "took_ns": seconds(took_s),
        "bent": list(bent),
        **more,
    }
    return asked(number, "elected", mode="eventually", holds=holds, **facts)


def test_what_came_true_in_time_holds_and_the_slowest_is_told() -> None:
    (finding,) = judge([promised(0), promised(1, took_s=4), promised(2, took_s=2)], (), None).findings

    assert (finding.verdict, finding.message) == (Verdict.HOLDS, "came true 3 times")
    assert (finding.facts["took_ns"], finding.evidence) == (seconds(4), (1,))


def test_what_did_not_come_true_in_a_whole_world_is_violated() -> None:
    story = [promised(0), promised(1, holds=False, bent=("network.cut",)), promised(2, holds=False)]

    (finding,) = judge(story, (), None).findings

    assert (finding.verdict, finding.evidence) == (Verdict.VIOLATED, (2,))
    assert finding.message == "did not come true within 5.000 s"
    assert finding.facts["mode"] == "eventually"


def test_a_promise_proves_nothing_while_the_world_is_bent() -> None:
    story = [promised(0), promised(1, holds=False, bent=("network.cut(a, b)", "disk.fill(a)"))]

    (finding,) = judge(story, (), None).findings

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.message == "the world was still bent: network.cut(a, b), disk.fill(a)"


@pytest.mark.parametrize(
    ("bent_until_ns", "verdict", "message"),
    [
        (
            seconds(4),
            Verdict.VIOLATED,
            "did not come true within 5.000 s, counted from 4.000 s, when something was bent last",
        ),
        (seconds(5), Verdict.UNKNOWN, "the world was bent again while it waited, at 5.000 s"),
        ("4", Verdict.VIOLATED, "did not come true within 5.000 s"),
    ],
)
def test_a_promise_has_its_whole_time_after_the_last_bend(
    bent_until_ns: Plain, verdict: Verdict, message: str
) -> None:
    late = replace(promised(9, holds=False, bent_until_ns=bent_until_ns), at_ns=seconds(9))

    (finding,) = judge([late], (), None).findings

    assert (finding.verdict, finding.message) == (verdict, message)


def test_a_promise_without_its_facts_is_judged_as_if_nothing_were_bent() -> None:
    kept = asked(0, "elected", mode="eventually")
    broken = asked(1, "elected", mode="eventually", holds=False, bent="cut", within_ns="5", took_ns=None)

    assert judge([kept], (), None).verdict is Verdict.HOLDS
    assert judge([kept, broken], (), None).verdict is Verdict.VIOLATED


def test_a_line_that_was_passed_is_reached() -> None:
    story = [asked(0, "leader lost", mode="reachable"), asked(1, "leader lost", mode="reachable")]

    (finding,) = judge(story, (), None, reaches=("leader lost",)).findings

    assert (finding.verdict, finding.evidence) == (Verdict.HOLDS, (0,))
    assert finding.facts["mode"] == "reachable"


def test_a_line_that_must_be_passed_and_never_was_proves_nothing() -> None:
    judged = judge([asked(0, "b", mode="reachable"), asked(1, "a")], (), None, reaches=("a", "b", "a"))

    assert judged.verdict is Verdict.UNKNOWN
    missed = [finding for finding in judged.findings if finding.verdict is Verdict.UNKNOWN]
    assert [(each.check, each.message) for each in missed] == [("a", "was never reached")]
    assert missed[0].facts == {"mode": "reachable"}


def test_a_claim_of_a_mode_that_is_not_known_proves_nothing() -> None:
    (finding,) = judge([asked(0, "x", mode="probably")], (), None).findings

    assert finding.verdict is Verdict.UNKNOWN
    assert "does not know: probably" in finding.message


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
