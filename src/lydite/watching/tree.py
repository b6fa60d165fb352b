"""The tree of files that are watched: looked at again and again, and compared by what is in them.

Times and sizes say where to look, and digests whether anything is different: a file that was only touched, or a branch
that was left and entered again, changes nothing.
"""

import hashlib
import os
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lydite.watching.ignoring import Pattern, is_ignored, read_patterns

FILES_MAX: Final = 20_000
"""So many files are watched at most."""
DEPTH_MAX: Final = 24
READ_MAX: Final = 4 << 20
"""Of a larger file only the time and the size count."""

SETTINGS: Final = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", "lydite.toml", "campaign.toml")
"""Files on which everything depends."""

Stamp = tuple[int, int, int]


CLOCK_NS: Final = 100_000_000
UNSURE: Final[Stamp] = (0, 0, 0)
"""A file that was written just now may be written once more within the same tick of its clock: it is read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One file as it was looked at last."""

    stamp: Stamp
    digest: bytes
    text: bytes | None
    """What is in it; None where it is too large or cannot be read."""


@dataclass(slots=True, kw_only=True)
class Tree:
    """The files of some folders."""

    folders: tuple[Path, ...]
    seen: dict[str, Seen] = field(default_factory=dict)
    """By their absolute paths."""
    left_out: int = 0
    """How many files there are too many."""

    def look(self) -> tuple[str, ...]:
        """Look again; the files that were changed, have come or are gone since the last time."""
        fresh_ns = time.time_ns() - CLOCK_NS
        found = dict(self._stamps())
        changed = [path for path in self.seen if path not in found]
        for path in changed:
            del self.seen[path]
        for path, stamp in found.items():
            before = self.seen.get(path)
            if before is not None and before.stamp == stamp:
                continue
            now = _seen(path, stamp if stamp[0] < fresh_ns else UNSURE)
            self.seen[path] = now
            if before is None or before.digest != now.digest:
                changed.append(path)
        return tuple(sorted(changed))

    def texts(self) -> Mapping[str, bytes]:
        """What is in the Python files, by path; those that cannot be read are left out."""
        return {
            path: each.text
            for path, each in self.seen.items()
            if path.endswith(".py") and each.text is not None
        }

    def _stamps(self) -> Iterator[tuple[str, Stamp]]:
        count = self.left_out = 0
        for folder in self.folders:
            for entry in _files(folder, read_patterns(folder)):
                try:
                    status = entry.stat()
                except OSError:
                    # It went while we looked.
                    continue
                if not stat.S_ISREG(status.st_mode):
                    continue
                count += 1
                if count > FILES_MAX:
                    self.left_out += 1
                    continue
                yield entry.path, (status.st_mtime_ns, status.st_size, status.st_ino)


def _files(root: Path, patterns: tuple[Pattern, ...]) -> Iterator["os.DirEntry[str]"]:
    waiting = [(str(root), "", 0)]
    while waiting:
        folder, told, depth = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                inside = sorted(scan, key=_name)
        except OSError:
            continue
        if any(entry.name == "pyvenv.cfg" for entry in inside):
            continue
        for entry in inside:
            path = f"{told}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if depth < DEPTH_MAX and not is_ignored(path, patterns, folder=True):
                    waiting.append((entry.path, f"{path}/", depth + 1))
            elif _is_watched(entry.name) and not is_ignored(path, patterns, folder=False):
                yield entry


def _name(entry: "os.DirEntry[str]") -> str:
    return entry.name


def _is_watched(name: str) -> bool:
    """Python and settings. Whatever else tests write would start them again and again."""
    # What begins with a dot is the draft of an editor.
    return name in SETTINGS or name == ".gitignore" or (name.endswith(".py") and not name.startswith("."))


def _seen(path: str, stamp: Stamp) -> Seen:
    text: bytes | None = None
    if stamp[1] <= READ_MAX:
        try:
            text = Path(path).read_bytes()
        except OSError:
            text = None
    data = repr(stamp).encode() if text is None else text
    return Seen(stamp=stamp, digest=hashlib.blake2b(data, digest_size=16).digest(), text=text)
