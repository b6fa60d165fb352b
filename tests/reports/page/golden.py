"""The pages as people see them, kept as pictures: `python -m tests.reports.page.golden` takes them anew.

Look at each of them before you keep it.
"""

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


VIEWS: Final = {
    "red-light": View(dossiers.red, WIDE, LIGHT),
    "red-dark": View(dossiers.red, WIDE, DARK),
    "green-light": View(dossiers.green, WIDE, LIGHT),
    "red-phone": View(dossiers.red, PHONE, LIGHT),
}


def taken(browser: Browser, name: str) -> bytes:
    """A view as it is now."""
    view = VIEWS[name]
    written = browser.folder / f"{name}.html"
    written.write_text(page(view.dossier()), encoding="utf-8")
    return browser.screenshot(written, view.size, view.option).read_bytes()


def main() -> None:
    """Take all of them anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in VIEWS:
            (FOLDER / f"{name}.png").write_bytes(taken(find(Path(folder)), name))
            sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
