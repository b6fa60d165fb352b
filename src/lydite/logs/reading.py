"""Reading the logs of a campaign: its own, and what the programs have printed that it started.

They lie in its folder: `campaign.log`, a file for each phase that starts a process, and below `logs` what the processes
have printed that a phase started in its turn. A campaign that died half-way, or that still runs, is read as well.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from lydite.logs.levels import LEVELS, component_named, component_of
from lydite.logs.line import Line, moment, shortened, visible
from lydite.logs.writing import FILE_NAME
from lydite.model import InputError, near

PROCESSES: Final = "logs"
"""The folder of what processes print, in that of a campaign; in it a folder for each phase."""

READ_BYTES_MAX: Final = 32_000_000
"""Of a larger file only the end is read."""

FILES_MAX: Final = 1_000

_TIME: Final = re.compile(
    r"\W{0,2}(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?"
)
_WORDS: Final = "TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL"
_LEVEL: Final = re.compile(rf"\b(?:({_WORDS})|(?:level|lvl)=\"?({_WORDS.lower()}))\b|\[({_WORDS.lower()})\]")
_LEVEL_WITHIN: Final = 80
"""Where in a line its level stands, if it has one."""

_OTHER_WORDS: Final = {
    "trace": "debug",
    "notice": "info",
    "warn": "warning",
    "critical": "error",
    "fatal": "error",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines are wanted: those that meet all of it."""

    components: tuple[str, ...] = ()
    """Any of these; all, if none is named."""
    level: str = ""
    """From this level on; then a line that says none is left out."""
    pattern: re.Pattern[str] | None = None
    """Somewhere in the text."""
    last: int = 0
    """So many of them, the newest; 0 is all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The lines that were wanted, the newest last, and what is to be known of the others."""

    lines: tuple[Line, ...]
    older: int
    """How many more were wanted and are older."""
    without_level: int
    """How many were left out only because they say no level."""
    damaged: int
    """How many could not be read."""
    cut: tuple[Path, ...]
    """Files of which only the end was read."""


def logs_in(folder: Path, wanted: Wanted) -> Found:
    """The lines of a campaign's folder that are wanted."""
    reader = Reader(wanted=wanted)
    lines = reader.lines_of(folder)
    reader.refuse_unknown(folder)
    kept = lines[-wanted.last :] if wanted.last else lines
    return Found(
        lines=tuple(kept),
        older=len(lines) - len(kept),
        without_level=reader.without_level,
        damaged=reader.damaged,
        cut=tuple(reader.cut),
    )


def _files(folder: Path) -> list[tuple[Path, str]]:
    """Every log, and the component that speaks in it; nothing for the campaign's own, in which each line says it."""
    own = folder / FILE_NAME
    phases = [path for path in sorted(folder.glob("*.log")) if path != own]
    processes = sorted(folder.glob(f"{PROCESSES}/*/*.log"))
    found = [
        (own, ""),
        *((path, component_named(path.stem)) for path in phases),
        *((path, component_named(path.parent.name, path.stem)) for path in processes),
    ]
    there = [each for each in found if each[0].is_file()]
    if not there:
        raise InputError(
            "there are no logs in this folder",
            where=str(folder),
            remedy="name the folder of a campaign, or the campaign itself; log.levels may have been off",
        )
    return there[:FILES_MAX]


