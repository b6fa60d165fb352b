"""Thinning: which messages are drawn where there are too many to be told apart.

Messages that would cover each other to the pixel are one line, as wide as they are many. Of the lines that are left
the first to be drawn are those between hosts that the evidence speaks of, then those with one such end. Where even
these are too many they are taken evenly from all of the time, because a gap would look like silence. What is not drawn
is counted, and the picture says so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lydite.reports.spacetime.axis import Axis, Piece
from lydite.reports.spacetime.messages import Message

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the picture: a message, or several that look the same."""

    piece: Piece
    messages: tuple[Message, ...]

    @property
    def first(self) -> Message:
        """The one that stands for all."""
        return self.messages[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinned:
    """What is drawn of the messages in a window, and how many are not."""

    lines: tuple[Line, ...]
    drawn: int
    all: int


def thinned(
    axis: Axis,
    messages: Sequence[Message],
    *,
    hosts: Collection[str],
    concerned: Collection[str],
    lines_max: int,
) -> Thinned:
    """At most so many lines for the messages that an axis shows."""
    groups: dict[tuple[int, str, str, int, int, bool], list[Message]] = {}
    shown = 0
    for message in messages:
        seen = False
        for number, piece in enumerate(axis.pieces):
            arrived_ns = message.sent_ns if message.arrived_ns is None else message.arrived_ns
            if not piece.span.meets(message.sent_ns, arrived_ns):
                continue
            seen = True
            if message.source in hosts and message.target in hosts:
                ends = round(piece.x(message.sent_ns)), round(piece.x(arrived_ns))
                key = (number, message.source, message.target, *ends, message.arrived_ns is None)
                groups.setdefault(key, []).append(message)
        shown += seen
    chosen: list[tuple[int, str, str, int, int, bool]] = []
    for wanted in (2, 1, 0):
        alike = [key for key in groups if (key[1] in concerned) + (key[2] in concerned) == wanted]
        chosen += evenly(alike, lines_max - len(chosen))
    lines = [Line(piece=axis.pieces[key[0]], messages=tuple(groups[key])) for key in chosen]
    lines.sort(key=lambda line: (line.first.sent_ns, line.first.number))
    drawn = {(message.number, message.arrived_ns) for line in lines for message in line.messages}
    return Thinned(lines=tuple(lines), drawn=len(drawn), all=shown)


def evenly(given: Sequence[Given], most: int) -> list[Given]:
    """At most so many of them, evenly from the first to the last.

    >>> evenly("abcdefgh", 4), evenly("abc", 4), evenly("abc", 0)
    (['a', 'c', 'e', 'g'], ['a', 'b', 'c'], [])
    """
    if len(given) <= most:
        return list(given)
    return [given[place * len(given) // most] for place in range(most)]
