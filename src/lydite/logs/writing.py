"""The log of a campaign as a file: one JSON object in a line, written at once, so that several processes may share it.

Whoever writes to it holds a shared lock on it, so that others know whether somebody still does, however he ended.

Nothing that goes wrong with it is allowed to cost the campaign anything: a full disk, a file that is gone, a folder
that may not be written. What was lost is lost, and why is told to whoever asks.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from lydite.logs.levels import Levels
from lydite.logs.line import Line
from lydite.logs.listeners import listening

FILE_NAME: Final = "campaign.log"

FULL_BYTES: Final = 16_000_000
"""When a log has this size it says so, and takes nothing more."""


class Journal:
    """A file to which lines are appended."""

    def __init__(self, path: Path, *, full_bytes: int = FULL_BYTES) -> None:
        self.path = path
        self.why = ""
        """Why something is not in it that should be; nothing where all is."""
        self._full_bytes = full_bytes
        self._is_torn = False
        self._file = -1
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            self.why = _reason(error)
            return
        # Where there are no locks, nobody can wait for its end.
        with suppress(OSError):
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def take(self, line: Line) -> None:
        """Append a line, if that can be done."""
        try:
            self._append(line)
        except OSError as error:
            self.why = _reason(error)

    def close(self) -> None:
        """Nothing more comes."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, line: Line) -> None:
        if self._file < 0 or os.fstat(self._file).st_size >= self._full_bytes:
            return
        octets = encoded(line)
        self._write(octets)
        # Each write of all processes ends somewhere else: exactly one of them is the one that fills the file.
        end = os.lseek(self._file, 0, os.SEEK_CUR)
        if end - len(octets) < self._full_bytes <= end:
            said = f"this log has {self._full_bytes:,} bytes and takes no more: tell less, by log.levels"
            self._write(encoded(Line(at=line.at, level="warning", component="campaign", text=said)))

    def _write(self, octets: bytes) -> None:
        """All of it at once; of a line that a full disk took half of, the next one begins anew."""
        whole = b"\n" * self._is_torn + octets
        written = os.write(self._file, whole)
        self._is_torn = written < len(whole)
        if self._is_torn:
            self.why = "the disk took only half of a line"


@contextmanager
def kept(folder: Path, levels: Levels) -> Iterator[Journal | None]:
    """Keep what is logged meanwhile in a new log of this folder; None where nothing is wanted."""
    path = folder / FILE_NAME
    # What cannot be removed is no file, or not ours: opening it will tell.
    with suppress(OSError):
        path.unlink()
    if levels.are_off:
        yield None
        return
    journal = Journal(path)
    try:
        with listening(levels, journal.take):
            yield journal
    finally:
        journal.close()


def await_end(folder: Path) -> None:
    """Wait until nobody writes to the log of this folder; not at all where there is none."""
    with suppress(OSError), (folder / FILE_NAME).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def encoded(line: Line) -> bytes:
    """A line as it stands in the file."""
    told = {name: value for name, value in asdict(line).items() if value is not None}
    return json.dumps(told, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
