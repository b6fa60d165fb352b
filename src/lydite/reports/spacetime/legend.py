"""The legend: each sign of the drawing, drawn as it is there, with what it means."""

from collections.abc import Iterator
from typing import Final

from lydite.reports.spacetime.lives import State
from lydite.reports.spacetime.marks import Sign
from lydite.reports.spacetime.markup import Markup, element
from lydite.reports.spacetime.stacking import width_of
from lydite.reports.spacetime.strokes import path_of_mark, path_of_turn

SIZE: Final = 11


def legend_of(left: float, top: float, right: float) -> tuple[Markup, float]:
    """The legend in as many rows as it takes, and where it ends."""
    x, y = left, top
    drawn = []
    for sign, wide, words in _entries():
        width = wide + 6 + width_of(words, SIZE) + 16
        if x + width > right:
            x, y = left, y + 20
        drawn.append(
            element(
                "g",
                sign,
                element("text", words, x=wide + 6, y=4, class_="quiet"),
                transform=f"translate({x:.1f} {y:.1f})",
            )
        )
        x += width
    return element("g", *drawn, class_="legend"), y + 12


def _entries() -> Iterator[tuple[Markup, float, str]]:
    """A sign around the height 0, how wide it is, and its words."""
    for state, words in (
        (State.RUNNING, "running"),
        (State.PAUSED, "frozen"),
        (State.CRASHED, "killed"),
        (State.POWERLESS, "no power"),
        (State.ENDED, "ended"),
    ):
        yield element("line", x1=0, y1=0, x2=22, y2=0, class_=f"life {state}"), 22, words
    for state, words in (
        (State.RUNNING, "start"),
        (State.CRASHED, "crash"),
        (State.POWERLESS, "power loss"),
        (State.ENDED, "end"),
    ):
        yield element("path", d=path_of_turn(6, 0, state), class_=f"turn {state}"), 14, words
    yield element("line", x1=0, y1=-6, x2=14, y2=6, class_="message"), 14, "message"
    yield element("path", d="M0 -6L5 1m-3.5 -3.5l7 7m0 -7l-7 7", class_="message lost"), 10, "never arrived"
    for sign, words in (
        (Sign.NOTE, "note"),
        (Sign.CHECK, "check that held"),
        (Sign.FAILED, "check that failed"),
        (Sign.RESET, "reset or refused"),
        (Sign.CLOSED, "closed"),
    ):
        yield element("path", d=path_of_mark(4, 0, sign), class_=f"mark {sign}"), 8, words
    for name, words in (
        ("network", "network"),
        ("process", "process"),
        ("disk", "disk"),
        ("clock", "clock"),
        ("cpu", "processor, memory"),
        ("liar", "Byzantine"),
        ("other", "other fault"),
    ):
        bar = element(
            "g", element("rect", x=0, y=-6, width=16, height=12, class_="side"), class_=f"band {name}"
        )
        yield bar, 16, words
    outlined = element(
        "g", element("rect", x=0.5, y=-5.5, width=15, height=11, class_="other-side"), class_="band network"
    )
    yield outlined, 16, "the other side of a fault between two"
