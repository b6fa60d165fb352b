"""Strokes: what is drawn in the lanes: lives, messages, and the marks of single moments."""

from collections.abc import Mapping
from math import hypot, log2
from typing import Final, assert_never

from lydite.reports.spacetime.axis import Axis, Piece
from lydite.reports.spacetime.lanes import Lane
from lydite.reports.spacetime.lives import State
from lydite.reports.spacetime.marks import Mark, Sign
from lydite.reports.spacetime.markup import Markup, element
from lydite.reports.spacetime.messages import Message
from lydite.reports.spacetime.plot import Plot
from lydite.reports.spacetime.thinning import Line
from lydite.reports.spacetime.wording import clipped, counted, duration, event_in_words, interval, moment

HEADED: Final = 6
"""A message that goes so far to the right has an arrowhead."""


def life_stroke(plot: Plot, axis: Axis, lane: Lane) -> Markup:
    """A line that is thick while a program runs, and the signs of what became of it."""
    drawn: list[Markup] = []
    life = plot.lives[lane.host]
    for stretch in life.stretches:
        for left, right in axis.stretches(stretch.begin_ns, stretch.end_ns):
            if right > left:
                words = f"{lane.host}: {stretch.state}, {interval(stretch.begin_ns, stretch.end_ns)}"
                drawn.append(
                    element(
                        "line",
                        element("title", words),
                        x1=left,
                        y1=lane.y,
                        x2=right,
                        y2=lane.y,
                        class_=f"life {stretch.state}",
                    )
                )
    for turn in life.turns:
        piece = axis.piece_at(turn.at_ns)
        if piece is not None:
            words = f"{lane.host}, {moment(turn.at_ns)}: {clipped(turn.words, 160)}"
            path = path_of_turn(piece.x(turn.at_ns), lane.y, turn.state)
            drawn.append(element("path", element("title", words), d=path, class_=f"turn {turn.state}"))
    return element("g", *drawn)


def path_of_turn(x: float, y: float, state: State) -> str:
    """The sign of a start, an end, a crash or a loss of power."""
    match state:
        case State.RUNNING:
            return f"M{x - 1:.1f} {y - 6:.1f}l8 6l-8 6z"
        case State.CRASHED:
            return f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
        case State.POWERLESS:
            return f"M{x + 2:.1f} {y - 8:.1f}l-6 9h4l-2 8l7 -10h-4z"
        case _:
            return f"M{x - 4:.1f} {y - 4:.1f}h8v8h-8z"


def message_stroke(line: Line, rows: Mapping[str, Lane]) -> Markup:
    """A message, from when it was sent to when it arrived; one that never did ends on its way, in a cross."""
    first, piece = line.first, line.piece
    begin, end = rows[first.source].y, rows[first.target].y
    words = element("title", _words_of(line))
    wide = min(4.0, 1.0 + 0.5 * log2(len(line.messages)))
    width = wide if len(line.messages) > 1 else None
    if first.arrived_ns is None:
        x = piece.x(first.sent_ns)
        y = begin + 0.4 * (end - begin)
        path = f"M{x:.1f} {begin:.1f}L{x + 5:.1f} {y:.1f}m-3.5 -3.5l7 7m0 -7l-7 7"
        return element("path", words, d=path, class_="message lost", stroke_width=width)
    x1, y1 = _at_edge(piece, first, first.sent_ns, begin, end)
    x2, y2 = _at_edge(piece, first, first.arrived_ns, begin, end)
    path = f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"
    if x2 - x1 > HEADED and first.arrived_ns <= piece.span.end_ns:
        path += _head(x2 - x1, y2 - y1)
    return element("path", words, d=path, class_="message", stroke_width=width)


def _head(wide: float, high: float) -> str:
    """An arrowhead at the end of a line that goes so far: upright lines go without, they would all be heads."""
    length = hypot(wide, high)
    back, aside = -6.5 / length, 2.6 / length
    left = back * wide - aside * high, back * high + aside * wide
    right = back * wide + aside * high, back * high - aside * wide
    return f"m{left[0]:.1f} {left[1]:.1f}l{-left[0]:.1f} {-left[1]:.1f}l{right[0]:.1f} {right[1]:.1f}"


def _at_edge(piece: Piece, message: Message, at_ns: int, begin: float, end: float) -> tuple[float, float]:
    """Where a message is at a moment, or where it crosses the edge of the piece."""
    assert message.arrived_ns is not None
    inside_ns = min(max(at_ns, piece.span.begin_ns), piece.span.end_ns)
    travel_ns = message.arrived_ns - message.sent_ns
    part = (inside_ns - message.sent_ns) / travel_ns if travel_ns else float(at_ns == message.arrived_ns)
    return piece.x(inside_ns), begin + part * (end - begin)


def _words_of(line: Line) -> str:
    first = line.first
    way = f"{first.source} → {first.target}"
    if len(line.messages) > 1:
        last = line.messages[-1]
        return f"{counted(len(line.messages), 'message')} {way}, {interval(first.sent_ns, last.sent_ns)}"
    sent = f"record {first.number:,}: {way}, {first.size:,} bytes, {moment(first.sent_ns)}"
    if first.arrived_ns is None:
        return f"{sent}, {first.why}"
    return f"{sent} + {duration(first.arrived_ns - first.sent_ns)}"


def mark_stroke(mark: Mark, lane: Lane) -> Markup:
    """A mark below the line of life."""
    path = path_of_mark(mark.x, lane.y + 11, mark.sign)
    return element("path", element("title", _words_of_mark(mark)), d=path, class_=f"mark {mark.sign}")


def path_of_mark(x: float, y: float, sign: Sign) -> str:
    """The sign of a note, a check, or the end of a connection."""
    match sign:
        case Sign.NOTE:
            return f"M{x - 2.5:.1f} {y:.1f}a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0"
        case Sign.CHECK | Sign.FAILED:
            return f"M{x:.1f} {y - 4:.1f}l4 4l-4 4l-4 -4z"
        case Sign.RESET | Sign.REFUSED:
            return f"M{x - 2.5:.1f} {y - 2.5:.1f}l5 5m0 -5l-5 5"
        case Sign.CLOSED:
            return f"M{x:.1f} {y - 3:.1f}v6"
        case _:
            assert_never(sign)


def _words_of_mark(mark: Mark) -> str:
    first = mark.events[0]
    words = f"{mark.host}, {moment(first.at_ns)}: {mark.sign} {clipped(event_in_words(first), 110)}"
    more = len(mark.events) - 1
    return f"{words}, and {more:,} more until {moment(mark.events[-1].at_ns)}" if more else words
