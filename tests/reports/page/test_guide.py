"""The guide to the page says what is on it."""

import re
from importlib.resources import files

from lydite.model import News
from lydite.reports import page
from lydite.reports.page.opening import MEANING
from tests.house.tree import ROOT
from tests.reports import dossiers
from tests.reports.scenes import Element
from tests.reports.scenes import page as parsed

GUIDE = (ROOT / "docs/how-to/read-a-report.md").read_text(encoding="utf-8")


def shown() -> Element:
    return parsed(page(dossiers.red()))


def part(title: str) -> str:
    """A part of the guide by its heading."""
    return GUIDE.partition(f"# {title}\n")[2].partition("\n#")[0]


def cells(text: str) -> dict[str, str]:
    """The first two cells of each row of a table."""
    found = re.findall(r"^\| (.+?) \| (.+) \|$", text, re.MULTILINE)
    return {name: told for name, told in found if set(name) != {"-"}}


def test_every_part_of_the_first_screen_is_explained() -> None:
    titles = [each.inside[0].text.strip() for each in shown().all("section", "screen")[0].all("h2")]

    assert titles == ["Findings", "What the machine was worth", "Gates", "Phases and subjects"]
    assert set(titles) <= cells(part("The first screen")).keys()


def test_every_part_below_it_is_explained() -> None:
    titles = [each.inside[0].text.strip() for each in shown().all("main")[0].all("h2")][4:]

    assert titles == ["Failures", "Trends", "Resources", "All cases"]
    assert re.findall(r"^- \*\*(.+?)\*\*", part("Below it"), re.MULTILINE) == titles


def test_every_kind_of_news_has_its_meaning() -> None:
    told = cells(part("Findings"))

    assert told.keys() - {"word"} == {*News}
    assert all(told[news].startswith(MEANING[news]) for news in News)


def test_every_key_is_told() -> None:
    keys = [each.words() for each in shown().all("dialog")[0].all("kbd")]

    assert re.findall("<kbd>(.+?)</kbd>", part("Keys")) == keys


def test_every_word_of_the_filter_is_told() -> None:
    script = files("lydite.reports.page").joinpath("page.js").read_text(encoding="utf-8")
    parts = re.findall(r'"(\w+)"', re.findall(r"const PARTS = \[(.*?)\]", script)[0])

    assert all(f"`{each}`" in part("The filter") for each in parts)


def test_what_a_gate_says_is_told() -> None:
    gates = shown().all("table", "gates")[0]
    heads = [each.words() for each in gates.all("thead")[0].all("th")]

    assert heads == ["gate", "actual", "bound", "limit", "margin", "samples"]
    assert all(f"*{each}*" in part("Gates") for each in ("actual", "bound", "margin"))
    assert "not evaluated" in gates.words()
    assert "**not evaluated**" in part("Gates")
    assert "tells only" in gates.words()
    assert "*tells only*" in part("Gates")
