"""The window that matters, and the moments that are drawn close up."""

import itertools

from lydite.model import Event, milliseconds, seconds
from lydite.reports.spacetime.axis import axis_of
from lydite.reports.spacetime.bands import Band
from lydite.reports.spacetime.messages import Message
from lydite.reports.spacetime.thinning import thinned
from lydite.reports.spacetime.window import Span, close_ups_of, window_of
from tests.reports.scenes import Records


def band(begin_s: float, end_s: float) -> Band:
    return Band(number=1, kind="network.cut", args={}, begin_ns=seconds(begin_s), end_ns=seconds(end_s))


def evidence(*when_s: float) -> list[Event]:
    records = Records()
    return [records.at(each).note("x") for each in when_s]


def message(sent_s: float, *, travel_ms: float = 2, source: str = "a", target: str = "b") -> Message:
    sent_ns = seconds(sent_s)
    return Message(
        number=round(sent_s * 1000),
        source=source,
        target=target,
        sent_ns=sent_ns,
        arrived_ns=sent_ns + milliseconds(travel_ms),
        size=1,
    )


def test_without_a_finding_the_whole_run_is_the_window() -> None:
    assert window_of([band(5, 6)], [], None, seconds(100)) == Span(begin_ns=0, end_ns=seconds(100))


def test_few_faults_before_the_end_are_all_in_the_window() -> None:
    window = window_of([band(40, 42), band(55, 56)], evidence(60, 61), seconds(61), seconds(100))

    assert seconds(38) < window.begin_ns < seconds(40)
    assert seconds(61) < window.end_ns < seconds(64)


def test_of_many_faults_those_in_force_and_the_last_ones_before_are_in_the_window() -> None:
    faults = [band(number, number + 0.5) for number in range(50)] + [band(30, 90)]

    window = window_of(faults, evidence(60, 61), seconds(61), seconds(100))

    assert seconds(26) < window.begin_ns < seconds(30), "one from 30 s on is in force"
    near = window_of(faults[:50], evidence(60, 61), seconds(61), seconds(100))
    assert seconds(43) < near.begin_ns < seconds(46), "four of them were over before"


def test_faults_after_the_violation_do_not_count_as_many() -> None:
    before, after = [band(when_s, when_s + 1) for when_s in range(40, 46)], [band(70, 71)] * 20

    window = window_of(before + after, evidence(60, 61), seconds(61), seconds(100))

    assert window.begin_ns < seconds(40)


def test_a_fault_after_the_violation_does_not_widen_the_window() -> None:
    window = window_of([band(50, 51), band(62, 90)], evidence(60), seconds(60), seconds(100))

    assert window.end_ns < seconds(61)


def test_close_ups_lie_around_the_evidence_and_near_ones_are_one() -> None:
    window = Span(begin_ns=0, end_ns=seconds(60))
    messages = [message(when_s) for when_s in range(50)]

    spans = close_ups_of(window, messages, evidence(20, 50, 50.01), seconds(50.01))

    assert [span.meets(seconds(20), seconds(20)) for span in spans] == [True, False]
    assert spans[1].meets(seconds(50), seconds(50))
    assert spans[1].meets(seconds(50.01), seconds(50.01))


def test_a_window_that_shows_the_slopes_needs_no_close_up() -> None:
    window = Span(begin_ns=0, end_ns=milliseconds(100))

    assert close_ups_of(window, [message(0.01)], evidence(0.05), milliseconds(50)) == []


def test_messages_between_hosts_of_the_evidence_are_drawn_first_and_no_gap_looks_like_silence() -> None:
    axis = axis_of([Span(begin_ns=0, end_ns=seconds(1000))], 0, 1000)
    others = [message(when_s + 0.5, source="c", target="d") for when_s in range(0, 1000, 2)]
    first = [message(when_s) for when_s in range(0, 1000, 100)]

    found = thinned(axis, others + first, hosts=tuple("abcd"), concerned={"a", "b"}, lines_max=60)

    drawn = [line.first for line in found.lines]
    assert [each for each in drawn if each.source == "a"] == first
    rest = [each.sent_ns for each in drawn if each.source == "c"]
    assert len(rest) == 50
    assert rest[-1] > seconds(970)
    assert max(later - sooner for sooner, later in itertools.pairwise(rest)) <= seconds(22)
    assert (found.drawn, found.all) == (60, 510)


def test_messages_that_cover_each_other_are_one_line_and_all_drawn() -> None:
    axis = axis_of([Span(begin_ns=0, end_ns=seconds(1000))], 0, 1000)

    found = thinned(
        axis,
        [message(500 + number / 1000) for number in range(9)],
        hosts=("a", "b"),
        concerned=(),
        lines_max=5,
    )

    assert [len(line.messages) for line in found.lines] == [9]
    assert (found.drawn, found.all) == (9, 9)
