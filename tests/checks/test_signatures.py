"""Double signing, its detection, and thresholds, on stories that hold, that break, and that prove nothing."""

import pytest

from lydite.checks import double_signing, double_signing_is_detected, threshold
from lydite.model import Plain, Verdict
from tests.checks.stories import Story


def signed(story: Story, signer: str, slot: Plain, value: str) -> Story:
    return story.note("signed", signer=signer, slot=slot, value=value)


def test_one_value_for_each_slot_holds() -> None:
    story = signed(signed(signed(Story(), "v1", 1, "a"), "v1", 2, "b"), "v2", 1, "z")

    assert double_signing().judge(signed(story, "v1", 1, "a")).verdict is Verdict.HOLDS


def test_two_values_for_one_slot_are_both_named() -> None:
    story = signed(signed(Story(), "v1", [1, 0, "vote"], "a"), "v1", [1, 0, "vote"], "b")

    finding = double_signing().judge(story)

    assert finding.verdict is Verdict.VIOLATED
    assert finding.facts == {"signer": "v1", "slot": [1, 0, "vote"], "values": ["a", "b"]}
    assert finding.evidence == (0, 1)


def test_a_known_traitor_is_not_held_to_it() -> None:
    story = signed(signed(Story().note("byzantine", node="v1"), "v1", 1, "a"), "v1", 1, "b")

    assert double_signing().judge(story).verdict is Verdict.UNKNOWN
    assert double_signing().judge(signed(story, "v2", 1, "a")).verdict is Verdict.HOLDS


def test_no_signature_proves_nothing() -> None:
    assert double_signing().judge(Story()).verdict is Verdict.UNKNOWN


def three_nodes() -> Story:
    story = Story().start("a").start("b").start("x")
    return story.note("equivocated", signer="x", slot=7)


def accuse(story: Story, *nodes: str, signer: str = "x", slot: int = 7) -> Story:
    for node in nodes:
        story.note("accused", node=node, signer=signer, slot=slot)
    return story


def test_an_equivocation_that_all_honest_nodes_report_is_detected() -> None:
    finding = double_signing_is_detected().judge(accuse(three_nodes(), "a", "b"))

    assert (finding.verdict, finding.facts["guilty"]) == (Verdict.HOLDS, ["x"])


def test_an_honest_node_that_saw_nothing_breaks_it() -> None:
    finding = double_signing_is_detected().judge(accuse(three_nodes(), "a"))

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["missing"], finding.facts["expected"]) == (["b"], ["a", "b"])
    assert double_signing_is_detected(among=("a",)).judge(accuse(three_nodes(), "a")).verdict is Verdict.HOLDS


def test_the_accusation_must_be_of_that_slot_and_of_somebody_guilty() -> None:
    wrong_slot = double_signing_is_detected().judge(accuse(three_nodes(), "a", "b", slot=8))
    innocent = double_signing_is_detected().judge(accuse(accuse(three_nodes(), "a", "b"), "a", signer="b"))

    assert wrong_slot.verdict is Verdict.VIOLATED
    assert "a accuses b, which did not equivocate" in innocent.message
    slander = accuse(accuse(three_nodes(), "a", "b"), "x", signer="b")
    assert double_signing_is_detected().judge(slander).verdict is Verdict.HOLDS


def test_a_node_that_is_down_need_not_have_seen_it() -> None:
    assert double_signing_is_detected().judge(accuse(three_nodes(), "a").crash("b")).verdict is Verdict.HOLDS
    revived = accuse(three_nodes(), "a").crash("b").start("b")
    assert double_signing_is_detected().judge(revived).verdict is Verdict.VIOLATED


def test_without_a_crime_or_in_a_bent_world_nothing_is_proven() -> None:
    bent = accuse(three_nodes(), "a").fault("network.cut", left="b", right="*")

    assert double_signing_is_detected().judge(bent).verdict is Verdict.UNKNOWN
    assert double_signing_is_detected().judge(Story().start("a")).verdict is Verdict.UNKNOWN
    alone = Story().start("x").note("equivocated", signer="x", slot=7)
    assert double_signing_is_detected().judge(alone).verdict is Verdict.UNKNOWN


WEIGHTS = {"v1": 10, "v2": 10, "v3": 10, "v4": 10}


@pytest.mark.parametrize(
    ("signers", "verdict"),
    [
        (["v1", "v2", "v3"], Verdict.HOLDS),
        (["v1", "v2"], Verdict.VIOLATED),
        (["v1", "v2", "v2"], Verdict.VIOLATED),
        (["v1", "v2", "stranger"], Verdict.VIOLATED),
        ([], Verdict.VIOLATED),
    ],
)
def test_a_decision_needs_its_weight(signers: list[str], verdict: Verdict) -> None:
    told = Story().note("decision", item="b", signers=signers, weights=WEIGHTS, needed=27)
    given = Story().note("decision", item="b", signers=signers)

    assert threshold().judge(told).verdict is verdict
    assert threshold(weights=WEIGHTS, needed=27).judge(given).verdict is verdict


def test_what_was_found_and_what_was_needed_are_told() -> None:
    story = Story().note("decision", item="b", signers=["v1", "v1", "eve"])

    finding = threshold(weights=WEIGHTS, needed=27).judge(story)

    assert finding.facts == {
        "item": "b",
        "found": 10,
        "expected": 27,
        "signers": ["v1", "eve"],
        "unknown": ["eve"],
    }


def test_no_decision_and_a_threshold_of_nothing_prove_nothing() -> None:
    assert threshold().judge(Story()).verdict is Verdict.UNKNOWN
    nothing = Story().note("decision", item="b", signers=[], weights={}, needed=0)
    assert "expected a whole number, 1 or more, found 0" in threshold().judge(nothing).message
