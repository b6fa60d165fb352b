"""What is said to people: lines on standard output, in colour only where a terminal shows it."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from lydite.model import Verdict

_COLOURS = {Verdict.HOLDS: "32", Verdict.UNKNOWN: "33", Verdict.VIOLATED: "31"}


def say(lines: Iterable[str] | str) -> None:
    """Print a line, or several."""
    for line in (lines,) if isinstance(lines, str) else lines:
        print(line)


def say_json(document: Mapping[str, Any]) -> None:
    """Print the one document of a verb."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


def painted(verdict: Verdict | str, text: str = "") -> str:
    """A verdict, or a text in the colour of the verdict."""
    shown = text or str(verdict)
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return shown
    return f"\x1b[1;{_COLOURS[Verdict(verdict)]}m{shown}\x1b[0m"


def short(digest: str) -> str:
    """Enough of a digest to compare by eye."""
    return digest[:16] or "none"


def counted(count: int, noun: str) -> str:
    """A number with its noun: `1 run`, `2 runs`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def told(facts: Mapping[str, Any]) -> str:
    """Facts in one line: `left=node-1 count=3`."""
    return " ".join(f"{name}={_value(value)}" for name, value in facts.items())


def _value(value: object) -> str:
    if isinstance(value, str) and value and not any(letter.isspace() for letter in value):
        return value
    return json.dumps(value, ensure_ascii=False)
