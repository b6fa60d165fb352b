"""The axis: where a moment lies on paper. It has one piece of time, or several at one scale with gaps between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lydite.model import HOUR, MINUTE, SECOND
from lydite.reports.spacetime.window import Span

GAP: Final = 30
"""How wide a break between two pieces is."""

TICK_WIDTH: Final = 92
"""How far ticks are apart at least, so that their labels stand alone."""

_STEPS: Final = (
    *(digit * 10**power for power in range(9) for digit in (1, 2, 5)),
    *(count * SECOND for count in (1, 2, 5, 10, 20, 30)),
    *(count * MINUTE for count in (1, 2, 5, 10, 20, 30)),
    *(count * HOUR for count in (1, 2, 5, 10, 24)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of time, and the paper it takes."""

    span: Span
    left: float
    right: float

    def x(self, at_ns: int) -> float:
        """Where a moment lies; outside of the piece it is its edge."""
        if at_ns <= self.span.begin_ns:
            return self.left
        if at_ns >= self.span.end_ns:
            return self.right
        part = (at_ns - self.span.begin_ns) / self.span.length_ns
        return self.left + part * (self.right - self.left)


@dataclass(frozen=True, slots=True)
class Axis:
    """All pieces from left to right."""

    pieces: tuple[Piece, ...]

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.pieces[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.pieces[-1].right

    def piece_at(self, at_ns: int) -> Piece | None:
        """The piece in which a moment lies."""
        return next((piece for piece in self.pieces if piece.span.meets(at_ns, at_ns)), None)

    def stretches(self, begin_ns: int, end_ns: int) -> Iterator[tuple[float, float]]:
        """Where a stretch of time is to be seen, piece by piece."""
        for piece in self.pieces:
            if piece.span.meets(begin_ns, end_ns):
                yield piece.x(begin_ns), piece.x(end_ns)

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Round moments with their labels."""
        scale = sum(piece.span.length_ns for piece in self.pieces) / sum(
            piece.right - piece.left for piece in self.pieces
        )
        step_ns = next((step for step in _STEPS if step >= scale * TICK_WIDTH), _STEPS[-1])
        while scale * TICK_WIDTH > step_ns:
            step_ns *= 2
        for piece in self.pieces:
            at_ns = -(-piece.span.begin_ns // step_ns) * step_ns
            while at_ns <= piece.span.end_ns:
                yield piece.x(at_ns), tick_label(at_ns, step_ns)
                at_ns += step_ns


def axis_of(spans: Sequence[Span], left: float, right: float) -> Axis:
    """An axis that shows these pieces of time at one scale."""
    room = right - left - GAP * (len(spans) - 1)
    whole_ns = sum(span.length_ns for span in spans)
    pieces = []
    for span in spans:
        width = room * span.length_ns / whole_ns
        pieces.append(Piece(span=span, left=left, right=left + width))
        left += width + GAP
    return Axis(tuple(pieces))


def tick_label(at_ns: int, step_ns: int) -> str:
    """A round moment, with as many decimals as its step has.

    >>> tick_label(4_460_000_000, 5_000_000), tick_label(120 * SECOND, 20 * SECOND), tick_label(HOUR, 10 * MINUTE)
    ('4.460 s', '120 s', '60 min')
    """
    if step_ns >= HOUR:
        return f"{at_ns // HOUR} h"
    if step_ns >= MINUTE:
        return f"{at_ns // MINUTE} min"
    decimals = next((count for count in range(10) if step_ns % 10 ** (9 - count) == 0), 9)
    decimals = -(-decimals // 3) * 3 if decimals > 1 else decimals
    whole, rest = divmod(at_ns, SECOND)
    return f"{whole}.{rest // 10 ** (9 - decimals):0{decimals}d} s" if decimals else f"{whole} s"
