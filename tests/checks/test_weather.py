"""The weather: when the world was bent, as its records tell, and bent whenever they leave a doubt."""

import pytest

from lydite.checks import Span, weather
from tests.checks.stories import Story


def spans(story: Story, end_s: int) -> list[tuple[float, float]]:
    """When it was bent, in seconds."""
    whole = Span(begin_ns=0, end_ns=end_s * 10**9)
    return [
        (span.begin_ns // 10**6 / 1000, span.end_ns // 10**6 / 1000) for span in weather(story).bent(whole)
    ]


def test_a_bend_lasts_until_its_opposite() -> None:
    story = Story().at(1).fault("network.cut", left="a", right="b")
    story.at(3).fault("network.heal", left="a", right="b")

    assert spans(story, 10) == [(1, 3)]
    assert weather(story).still == ()
    assert weather(story).last_heal is story[-1]


def test_bends_that_overlap_are_one_span() -> None:
    story = Story().at(1).fault("process.crash", hosts="a").at(2).fault("disk.fill", hosts="b")
    story.at(3).fault("process.revive", hosts="a").at(4).fault("disk.drain", hosts="b")
    story.at(6).fault("clock.step", hosts="a", by_ns=5)

    assert spans(story, 10) == [(1, 4), (6, 6)]
    calm = weather(story).calm(Span(begin_ns=0, end_ns=10**10), settle_ns=10**9)
    assert [(span.begin_ns // 10**9, span.end_ns // 10**9) for span in calm] == [(0, 1), (5, 6), (7, 10)]


def test_of_two_equal_bends_one_opposite_ends_one() -> None:
    story = Story().fault("process.crash", hosts="a").fault("process.crash", hosts="a")
    story.fault("process.revive", hosts="a")

    assert weather(story).still == ("process.crash",)
    assert weather(story).last_heal is None
    assert weather(story.fault("process.revive", hosts="a")).still == ()


@pytest.mark.parametrize(
    ("bend", "heals", "whole"),
    [
        (("process.crash", {"hosts": ["a", "b"]}), [("process.revive", {"hosts": "a"})], False),
        (
            ("process.crash", {"hosts": ["a", "b"]}),
            [("process.revive", {"hosts": "a"}), ("process.revive", {"hosts": "b"})],
            True,
        ),
        (("process.crash", {"hosts": "a"}), [("process.revive", {"hosts": "*"})], True),
        (("process.crash", {"hosts": "*"}), [("process.revive", {"hosts": "a"})], False),
        (("process.stop", {"hosts": "a"}), [("process.revive", {"hosts": ["a"]})], True),
        (("process.pause", {"hosts": "a"}), [("process.revive", {"hosts": "a"})], False),
        (("network.cut", {"left": "a", "right": "b"}), [("network.heal", {"left": "b", "right": "*"})], True),
        (
            ("network.cut", {"left": "a", "right": "tester"}),
            [("network.heal", {"left": "*", "right": "*"})],
            False,
        ),
        (
            ("network.block", {"source": "a", "target": "b"}),
            [("network.unblock", {"source": "b", "target": "*"})],
            False,
        ),
        (
            ("network.block", {"source": "a", "target": "b"}),
            [("network.heal", {"left": "b", "right": ["a"]})],
            True,
        ),
        (("cpu.melt", {"hosts": "a"}), [("cpu.relieve", {"hosts": "a"})], False),
        (("network.forget", {"names": "a"}), [("network.recall", {"names": ["a", "b"]})], True),
    ],
)
def test_a_verb_that_heals_by_hand_heals_what_it_covers(
    bend: tuple[str, dict[str, object]], heals: list[tuple[str, dict[str, object]]], whole: bool
) -> None:
    story = Story()
    for verb, args in (bend, *heals):
        story.fault(verb, **args)  # type: ignore[arg-type]

    assert (weather(story).still == ()) is whole


def test_a_trip_wire_that_was_met_is_healed_with_its_wire() -> None:
    story = (
        Story().at(1).fault("disk.trip", hosts="a", path="", skip=0).at(2).fault("disk.tripped", hosts="a")
    )
    story.at(5).fault("disk.untrip", hosts="a", path="", skip=0)

    assert spans(story, 10) == [(1, 5)]
    assert weather(story).still == ()


def test_what_is_no_excuse_is_no_bad_weather() -> None:
    story = Story().fault("clock.drift", hosts="a", rate=2.0).fault("network.tamper", hosts="a")

    assert weather(story, despite=("clock.",)).still == ("network.tamper",)
    assert weather(story, despite=("clock.", "network.tamper")).bends == ()
