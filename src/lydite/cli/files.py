"""Files that a verb writes whole or not at all, and errors of the file system as sentences."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, TextIO, cast

from lydite.model import InputError


def ready_for_files(folder: Path) -> None:
    """Make a folder for what will be written at the end, and try it now: a sentence before the work, not after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _told("written", folder, error) from error


@contextmanager
def writing_text(path: Path) -> Iterator[TextIO]:
    """A text file under its own name only when everything is in it."""
    with _writing(path, "w") as file:
        yield cast("TextIO", file)


@contextmanager
def writing_bytes(path: Path) -> Iterator[BinaryIO]:
    """A binary file under its own name only when everything is in it."""
    with _writing(path, "wb") as file:
        yield cast("BinaryIO", file)


@contextmanager
def reading_text(path: Path) -> Iterator[TextIO]:
    """A text file that is there, or a sentence."""
    try:
        file = path.open(encoding="utf-8")
    except OSError as error:
        raise _told("read", path, error) from error
    with file:
        yield file


@contextmanager
def _writing(path: Path, mode: str) -> Iterator[IO[str] | IO[bytes]]:
    partial = path.with_name(f"{path.name}.partial")
    try:
        file = partial.open(mode, encoding=None if "b" in mode else "utf-8")
    except OSError as error:
        raise _told("written", path, error) from error
    try:
        with file:
            yield file
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _told(done: str, path: Path, error: OSError) -> InputError:
    reason = (error.strerror or type(error).__name__).lower()
    return InputError(f"the file cannot be {done}: {reason}", where=str(path))
