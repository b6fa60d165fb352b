"""Validity and acceptance, on stories that hold, that break, and that prove nothing."""

from lydite.checks import acceptance, validity
from lydite.model import Facts, Verdict
from tests.checks.stories import Story


def even(facts: Facts) -> str:
    """The law of the tests: a block's work is even."""
    work = facts.get("work")
    return "" if isinstance(work, int) and work % 2 == 0 else f"its work is {work}, expected an even number"


def test_what_verifies_holds() -> None:
    assert validity(even).judge(Story().note("block", node="a", work=4)).verdict is Verdict.HOLDS


def test_what_does_not_verify_is_named_with_its_reason() -> None:
    story = Story().note("block", node="a", work=4).note("block", node="b", work=3).note("block", node="c")

    finding = validity(even).judge(story)

    assert finding.verdict is Verdict.VIOLATED
    assert finding.message == "b accepted what is not valid: its work is 3, expected an even number"
    assert finding.evidence == (1,)
    assert validity(even, among=("a",)).judge(story).verdict is Verdict.HOLDS


def test_nothing_accepted_proves_nothing() -> None:
    assert validity(even).judge(Story().note("other", node="a")).verdict is Verdict.UNKNOWN
    assert validity(even, among=("z",)).judge(Story().note("block", node="a")).verdict is Verdict.UNKNOWN


def test_decisions_as_the_verifier_would_decide_hold() -> None:
    story = Story().note("accepted", node="a", item=1).note("verified", item=1, valid=True)
    story.note("verified", item=2, valid=False).note("rejected", node="a", item=2)

    assert acceptance().judge(story).verdict is Verdict.HOLDS


def test_accepting_what_is_wrong_and_rejecting_what_is_right_break_it() -> None:
    accepted = Story().note("verified", item=1, valid=False).note("accepted", node="a", item=1)
    rejected = Story().note("rejected", node="a", item=1).note("verified", item=1, valid=True)

    assert acceptance().judge(accepted).message == "a accepted 1, which is not valid"
    assert acceptance().judge(rejected).message == "a rejected 1, which is valid"
    assert acceptance().judge(rejected).evidence == (0, 1)
    assert acceptance(among=("b",)).judge(accepted).verdict is Verdict.UNKNOWN


def test_what_nobody_verified_proves_nothing() -> None:
    story = Story().note("accepted", node="a", item=1).note("verified", item=1, valid=True)
    story.note("accepted", node="a", item="1")

    finding = acceptance().judge(story)

    assert finding.verdict is Verdict.UNKNOWN
    assert '"1" was never verified' in finding.message


def test_a_verifier_that_contradicts_itself_proves_nothing() -> None:
    story = Story().note("verified", item=1, valid=True).note("verified", item=1, valid=False)

    assert acceptance().judge(story.note("accepted", node="a", item=1)).verdict is Verdict.UNKNOWN
