"""What is not watched: hidden folders, environments, caches, and what `.gitignore` says in its simple forms."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

SKIPPED: Final = ("__pycache__", "node_modules", "site-packages")

SIZE_MAX: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a `.gitignore`."""

    text: str
    whole: bool
    """Is it about a path from the root, and not about a name anywhere?"""
    folders_only: bool


def patterns_of(lines: Iterable[str]) -> tuple[Pattern, ...]:
    """The lines that are understood. An exception (`!`) is not, and neither is one that is escaped.

    >>> patterns_of(["# all", "/build/", "*.log", "!x", "docs/*.py", "**/cache"])[0]
    Pattern(text='build', whole=True, folders_only=True)
    """
    found = []
    for each in lines:
        line = each.strip().removeprefix("**/")
        if not line or line[0] in "#!\\":
            continue
        text = line.strip("/")
        found.append(Pattern(text, line.startswith("/") or "/" in text, line.endswith("/")))
    return tuple(found)


def read_patterns(root: Path) -> tuple[Pattern, ...]:
    """Those of the `.gitignore` of a folder."""
    try:
        with (root / ".gitignore").open(errors="replace") as file:
            return patterns_of(file.read(SIZE_MAX).splitlines())
    except OSError:
        return ()


def is_ignored(path: str, patterns: Iterable[Pattern], *, folder: bool) -> bool:
    """Is a path below the root, told with slashes, not to be watched?"""
    name = path.rpartition("/")[2]
    if folder and (name.startswith(".") or name in SKIPPED):
        return True
    return any(
        fnmatchcase(path if each.whole else name, each.text)
        for each in patterns
        if folder or not each.folders_only
    )
