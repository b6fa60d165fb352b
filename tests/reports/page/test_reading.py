"""The page can be read by everybody: with any eyes, by keyboard, aloud, on paper, without JavaScript."""

import re
from importlib.resources import files
from itertools import pairwise

import pytest

from lydite.model import Dossier
from lydite.reports import page
from tests.reports import dossiers
from tests.reports.scenes import Element
from tests.reports.scenes import page as parsed

STYLE = files("lydite.reports.page").joinpath("page.css").read_text()

MAKERS = (dossiers.green, dossiers.red, dossiers.empty, dossiers.incomplete, dossiers.many)


@pytest.fixture(params=MAKERS, ids=lambda make: str(make.__name__))
def shown(request: pytest.FixtureRequest) -> Element:
    dossier: Dossier = request.param()
    return parsed(page(dossier))


def colours() -> dict[str, tuple[str, str]]:
    """Each colour by its name: the light one and the dark one."""
    return {
        name: (light, dark)
        for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLE)
    }


def contrast(one: str, other: str) -> float:
    """How far two colours are apart, as WCAG counts it."""
    lights = sorted(_light(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_landmarks_are_there_once(shown: Element) -> None:
    assert len(shown.all("main")) == len(shown.all("nav")) == len(shown.all("footer")) == 1
    assert len(shown.all("h1")) == 1
    assert shown.all("html")[0].attributes["lang"] == "en"


def test_headings_never_skip_a_level(shown: Element) -> None:
    levels = [int(each.name[1]) for each in shown.all() if re.fullmatch("h[1-6]", each.name)]

    steps = [after - before for before, after in pairwise(levels)]
    assert levels[0] == 1
    assert all(step <= 1 for step in steps), levels


def test_every_name_is_given_once_and_every_name_that_is_called_exists(shown: Element) -> None:
    named = [each.attributes["id"] for each in shown.all() if "id" in each.attributes]
    assert len(named) == len(set(named))

    for each in shown.all():
        for key in ("aria-labelledby", "for"):
            assert each.attributes.get(key, named[0]) in named
        href = each.attributes.get("href", "")
        if href.startswith("#") and "=" not in href:
            assert href[1:] in named, href


def test_every_cell_of_a_head_says_what_it_is_the_head_of(shown: Element) -> None:
    heads = shown.all("th")

    assert all(head.attributes.get("scope") in {"col", "row"} for head in heads)


def test_every_field_has_a_label(shown: Element) -> None:
    labels = {label.attributes["for"] for label in shown.all("label")}

    assert all(each.attributes["id"] in labels for each in [*shown.all("input"), *shown.all("select")])


def test_a_drawing_says_what_it_is_or_is_passed_over(shown: Element) -> None:
    for svg in shown.all("svg"):
        told = svg.attributes
        assert told.get("aria-hidden") == "true" or told.get("role") == "img", told
        if told.get("role") == "img":
            assert told.get("aria-label") or svg.all("title")


def test_an_outcome_is_told_by_a_word_and_a_shape_and_not_by_colour_alone() -> None:
    shown = parsed(page(dossiers.red()))

    for row in shown.all("table", "cases")[0].all("tbody")[0].all("tr"):
        first = row.inside[0]
        assert first.all("use")[0].attributes["href"] == f"#m-{first.words()}"
    used = {each.attributes["href"] for each in shown.all("use")}
    drawn = {
        "#" + each.attributes["id"]
        for each in [*shown.all("symbol"), *shown.all("g")]
        if "id" in each.attributes
    }
    assert used <= drawn


def test_everything_is_there_without_javascript() -> None:
    shown = parsed(page(dossiers.red()))

    hidden = [each for each in shown.all() if "hidden" in each.attributes]
    assert [each.classes for each in hidden] == [["tools"], ["filter"]], (
        "only what JavaScript serves is hidden"
    )
    assert not shown.all("noscript")


@pytest.mark.parametrize("shade", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "shade", "wash"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "link", "bad", "good", "unsure"])
def test_words_stand_out_from_their_ground(ink: str, ground: str, shade: int) -> None:
    known = colours()

    assert contrast(known[ink][shade], known[ground][shade]) >= 4.5


@pytest.mark.parametrize("shade", [0, 1], ids=["light", "dark"])
def test_words_on_colour_can_be_read(shade: int) -> None:
    known = colours()

    for tone in ("bad", "good", "unsure"):
        assert contrast(known["on-tone"][shade], known[tone][shade]) >= 4.5, tone
    assert contrast(known["clock"][shade], known["page"][shade]) >= 3


def test_the_picture_takes_every_colour_from_the_page() -> None:
    drawing = files("lydite.reports.spacetime").joinpath("drawing.css").read_text()
    block = drawing.partition("{")[2].partition("}")[0]
    named = set(re.findall(r"--([\w-]+):", block))
    inherited = set(re.findall(r"--([\w-]+): inherit", STYLE))

    assert inherited == named
    assert named <= colours().keys()


def test_focus_paper_and_stillness_are_thought_of() -> None:
    assert ":focus-visible { outline: 2px" in STYLE
    assert "@media print" in STYLE
    assert "details::details-content { content-visibility: visible; }" in STYLE
    motion = STYLE.index("scroll-behavior")
    assert STYLE.rindex("@media (prefers-reduced-motion: no-preference)", 0, motion) > 0
    assert "transition" not in STYLE
    assert "animation" not in STYLE
