"""Notes that are not as a check needs them: UNKNOWN, with the note, the field, and both sides."""

import pytest

from lydite.checks import agreement, conservation_of_supply, threshold, validity
from lydite.model import Event, Kind, Plain, Verdict
from tests.checks.stories import Story, chain


def test_a_field_that_is_missing_is_named() -> None:
    finding = agreement().judge(Story().note("block", node="a", height=1))

    assert finding.verdict is Verdict.UNKNOWN
    assert (
        finding.message
        == "the note block (record 0), field value: expected a plain value, found no such field"
    )
    assert finding.evidence == (0,)


@pytest.mark.parametrize("height", ["1", 1.0, True, None, [1]])
def test_a_value_of_another_type_is_told_with_what_was_expected(height: Plain) -> None:
    finding = agreement().judge(Story().note("block", node="a", height=height, value="x"))

    assert f"field height: expected a whole number, found {height!r}" in finding.message


def test_all_problems_are_told_at_once() -> None:
    story = Story()
    for number in range(12):
        story.note("block", node="a", height=str(number), value="x")

    finding = agreement().judge(story)

    assert finding.message.endswith("and 11 more like it")
    problems = finding.facts["problems"]
    assert isinstance(problems, list)
    assert len(problems) == 10


def test_a_malformed_note_hides_no_violation_behind_green_and_claims_none() -> None:
    story = chain(chain(Story(), "a", "x"), "b", "y").note("block", node="c")

    assert agreement().judge(story).verdict is Verdict.UNKNOWN


def test_what_is_inside_a_field_is_told_by_its_path() -> None:
    story = Story().note("supply", balances={"ann": 1, "bob": 2.5}, issued=1)

    assert "field balances.bob: expected a whole number, found 2.5" in (
        conservation_of_supply().judge(story).message
    )


def test_names_may_be_numbers_and_nothing_else() -> None:
    good = Story().note("decision", item=1, signers=[1], weights={"1": 5}, needed=5)
    bad = Story().note("decision", item=1, signers=[1, None], weights={"1": 5}, needed=5)

    assert threshold().judge(good).verdict is Verdict.HOLDS
    assert "expected a list of names, found [1, None]" in threshold().judge(bad).message


def test_facts_that_are_no_object_are_told() -> None:
    event = Event(number=4, at_ns=0, host="t", kind=Kind.NOTE, fields={"name": "block", "facts": [1]})

    finding = validity(lambda facts: "").judge([event])

    assert "field facts: expected an object, found [1]" in finding.message


def test_a_number_that_json_cannot_carry_is_told() -> None:
    story = Story().note("block", node="a", height=1, value=float("nan"))

    assert "expected a plain value without infinities, found nan" in agreement().judge(story).message
