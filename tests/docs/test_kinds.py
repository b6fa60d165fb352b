"""The page about traces names every kind of event."""

import re
from pathlib import Path

from lydite.model import Kind

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "read-a-trace.md"
ROW = re.compile(r"^\| (?P<kinds>[A-Z]+(?:, [A-Z]+)*) \|", re.MULTILINE)


def test_the_page_names_every_kind_once() -> None:
    named = [kind for row in ROW.finditer(PAGE.read_text()) for kind in row["kinds"].split(", ")]

    assert sorted(named) == sorted(Kind.__members__)
