"""The sheet: a space-time diagram as SVG, with its own styles and nothing from elsewhere.

Time runs to the right and hosts are rows. Diagrams of protocols are often drawn downwards, because there the text
stands beside each message. Here messages carry no text, and faults and notes do: they last, and what lasts is read
best as a bar with its words along it. A screen and a sheet of paper are wider than high, a run is longer than it
has hosts, and the charts that engineers hang beside this one have their time to the right as well.

There are two panels over one another. The overview has faults, lives and the window that matters at one even scale,
at which a message is an almost vertical line. The close-up shows the milliseconds around the evidence, where its
slope is to be seen. Both are linear, so that lengths are durations.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from lydite.model import format_ns
from lydite.reports.spacetime.axis import Axis, axis_of
from lydite.reports.spacetime.labels import Setting, text
from lydite.reports.spacetime.lanes import LEFT, RIGHT, WIDTH
from lydite.reports.spacetime.legend import legend_of
from lydite.reports.spacetime.markup import Markup, element, joined
from lydite.reports.spacetime.panel import Panel, View, panel
from lydite.reports.spacetime.plot import Plot, plot_of
from lydite.reports.spacetime.scene import Scene
from lydite.reports.spacetime.stacking import fitted
from lydite.reports.spacetime.wording import clipped, counted, duration

MARGIN: Final = 24
"""Between the parts of the drawing."""

ZOOM: Final = 30
"""How high the wedges are that lead from the overview to the close-up."""


def drawing(scene: Scene) -> str:
    """The diagram alone: a whole SVG document."""
    plot = plot_of(scene)
    head = [
        text(14, 26, fitted(scene.title, 17, WIDTH - 40), "title"),
        text(14, 48, fitted(scene.sentence, 13, WIDTH - 40), "sentence"),
    ]
    content, height, omissions = _figure(plot, 66, Setting.ALONE)
    foot = [
        text(14, height + 16 * row + 12, fitted(words, 12, WIDTH - 40), "quiet")
        for row, words in enumerate([f"not drawn: {'; '.join(omissions)}" if omissions else "", scene.replay])
    ]
    return _document(plot, joined(*head, content, *foot), height + 44) + "\n"


def figure_of(plot: Plot) -> tuple[Markup, tuple[str, ...]]:
    """The diagram as part of a page whose tables it leads to, and what it leaves out."""
    content, height, omissions = _figure(plot, 4, Setting.PAGE)
    return _document(plot, content, height + 4), omissions


@cache
def style_of_drawing() -> str:
    """The styles that the drawing and the page share."""
    return files(__package__).joinpath("drawing.css").read_text(encoding="utf-8")


def _figure(plot: Plot, top: float, setting: Setting) -> tuple[Markup, float, tuple[str, ...]]:
    omissions = list(plot.omissions)
    whole = axis_of([plot.window], LEFT, RIGHT)
    overview = panel(plot, whole, top=top + 22, view=View.OVERVIEW, setting=setting)
    omissions += _too_many(plot, overview, "")
    parts = [_caption(top + 12, *_overview_words(plot)), overview.content]
    bottom = overview.bottom
    if plot.close_ups:
        close = axis_of(plot.close_ups, LEFT, RIGHT)
        upper = bottom + ZOOM + 22
        close_up = panel(plot, close, top=upper + 6, view=View.CLOSE_UP, setting=setting)
        omissions += _too_many(plot, close_up, " in the close-up")
        parts += [
            _wedges(whole, close, bottom, upper + 6),
            _caption(upper - 4, *_close_up_words(plot)),
            close_up.content,
        ]
        bottom = close_up.bottom
    legend, bottom = legend_of(14, bottom + MARGIN, WIDTH - 14)
    return joined(*parts, legend), bottom, tuple(omissions)


def _document(plot: Plot, content: Markup, height: float) -> Markup:
    scene = plot.scene
    return element(
        "svg",
        element("title", f"Space-time diagram of {scene.title}"),
        element("desc", _description(plot)),
        element("style", Markup(style_of_drawing())),
        element("rect", x=0, y=0, width=WIDTH, height=height, class_="paper"),
        content,
        xmlns="http://www.w3.org/2000/svg",
        class_="spacetime",
        viewBox=f"0 0 {WIDTH} {round(height)}",
        role="graphics-document",
    )


def _description(plot: Plot) -> str:
    """The diagram in words, for whoever does not see it."""
    lanes = ", ".join(plot.hosts)
    told = (
        f"{counted(len(plot.hosts), 'lane')} ({lanes}), {counted(len(plot.drawn_bands), 'fault')}, "
        f"from {format_ns(plot.window.begin_ns)} to {format_ns(plot.window.end_ns)}."
    )
    finding = plot.scene.finding
    if finding is None or plot.broke_ns is None:
        return told
    return f"{told} {finding.verdict} at {format_ns(plot.broke_ns)}: {clipped(finding.message, 400)}"


def _caption(y: float, head: str, more: str) -> Markup:
    return element(
        "text",
        element("tspan", head, class_="caption"),
        element("tspan", f"  {more}", class_="quiet"),
        x=14,
        y=y,
        class_="caption-line",
    )


def _overview_words(plot: Plot) -> tuple[str, str]:
    window = plot.window
    if window.begin_ns == 0 and window.end_ns >= plot.end_ns:
        return "The whole run", duration(plot.end_ns)
    return (
        "The run",
        f"{format_ns(window.begin_ns)} to {format_ns(window.end_ns)}, of {format_ns(plot.end_ns)}",
    )


def _close_up_words(plot: Plot) -> tuple[str, str]:
    length_ns = sum(span.length_ns for span in plot.close_ups)
    pieces = len(plot.close_ups)
    return (
        "Close up",
        f"{duration(length_ns)} around the evidence"
        + (f", in {pieces} pieces at one scale" if pieces > 1 else ""),
    )


def _too_many(plot: Plot, found: Panel, where: str) -> list[str]:
    missing = found.messages.all - found.messages.drawn
    if not missing:
        return []
    first = " (those of the hosts that the evidence speaks of come first)" if plot.concerned else ""
    return [f"{missing:,} of {counted(found.messages.all, 'message')}{where}{first}"]


def _wedges(whole: Axis, close: Axis, top: float, bottom: float) -> Markup:
    """From each piece of the close-up to its place in the overview."""
    return element(
        "g",
        *(
            element(
                "polygon",
                points=(
                    f"{whole.pieces[0].x(piece.span.begin_ns):.1f},{top:.1f} "
                    f"{max(whole.pieces[0].x(piece.span.end_ns), whole.pieces[0].x(piece.span.begin_ns) + 1):.1f},"
                    f"{top:.1f} {piece.right:.1f},{bottom:.1f} {piece.left:.1f},{bottom:.1f}"
                ),
            )
            for piece in close.pieces
        ),
        class_="wedges",
    )
