"""From a file, from variables and from flags to values of keys, with everything that is wrong on the way."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from lydite.config.keys import KEYS, PREFIX, SECTIONS, Key, Kind, Value, variable_of
from lydite.config.lines import places
from lydite.config.origin import Origin, Source
from lydite.config.problems import ConfigRefused, Problem

BYTES_MAX: Final = 1_000_000
SHOWN: Final = 60
BITS_SHOWN: Final = 256

YES: Final = ("true", "yes", "on", "1")
NO: Final = ("false", "no", "off", "0")

_LINE: Final = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A value that somebody has given for a key."""

    key: Key
    value: Value
    origin: Origin


Read: TypeAlias = Given | Problem


def from_file(path: Path) -> Iterator[Read]:
    """What a file says. A file that is no TOML says one thing that is wrong, and nothing else."""
    name = str(path)
    try:
        text = text_of(path)
    except (OSError, UnicodeDecodeError) as error:
        yield unreadable(name, error)
        return
    try:
        document = tomllib.loads(text)
        lines = places(text)
    except (ValueError, RecursionError) as error:
        yield _no_toml(name, text, error)
        return
    for section, table in document.items():
        yield from _section(section, table, name, lines)


def from_environment(environ: Mapping[str, str]) -> Iterator[Read]:
    """What the variables say; an empty one says nothing."""
    known = {variable_of(key.name): key for key in KEYS.values()}
    for name in sorted(each for each in environ if each.startswith(PREFIX)):
        origin = Origin(source=Source.ENVIRONMENT, name=name)
        if name in known and environ[name]:
            yield from_text(known[name], environ[name], origin)
        elif name not in known and (problem := _slip(name, list(known))):
            yield problem


def from_flag(name: str, value: object, origin: Origin) -> Read:
    """What a flag says of a key: text, as it was typed, or a value."""
    key = KEYS.get(name)
    if key is None:
        return Problem(where=str(origin), key=name, what="there is no such key", remedy=nearest(name))
    return from_text(key, value, origin) if isinstance(value, str) else checked(key, value, origin)


def from_text(key: Key, text: str, origin: Origin) -> Read:
    """The value that a text stands for, where there is no TOML to tell a number from a text."""
    word = text.strip()
    value: object = text
    match key.kind:
        case Kind.SWITCH if word.lower() in (*YES, *NO):
            value = word.lower() in YES
        case Kind.WHOLE if re.fullmatch(r"[+-]?\d{1,3}(_?\d){0,20}", word, re.ASCII):
            value = int(word)
        case Kind.NUMBER if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", word, re.ASCII):
            value = float(word)
        case Kind.NAMES:
            value = [part.strip() for part in text.split(",") if part.strip()]
        case _:
            pass
    return checked(key, value, origin)


def checked(key: Key, raw: object, origin: Origin) -> Read:
    """The value of a key, if it is of its kind and within its limits."""
    value = _of_kind(key.kind, raw)
    if value is not None and key.allows(value):
        return Given(key=key, value=value, origin=origin)
    found = _found(key, raw)
    return Problem(
        where=str(origin),
        key=key.name,
        what=f"expected {key.expected}, found {found}",
        expected=key.expected,
        found=found,
        remedy=_meant(key, raw),
    )


def nearest(name: str) -> str:
    """A remedy for a key that is not there: the key that may have been meant."""
    section, _, short = name.rpartition(".")
    close = difflib.get_close_matches(name, KEYS, n=1, cutoff=0.75)
    if not close:
        by_short = {key.short: key.name for key in reversed([*KEYS.values()]) if key.section != section}
        by_short |= {key.short: key.name for key in KEYS.values() if key.section == section}
        close = [by_short[each] for each in difflib.get_close_matches(short, by_short, n=1, cutoff=0.7)]
    if close:
        return f"did you mean {close[0]}?"
    siblings = [key.short for key in KEYS.values() if key.section == section]
    return f"[{section}] has {', '.join(siblings)}" if siblings else f"the sections are {', '.join(SECTIONS)}"


def _section(section: str, table: object, name: str, lines: Mapping[Any, int]) -> Iterator[Read]:
    at = Origin(source=Source.FILE, name=name, line=lines[section,])
    if section not in SECTIONS:
        if isinstance(table, dict):
            close = difflib.get_close_matches(section, SECTIONS, n=1, cutoff=0.6)
            remedy = f"did you mean [{close[0]}]?" if close else f"the sections are {', '.join(SECTIONS)}"
            yield Problem(where=str(at), key=section, what="there is no such section", remedy=remedy)
        else:
            yield Problem(
                where=str(at),
                key=section,
                what="there is no such key outside of a section",
                remedy=nearest(section),
            )
        return
    if not isinstance(table, dict):
        yield Problem(
            where=str(at),
            key=section,
            what=f"this is a section: expected [{section}] and its keys below, found {_kind_of(table)}",
            expected="a section",
            found=_kind_of(table),
        )
        return
    for short, raw in table.items():
        full = f"{section}.{short}"
        origin = Origin(source=Source.FILE, name=name, line=lines[section, short])
        if full in KEYS:
            yield checked(KEYS[full], raw, origin)
        else:
            yield Problem(where=str(origin), key=full, what="there is no such key", remedy=nearest(full))


