"""Labels: faults and evidence in words, in rows and pills in which no two of them touch."""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Final

from lydite.model import Event, format_ns
from lydite.reports.spacetime.axis import Axis
from lydite.reports.spacetime.bands import Band
from lydite.reports.spacetime.lanes import STRIP, WIDTH, Lane, extent_of, number_of
from lydite.reports.spacetime.markup import Markup, element, joined
from lydite.reports.spacetime.plot import Plot
from lydite.reports.spacetime.stacking import stacked, width_of
from lydite.reports.spacetime.wording import clipped, duration, event_in_words, interval, moment

ROW: Final = 18
"""How high a row of labels is."""

LABEL: Final = 11
"""The size of labels."""

FAMILIES: Final = {
    "network": "network",
    "process": "process",
    "disk": "disk",
    "clock": "clock",
    "cpu": "cpu",
    "memory": "cpu",
    "byzantine": "liar",
}
"""The class of the colour of each resource; what is not here is `other`."""


class Setting(Enum):
    """Where a drawing stands: on a page with tables to which it leads, or alone."""

    PAGE = auto()
    ALONE = auto()


def fault_labels(plot: Plot, axis: Axis, top: float, setting: Setting) -> tuple[list[Markup], float]:
    """Each fault as a bar with its number and its words, and where the rows end."""
    placed = [
        (band, extent, f"{number_of(band)}  {clipped(band.words, 64)}")
        for band in plot.drawn_bands
        if (extent := extent_of(axis, band, plot.end_ns)) is not None
    ]
    places = [_place_of_label(axis, extent, width_of(words, LABEL) + 12) for _, extent, words in placed]
    reaches = [
        (min(x, extent[0]), max(extent[1], x + width_of(words, LABEL) + 12))
        for x, (_, extent, words) in zip(places, placed, strict=True)
    ]
    rows = stacked(reaches)
    drawn = [
        _fault_label(band, extent, x, top + row * ROW, words, setting)
        for (band, extent, words), x, row in zip(placed, places, rows, strict=True)
    ]
    return drawn, top + ROW * (max(rows, default=-1) + 1)


def _place_of_label(axis: Axis, extent: tuple[float, float], wide: float) -> float:
    """Where the words of a bar begin: in it and beyond its end, or before it where the paper ends."""
    if extent[0] + wide <= axis.right:
        return extent[0]
    return max(axis.left, min(extent[0], axis.right) - wide)


def _fault_label(
    band: Band, extent: tuple[float, float], x: float, y: float, words: str, setting: Setting
) -> Markup:
    left, right = extent
    return linked(
        setting,
        f"fault-{band.number}" if band.number else "faults",
        element("title", fault_title(band)),
        element("rect", x=left, y=y, width=max(right - left, 3), height=ROW - 3, rx=2, class_="bar"),
        element("rect", x=left, y=y, width=3, height=ROW - 3, class_="edge"),
        text(x + 7, y + 11.5, words, "label"),
        class_=f"band {family(band.kind)}{' missed' if band.missed else ''}",
        data_fault=str(band.number),
    )


def fault_title(band: Band) -> str:
    """A fault in one sentence."""
    name = f"fault {band.number}" if band.number else "fault of the trial itself"
    if band.missed:
        when = f"at {format_ns(band.begin_ns)}, met nobody"
    elif band.once:
        when = f"at {format_ns(band.begin_ns)}, once"
    elif band.end_ns is None:
        when = f"from {format_ns(band.begin_ns)} on"
    else:
        when = f"{interval(band.begin_ns, band.end_ns)}, {duration(band.end_ns - band.begin_ns)}"
    planned = "" if band.seen else " (as the schedule wants it; the records do not tell)"
    return f"{name}: {clipped(band.words, 200)}, {when}{planned}"


def family(kind: str) -> str:
    """The class of a fault's colour: the resource that it bends."""
    resource = kind.partition(".")[0]
    return FAMILIES.get(resource, "other")


