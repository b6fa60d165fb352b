"""What only rises, on stories that hold, that break, and that prove nothing."""

import pytest

from lydite.checks import monotonic
from lydite.model import Kind, Verdict
from tests.checks.stories import Story


def heights(*numbers: int, node: str = "node-1") -> Story:
    story = Story()
    for number in numbers:
        story.note("block", node=node, height=number)
    return story


@pytest.mark.parametrize(
    ("rise", "numbers", "verdict"),
    [
        (0, (1, 1, 2), Verdict.HOLDS),
        (0, (1, 2, 1), Verdict.VIOLATED),
        (1, (1, 2, 3), Verdict.HOLDS),
        (1, (1, 1), Verdict.VIOLATED),
        (0, (1,), Verdict.UNKNOWN),
        (0, (), Verdict.UNKNOWN),
    ],
)
def test_heights_rise(rise: int, numbers: tuple[int, ...], verdict: Verdict) -> None:
    assert monotonic(rise=rise).judge(heights(*numbers)).verdict is verdict


def test_both_sides_of_a_fall_are_told() -> None:
    finding = monotonic("time", note="tick").judge(
        Story().note("tick", node=1, time=9).note("tick", node=1, time=7)
    )

    assert finding.facts == {"node": "1", "before": 9, "found": 7, "expected": 9}
    assert finding.evidence == (0, 1)


def test_nodes_are_measured_each_by_itself() -> None:
    story = Story().note("block", node="a", height=5).note("block", node="b", height=1)

    assert monotonic().judge(story).verdict is Verdict.UNKNOWN


def test_a_restart_begins_anew_only_where_it_is_said() -> None:
    story = Story().note("block", node="a", height=5).start("b").note("block", node="a", height=4)
    assert monotonic(anew=(Kind.START,)).judge(story).verdict is Verdict.VIOLATED

    story = Story().note("block", node="a", height=5).start("a").note("block", node="a", height=4)
    assert monotonic(anew=(Kind.START,)).judge(story).verdict is Verdict.UNKNOWN
    assert monotonic().judge(story).verdict is Verdict.VIOLATED
    story.note("block", node="a", height=3)
    assert monotonic(anew=(Kind.START,)).judge(story).verdict is Verdict.VIOLATED