def _slip(name: str, known: list[str]) -> Problem | None:
    """A problem, if a variable looks like one of ours that was mistyped; others may have theirs."""
    section = name.removeprefix(PREFIX).partition("_")[0].lower()
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
    if not close and section not in SECTIONS:
        return None
    if not close:
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return Problem(
        where=f"environment {name}",
        key="",
        what="there is no such setting",
        remedy=f"did you mean {close[0]}?" if close else "`lydite config show` tells the keys",
    )


def _of_kind(kind: Kind, raw: object) -> Value | None:
    """The value as what its key holds, or None if it is something else."""
    if isinstance(raw, bool):
        return raw if kind is Kind.SWITCH else None
    if isinstance(raw, str):
        return raw if kind is Kind.TEXT else None
    if isinstance(raw, int) and kind is Kind.WHOLE:
        return raw
    if isinstance(raw, int | float) and kind is Kind.NUMBER:
        return _as_number(raw)
    if isinstance(raw, list | tuple) and kind is Kind.NAMES and all(isinstance(each, str) for each in raw):
        return tuple(raw)
    return None


def _as_number(raw: float) -> float:
    try:
        return float(raw)
    except OverflowError:
        return float("inf")


def _found(key: Key, raw: object) -> str:
    if key.secret:
        # Whatever it is, it may hold a password.
        return "something else, which is not shown as it may hold a password"
    match raw:
        case str() | float():
            shown = repr(raw)
        case int() if not isinstance(raw, bool) and raw.bit_length() <= BITS_SHOWN:
            shown = str(raw)
        case list() | tuple():
            shown = f"[{', '.join(repr(each) if isinstance(each, str) else _kind_of(each) for each in raw)}]"
        case _:
            shown = _kind_of(raw)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def _kind_of(raw: object) -> str:
    match raw:
        case bool():
            return "true" if raw else "false"
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case dict():
            return "a table"
        case list() | tuple():
            return "a list"
        case _:
            return "a date or a time"


def _meant(key: Key, raw: object) -> str:
    """What was meant by a choice that is none."""
    for told in [raw] if isinstance(raw, str) else raw if isinstance(raw, list | tuple) else ():
        each = told.partition("=")[0].strip() if isinstance(told, str) and key.pairs else told
        if isinstance(each, str) and key.choices and each not in key.choices:
            close = difflib.get_close_matches(each.lower(), key.choices, n=1, cutoff=0.6)
            return f"did you mean {close[0]}?" if close else ""
    if isinstance(raw, str) and key.kind in (Kind.SWITCH, Kind.WHOLE, Kind.NUMBER):
        return "write it without quotes" if _of_text(key, raw) else ""
    return ""


def _of_text(key: Key, text: str) -> bool:
    """Would the text be a value of the key, if it were no text?"""
    try:
        raw = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return False
    value = _of_kind(key.kind, raw)
    return value is not None and key.allows(value)


def text_of(path: Path) -> str:
    """All of a file, if it is not too large."""
    with path.open("rb") as file:
        content = file.read(BYTES_MAX + 1)
    if len(content) > BYTES_MAX:
        raise ConfigRefused(
            [
                Problem(
                    where=str(path),
                    key="",
                    what=f"expected at most {BYTES_MAX:,} bytes of settings, found more",
                )
            ]
        )
    return content.decode("utf-8").replace("\r\n", "\n")


def _no_toml(name: str, text: str, error: ValueError | RecursionError) -> Problem:
    # The message of the reader names letters and keys of the file, never its values.
    message = (
        str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number or a nesting far too large"
    )
    found = _LINE.search(message)
    line = int(found["line"]) if found and found["line"] else text.count("\n") + 1
    said = message[: found.start()] if found else message
    return Problem(
        where=f"{name}:{line}" if found else name,
        key="",
        what=f"expected TOML, found what is none: {said[:1].lower()}{said[1:]}",
        expected="TOML",
        remedy="texts want quotes, lists want brackets, and a key may stand once",
    )


def unreadable(name: str, error: OSError | UnicodeDecodeError) -> Problem:
    """Why a file could not be read."""
    if isinstance(error, UnicodeDecodeError):
        what = f"expected UTF-8, found other bytes from byte {error.start:,} on"
        return Problem(where=name, key="", what=what, remedy="store the file as UTF-8")
    why = (error.strerror or type(error).__name__).lower()
    return Problem(where=name, key="", what=f"the file cannot be read: {why}")
