"""Change points: where a series of figures became another one, and how likely chance is to make it look so.

The statistic is a rank CUSUM. The figures are replaced by their ranks, so that an outlier weighs no more than any
other; the sum of what the first k of them lie above the middle is scaled by what it spreads at k; the place where it is
largest is the candidate.

What chance does is not looked up but tried. Figures of one machine resemble their neighbours, and such waves look
like changes: tests for independent figures find one in 85 of 100 quiet series. So the series is cut into *blocks*
that are about as long as a figure is remembered, the blocks are put in random order, many times, and the chance is
the share of orders whose statistic is as large. A block is as long as the first lag at which the figures have
forgotten each other (|rho| < 0.1), and 5 at least. Rho is taken of what remains when both sides of the candidate are
brought to one height, and the parts of a side that clearly has two heights as well: a change is not to be taken for
memory. A series of fewer than five blocks proves nothing, and gets no mark.

The order is drawn by `Draws`, keyed by the figures themselves: the same series always gets the same marks.
"""

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lydite.model import Draws, digest_of

BLOCK_MIN: Final = 5
BLOCKS_MIN: Final = 5
EDGE: Final = 3
"""Figures on each side of a change, at least."""
MEMORY: Final = 0.1
CLEAR: Final = 0.5
"""A side has two levels where so little of its variance is left within them."""
ORDERS: Final = 1999
"""Random orders at most; fewer where chance explains it early."""
ENOUGH: Final = 20
"""So many orders as extreme as what was seen, and no more are tried (Besag and Clifford's sequential test)."""
CHANCE_MAX: Final = 0.005
"""Half of what a mark may be worth: blocks that are cut in the middle of a wave make chance look smaller than it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change: from this figure on it is so."""

    at: int
    before: float
    after: float
    chance: float


def first_change(values: Sequence[float]) -> Change | None:
    """The most likely change of a series, with its chance, which may be large; None where nothing can be said."""
    if len(values) < BLOCK_MIN * BLOCKS_MIN or min(values) == max(values):
        return None
    ranks = centred_ranks(values)
    scales = _scales(len(values))
    seen, at = _largest(ranks, scales)
    block = block_of(values, at)
    if len(values) < block * BLOCKS_MIN:
        return None
    chance = _chance(ranks, scales, seen, block)
    before, after = statistics.median(values[:at]), statistics.median(values[at:])
    return Change(at=at, before=before, after=after, chance=chance)


def changes(values: Sequence[float], first: Change) -> tuple[Change, ...]:
    """All changes of a series, the first of which is known: each side is searched again, until chance explains it."""
    places = sorted([(first.at, first.chance), *_within(values, 0, first.at)])
    places += _within(values, first.at, len(values))
    edges = [0, *(at for at, _ in places), len(values)]
    middles = [statistics.median(values[begin:end]) for begin, end in itertools.pairwise(edges)]
    return tuple(
        Change(at=at, before=middles[index], after=middles[index + 1], chance=chance)
        for index, (at, chance) in enumerate(places)
    )


def _within(values: Sequence[float], begin: int, end: int) -> list[tuple[int, float]]:
    found = first_change(values[begin:end])
    if found is None or found.chance > CHANCE_MAX:
        return []
    at = begin + found.at
    return [*_within(values, begin, at), (at, found.chance), *_within(values, at, end)]


def centred_ranks(values: Sequence[float]) -> list[float]:
    """How far each figure's rank is above the middle one; equal figures share their ranks.

    >>> centred_ranks([10.0, 30.0, 10.0, 20.0])
    [-1.0, 1.5, -1.0, 0.5]
    """
    order = sorted(range(len(values)), key=lambda index: values[index])
    ranks = [0.0] * len(values)
    begin = 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for place in order[begin:end]:
            ranks[place] = (begin + end - 1) / 2 - (len(values) - 1) / 2
        begin = end
    return ranks


def block_of(values: Sequence[float], at: int) -> int:
    """How long a figure is remembered, 5 at least: the first lag at which figures that far apart are unlike."""
    rest = [*_levelled(values[:at]), *_levelled(values[at:])]
    mean = statistics.fmean(rest)
    rest = [each - mean for each in rest]
    power = math.fsum(each * each for each in rest)
    if power == 0:
        return BLOCK_MIN
    for lag in range(1, len(rest)):
        rho = math.fsum(one * other for one, other in zip(rest, rest[lag:], strict=False)) / power
        if abs(rho) < MEMORY:
            return max(BLOCK_MIN, lag)
    return len(rest)


def _levelled(values: Sequence[float]) -> list[float]:
    """What remains of one side without its level; a side that clearly has two of them is levelled in two parts."""
    middle = statistics.median(values)
    rest = [value - middle for value in values]
    if len(values) < 2 * BLOCK_MIN:
        return rest
    _, at = _largest(centred_ranks(values), _scales(len(values)))
    parts = [values[:at], values[at:]]
    within = math.fsum(statistics.pvariance(part) * len(part) for part in parts)
    if within < CLEAR * statistics.pvariance(values) * len(values):
        return [*_levelled(parts[0]), *_levelled(parts[1])]
    return rest


def _scales(count: int) -> list[float]:
    """What a sum is multiplied by at each place; places at the edges do not count."""
    return [
        1 / math.sqrt(place * (count - place)) if EDGE <= place <= count - EDGE else 0.0
        for place in range(1, count + 1)
    ]


def _largest(ranks: Sequence[float], scales: Sequence[float]) -> tuple[float, int]:
    sums = [abs(total) * scale for total, scale in zip(itertools.accumulate(ranks), scales, strict=True)]
    largest = max(sums)
    return largest, sums.index(largest) + 1


def _chance(ranks: Sequence[float], scales: Sequence[float], seen: float, block: int) -> float:
    draws = Draws(len(ranks), "history.changes", digest_of(list(ranks)))
    # The odd block stands where it falls: it is as likely to be the first as the last one.
    offset = draws.below(block)
    edges = sorted({0, *range(offset, len(ranks), block), len(ranks)})
    blocks = [ranks[begin:end] for begin, end in itertools.pairwise(edges)]
    as_large = 0
    # Sums in another order differ in their last bits.
    seen *= 1 - 1e-12
    for order in range(1, ORDERS + 1):
        draws.shuffle(blocks)
        sums = itertools.accumulate(itertools.chain.from_iterable(blocks))
        as_large += any(abs(total) * scale >= seen for total, scale in zip(sums, scales, strict=True))
        if as_large == ENOUGH:
            return as_large / order
    return (as_large + 1) / (ORDERS + 1)
