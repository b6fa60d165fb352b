"""What comes from outside stays text, and a picture is taken in only as far as it is drawing."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace

import pytest

from lydite.model import Dossier
from lydite.reports import page
from lydite.reports.page.artwork import artwork
from tests.reports import dossiers
from tests.reports.campaigns import picture
from tests.reports.scenes import Element
from tests.reports.scenes import page as parsed

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'

ALL = {
    make.__name__: make
    for make in (
        dossiers.green,
        dossiers.red,
        dossiers.not_evaluated,
        dossiers.incomplete,
        dossiers.empty,
        dossiers.many,
        dossiers.hostile,
    )
}


def everything(shown: Element) -> list[Element]:
    return [each for each in shown.all() if each.name]


@pytest.fixture(params=ALL)
def dossier(request: pytest.FixtureRequest) -> Dossier:
    return ALL[request.param]()


def test_the_page_holds_its_own_script_and_style_and_no_other(dossier: Dossier) -> None:
    shown = parsed(page(dossier))

    assert len(shown.all("script")) == len(shown.all("style")) == 1
    named = {each.name for each in everything(shown)}
    assert not named & {"img", "iframe", "object", "embed", "link", "base", "foreignobject", "image", "video"}


def test_no_attribute_runs_or_fetches_or_paints(dossier: Dossier) -> None:
    for each in everything(parsed(page(dossier))):
        for name, value in each.attributes.items():
            assert not name.startswith("on"), (each.name, name)
            assert name not in {"src", "srcset", "style", "action", "formaction", "xlink:href", "ping"}, (
                each.name
            )
            if name == "href":
                assert value.startswith("#"), value
            assert "url(" not in value


def test_the_policy_allows_the_one_script_and_the_one_style_and_nothing_else(dossier: Dossier) -> None:
    shown = parsed(page(dossier))

    metas = [meta.attributes for meta in shown.all("meta") if "http-equiv" in meta.attributes]
    assert len(metas) == 1
    digests = {
        name: b64encode(hashlib.sha256(shown.all(name)[0].words().encode()).digest()).decode()
        for name in ("script", "style")
    }
    assert metas[0]["content"] == (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; script-src 'sha256-{digests['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_no_address_of_anywhere_stands_in_the_page() -> None:
    text = page(dossiers.red())

    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", re.sub(r"(?m)^ *//.*$", "", text)) == []


def test_hostile_text_is_told_as_it_is() -> None:
    shown = parsed(page(dossiers.hostile()))

    title = shown.all("h1")[0].words()
    assert "</script><script>alert(1)</script><img src=x onerror=alert(2)>" in title
    assert "{{ 7*7 }} {% raw %}" in title
    assert "\\x1b[31m" in title, "what cannot be seen is spelled out"
    assert "\\u202egnp.exe" in title
    page(dossiers.hostile()).encode()


def test_a_drawing_of_ours_keeps_every_shape_and_word() -> None:
    drawn = artwork(picture())

    assert drawn is not None
    for name in ("rect", "line", "path", "circle", "polygon", "text", "tspan", "g"):
        assert drawn.count(f"<{name}") == picture().count(f"<{name}"), name
    for name in ("viewBox", "text-anchor", "transform", "stroke-width"):
        assert drawn.count(f" {name}=") == picture().count(f" {name}="), name
    assert "VIOLATED 2.503 s" in drawn


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<style>* { display: none }</style>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><b>x</b></body></foreignObject>",
        "<image href='http://example.org/x.png'/>",
        "<use href='#m-passed'/>",
        "<animate attributeName='x' onbegin='alert(1)'/>",
        "<set attributeName='x'/>",
        "<x:script xmlns:x='http://www.w3.org/2000/svg'>alert(1)</x:script>",
        "<script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>",
        "<path xmlns='' d='M0 0'/>",
    ],
)
def test_what_is_no_drawing_is_left_out(inside: str) -> None:
    drawn = artwork(f'<svg {NAMESPACE} viewBox="0 0 9 9"><rect x="1" y="2"/>{inside}</svg>')

    assert drawn == '<svg viewBox="0 0 9 9" role="img"><rect x="1" y="2"></rect></svg>'


@pytest.mark.parametrize(
    "attribute",
    [
        'onload="alert(1)"',
        'onclick="alert(1)"',
        'href="javascript:alert(1)"',
        'xlink:href="#x" xmlns:xlink="http://www.w3.org/1999/xlink"',
        'style="position:fixed"',
        'id="overview"',
        'fill="url(http://example.org/)"',
        'class="word verdict skip"',
        'd="M0 0 url(x)&quot;&gt;&lt;script&gt;"',
        'transform="translate(1)&#59;x"',
        'tabindex="0"',
    ],
)
def test_an_attribute_that_is_no_geometry_is_left_out(attribute: str) -> None:
    drawn = artwork(f"<svg {NAMESPACE}><path {attribute}/></svg>")

    assert drawn == '<svg role="img"><path></path></svg>'


def test_a_link_in_a_picture_leads_nowhere_and_keeps_what_it_shows() -> None:
    drawn = artwork(f'<svg {NAMESPACE}><a href="javascript:alert(1)"><text>a &lt; b</text></a></svg>')

    assert drawn == '<svg role="img"><g><text>a &lt; b</text></g></svg>'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a picture",
        "<svg>",
        "<svg></svg>",
        '<div xmlns="http://www.w3.org/2000/svg"/>',
        f'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg {NAMESPACE}>&b;</svg>',
        f'<?xml-stylesheet href="http://example.org/x.css"?><svg {NAMESPACE}/>',
        f"<svg {NAMESPACE}><!-- --></svg>",
        f"<svg {NAMESPACE}>" + "<g>" * 200 + "</g>" * 200 + "</svg>",
        f"<svg {NAMESPACE}>" + "<g/>" * 600_000 + "</svg>",
        f"<svg {NAMESPACE}><text>\ud800</text></svg>",
    ],
    ids=lambda text: text[:24],
)
def test_what_is_no_picture_of_ours_is_refused(text: str) -> None:
    assert artwork(text) is None


def test_a_refused_picture_is_told() -> None:
    red = dossiers.red()
    first = red.result.phases[0]
    bad = replace(first.cases[0], picture="<svg onload=alert(1)>")
    result = replace(red.result, phases=(replace(first, cases=(bad,)),))

    shown = parsed(page(replace(red, result=result)))

    assert "The picture of this run is no drawing of Lydite, and is left out." in shown.words()
    assert not shown.all("svg", "spacetime")
