"""Where targets are looked for: among the subjects that packages announce, and in the folders of a project.

It imports nothing of a trial, for whoever only looks for one needs nothing of it.
"""

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

GROUP = "lydite.subjects"
"""The group of entry points in which packages announce their subjects."""


def subjects() -> tuple[EntryPoint, ...]:
    """The subjects that installed packages announce, by name."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: entry.name))


def roots(home: Path) -> tuple[Path, ...]:
    """Where the modules of the project in a folder may lie: there, and in `src` if it has one."""
    source = home / "src"
    return (home, source) if source.is_dir() else (home,)
