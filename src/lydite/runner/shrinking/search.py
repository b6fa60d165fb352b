"""The search for something smaller that still fails: pure algorithms, which ask and never run anything.

What is asked is `first`: of these candidates, in this order, which is the first that fails in the same way? The order
is part of the question, so the answer does not depend on how many candidates were tried at the same time, nor on
which of them was ready first.

`minimised` is delta debugging (Zeller and Hildebrandt's ddmin) by complements: leave out a half, then quarters, then
ever smaller chunks, down to single items. What it returns is a local minimum: no single item of it can be left out, but
another order may lead to a smaller one. It never trusts that a part of what holds holds: faults hide one another,
so a failure may come back when more is taken away.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias, TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")

First: TypeAlias = "Callable[[Sequence[Value]], int | None]"
"""The number of the first candidate that fails in the same way; None if none does."""


def minimised(items: Sequence[Item], first: "First[tuple[Item, ...]]", *, least: int = 0) -> tuple[Item, ...]:
    """Some of the items, in their order, of which no single one can be left out; never fewer than `least`."""
    kept = tuple(items)
    if len(kept) > least and first([kept[:least]]) is not None:
        return kept[:least]
    size = (len(kept) + 1) // 2
    while size and len(kept) > least:
        kept = _without_chunks(kept, size, first, least)
        size = min(size, len(kept)) // 2
    return kept


def _without_chunks(
    kept: tuple[Item, ...], size: int, first: "First[tuple[Item, ...]]", least: int
) -> tuple[Item, ...]:
    """Leave out chunks of one size until none can be. After a success it goes on behind it, not from the start."""
    position = 0
    while (spare := min(size, len(kept) - least)) > 0:
        starts = list(range(0, len(kept), size))
        starts = [
            *(each for each in starts if each >= position),
            *(each for each in starts if each < position),
        ]
        found = first([kept[:start] + kept[start + spare :] for start in starts])
        if found is None:
            return kept
        position = starts[found]
        kept = kept[:position] + kept[position + spare :]
    return kept


def subsets(items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Everything that leaves out two items or more, the smallest first: what no search item by item would try."""
    for size in range(1, len(items) - 1):
        yield from combinations(items, size)


def settled(value: Value, simpler: "Callable[[Value], Iterable[Value]]", first: "First[Value]") -> Value:
    """The value made simpler, step by step, until none of its simpler versions fails; never the same one twice."""
    seen = [value]
    while True:
        candidates = [each for each in simpler(value) if each not in seen]
        found = first(candidates) if candidates else None
        if found is None:
            return value
        value = candidates[found]
        seen.append(value)
