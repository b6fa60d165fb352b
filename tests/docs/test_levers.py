"""The page of levers lists every verb, with its own arguments and its own opposite."""

import inspect
import re
from pathlib import Path

from lydite import world
from lydite.model import OPPOSITES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "levers.md"
ROW = re.compile(
    r"^\| `(?P<verb>[\w.]+)\((?P<args>[\w, ]*)\)` \| (?:`(?P<opposite>[\w.]+)`)? ?\|", re.MULTILINE
)


def test_the_page_lists_every_verb_with_its_arguments_and_its_opposite() -> None:
    rows = {
        row["verb"]: (row["args"].split(", "), row["opposite"] or "")
        for row in ROW.finditer(PAGE.read_text())
    }

    levers = {
        name: getattr(world, f"{name.capitalize()}Lever")
        for name in ("network", "clock", "disk", "process", "cpu", "memory")
    }
    expected = {}
    for verb, opposite in OPPOSITES.items():
        lever, method = verb.split(".")
        arguments = [
            name for name in inspect.signature(getattr(levers[lever], method)).parameters if name != "self"
        ]
        expected[verb] = (arguments, opposite)

    assert rows == expected
