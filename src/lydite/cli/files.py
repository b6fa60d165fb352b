"""Files that a verb writes whole or not at all, and errors of the file system as sentences."""

import os
import shutil
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


def read_whole(path: Path) -> str:
    """All of a text file that is there, or a sentence."""
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise _told("read", path, error) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"the file is no text: {error.reason} at byte {error.start}", where=str(path)
        ) from error


def write_whole(path: Path, text: str) -> None:
    """A text file and its folders; if it cannot be written, a sentence, and the file that was there is as it was."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        place = path.resolve()
        if place.exists() and not place.is_file():
            # A pipe or a device is written to. To put a file in its place would be to remove it.
            place.write_text(text, encoding="utf-8", newline="")
        else:
            _replace(place, text)
    except OSError as error:
        raise _as_it_was(path, error) from error


def append_text(path: Path, text: str) -> None:
    """Text at the end of a file, or a sentence."""
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise _told("written", path, error) from error


def _replace(place: Path, text: str) -> None:
    # Beside it, so that it is on the same disk; with a short name, as that of the file may be as long as can be.
    partial = place.with_name(f".lydite-{os.getpid()}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copymode(place, partial)
        partial.replace(place)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


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
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise _as_it_was(path, error) from error
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _as_it_was(path: Path, error: OSError) -> InputError:
    told = _told("written", path, error)
    return InputError(told.what, where=told.where, remedy="a file that was there before is as it was")


def _told(done: str, path: Path, error: OSError) -> InputError:
    reason = (error.strerror or type(error).__name__).lower()
    return InputError(f"the file cannot be {done}: {reason}", where=str(path))
