"""Trends: what was measured in several campaigns has a course; what was measured in one is a figure so far."""

import math
from collections.abc import Sequence

from lydite.model import Better, Trend


def has_course(trend: Trend) -> bool:
    """Are there two figures at least, to draw a line between?"""
    return sum(map(math.isfinite, trend.values)) > 1


def courses(trends: Sequence[Trend]) -> tuple[Trend, ...]:
    """Those with a course: what changed for the worse first, then what changed at all, then the rest."""
    return tuple(sorted(filter(has_course, trends), key=_order))


def singles(trends: Sequence[Trend]) -> tuple[Trend, ...]:
    """Those without one."""
    return tuple(each for each in trends if not has_course(each))


def tone_of(better: Better, before: float, after: float) -> str:
    """Whether a change is to the good, to the bad, or neither."""
    if better is Better.NEITHER or before == after or not math.isfinite(before + after):
        return "plain"
    return "good" if (after > before) == (better is Better.HIGHER) else "bad"


def _order(trend: Trend) -> int:
    tones = {tone_of(trend.better, mark.before, mark.after) for mark in trend.marks}
    return 0 if "bad" in tones else 1 if tones else 2
