"""Text in Markdown: whatever is not markup itself comes out as it went in, and calls nobody by name.

Names, commands and messages of programs stand in code, sentences in prose, tracebacks in blocks. What would be read
as markup is escaped, what cannot be seen is spelled out, and neither `@name` nor `#12` becomes a mention.

>>> code("a`b"), code(" x "), code("")
('``a`b``', '`  x  `', '')
>>> print(prose("1. *two* of <b> by @ann"))
1\\. \\*two\\* of \\<b\\> by @<!-- -->ann
>>> print(table(("a", "b"), [("x|y", "z")]))
| a | b |
|---|---|
| x\\|y | z |
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from lydite.reports.spelling import spelled_block, spelled_line

_MARKUP: Final = re.compile(r"[\\`*_\[\]<>~&$]")
_MENTION: Final = re.compile(r"([@#])(?=\w)")
_BEGINS: Final = re.compile(r"(\d{1,9})(?=[.)](?:\s|$))|(?=#)|(?=[-+](?:[-\s]|$))")
"""What would begin a list, a heading or a line across, and where in it a backslash ends that."""

_EDGE: Final = re.compile(r"^\s+|\s+$")
_TICKS: Final = re.compile("`+")


def code(text: str) -> str:
    """Text of a program, in one line; nothing for no text."""
    told = spelled_line(text)
    if not told:
        return ""
    fence = "`" * (_longest_run(told) + 1)
    # One space on each side is taken off again, where there are two of them and something between.
    is_edged = told[0] in "` " or told[-1] in "` "
    pad = " " if is_edged and told.strip(" ") else ""
    return f"{fence}{pad}{told}{pad}{fence}"


def prose(text: str) -> str:
    """A sentence, in one line, as the text of a paragraph or of a cell."""
    told = spelled_line(text)
    escaped = _MENTION.sub(r"\1<!-- -->", _MARKUP.sub(r"\\\g<0>", told))
    if begins := _BEGINS.match(escaped):
        escaped = f"{begins[0]}\\{escaped[begins.end() :]}"
    return _EDGE.sub(lambda found: "".join(f"&#{ord(letter)};" for letter in found[0]), escaped)


def block(text: str, indent: str = "") -> list[str]:
    """Text of several lines, as a block of code."""
    told = spelled_block(text)
    fence = "`" * max(3, _longest_run(told) + 1)
    return [f"{indent}{line}" for line in (f"{fence}text", *told.split("\n"), fence)]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in (header, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(header), *lines[1:]])


def short(render: Callable[[str], str], text: str, characters: int = 240) -> str:
    """The text as it is rendered, with its end cut off where it is long: for the first screen, which must stay one."""
    told = render(text if len(text) <= characters else f"{text[:characters]}…")
    # Escaping makes text longer: of text that is nearly all markup, an eighth is shown.
    return told if len(told) <= 3 * characters else render(f"{text[: characters // 8]}…")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _longest_run(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)
