"""A line of a log: when, how grave, who, what. As people and as programs read it, and never a danger to a terminal."""

import logging
import re
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lydite.logs.levels import LEVELS, component_of
from lydite.model import masked

TEXT_LETTERS_MAX: Final = 4_000
"""More of one line is not kept: what is longer is a file, and no line."""

BEHIND: Final = "lydite_behind"
"""The attribute of a record that another process has told, with what stands in front of its component."""

_URL: Final = re.compile(r"\S+://\S+")
_PAINT: Final = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
_LEVEL_COLUMNS: Final = max(map(len, LEVELS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that somebody said."""

    at: str = ""
    """In UTC, as `2026-01-31T23:59:59.123Z`; nothing where nobody knows."""
    level: str = ""
    """Nothing where it does not say."""
    component: str
    text: str
    process: int | None = None


def line_of(record: logging.LogRecord) -> Line:
    """What a record says, with its traceback, and without passwords in URLs."""
    try:
        text = record.getMessage()
    except Exception as error:
        # Whoever logs with the wrong arguments has still something to say.
        text = f"{record.msg!s} {record.args!r} ({type(error).__name__}: {error})"
    if record.exc_info and record.exc_info[1] is not None:
        text += "\n" + "".join(traceback.format_exception(record.exc_info[1])).rstrip()
    names = (getattr(record, BEHIND, ""), component_of(record.name))
    return Line(
        at=moment(record.created),
        level=level_named(record.levelno),
        component=".".join(filter(None, names)),
        text=shortened(_URL.sub(lambda found: masked(found[0]), text)),
        process=record.process,
    )


def moment(seconds: float) -> str:
    """A time in UTC, to the millisecond.

    >>> moment(0.0625)
    '1970-01-01T00:00:00.062Z'
    """
    told = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return f"{told.removesuffix('+00:00')}Z"


def level_named(number: int) -> str:
    """The gravest word that a level has reached.

    >>> level_named(logging.CRITICAL), level_named(25), level_named(5)
    ('error', 'info', 'debug')
    """
    words = [word for word, least in LEVELS.items() if word != "off" and number >= least]
    return words[-1] if words else "debug"


def shortened(text: str) -> str:
    """As much of a text as is kept: its beginning and its end, which tells most."""
    more = len(text) - TEXT_LETTERS_MAX
    if more <= 0:
        return text
    half = TEXT_LETTERS_MAX // 2
    return f"{text[:half]} … {more:,} letters more … {text[-half:]}"


def visible(text: str) -> str:
    """A text in which nothing acts on a terminal: colours are left out, other such letters are told by their numbers.

    >>> visible("\\x1b[31mred\\x1b[0m \\x1b]0;title\\a")
    'red \\\\x1b]0;title\\\\x07'
    """
    plain = _PAINT.sub("", text)
    if plain.isprintable():
        return plain
    return "".join(
        each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode()
        for each in plain
    )


def shown(line: Line, columns: int = 0) -> str:
    """A line for people: the time of the day, the level, the component, the text; what follows is indented.

    >>> shown(Line(at="2026-01-31T23:59:59.123Z", level="info", component="engine", text="opened"), 8)
    '23:59:59.123  info     engine    opened'
    >>> shown(Line(component="e2e.node-1", text="node-1: height 3"))
    '                       e2e.node-1  node-1: height 3'
    """
    first, *others = visible(line.text).split("\n")
    head = f"{visible(line.at)[11:23]:<12}  {line.level:<{_LEVEL_COLUMNS}}  {visible(line.component):<{columns}}  "
    return "\n".join([f"{head}{first}".rstrip(), *(f"    {each}" for each in others)])
