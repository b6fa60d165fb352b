"""The folder of ad-hoc test scripts: what lies in it, read with limits, and what is left unread, with the reason.

The rest of the project is read as well, as far as it may import a script or name it. Nothing is imported, run or
followed: symbolic links stay where they are, wherever they lead.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lydite.model import InputError

FILE_BYTES_MAX: Final = 1 << 20
FILES_MAX: Final = 2_000
ENTRIES_MAX: Final = 100_000
DEPTH_MAX: Final = 16

PYTHON: Final = ".py"
SHELLS: Final = (".sh", ".bash", ".zsh")

PROJECT_FILES: Final = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg", "setup.py", ".git")
"""What lies in the root of a project."""

NAMING_FILES: Final = (
    "Makefile",
    "tox.ini",
    ".gitlab-ci.yml",
    ".github/workflows/*.yml",
    ".github/workflows/*.yaml",
)
"""What else of a project starts scripts by their names."""

_SKIPPED: Final = ("__pycache__", "node_modules", "site-packages", "venv", "build", "dist")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file as it was read."""

    path: str
    """As seen from the root of the project, with slashes."""
    data: bytes

    @property
    def name(self) -> str:
        """Without its folder."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """The folder in which it lies, as seen from the root; empty for the root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file that was not read, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What was found."""

    root: Path
    """The project to which it belongs."""
    place: str
    """The folder as seen from the root; empty if it is the root."""
    pythons: tuple[Source, ...]
    shells: tuple[Source, ...]
    unread: tuple[Unread, ...]
    others: tuple[Source, ...]
    """The Python files of the project that lie elsewhere."""
    naming: tuple[Source, ...]
    """What may name a script there: shell scripts, and what starts tests."""
    whole: bool
    """Was all of the project read? It may be larger than the limits."""


def read_folder(folder: Path) -> Folder:
    """Read the scripts of a folder and of those below it."""
    try:
        home = folder.resolve(strict=True)
    except OSError as error:
        raise InputError(f"there is no folder {folder}", where=f"seen from {Path.cwd()}") from error
    if not home.is_dir():
        raise InputError(f"{folder} is no folder", remedy="name the folder in which the scripts lie")
    root = project_of(home)
    pythons: list[Source] = []
    shells: list[Source] = []
    unread: list[Unread] = []
    for path in _walk(home, unread, root):
        told = _told(path, root)
        try:
            data = _read(path)
        except InputError as error:
            unread.append(Unread(path=told, reason=error.what))
            continue
        (pythons if path.suffix == PYTHON else shells).append(Source(path=told, data=data))
        if len(pythons) + len(shells) > FILES_MAX:
            raise InputError(
                f"more than {FILES_MAX:,} scripts lie there",
                where=str(folder),
                remedy="name a smaller folder",
            )
    others, naming, whole = _elsewhere(home, root)
    return Folder(
        root=root,
        place="" if home == root else _told(home, root),
        pythons=tuple(pythons),
        shells=tuple(shells),
        unread=tuple(sorted(unread, key=lambda each: each.path)),
        others=others,
        naming=naming,
        whole=whole,
    )


def project_of(home: Path) -> Path:
    """The nearest folder, this one or above it, that looks like the root of a project; this one if none does."""
    for each in (home, *home.parents):
        if any((each / name).exists() for name in PROJECT_FILES):
            return each
    return home


def _elsewhere(home: Path, root: Path) -> tuple[tuple[Source, ...], tuple[Source, ...], bool]:
    """The other Python files of the project, what may name a script there, and whether that is all of them."""
    others: list[Source] = []
    naming = [each for pattern in NAMING_FILES for each in _sources_of(sorted(root.glob(pattern)), root)]
    if home == root:
        return (), tuple(naming), True
    try:
        for source in _sources_of((path for path in _walk(root, [], root) if home not in path.parents), root):
            (others if source.path.endswith(PYTHON) else naming).append(source)
            if len(others) + len(naming) > FILES_MAX:
                return tuple(others), tuple(naming), False
    except InputError:
        # There are more files than anybody wants to wait for.
        return tuple(others), tuple(naming), False
    return tuple(others), tuple(naming), True


def _sources_of(paths: Iterable[Path], root: Path) -> Iterator[Source]:
    """Those that can be read."""
    for path in paths:
        with suppress(InputError):
            yield Source(path=_told(path, root), data=_read(path))


def _walk(home: Path, unread: list[Unread], root: Path) -> Iterator[Path]:
    """Every script, in order of their paths; a folder that is not entered is told."""
    entries = 0
    waiting = [(home, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            with os.scandir(folder) as scan:
                inside = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            unread.append(Unread(path=_told(folder, root), reason=_reason(error)))
            continue
        entries += len(inside)
        if entries > ENTRIES_MAX:
            raise InputError(
                f"more than {ENTRIES_MAX:,} files lie there", where=str(home), remedy="name a smaller folder"
            )
        below = []
        for entry in inside:
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                if _is_entered(path):
                    below.append((path, depth + 1))
            elif path.suffix in (PYTHON, *SHELLS):
                yield path
        too_deep = depth + 1 > DEPTH_MAX
        unread += [Unread(path=_told(path, root), reason="it lies too deep") for path, _ in below if too_deep]
        waiting += [] if too_deep else reversed(below)


def _is_entered(folder: Path) -> bool:
    name = folder.name
    return not (name.startswith(".") or name in _SKIPPED or (folder / "pyvenv.cfg").exists())


def _read(path: Path) -> bytes:
    """A regular file of a reasonable size; an error that says why not."""
    try:
        # Never through a link, and never waiting for what is no file.
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise InputError("it is a symbolic link" if path.is_symlink() else _reason(error)) from error
    with os.fdopen(number, "rb") as file:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode):
            raise InputError("it is no regular file")
        if status.st_size > FILE_BYTES_MAX:
            raise InputError(f"it has {status.st_size:,} bytes, and {FILE_BYTES_MAX:,} are read at most")
        data = file.read(FILE_BYTES_MAX)
    try:
        data.decode()
        str(path).encode()
    except UnicodeDecodeError as error:
        raise InputError(f"it is not in UTF-8: {error.reason} at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise InputError("its name is not in UTF-8") from error
    return data


def _told(path: Path, root: Path) -> str:
    """A path as it may be told, whatever its bytes are."""
    return os.fsencode(path.relative_to(root).as_posix()).decode(errors="replace")


def _reason(error: OSError) -> str:
    return f"it cannot be read: {(error.strerror or type(error).__name__).lower()}"
