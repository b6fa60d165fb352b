"""Charts: figures over campaigns and over seconds, and intervals, as small drawings.

Every drawing has its words beside it in the page, so to those who do not see it it says only what it is.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lydite.model import Flaky, GateOutcome, Measurement, Restart, Series, Standing, Trend
from lydite.reports.page.figures import figure, lasting, number, share
from lydite.reports.page.resources import Group
from lydite.reports.spacetime.markup import Markup, element
from lydite.reports.spacetime.wording import clipped
from lydite.reports.thinning import thinned
from lydite.reports.trends import tone_of

POINTS_MAX: Final = 300
"""Points of a line; where there are more, the least and the greatest of each stretch stand for it."""

WIDE: Final = 900
"""How wide a chart over seconds is."""

LEFT: Final = 64
"""Where its lines begin: before are the labels of its scale."""

HIGH: Final = 116

TOP: Final = 12
BOTTOM: Final = HIGH - 22
"""Between them its lines lie: above are the numbers of faults, below the moments."""

ARROWS_MAX: Final = 200
"""So many services that came up again are marked."""

TICKS_MAX: Final = 6

ROUND_S: Final = (
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    21_600.0,
    86_400.0,
)
"""Steps of an axis that people count in, from ten seconds on."""

LETTER: Final = 5.6
"""About how wide a letter beside a shade is."""

NAME_MIN: Final = 12
"""A name with room for fewer letters is left to the list below the charts."""

WHISKER: Final = 0.25
"""The share of a figure that half a whisker stands for."""


BARS: Final = {
    Standing.PASSED: 4.0,
    Standing.FAILED: 12.0,
    Standing.WAIVED: 8.0,
    Standing.NOT_EVALUATED: 1.5,
}
"""How long the bar of a gate is: whoever sees no colour sees what it said by that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Where a figure lies on paper."""

    low: float
    high: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        """Its place, on the paper in any case."""
        room = self.high - self.low
        part = (value - self.low) / room if room > 0 else 0.5
        return self.begin + min(1.0, max(0.0, part)) * (self.end - self.begin)


def margin_bar(outcome: GateOutcome) -> Markup:
    """How far a gate is from its limit: to the right of the line it passes, to the left it fails."""
    margin = outcome.margin
    if not margin or not math.isfinite(margin):
        return _svg(64, 12, "margin", element("path", d="M32 0V12", class_="limit"))
    room = _room(outcome)
    part = min(1.0, abs(margin) / room) if room > 0 else 1.0
    long = max(2.0, 30 * part)
    left, tone = (32.0, "good") if margin > 0 else (32 - long, "bad")
    bar = element("rect", x=left, y=3, width=long, height=6, class_=tone)
    return _svg(64, 12, "margin", bar, element("path", d="M32 0V12", class_="limit"))


def course_marks(standings: Sequence[Standing]) -> Markup:
    """What a gate said of the last campaigns, a bar for each: a short one where it passed, a long one where not."""
    bars = [
        element(
            "rect", x=4 * place, y=12 - BARS[each], width=3, height=BARS[each], class_=each.replace(" ", "-")
        )
        for place, each in enumerate(standings)
    ]
    told = Counter(standings)
    counts = ", ".join(f"{told[each]} {each}" for each in BARS if told[each])
    return _svg(4 * len(standings), 12, "course", *bars, label=f"of the last {len(standings)}: {counts}")


def _room(outcome: GateOutcome) -> float:
    """What a whole half of the bar stands for: all the room there is beyond the limit."""
    if outcome.unit == "%" and outcome.at_least and outcome.limit < 100:
        return 100 - outcome.limit
    return abs(outcome.limit) / (1 if not outcome.at_least else 2)


def trend_chart(trend: Trend) -> Markup:
    """A figure over campaigns, with a mark wherever it changed."""
    return _trend(trend, 320, 72, label=f"{trend.name} over {len(trend.values)} campaigns")


def spark(trend: Trend) -> Markup:
    """The same in the height of a line of text."""
    return _trend(trend, 96, 17)


def _trend(trend: Trend, wide: int, high: int, *, label: str = "") -> Markup:
    values = [value for value in trend.values if math.isfinite(value)]
    kind = "trend" if label else "spark"
    if not values:
        return _svg(wide, high, kind, label=label)
    room = high / 6
    across = Scale(low=0, high=max(1, len(trend.values) - 1), begin=5, end=wide - 5)
    up = Scale(low=min(values), high=max(values), begin=high - room, end=room)
    places = [
        (across.at(index), up.at(value) if math.isfinite(value) else None)
        for index, value in enumerate(trend.values)
    ]
    x, y = [(x, y) for x, y in places if y is not None][-1]
    lines = [element("path", d=path, class_="line") for path in _paths(places)]
    last = element("circle", cx=x, cy=y, r=3 if label else 2, class_="last")
    return _svg(wide, high, kind, *_marks(trend, across, high), *lines, last, label=label)


def _marks(trend: Trend, across: Scale, high: float) -> Iterator[Markup]:
    for mark in trend.marks:
        if mark.at not in trend.campaigns:
            continue
        x = across.at(trend.campaigns.index(mark.at))
        tone = tone_of(trend.better, mark.before, mark.after)
        yield element("path", d=f"M{x:.1f} 0V{high}", class_=f"mark {tone}")
        rising = mark.after > mark.before
        yield element(
            "path", d=f"M{x - 4:.1f} {8 if rising else 0}h8l-4 {-8 if rising else 8}z", class_=f"tip {tone}"
        )


def series_charts(group: Group) -> Iterator[tuple[Series, Markup]]:
    """Each figure over seconds, shaded where a fault was in force, with a mark where a service came up again.

    Shades and marks are the same in all charts of a group: the first one has them, the others show them again.
    """
    across = Scale(low=0, high=group.until_s, begin=LEFT, end=WIDE - 6)
    places = sorted(
        (across.at(band.begin_s), across.at(band.end_s), count, band.name)
        for count, band in enumerate(group.bands, 1)
        if not math.isnan(band.begin_s) and not math.isnan(band.end_s)
    )
    name = f"shades-{group.number}"
    for index, series in enumerate(group.series):
        if index:
            shades = element("use", href=f"#{name}")
        else:
            shades = element(
                "g", *_shades(places), *_arrows(group.restarts, across), id=name, class_="shades"
            )
        yield series, _series_chart(series, group, across, [shades, *_labels(places, named=not index)])


def _series_chart(series: Series, group: Group, across: Scale, ground: Sequence[Markup]) -> Markup:
    points = [pair for pair in zip(series.at_s, series.values, strict=False) if all(map(math.isfinite, pair))]
    values = [value for _, value in points] or [0.0]
    up = Scale(low=min(0.0, *values), high=round_above(max(values)), begin=BOTTOM, end=TOP)
    line = _paths([(across.at(at_s), up.at(value)) for at_s, value in thinned(points, POINTS_MAX)])
    levels = (up.low, (up.low + up.high) / 2, up.high)
    return _svg(
        WIDE,
        HIGH,
        "series",
        *ground,
        *(mark for value in levels for mark in _level(up.at(value), value)),
        *(
            _text(across.at(at_s), HIGH - 6, lasting(at_s), _anchor(at_s, group))
            for at_s in ticks(group.until_s)
        ),
        *(element("path", d=path, class_="line") for path in line),
        label=f"{series.name} over {lasting(group.until_s)}",
    )


def round_above(value: float) -> float:
    """The next round number: the upper end of a scale that can be read.

    >>> [round_above(value) for value in (0, 0.0123, 9, 41, 100, 260)]
    [1.0, 0.015, 10.0, 50.0, 100.0, 300.0]
    """
    if value <= 0 or value > 1e300:
        return value or 1.0
    power: float = 10.0 ** math.floor(math.log10(value))
    return next((part * power for part in (1, 1.5, 2, 3, 4, 5, 6, 8) if value <= part * power), 10 * power)


def ticks(until_s: float) -> list[float]:
    """Round moments on an axis of so many seconds.

    >>> ticks(18.2), ticks(152.4)
    ([0.0, 5.0, 10.0, 15.0], [0.0, 30.0, 60.0, 90.0, 120.0, 150.0])
    """
    steps = (*(part * 10.0**power for power in range(-6, 1) for part in (1, 2, 5)), *ROUND_S)
    step = next((each for each in steps if until_s <= TICKS_MAX * each), until_s / TICKS_MAX)
    return [number * step for number in range(int(until_s / step) + 1)]


def _anchor(at_s: float, group: Group) -> str:
    if at_s == 0:
        return "start"
    return "end" if at_s > 0.97 * group.until_s else "middle"


def _level(y: float, value: float) -> tuple[Markup, Markup]:
    line = element("path", d=f"M{LEFT} {y:.1f}H{WIDE - 6}", class_="grid")
    return line, _text(LEFT - 6, y + 4, number(value), "end")


def _shades(places: Sequence[tuple[float, float, int, str]]) -> Iterator[Markup]:
    for left, right, *_ in places:
        yield element("rect", x=left, y=TOP, width=max(1.0, right - left), height=BOTTOM - TOP, class_="band")
        yield element("path", d=f"M{left:.1f} {TOP}V{BOTTOM}M{right:.1f} {TOP}V{BOTTOM}", class_="edge")


def _labels(places: Sequence[tuple[float, float, int, str]], *, named: bool) -> Iterator[Markup]:
    """The number of each shade, as far as there is room for it, and its name as well where that is wanted."""
    free = 0.0
    ends = [left for left, *_ in places[1:]] + [float(WIDE)]
    for (left, _, count, name), following in zip(places, ends, strict=False):
        room = int((following - left) / LETTER) - 1
        if left < free or room < len(str(count)):
            continue
        free = left + LETTER * (len(str(count)) + 1)
        words = f"{count} {clipped(name, room - 3)}" if named and room > NAME_MIN else str(count)
        yield _text(left + 3, TOP - 2, words, "start", "number")


def _arrows(restarts: Sequence[Restart], across: Scale) -> Iterator[Markup]:
    for restart in restarts[:ARROWS_MAX]:
        if math.isfinite(restart.at_s):
            x = across.at(restart.at_s)
            yield element("path", d=f"M{x - 4.5:.1f} {BOTTOM + 8}h9l-4.5 -8z", class_="restart")


def interval_bar(flaky: Flaky, most: float) -> Markup:
    """An interval of a rate, on a scale from nothing to the most of all."""
    if not (math.isfinite(flaky.low) and math.isfinite(flaky.high) and most > 0):
        return Markup("")
    across = Scale(low=0, high=most, begin=3, end=137)
    left, right = across.at(flaky.low), across.at(flaky.high)
    x = across.at(flaky.failures / flaky.runs) if flaky.runs else left
    return _svg(140, 14, "interval", element("path", d="M3 7H137", class_="grid"), *_whisker(left, right, x))


def whisker(measurement: Measurement) -> Markup:
    """An interval around its figure, on the same scale for all: a whole half is a quarter of the figure."""
    value, low, high = measurement.value, measurement.low, measurement.high
    if low is None or high is None or not value or not all(map(math.isfinite, (low, high, value))):
        return Markup("")
    across = Scale(low=-WHISKER, high=WHISKER, begin=3, end=97)
    left, right = sorted((across.at(low / value - 1), across.at(high / value - 1)))
    return _svg(100, 14, "interval", element("path", d="M3 7H97", class_="grid"), *_whisker(left, right, 50))


def _whisker(left: float, right: float, x: float) -> tuple[Markup, Markup]:
    path = f"M{left:.1f} 7H{right:.1f}M{left:.1f} 3V11M{right:.1f} 3V11"
    return element("path", d=path, class_="line"), element("circle", cx=x, cy=7, r=3, class_="last")


def _paths(places: Iterable[tuple[float, float | None]]) -> Iterator[str]:
    """A line through the places, broken where there is none."""
    path = ""
    for x, y in places:
        if y is None:
            if path:
                yield path
            path = ""
        else:
            path += f"{'L' if path else 'M'}{x:.1f} {y:.1f}"
    if path:
        # A single place is a dot: a line of no length with round ends.
        yield path if "L" in path else f"{path}h0"


def _text(x: float, y: float, words: str, anchor: str, kind: str = "") -> Markup:
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=kind or None)


def _svg(wide: int, high: int, kind: str, *content: str, label: str = "") -> Markup:
    told = {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    return element("svg", *content, viewBox=f"0 0 {wide} {high}", class_=f"chart {kind}", **told)


def change_in_words(trend: Trend) -> list[tuple[str, str]]:
    """Each change of a trend as its tone and a sentence."""
    told = []
    for mark in trend.marks:
        change = f"{figure(mark.before, trend.unit)} → {figure(mark.after, trend.unit)}"
        words = f"from {mark.at} on: {change} (chance alone: {share(mark.chance)})"
        told.append((tone_of(trend.better, mark.before, mark.after), words))
    return told
