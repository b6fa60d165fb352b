"""Thinning: as many points of a line as can be told apart, without losing a peak."""

import math
from collections.abc import Sequence


def thinned(points: Sequence[tuple[float, float]], most: int) -> Sequence[tuple[float, float]]:
    """At most so many points: the least and the greatest of each stretch stand for it.

    >>> spikes = [(float(at), float(at % 100 == 50)) for at in range(100_000)]
    >>> kept = thinned(spikes, 300)
    >>> len(kept) <= 300, max(value for _, value in kept)
    (True, 1.0)
    """
    if len(points) <= most:
        return points
    step = math.ceil(len(points) / (most // 2))
    kept: list[tuple[float, float]] = []
    for begin in range(0, len(points), step):
        part = points[begin : begin + step]
        both = (min(part, key=lambda point: point[1]), max(part, key=lambda point: point[1]))
        kept += sorted(both)
    return kept
