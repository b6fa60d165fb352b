"""Recovery and resilience, on stories that hold, that break, and that prove nothing."""

import pytest

from lydite.checks import recovery, resilience
from lydite.model import Verdict, seconds
from tests.checks.stories import Story


def storm(*, during_s: float = 0, back_s: float, after_s: float = 1, end_s: float = 100) -> Story:
    """A second of rhythm for 20 seconds, a cut from 20 to 40, and a rhythm of `after_s` from `back_s` on."""
    story = Story().decided(from_s=0, to_s=20, every_s=1)
    story.at(20).fault("network.cut", left="a", right="b")
    if during_s:
        story.decided(from_s=21, to_s=40, every_s=during_s)
    story.at(40).fault("network.heal", left="a", right="b")
    story.decided(from_s=back_s, to_s=end_s, every_s=after_s)
    return story.at(end_s).note("end")


def test_the_time_of_recovery_is_told() -> None:
    finding = recovery(within_ns=seconds(10)).judge(storm(back_s=45))

    assert finding.verdict is Verdict.HOLDS
    assert finding.facts == {"took_ns": seconds(5), "within_ns": seconds(10)}


def test_recovering_too_late_or_never_breaks_it() -> None:
    late = recovery(within_ns=seconds(10)).judge(storm(back_s=55))
    never = recovery(within_ns=seconds(10)).judge(storm(back_s=200))

    assert (late.verdict, late.facts["took_ns"]) == (Verdict.VIOLATED, seconds(15))
    assert (never.verdict, never.facts["watched_ns"]) == (Verdict.VIOLATED, seconds(60))
    assert never.at_ns == seconds(100)


def test_a_run_that_ends_too_soon_proves_nothing() -> None:
    assert recovery(within_ns=seconds(10)).judge(storm(back_s=200, end_s=45)).verdict is Verdict.UNKNOWN


def test_the_rate_must_be_back_where_that_is_asked() -> None:
    slow = storm(back_s=41, after_s=4)

    assert recovery().judge(slow).verdict is Verdict.HOLDS
    assert recovery(percent=20).judge(slow).verdict is Verdict.HOLDS
    finding = recovery(percent=80).judge(slow)
    assert (finding.verdict, finding.facts["needed"]) == (Verdict.VIOLATED, 8)
    quick = recovery(percent=80).judge(storm(back_s=41))
    assert (quick.verdict, quick.facts["took_ns"]) == (Verdict.HOLDS, seconds(8))


def test_without_a_storm_or_with_one_that_lasts_nothing_is_proven() -> None:
    calm = Story().decided(from_s=0, to_s=50, every_s=1)
    stormy = Story().decided(from_s=0, to_s=5, every_s=1).fault("process.crash", hosts="a")
    stormy.decided(from_s=6, to_s=60, every_s=1)

    for check in (recovery(), resilience()):
        assert check.judge(calm).verdict is Verdict.UNKNOWN
        assert "still bent" in check.judge(stormy).message
    undecided = Story().fault("process.crash", hosts="a").fault("process.revive", hosts="a")
    assert recovery().judge(undecided).verdict is Verdict.UNKNOWN


def test_without_a_baseline_there_is_no_rate_to_come_back_to() -> None:
    story = Story().fault("process.crash", hosts="a").fault("process.revive", hosts="a")
    story.decided(from_s=1, to_s=60, every_s=1)

    assert recovery().judge(story).verdict is Verdict.HOLDS
    assert recovery(percent=50).judge(story).verdict is Verdict.UNKNOWN
    assert resilience().judge(story).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("story", "score", "kept", "prompt"),
    [
        (storm(during_s=1, back_s=41), 97, 95, 100),
        (storm(during_s=2, back_s=41), 71, 50, 100),
        (storm(back_s=41), 42, 0, 100),
        (storm(back_s=56), 21, 0, 50),
        (storm(back_s=200), 0, 0, 0),
    ],
)
def test_the_score_is_made_of_its_parts(story: Story, score: int, kept: int, prompt: int) -> None:
    finding = resilience(least=50).judge(story)

    assert (finding.facts["score"], finding.facts["kept"], finding.facts["recovery"]) == (score, kept, prompt)
    assert finding.verdict is (Verdict.HOLDS if score >= 50 else Verdict.VIOLATED)
    assert finding.facts["preserved"] is None


def test_what_was_submitted_and_never_decided_costs_points() -> None:
    story = storm(during_s=1, back_s=41)
    kept_items = [event.fields["facts"]["item"] for event in story if event.fields.get("name") == "decided"]  # type: ignore[index,call-overload]
    for item in kept_items[:30]:
        story.note("submitted", item=item)
    for lost in range(10):
        story.note("submitted", item=f"lost {lost}")

    finding = resilience().judge(story)

    assert (finding.facts["preserved"], finding.facts["score"]) == (75, 90)


def test_faults_too_short_to_compare_prove_nothing() -> None:
    story = Story().decided(from_s=0, to_s=20, every_s=1).at(20).fault("network.reset", left="a", right="b")
    story.decided(from_s=21, to_s=60, every_s=1)

    assert "too little to compare" in resilience().judge(story).message
    assert recovery().judge(story).verdict is Verdict.HOLDS
