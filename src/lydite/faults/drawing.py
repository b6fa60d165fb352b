"""What storms draw in the same way for many kinds: some hosts, two sides, round figures.

Where there are too few hosts for anything to be drawn the answer is None.
"""

from collections.abc import Sequence
from typing import TypeAlias

from lydite.model import Draws, milliseconds

Names: TypeAlias = tuple[str, ...]


def one(draws: Draws, everybody: Sequence[str]) -> Names | None:
    """A single host."""
    return (draws.choice(everybody),) if everybody else None


def some(draws: Draws, everybody: Sequence[str]) -> Names | None:
    """At most half of the hosts, and at least one."""
    if not everybody:
        return None
    return draws.sample(everybody, draws.between(1, max(1, len(everybody) // 2)))


def several(draws: Draws, everybody: Sequence[str], *, least: int) -> Names | None:
    """So many of the hosts or more, up to all of them, in an order of their own."""
    if len(everybody) < least:
        return None
    chosen = list(everybody)
    draws.shuffle(chosen)
    return tuple(chosen[: draws.between(least, len(chosen))])


def sides(draws: Draws, everybody: Sequence[str]) -> tuple[Names, Names] | None:
    """All hosts on two sides, of which either may be the larger one."""
    if len(everybody) < 2:
        return None
    left = draws.sample(everybody, draws.between(1, len(everybody) - 1))
    return left, tuple(name for name in everybody if name not in left)


def share(draws: Draws, low: int, high: int) -> float:
    """A share between two whole percentages."""
    return draws.between(low, high) / 100


def millis(draws: Draws, low: int, high: int) -> int:
    """A duration between two whole numbers of milliseconds."""
    return milliseconds(draws.between(low, high))
