"""Resources: figures over time, in groups that share an axis: a phase in real time, each of its runs in virtual time.

The page has a size that can be mailed, so it has room for so many charts; the document has all of them.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lydite.model import Band, CampaignResult, PhaseResult, Restart, Series

CHARTS_MAX: Final = 60
"""So many charts are drawn in a page."""

BANDS_MAX: Final = 60
"""So many faults of a group are shaded and listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What happened on one axis of time."""

    number: int
    phase: str
    run: str
    """The run that it is of, in virtual time; empty: the phase itself."""
    until_s: float
    series: tuple[Series, ...]
    series_more: int
    bands: tuple[Band, ...]
    bands_more: int
    restarts: tuple[Restart, ...]
    is_open: bool
    """Is it shown at once? Else it is folded."""


def groups(result: CampaignResult) -> list[Group]:
    """All groups that have something to draw: the phases in their order, each with its runs behind it."""
    found: list[Group] = []
    left = CHARTS_MAX
    for phase in result.phases:
        for run in _runs(phase):
            group = _group(
                phase,
                run,
                room=left,
                number=len(found),
                is_open=not run or not any(each.run for each in found),
            )
            if group.series or group.series_more:
                found.append(group)
                left -= len(group.series)
    return found


def _runs(phase: PhaseResult) -> Iterator[str]:
    yield ""
    yield from dict.fromkeys(series.run for series in phase.series if series.run)


def _group(phase: PhaseResult, run: str, *, room: int, number: int, is_open: bool) -> Group:
    series = [each for each in phase.series if each.run == run]
    bands = [each for each in phase.bands if each.run == run]
    return Group(
        number=number,
        phase=phase.name,
        run=run,
        until_s=_length(phase.seconds if not run else 0.0, series),
        series=tuple(series[:room]),
        series_more=max(0, len(series) - room),
        bands=tuple(bands[:BANDS_MAX]),
        bands_more=max(0, len(bands) - BANDS_MAX),
        restarts=tuple(each for each in phase.restarts if each.run == run),
        is_open=is_open,
    )


def _length(seconds: float, series: Sequence[Series]) -> float:
    """How long the axis is: all of its figures lie on it."""
    ends = [seconds, *(at_s for each in series for at_s in each.at_s[-1:])]
    return max((end for end in ends if math.isfinite(end)), default=0.0) or 1.0
