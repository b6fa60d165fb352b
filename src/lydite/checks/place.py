"""Where an exception comes from: the innermost line of a traceback that its author can change.

Frames of the platform, of the standard library and of installed packages are passed over, because the
line to look at is the caller's. When there is nothing else, the innermost frame of all is named.
"""

import linecache
import sysconfig
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_FOREIGN = (
    "<",
    f"{Path(__file__).resolve().parents[1]}/",
    *(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib")),
)
_INSTALLED = ("site-packages", "dist-packages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One line of a source file."""

    file: str
    line: int
    text: str
    own: bool = True
    """Not in the platform, the standard library or an installed package."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else ""


def place_of(error: BaseException) -> Place:
    """The line to look at first."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.lineno is not None]
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return _place(error.filename, error.lineno)
    if not frames:
        return Place(file="", line=0, text="", own=False)
    own = [frame for frame in frames if not _is_foreign(frame.filename)]
    chosen = own[-1] if own else frames[-1]
    return _place(chosen.filename, chosen.lineno or 0, own=bool(own))


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions in a group, at any depth, or the exception itself."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error


def described(error: BaseException) -> str:
    """An exception in one line: its class and the first line of what it says."""
    words = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _is_foreign(file: str) -> bool:
    return file.startswith(_FOREIGN) or any(part in _INSTALLED for part in Path(file).parts)


def _place(file: str, line: int, *, own: bool = True) -> Place:
    shown = Path(file)
    here = Path.cwd()
    if shown.is_relative_to(here):
        shown = shown.relative_to(here)
    return Place(file=str(shown), line=line, text=linecache.getline(file, line).strip(), own=own)