def evidence_labels(plot: Plot, axis: Axis, top: float, setting: Setting) -> tuple[list[Markup], float]:
    """Each piece of evidence in words, above the moment at which it happened."""
    placed = []
    for letter, event in plot.evidence:
        piece = axis.piece_at(event.at_ns)
        if piece is not None:
            words = f"{letter}  {clipped(event_in_words(event), 60)}"
            wide = width_of(words, LABEL) + 8
            x = piece.x(event.at_ns)
            left = x if x + wide <= axis.right else max(axis.left, x - wide)
            placed.append((letter, event, words, x, left, wide))
    rows = stacked((left, left + wide) for _, _, _, _, left, wide in placed)
    drawn = []
    for (letter, event, words, x, left, wide), row in zip(placed, rows, strict=True):
        y = top + row * ROW
        anchored = (left + 4, None) if left == x else (left + wide - 4, "end")
        drawn.append(
            linked(
                setting,
                f"evidence-{letter}",
                element("title", evidence_title(letter, event)),
                element("line", x1=x, y1=y, x2=x, y2=top + ROW * (max(rows) + 1), class_="leader"),
                text(anchored[0], y + 11.5, words, "label told", anchored[1]),
            )
        )
    return drawn, top + ROW * (max(rows, default=-1) + 1)


def evidence_title(letter: str, event: Event) -> str:
    """A piece of evidence in one sentence."""
    return (
        f"evidence {letter}: record {event.number:,}, {moment(event.at_ns)}, {event.host}, "
        f"{event.kind.name} {clipped(event_in_words(event), 240)}"
    )


def tints(
    plot: Plot, axis: Axis, band: Band, place: int, rows: Mapping[str, Lane], setting: Setting
) -> Markup:
    """A fault in the lanes of its hosts: filled on the one side, outlined on the other."""
    drawn: list[Markup] = []
    for host in dict.fromkeys((*band.left, *band.right)):
        lane = rows.get(host)
        if lane is None or place not in lane.strips:
            continue
        y = lane.top + 2 + STRIP * lane.strips[place]
        side = "side" if host in band.left else "other-side"
        for left, right in axis.stretches(band.begin_ns, band.until(plot.end_ns)):
            wide = max(right - left, 2)
            drawn.append(element("rect", x=left, y=lane.top, width=wide, height=lane.height, class_="tint"))
            drawn.append(element("rect", x=left, y=y, width=wide, height=STRIP - 2, class_=side))
            drawn.append(text(left + 3, y + 8.3, number_of(band), "number"))
    if not drawn:
        return joined()
    return linked(
        setting,
        f"fault-{band.number}" if band.number else "faults",
        element("title", fault_title(band)),
        *drawn,
        class_=f"band {family(band.kind)}",
        data_fault=str(band.number),
    )


def pills(plot: Plot, axis: Axis, rows: Mapping[str, Lane], setting: Setting) -> Iterator[Markup]:
    """The letters of the evidence, those too near to each other in one pill."""
    groups: list[tuple[Lane, float, list[tuple[str, Event]]]] = []
    for letter, event in plot.evidence:
        piece, lane = axis.piece_at(event.at_ns), rows.get(event.host)
        if piece is None or lane is None:
            continue
        x = piece.x(event.at_ns)
        near = [group for group in groups if group[0] is lane and x - group[1] < 4 + 13 * len(group[2])]
        if near:
            near[-1][2].append((letter, event))
        else:
            groups.append((lane, x, [(letter, event)]))
    for lane, x, found in groups:
        wide = 4 + 11 * len(found)
        left = min(x - 7, WIDTH - wide - 2)
        yield linked(
            setting,
            f"evidence-{found[0][0]}",
            element("title", " — ".join(evidence_title(letter, event) for letter, event in found)),
            element("circle", cx=x, cy=lane.y, r=4, class_="spot"),
            element("rect", x=left, y=lane.y - 22, width=wide, height=14, rx=7, class_="pill"),
            *(
                text(left + 7.5 + 11 * place, lane.y - 11.5, letter, "pill-text", "middle")
                for place, (letter, _) in enumerate(found)
            ),
            class_="evidence",
        )


def text(x: float, y: float, words: str, class_: str, anchor: str | None = None) -> Markup:
    """A line of text."""
    return element("text", words, x=x, y=y, class_=class_, text_anchor=anchor)


def linked(setting: Setting, target: str, *content: str, **attributes: str | float | None) -> Markup:
    """Content that leads to its row in a table, where there is one."""
    if setting is Setting.PAGE:
        return element("a", *content, href=f"#{target}", **attributes)
    return element("g", *content, **attributes)
