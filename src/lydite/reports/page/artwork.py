"""Artwork: the picture of a run, taken into the page only as far as it is drawing.

A picture comes from a file that anybody may have written. It is parsed, and what is written into the page is built
anew from the elements and attributes that our drawings use: no script, no link, no style, no handler of events, no
other language inside, and no class that the drawings do not have. Whatever else it holds is left out.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from lydite.reports.spacetime.markup import Markup, element, value_of
from lydite.reports.spacetime.sheet import style_of_drawing

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SVG: Final = "{http://www.w3.org/2000/svg}"

SIZE_MAX: Final = 2_000_000
"""Characters of a picture that is looked at at all."""

DEPTH_MAX: Final = 40
"""How deep elements may stand in one another."""

ELEMENTS: Final = frozenset(
    {
        "g",
        "path",
        "line",
        "rect",
        "circle",
        "ellipse",
        "polygon",
        "polyline",
        "text",
        "tspan",
        "title",
        "desc",
    }
)

ATTRIBUTES: Final = frozenset(
    {
        *(
            "x",
            "y",
            "x1",
            "y1",
            "x2",
            "y2",
            "cx",
            "cy",
            "dx",
            "dy",
            "r",
            "rx",
            "ry",
            "d",
            "points",
            "width",
            "height",
        ),
        *("transform", "viewBox", "text-anchor", "stroke-width"),
    }
)

_HARMLESS: Final = re.compile(r"[\w\s.,()+-]*")
"""Numbers, letters of paths and words: nothing that could name a place."""


def artwork(picture: str) -> Markup | None:
    """The picture as it may stand in the page; None where it is none of ours."""
    from xml.etree import ElementTree as ET

    # A declaration, a comment or an instruction: our drawings have none, and entities need one.
    if len(picture) > SIZE_MAX or "<!" in picture or "<?" in picture:
        return None
    try:
        root = ET.fromstring(picture)  # noqa: S314 - without a document type there are no entities to expand
    except (ET.ParseError, ValueError):
        return None
    if root.tag != f"{SVG}svg" or _too_deep(root):
        return None
    return _drawn("svg", root, role="img")


def _too_deep(root: "Element") -> bool:
    level = [root]
    for _ in range(DEPTH_MAX):
        level = [inner for outer in level for inner in outer]
        if not level:
            return False
    return True


def _drawn(name: str, node: "Element", **more: str) -> Markup:
    """An element, with what in it is drawing; text between elements is kept only in text."""
    told = {key: value for key, value in node.items() if key in ATTRIBUTES and _HARMLESS.fullmatch(value)}
    classes = " ".join(each for each in node.get("class", "").split() if each in _classes())
    content: list[str] = [node.text or ""] if name in {"text", "tspan", "title", "desc"} else []
    for inner in node:
        kind = inner.tag.removeprefix(SVG) if inner.tag.startswith(SVG) else ""
        if kind in ELEMENTS:
            content.append(_drawn(kind, inner))
        elif kind == "a":
            content.append(_drawn("g", inner))
        if name in {"text", "tspan"}:
            content.append(inner.tail or "")
    attributes = "".join(f' {key}="{value_of(value)}"' for key, value in (told | more).items())
    shell = element(name, *content, class_=classes or None)
    # Names such as `text-anchor` and `viewBox` are told as they are, which `element` would spell its own way.
    return Markup(shell.replace(f"<{name}", f"<{name}{attributes}", 1))


@cache
def _classes() -> frozenset[str]:
    """The classes that the styles of our drawings know."""
    return frozenset(re.findall(r"\.([a-z][\w-]*)", style_of_drawing())) | {"spacetime"}
