"""What is said to people: lines on standard output, in colour and fitted to its width where that is a terminal."""

import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from lydite.model import Verdict

_COLOURS = {Verdict.HOLDS: "32", Verdict.UNKNOWN: "33", Verdict.VIOLATED: "31"}

_PAINTED = re.compile(r"\x1b\[[\d;]*m(?P<text>[^\x1b]*)\x1b\[0m")

COMMANDS = ("replay: ", "shrink: ")
"""How lines begin that are there to be copied."""

_COLUMNS_MIN = 40
"""On a narrower terminal lines stay as they are: there is no room for an indent."""


def say(lines: Iterable[str] | str) -> None:
    """Print a line, or several."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for line in (lines,) if isinstance(lines, str) else lines:
        print(fitted(line, columns))


def say_aside(line: str) -> None:
    """Print a line beside the output, for people only."""
    sys.stderr.write(f"lydite: {line}\n")
    sys.stderr.flush()


def fitted(line: str, columns: int) -> str:
    """The line as a paragraph of so many columns, with what follows its first line indented.

    A command that is there to be copied stays in one line, and so does everything where there are no columns.

    >>> print(fitted("  no-loss: a read was told 3 of 4", 20))
      no-loss: a read was told 3 of 4
    >>> print(fitted("  no-loss: a read that began later was told 3 of 4", 40))
      no-loss: a read that began later was
          told 3 of 4
    """
    plain = _PAINTED.sub(r"\g<text>", line)
    if columns < _COLUMNS_MIN or len(plain) <= columns or plain.lstrip().startswith(COMMANDS):
        return line
    indent = " " * (len(plain) - len(plain.lstrip()))
    told = textwrap.fill(
        plain.strip(),
        columns,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    for painted_text in _PAINTED.finditer(line):
        told = told.replace(painted_text["text"], painted_text.group(), 1)
    return told


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
    """Facts in one line.

    >>> told({"left": "node-1", "right": ["node-2", "node-3"], "count": 3, "why": "too late"})
    'left=node-1 right=node-2,node-3 count=3 why="too late"'
    """
    return " ".join(f"{name}={_value(value)}" for name, value in facts.items())


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value != "" and not any(letter.isspace() for letter in value)


def _value(value: object) -> str:
    if _is_word(value):
        return str(value)
    if (
        isinstance(value, list | tuple)
        and value
        and all(_is_word(item) and "," not in item for item in value)
    ):
        return ",".join(value)
    return json.dumps(value, ensure_ascii=False)
