"""The pages as people see them, kept as pictures: `python -m tests.reports.page.golden` takes them anew.

Look at each of them before you keep it.
"""

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from lydite.model import Dossier
from lydite.reports import page
from tests.reports import dossiers
from tests.reports.page.browser import DARK, LIGHT, Browser, find

FOLDER: Final = Path(__file__).with_name("golden")

WIDE: Final = (1280, 800)
PHONE: Final = (390, 844)


class View(NamedTuple):
    """A page, and how it is looked at."""

    dossier: Callable[[], Dossier]
    size: tuple[int, int]
    option: str
    part: str = ""
    """The part of the page that is looked at; without one, its first screen."""


VIEWS: Final = {
    "red-light": View(dossiers.red, WIDE, LIGHT),
    "red-dark": View(dossiers.red, WIDE, DARK),
    "green-light": View(dossiers.green, WIDE, LIGHT),
    "red-phone": View(dossiers.red, PHONE, LIGHT),
    "resources-light": View(dossiers.observed, WIDE, LIGHT, "resources"),
    "resources-dark": View(dossiers.observed, WIDE, DARK, "resources"),
}


def taken(browser: Browser, name: str) -> bytes:
    """A view as it is now."""
    view = VIEWS[name]
    written = browser.folder / f"{name}.html"
    text = page(view.dossier())
    written.write_text(alone(text, view.part) if view.part else text, encoding="utf-8")
    return browser.screenshot(written, view.size, view.option).read_bytes()


def alone(text: str, part: str) -> str:
    """The page with that part only: a browser without a window looks at the top of a page, wherever it is sent."""
    style = f"<style>main > section:not(#{part}) {{ display: none !important }}</style>"
    return re.sub(r"<meta http-equiv[^>]*>", "", text).replace("</head>", f"{style}</head>")


def main() -> None:
    """Take all of them anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in VIEWS:
            (FOLDER / f"{name}.png").write_bytes(taken(find(Path(folder)), name))
            sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