@dataclass(slots=True, kw_only=True)
class Reader:
    """What was read so far."""

    wanted: Wanted
    lines: list[tuple[str, Line]] = field(default_factory=list)
    """Those that are wanted of what is being read, each with the moment by which it is put in order."""
    places: dict[Path, int] = field(default_factory=dict)
    """How far each file was read."""
    above: dict[Path, tuple[str, str]] = field(default_factory=dict)
    """The moment and the level of the last line that was read of it."""
    components: set[str] = field(default_factory=set)
    without_level: int = 0
    damaged: int = 0
    cut: list[Path] = field(default_factory=list)

    def lines_of(self, folder: Path, *, grows: bool = False) -> list[Line]:
        """The lines of all files that are wanted and were not read yet; of files that grow only whole ones."""
        self.lines.clear()
        for path, component in _files(folder):
            self._read(path, component, grows=grows)
        # What was said at the same moment stays in the order in which it was written.
        return [line for _, line in sorted(self.lines, key=lambda each: each[0])]

    def _read(self, path: Path, component: str, *, grows: bool) -> None:
        try:
            texts, written_s = self._texts(path, grows=grows)
        except OSError as error:
            raise InputError(
                f"the log cannot be read: {(error.strerror or type(error).__name__).lower()}", where=str(path)
            ) from error
        if not component:
            for text in texts:
                line = _own(text)
                if line is None:
                    self.damaged += 1
                else:
                    self._take(line.at, line)
            return
        self.components.add(component)
        for at, line in _plain(texts, component, moment(written_s), self.above.get(path, ("", ""))):
            self.above[path] = (at, line.level)
            self._take(at, line)

    def _texts(self, path: Path, *, grows: bool) -> tuple[list[str], float]:
        with path.open("rb") as file:
            size = path.stat().st_size
            place = file.seek(self.places.get(path, 0))
            if size - place > READ_BYTES_MAX:
                self.cut.append(path)
                file.seek(size - READ_BYTES_MAX)
                place = file.tell() + len(file.readline())
            octets = file.read(READ_BYTES_MAX)
        if grows:
            octets = octets[: octets.rfind(b"\n") + 1]
        self.places[path] = place + len(octets)
        # Not `splitlines`, which also parts a line at letters that people use within one.
        lines = octets.decode(errors="replace").replace("\r\n", "\n").split("\n")
        return [line for line in lines if line.strip()], path.stat().st_mtime

    def _take(self, at: str, line: Line) -> None:
        """Keep a line if it is wanted."""
        self.components.add(line.component)
        wanted = self.wanted
        if wanted.components and not any(is_of(line.component, each) for each in wanted.components):
            return
        if wanted.pattern is not None and not wanted.pattern.search(visible(line.text)):
            return
        if wanted.level and not line.level:
            self.without_level += 1
            return
        if not wanted.level or LEVELS[line.level] >= LEVELS[wanted.level]:
            self.lines.append((at, line))

    def refuse_unknown(self, folder: Path) -> None:
        """An error where a component that is wanted has said nothing at all."""
        known = sorted({*self.components, *(part for each in self.components for part in each.split("."))})
        for name in self.wanted.components:
            if not any(is_of(each, name) for each in self.components):
                raise InputError(
                    f"no component {name!r:.80} has said anything in this campaign",
                    where=str(folder),
                    remedy=near(name, known),
                )


def is_of(component: str, name: str) -> bool:
    """Is a component the one that is named? Any run of its parts names it, and without the number of its last part.

    >>> is_of("pytest.e2e", "e2e"), is_of("e2e.node-2", "node"), is_of("e2e.node-2", "e2e.node-1")
    (True, True, False)
    """
    parts, wanted = component.split("."), component_of(name).split(".")
    for start in range(len(parts) - len(wanted) + 1):
        if all(_is_part(*pair) for pair in zip(parts[start:], wanted, strict=False)):
            return True
    return False


def _is_part(part: str, wanted: str) -> bool:
    wanted = component_named(wanted)
    return part == wanted or re.fullmatch(rf"{re.escape(wanted)}-\d+", part) is not None


def _own(text: str) -> Line | None:
    """A line of the campaign's own log; None where it is not whole."""
    told = _json(text)
    if told is None and (begin := text.rfind('{"at": ')) > 0:
        # A process died, or the disk was full, in the middle of a line, and another one went on behind it.
        told = _json(text[begin:])
    if told is None:
        return None
    at, level, component, said = (_text(told.get(name)) for name in ("at", "level", "component", "text"))
    process = told.get("process")
    if at is None or component is None or said is None:
        return None
    return Line(
        at=at,
        level=level if level is not None and level in LEVELS else "",
        component=component,
        text=shortened(said),
        process=process if isinstance(process, int) else None,
    )


def _text(value: object) -> str | None:
    """A text that can be written anywhere; None of what is none."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else None


def _json(text: str) -> dict[str, object] | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _plain(
    texts: Sequence[str], component: str, written: str, above: tuple[str, str]
) -> Iterator[tuple[str, Line]]:
    """The lines of a file that anybody may have written, each with a moment to put it in order by.

    Where a line tells no time it stands where the one above it does; where none does, all stand where the file was
    written last. What is indented belongs to the line above it.
    """
    at, level = above
    for text in texts:
        told = _time(text)
        at = told or at
        level = _level(text) or (level if text[0].isspace() else "")
        yield at or written, Line(at=told, level=level, component=component, text=shortened(text))


def _time(text: str) -> str:
    found = _TIME.match(text)
    if found is None:
        return ""
    day, time, fraction, zone = found.groups(default="")
    try:
        # Without a zone it is the time of the machine, as programs print it for whoever sits in front of it.
        told = datetime.fromisoformat(f"{day}T{time}.{fraction:0<6.6}{zone.replace('Z', '+00:00')}")
        return moment(told.astimezone(UTC).timestamp())
    except (ValueError, OverflowError, OSError):
        return ""


def _level(text: str) -> str:
    found = _LEVEL.search(text, 0, _LEVEL_WITHIN)
    if found is None:
        return ""
    word: str = next(filter(None, found.groups())).lower()
    return _OTHER_WORDS.get(word, word)
