"""A panel: the lanes of all hosts over one axis, with everything that happened in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from lydite.model import TESTER, Verdict, format_ns
from lydite.reports.spacetime.axis import Axis
from lydite.reports.spacetime.labels import (
    LABEL,
    ROW,
    Setting,
    evidence_labels,
    fault_labels,
    pills,
    text,
    tints,
)
from lydite.reports.spacetime.lanes import LEFT, WIDTH, Lane, lanes_of
from lydite.reports.spacetime.marks import marks_of
from lydite.reports.spacetime.markup import Markup, element, joined
from lydite.reports.spacetime.plot import Plot
from lydite.reports.spacetime.stacking import fitted, width_of
from lydite.reports.spacetime.strokes import life_stroke, mark_stroke, message_stroke
from lydite.reports.spacetime.thinning import Thinned, thinned
from lydite.reports.spacetime.wording import clipped, duration

LINES_MAX: Final = 520

CROWD: Final = 260
"""From so many lines on they are drawn fainter, so that what is behind them can be read."""


class View(Enum):
    """Which of the two panels it is."""

    OVERVIEW = auto()
    CLOSE_UP = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel that was drawn."""

    content: Markup
    bottom: float
    messages: Thinned


def panel(plot: Plot, axis: Axis, *, top: float, view: View, setting: Setting) -> Panel:
    """Draw a panel whose upper edge is there."""
    label = fault_labels if view is View.OVERVIEW else evidence_labels
    labels, below = label(plot, axis, top + 2 * ROW, setting)
    lanes = lanes_of(plot, axis, below + 6)
    rows = {lane.host: lane for lane in lanes}
    bottom = lanes[-1].bottom if lanes else below + 6
    found = thinned(
        axis,
        plot.messages,
        hosts=plot.hosts,
        concerned=plot.concerned,
        lines_max=LINES_MAX if view is View.OVERVIEW else LINES_MAX // 2,
    )
    content = joined(
        *(_ground(lane, place) for place, lane in enumerate(lanes)),
        *_ticks(axis, top + 2 * ROW - 6, below, bottom),
        _messages(found, rows),
        *(tints(plot, axis, band, place, rows, setting) for place, band in enumerate(plot.drawn_bands)),
        *(life_stroke(plot, axis, lane) for lane in lanes),
        *(mark_stroke(mark, rows[mark.host]) for mark in marks_of(axis, plot.scene.events, plot.hosts)),
        *_broke(plot, axis, rows, top, bottom),
        *labels,
        *pills(plot, axis, rows, setting),
        *_breaks(axis, below, bottom),
    )
    name = "overview" if view is View.OVERVIEW else "close-up"
    return Panel(content=element("g", content, class_=name), bottom=bottom, messages=found)


def _messages(found: Thinned, rows: Mapping[str, Lane]) -> Markup:
    crowd = " crowd" if len(found.lines) > CROWD else ""
    strokes = (message_stroke(line, rows) for line in found.lines)
    return element("g", *strokes, class_=f"messages{crowd}", stroke_width=1)


def _ground(lane: Lane, place: int) -> Markup:
    name = fitted(lane.host, 13, LEFT - 24)
    more = [text(14, lane.y + 18, "trial and clients", "quiet")] if lane.host == TESTER else []
    return element(
        "g",
        element("title", lane.host),
        element("rect", x=0, y=lane.top, width=WIDTH, height=lane.height, class_=f"ground g{place % 2}"),
        text(14, lane.y + 4, name, "host"),
        *more,
        class_="lane",
        data_host=lane.host,
    )


def _ticks(axis: Axis, y: float, top: float, bottom: float) -> Iterator[Markup]:
    for x, label in axis.ticks():
        yield element("line", x1=x, y1=top, x2=x, y2=bottom, class_="grid")
        half = width_of(label, LABEL) / 2
        if x - half > LEFT - 10 and x + half < WIDTH - 4:
            yield text(x, y, label, "tick", "middle")


# -- what was found


def _broke(plot: Plot, axis: Axis, rows: Mapping[str, Lane], top: float, bottom: float) -> Iterator[Markup]:
    finding = plot.scene.finding
    piece = None if plot.broke_ns is None else axis.piece_at(plot.broke_ns)
    if finding is None or plot.broke_ns is None or piece is None:
        return
    x = piece.x(plot.broke_ns)
    words = f"{finding.verdict} {format_ns(plot.broke_ns)}"
    wide = width_of(words, 12) + 14
    left = min(max(LEFT, x - wide / 2), WIDTH - wide - 2)
    name = "broke" if finding.verdict is Verdict.VIOLATED else "broke unsure"
    lane = rows.get(finding.host)
    ring = [element("circle", cx=x, cy=lane.y, r=8, class_="ring")] if lane else []
    yield element(
        "g",
        element("title", f"{finding.check}: {clipped(finding.message, 300)}"),
        element("line", x1=x, y1=top + 16, x2=x, y2=bottom, class_="moment"),
        *ring,
        element("rect", x=left, y=top, width=wide, height=17, rx=3, class_="flag"),
        text(left + wide / 2, top + 12.5, words, "flag-text", "middle"),
        class_=name,
    )


def _breaks(axis: Axis, top: float, bottom: float) -> Iterator[Markup]:
    """Where an axis leaves time out, and how much."""
    for before, after in zip(axis.pieces, axis.pieces[1:], strict=False):
        middle = (before.right + after.left) / 2
        gone = duration(after.span.begin_ns - before.span.end_ns)
        words = f"{gone} left out"
        yield element(
            "g",
            element("title", words),
            element(
                "rect",
                x=before.right,
                y=top,
                width=after.left - before.right,
                height=bottom - top,
                class_="break",
            ),
            element(
                "text",
                words,
                x=middle,
                y=(top + bottom) / 2,
                class_="quiet",
                text_anchor="middle",
                transform=f"rotate(-90 {middle:.1f} {(top + bottom) / 2:.1f})",
            ),
        )
