"""The order of messages and of priorities, on stories that hold, that break, and that prove nothing."""

import pytest

from lydite.checks import fifo, priority
from lydite.model import Verdict, milliseconds
from tests.checks.stories import Story


def processed(*numbers: int, sender: str = "s") -> Story:
    story = Story()
    for number in numbers:
        story.note("processed", node="a", sender=sender, sequence=number)
    return story


@pytest.mark.parametrize(
    ("gap", "numbers", "verdict"),
    [
        (0, (7, 8, 9), Verdict.HOLDS),
        (0, (1, 3), Verdict.VIOLATED),
        (0, (1, 1), Verdict.VIOLATED),
        (None, (2, 1), Verdict.VIOLATED),
        (1, (1, 3), Verdict.HOLDS),
        (1, (1, 4), Verdict.VIOLATED),
        (None, (1, 400), Verdict.HOLDS),
        (0, (1,), Verdict.UNKNOWN),
        (0, (), Verdict.UNKNOWN),
    ],
)
def test_numbers_come_in_turn(gap: int | None, numbers: tuple[int, ...], verdict: Verdict) -> None:
    assert fifo(gap=gap).judge(processed(*numbers)).verdict is verdict


def test_both_numbers_are_told() -> None:
    finding = fifo().judge(processed(1, 2, 2))

    assert finding.facts == {"node": "a", "sender": "s", "before": 2, "found": 2}
    assert finding.evidence == (1, 2)


def test_senders_and_nodes_are_kept_apart() -> None:
    story = processed(1).note("processed", node="a", sender="t", sequence=9)
    story.note("processed", node="b", sender="s", sequence=5)

    assert fifo().judge(story).verdict is Verdict.UNKNOWN


def queue(story: Story, *items: tuple[str, str], node: str = "a") -> Story:
    for item, level in items:
        story.note("queued", node=node, item=item, priority=level)
    return story


def work(story: Story, *items: str, node: str = "a") -> Story:
    for item in items:
        story.note("processed", node=node, item=item)
    return story


def test_the_urgent_first_and_equals_in_turn_holds() -> None:
    story = queue(Story(), ("1", "low"), ("2", "normal"), ("3", "critical"), ("4", "normal"))

    assert priority().judge(work(story, "3", "2", "4", "1")).verdict is Verdict.HOLDS


def test_passing_over_the_urgent_breaks_it() -> None:
    story = work(queue(Story(), ("1", "low"), ("2", "high")), "1")

    finding = priority().judge(story)

    assert finding.verdict is Verdict.VIOLATED
    assert (finding.facts["processed"], finding.facts["waiting"]) == ("1", "2")
    assert finding.evidence == (0, 1, 2)


def test_passing_over_an_equal_that_waits_longer_breaks_it() -> None:
    assert priority().judge(work(queue(Story(), ("1", "low"), ("2", "low")), "2")).verdict is Verdict.VIOLATED


def test_what_came_a_moment_ago_may_be_passed_over() -> None:
    story = work(queue(Story(), ("1", "low"), ("2", "high")), "1")

    assert priority(slack_ns=milliseconds(1)).judge(story).verdict is Verdict.VIOLATED
    assert priority(slack_ns=milliseconds(2)).judge(story).verdict is Verdict.HOLDS


def test_items_that_wait_elsewhere_and_a_queue_of_one_prove_nothing() -> None:
    story = work(queue(queue(Story(), ("1", "high"), node="b"), ("2", "low")), "2")

    assert priority().judge(story).verdict is Verdict.UNKNOWN
    assert priority().judge(queue(Story(), ("1", "high"))).verdict is Verdict.UNKNOWN


def test_notes_that_contradict_themselves_prove_nothing() -> None:
    assert "never queued" in priority().judge(work(Story(), "1")).message
    assert "waited already" in priority().judge(queue(Story(), ("1", "low"), ("1", "low"))).message
    assert "expected one of critical, high" in priority().judge(queue(Story(), ("1", "huge"))).message
