"""The page: the picture with its verdict first and its tables below, as one HTML file that needs nothing else.

It is read from top to bottom: what is wrong, how to see it again, the diagram, what it leaves out, then the evidence,
the faults, the notes and the last words in tables. Nothing is fetched, which the page's own policy forbids as well, and
nothing needs JavaScript: the little there is copies the command and lights up what belongs together.
"""

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Final

from lydite.reports.spacetime.markup import Markup, element, joined
from lydite.reports.spacetime.plot import Plot, plot_of
from lydite.reports.spacetime.scene import Scene
from lydite.reports.spacetime.sheet import figure_of
from lydite.reports.spacetime.tables import evidence_table, facts_table, fault_table, last_words, moment_table
from lydite.reports.spacetime.wording import measured

SENTENCE_MAX: Final = 600

NOTHING: Final = "There are no records of this run, and so there is nothing to be drawn."


def picture(scene: Scene) -> str:
    """The picture of a run: an HTML document that stands alone."""
    plot = plot_of(scene)
    figure, omissions = figure_of(plot)
    shown = _figure(figure, omissions) if plot.hosts else element("p", NOTHING, class_="left-out")
    return "<!DOCTYPE html>\n" + element(
        "html",
        _head(scene),
        element(
            "body",
            element("main", _verdict(scene), _replay(scene), shown, *_tables(plot)),
            _foot(scene),
            element("script", Markup(_script())),
        ),
        lang="en",
    )


def _head(scene: Scene) -> Markup:
    script = b64encode(hashlib.sha256(_script().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script}'; base-uri 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{_word(scene)} {measured(scene.title, 200)}".strip()),
        element("style", Markup(_style())),
    )


def _verdict(scene: Scene) -> Markup:
    word = _word(scene)
    badge = element("span", word, class_=f"word {word.lower()}") if word else joined()
    return element(
        "header",
        element("h1", measured(scene.title, 300)),
        element("p", badge, measured(scene.sentence, SENTENCE_MAX), class_="verdict"),
    )


def _replay(scene: Scene) -> Markup:
    if not scene.replay:
        return joined()
    return element(
        "div", element("span", "replay", class_="what"), element("code", scene.replay), class_="replay"
    )


def _figure(figure: Markup, omissions: tuple[str, ...]) -> Markup:
    if omissions:
        told = element("p", element("b", "Not drawn:"), f" {'; '.join(omissions)}.", class_="left-out")
    else:
        told = element("p", "Every fault, host and message of the run is drawn.", class_="left-out")
    return joined(element("figure", figure), told)


def _tables(plot: Plot) -> list[Markup]:
    found = (evidence_table(plot), fault_table(plot), moment_table(plot), last_words(plot), facts_table(plot))
    return [part for part in found if part]


def _foot(scene: Scene) -> Markup:
    told = [element("code", scene.replay), " repeats this run. "] if scene.replay else []
    return element("footer", *told, "Drawn by Lydite; this file needs no network.")


def _word(scene: Scene) -> str:
    return str(scene.finding.verdict) if scene.finding is not None else ""


@cache
def _style() -> str:
    return files(__package__).joinpath("page.css").read_text(encoding="utf-8")


@cache
def _script() -> str:
    return files(__package__).joinpath("page.js").read_text(encoding="utf-8")
