"""Charts: figures over campaigns and over seconds, and intervals, as small drawings.

Every drawing has its words beside it in the page, so to those who do not see it it says only what it is.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lydite.model import Band, Better, Flaky, GateOutcome, Measurement, PhaseResult, Restart, Series, Trend
from lydite.reports.page.figures import figure, lasting, number, share
from lydite.reports.spacetime.markup import Markup, element

POINTS_MAX: Final = 300
"""Points of a line; where there are more, the least and the greatest of each stretch stand for it."""

WIDE: Final = 900
"""How wide a chart over seconds is."""

LEFT: Final = 64
"""Where its lines begin: before are the labels of its scale."""

HIGH: Final = 116

WHISKER: Final = 0.25
"""The share of a figure that half a whisker stands for."""


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


def tone_of(better: Better, before: float, after: float) -> str:
    """Whether a change is to the good, to the bad, or neither."""
    if better is Better.NEITHER or before == after or not math.isfinite(before + after):
        return "plain"
    return "good" if (after > before) == (better is Better.HIGHER) else "bad"


def series_chart(series: Series, phase: PhaseResult, until_s: float) -> Markup:
    """A figure over seconds, shaded where a fault was in force, with a mark where a service came up again."""
    points = [pair for pair in zip(series.at_s, series.values, strict=False) if all(map(math.isfinite, pair))]
    values = [value for _, value in points] or [0.0]
    across = Scale(low=0, high=until_s, begin=LEFT, end=WIDE - 6)
    up = Scale(low=min(0.0, *values), high=max(values) or 1.0, begin=HIGH - 22, end=12)
    ground, top = up.at(up.low), up.at(up.high)
    line = _paths([(across.at(at_s), up.at(value)) for at_s, value in thinned(points)])
    return _svg(
        WIDE,
        HIGH,
        "series",
        *_shades(phase.bands, across, top, ground),
        *_level(top, up.high),
        *_level(ground, up.low),
        *(_text(across.at(at_s), HIGH - 6, lasting(at_s), anchor) for at_s, anchor in _ticks(until_s)),
        *(element("path", d=path, class_="line") for path in line),
        *_arrows(phase.restarts, across, ground),
        label=f"{series.name} over {lasting(until_s)}",
    )


def _level(y: float, value: float) -> tuple[Markup, Markup]:
    line = element("path", d=f"M{LEFT} {y:.1f}H{WIDE - 6}", class_="grid")
    return line, _text(LEFT - 6, y + 4, number(value), "end")


def _shades(bands: Sequence[Band], across: Scale, top: float, ground: float) -> Iterator[Markup]:
    for count, band in enumerate(bands, 1):
        if math.isnan(band.begin_s) or math.isnan(band.end_s):
            continue
        left, right = across.at(band.begin_s), across.at(band.end_s)
        yield element("rect", x=left, y=top, width=max(1.0, right - left), height=ground - top, class_="band")
        yield element(
            "path", d=f"M{left:.1f} {top:.1f}V{ground:.1f}M{right:.1f} {top:.1f}V{ground:.1f}", class_="edge"
        )
        yield _text(left + 3, top - 2, str(count), "start", "number")


def _arrows(restarts: Sequence[Restart], across: Scale, ground: float) -> Iterator[Markup]:
    for restart in restarts:
        if math.isfinite(restart.at_s):
            x = across.at(restart.at_s)
            yield element("path", d=f"M{x - 4.5:.1f} {ground + 8:.1f}h9l-4.5 -8z", class_="restart")


def _ticks(until_s: float) -> Iterator[tuple[float, str]]:
    for part, anchor in ((0, "start"), (0.25, "middle"), (0.5, "middle"), (0.75, "middle"), (1, "end")):
        yield until_s * part, anchor


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


def thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """As many points as a screen can tell apart; no peak is lost.

    >>> len(thinned([(float(at), float(at % 100 == 50)) for at in range(100_000)])) <= POINTS_MAX
    True
    """
    if len(points) <= POINTS_MAX:
        return points
    step = math.ceil(len(points) / (POINTS_MAX // 2))
    kept: list[tuple[float, float]] = []
    for begin in range(0, len(points), step):
        part = points[begin : begin + step]
        both = (min(part, key=lambda point: point[1]), max(part, key=lambda point: point[1]))
        kept += sorted(both)
    return kept


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


def length_of(phase: PhaseResult) -> float:
    """How long the charts of a phase are: all of its figures and faults lie in it."""
    ends = [phase.seconds, *(at_s for series in phase.series for at_s in series.at_s[-1:])]
    return max((end for end in ends if math.isfinite(end)), default=0.0) or 1.0
