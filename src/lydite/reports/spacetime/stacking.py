"""Stacking: things with a width are put into rows so that no two of them touch."""

from collections.abc import Iterable
from typing import Final

GAP: Final = 6.0

_NARROW: Final = frozenset(" .,:;'|!iljtfr()[]-·")


def stacked(extents: Iterable[tuple[float, float]], gap: float = GAP) -> list[int]:
    """The row of each, given from where to where it reaches: the first one with room.

    >>> stacked([(0, 50), (20, 60), (60, 90), (70, 95)])
    [0, 1, 0, 1]
    """
    ends: list[list[tuple[float, float]]] = []
    rows = []
    for left, right in extents:
        row = next(
            (number for number, taken in enumerate(ends) if _is_free(taken, left - gap, right + gap)),
            len(ends),
        )
        if row == len(ends):
            ends.append([])
        ends[row].append((left, right))
        rows.append(row)
    return rows


def _is_free(taken: list[tuple[float, float]], left: float, right: float) -> bool:
    return all(right <= one or left >= other for one, other in taken)


def width_of(text: str, size: float) -> float:
    """About how wide a text is in a font without serifs, and rather more than less.

    Nothing here can measure a font: the reader's machine has its own.
    """
    return sum(_width(letter) for letter in text) * size


def fitted(text: str, size: float, room: float) -> str:
    """As much of a text as fits, with a mark where it was cut."""
    if width_of(text, size) <= room:
        return text
    taken = width_of("…", size)
    for count, letter in enumerate(text):
        taken += _width(letter) * size
        if taken > room:
            return text[:count].rstrip() + "…"
    return text


def _width(letter: str) -> float:
    if letter in _NARROW:
        return 0.38
    if ord(letter) > 0x2E80:
        return 1.02
    return 0.84 if letter in "mwMW%→↔×−…@" else 0.72 if letter.isupper() else 0.63
