"""Lanes: the rows of a panel, one for each host, with room on top for the faults that it is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lydite.reports.spacetime.axis import Axis
from lydite.reports.spacetime.bands import Band
from lydite.reports.spacetime.plot import Plot
from lydite.reports.spacetime.stacking import stacked

LEFT: Final = 132
RIGHT: Final = 1344
WIDTH: Final = 1360
"""Where time begins and ends on paper, and how wide the paper is."""

STRIP: Final = 12
"""How high the strip of a fault in a lane is."""

ROOM: Final = 46
"""How high a lane is without strips."""

FOOT: Final = 20
"""How far the line of life is from the bottom of its lane: there is room for marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The row of one host."""

    host: str
    top: float
    height: float
    strips: Mapping[int, int]
    """The row of each band, by its place among the bands that are drawn."""

    @property
    def y(self) -> float:
        """Where the line of life is."""
        return self.top + self.height - FOOT

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.top + self.height


def lanes_of(plot: Plot, axis: Axis, top: float) -> list[Lane]:
    """The lanes of a panel from top to bottom."""
    lanes = []
    for host in plot.hosts:
        strips = _strips(plot, axis, host)
        height = ROOM + STRIP * (max(strips.values(), default=-1) + 1)
        lanes.append(Lane(host=host, top=top, height=height, strips=strips))
        top += height
    return lanes


def extent_of(axis: Axis, band: Band, end_ns: int) -> tuple[float, float] | None:
    """From where to where a fault is to be seen; None where it is not."""
    stretches = list(axis.stretches(band.begin_ns, band.until(end_ns)))
    return (stretches[0][0], stretches[-1][1]) if stretches else None


def number_of(band: Band) -> str:
    """How a fault is called in the picture: by its number in the schedule, or as one that the trial made."""
    return str(band.number) if band.number else "t"


def _strips(plot: Plot, axis: Axis, host: str) -> dict[int, int]:
    places: list[int] = []
    extents: list[tuple[float, float]] = []
    for place, band in enumerate(plot.drawn_bands):
        extent = extent_of(axis, band, plot.end_ns)
        if extent is not None and not band.missed and host in _bent(band):
            places.append(place)
            extents.append((extent[0], max(extent[1], extent[0] + 8 + 6 * len(number_of(band)))))
    return dict(zip(places, stacked(extents, gap=2), strict=True))


def _bent(band: Band) -> Sequence[str]:
    return (*band.left, *band.right)
