"""Liveness and chain quality, on stories that hold, that break, and that prove nothing."""

import pytest

from lydite.checks import chain_quality, liveness
from lydite.model import Verdict, seconds
from tests.checks.stories import Story


def test_decisions_in_every_stretch_hold() -> None:
    story = Story().decided(from_s=0, to_s=60, every_s=5)

    finding = liveness(within_ns=seconds(10)).judge(story)

    assert (finding.verdict, finding.facts["fewest"]) == (Verdict.HOLDS, 2)


def test_a_silence_in_calm_weather_breaks_it() -> None:
    story = Story().decided(from_s=0, to_s=20, every_s=5).decided(from_s=40, to_s=60, every_s=5)

    finding = liveness(within_ns=seconds(10)).judge(story)

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["found"], finding.facts["expected"]) == (0, 1)
    assert finding.facts["from_ns"] == seconds(15) + 1
    assert story[finding.evidence[-1]].at_ns == seconds(40)


def test_a_stretch_that_lasts_to_the_end_counts() -> None:
    story = Story().decided(from_s=0, to_s=20, every_s=5).at(25).note("end")

    assert liveness(within_ns=seconds(10)).judge(story).verdict is Verdict.HOLDS
    assert liveness(within_ns=seconds(10)).judge(story.at(26).note("end")).verdict is Verdict.VIOLATED


def silent_while_bent(*, heal_s: float, back_s: float) -> Story:
    story = Story().decided(from_s=0, to_s=20, every_s=5)
    story.at(16).fault("network.cut", left="a", right="b").at(heal_s).fault(
        "network.heal", left="a", right="b"
    )
    return story.decided(from_s=back_s, to_s=back_s + 30, every_s=5)


def test_a_silence_while_the_world_is_bent_is_excused() -> None:
    story = silent_while_bent(heal_s=50, back_s=55)

    assert liveness(within_ns=seconds(10)).judge(story).verdict is Verdict.HOLDS
    assert liveness(within_ns=seconds(10), despite=("network.",)).judge(story).verdict is Verdict.VIOLATED


def test_after_a_heal_the_system_has_time_to_settle() -> None:
    story = silent_while_bent(heal_s=50, back_s=65)

    assert liveness(within_ns=seconds(10)).judge(story).verdict is Verdict.VIOLATED
    assert liveness(within_ns=seconds(10), settle_ns=seconds(10)).judge(story).verdict is Verdict.HOLDS


@pytest.mark.parametrize("least", [2, 3])
def test_several_may_be_due(least: int) -> None:
    story = Story().decided(from_s=0, to_s=60, every_s=5)

    finding = liveness(least=least, within_ns=seconds(10)).judge(story)

    assert finding.verdict is (Verdict.HOLDS if least == 2 else Verdict.VIOLATED)


def test_too_little_calm_proves_nothing() -> None:
    story = Story().decided(from_s=0, to_s=5, every_s=1)

    assert liveness(within_ns=seconds(10)).judge(story).verdict is Verdict.UNKNOWN


def test_nothing_decided_proves_nothing_unless_it_was_due() -> None:
    silent = Story().note("work-begins").at(30).note("work-ends")

    assert liveness().judge(silent).verdict is Verdict.UNKNOWN
    assert liveness(opening="work-begins").judge(silent).verdict is Verdict.VIOLATED
    assert liveness(opening="no-such-note").judge(silent).verdict is Verdict.UNKNOWN


def test_progress_is_due_between_the_notes_that_say_so() -> None:
    story = Story().at(30).note("work-begins").decided(from_s=31, to_s=60, every_s=5)
    story.at(62).note("work-ends").at(90).note("end")

    assert liveness(within_ns=seconds(10)).judge(story).verdict is Verdict.VIOLATED
    due = liveness(within_ns=seconds(10), opening="work-begins", closing="work-ends")
    assert due.judge(story).verdict is Verdict.HOLDS


def produced(story: Story, node: str, *producers: str, start: int = 1) -> Story:
    for height, producer in enumerate(producers, start):
        story.note("block", node=node, height=height, producer=producer)
    return story


def test_honest_nodes_get_their_share() -> None:
    story = produced(Story().note("byzantine", node="x"), "a", "a", "x", "a", "x", "a")

    finding = chain_quality(window=4, percent=50).judge(story)

    assert (finding.verdict, finding.facts["lowest"]) == (Verdict.HOLDS, 2)


def test_a_window_with_too_few_honest_blocks_breaks_it() -> None:
    story = produced(Story().note("byzantine", node="x"), "a", "a", "a", "x", "x", "x", "a")

    finding = chain_quality(window=4, percent=50).judge(story)

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["height"], finding.facts["found"], finding.facts["expected"]) == (2, 1, 2)
    assert finding.evidence == (2, 3, 4, 5)


def test_blocks_that_were_given_up_do_not_count() -> None:
    story = produced(Story().note("byzantine", node="x"), "a", "x", "x", "x", "x")
    produced(story, "a", "a", "a", "x", "x")

    assert chain_quality(window=4, percent=50).judge(story).verdict is Verdict.HOLDS


def test_without_traitors_or_without_a_window_nothing_is_proven() -> None:
    assert chain_quality(window=2).judge(produced(Story(), "a", "a", "a")).verdict is Verdict.UNKNOWN
    story = Story().note("byzantine", node="x")
    assert chain_quality(window=2).judge(story).verdict is Verdict.UNKNOWN
    produced(produced(story, "a", "x", start=1), "a", "x", start=3)
    assert chain_quality(window=2).judge(story).verdict is Verdict.UNKNOWN
    assert chain_quality(window=2).judge(produced(story, "x", "x", "x")).verdict is Verdict.UNKNOWN
