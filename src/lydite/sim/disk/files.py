"""Files of a simulated disk as Python objects: what `open` gives, made of the same parts.

The lowest layer is ours, a raw file over the disk; above it stand the real `BufferedReader`,
`BufferedWriter`, `BufferedRandom` and `TextIOWrapper`, so buffering, newlines, encodings and short
reads are those of the interpreter. Buffers have the same size under every Python, and so have the
writes that reach the disk.
"""

import io
import os
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from lydite.sim.disk.descriptors import Descriptors, OpenFile, descriptors_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

    from lydite.sim.hosts.process import SimProcess

BUFFER = 8192

Opener = Callable[[Any, int], int]

_ACCESS = {"r": os.O_RDONLY, "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC}
_ACCESS |= {"x": os.O_WRONLY | os.O_CREAT | os.O_EXCL, "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND}


def flags_of(mode: str) -> int:
    """What `os.open` is told for a mode of `open`."""
    flags = _ACCESS[next(letter for letter in mode if letter in _ACCESS)] | os.O_CLOEXEC
    return flags & ~os.O_ACCMODE | os.O_RDWR if "+" in mode else flags


class SimFileIO(io.RawIOBase):
    """A raw file over a simulated descriptor. Unlike `FileIO` it never warns that it was not closed."""

    _blksize = BUFFER

    def __init__(
        self, descriptors: Descriptors, number: int, mode: str, name: object, *, closes: bool
    ) -> None:
        super().__init__()
        self.name = name
        self.closefd = closes
        self._descriptors = descriptors
        self._number = number
        self._opened: OpenFile = descriptors.get(number)
        self._reads = "r" in mode or "+" in mode
        self._writes = "r" not in mode or "+" in mode
        if "a" in mode:
            self._opened.seek(0, os.SEEK_END)
        letter = next(letter for letter in "xarw" if letter in mode)
        plus = "+" if "+" in mode else ""
        self.mode = f"{'r' if letter == 'w' and plus else letter}b{plus}"

    def _check(self) -> OpenFile:
        if self.closed:
            raise ValueError("I/O operation on closed file")
        return self._opened

    def fileno(self) -> int:
        """The simulated descriptor."""
        self._check()
        return self._number

    def readable(self) -> bool:
        """Was it opened to be read?"""
        self._check()
        return self._reads

    def writable(self) -> bool:
        """Was it opened to be written?"""
        self._check()
        return self._writes

    def seekable(self) -> bool:
        """Always."""
        self._check()
        return True

    def isatty(self) -> bool:
        """Never."""
        self._check()
        return False

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to so many bytes."""
        if size is None or size < 0:
            return self.readall()
        opened = self._check()
        if not self._reads:
            raise io.UnsupportedOperation("File not open for reading")
        return opened.read(size)

    def readall(self) -> bytes:
        """Everything to the end."""
        opened = self._check()
        return self.read(max(0, opened.inode.size - opened.offset))

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer, as far as there is something."""
        view = memoryview(buffer).cast("B")
        octets = self.read(len(view))
        view[: len(octets)] = octets
        return len(octets)

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write; on a nearly full disk less than was given."""
        opened = self._check()
        if not self._writes:
            raise io.UnsupportedOperation("File not open for writing")
        return opened.write(bytes(data))

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move the position."""
        return self._check().seek(offset, whence)

    def tell(self) -> int:
        """The position."""
        return self._check().offset

    def truncate(self, size: int | None = None, /) -> int:
        """Cut the file, at the position unless told where."""
        opened = self._check()
        if not self._writes:
            raise io.UnsupportedOperation("File not open for writing")
        wanted = opened.offset if size is None else size
        opened.truncate(wanted)
        return wanted

    def close(self) -> None:
        """Close it and, unless that was kept out of it, its descriptor."""
        if self.closed:
            return
        super().close()
        if self.closefd and self._descriptors.live:
            self._descriptors.close(self._number)

    def __repr__(self) -> str:
        return f"<SimFileIO name={self.name!r} mode={self.mode!r}>"


def open_raw(
    process: "SimProcess",
    path: str | int,
    name: object,
    mode: str,
    *,
    closes: bool = True,
    opener: Opener | None = None,
) -> SimFileIO:
    """Open a raw file: at a path of the disk, over a descriptor, or with an opener that returns one."""
    descriptors = descriptors_of(process)
    if isinstance(path, int):
        number = path
    elif opener is not None:
        number = opener(name, flags_of(mode))
    else:
        number = descriptors.open(path, flags_of(mode))
    try:
        opened = descriptors.get(number)
        opened.file  # noqa: B018 - a directory is refused here
        return SimFileIO(descriptors, number, mode, name, closes=closes)
    except OSError:
        if not isinstance(path, int) and number in descriptors:
            descriptors.close(number)
        raise


def open_file(
    process: "SimProcess",
    path: str | int,
    name: object,
    mode: str,
    buffering: int,
    encoding: str | None,
    errors: str | None,
    newline: str | None,
    *,
    closes: bool,
    opener: Opener | None,
) -> IO[Any]:
    """Build what `open` returns for a file of the simulated disk. The mode has been checked."""
    if not closes and not isinstance(path, int):
        raise ValueError("Cannot use closefd=False with file name")
    raw = open_raw(process, path, name, mode, closes=closes, opener=opener)
    try:
        wrapped: IO[Any] = _wrap(raw, mode, buffering, encoding, errors, newline)
    except BaseException:
        raw.close()
        raise
    if wrapped.writable():
        raw._descriptors.remember(wrapped)  # type: ignore[arg-type]
    return wrapped


def _wrap(
    raw: SimFileIO, mode: str, buffering: int, encoding: str | None, errors: str | None, newline: str | None
) -> Any:
    binary = "b" in mode
    if buffering == 0:
        if not binary:
            raise ValueError("can't have unbuffered text I/O")
        return raw
    size = buffering if buffering > 1 else BUFFER
    buffer: io.BufferedReader | io.BufferedWriter | io.BufferedRandom
    if "+" in mode:
        buffer = io.BufferedRandom(raw, size)
    elif raw._writes:
        buffer = io.BufferedWriter(raw, size)
    else:
        buffer = io.BufferedReader(raw, size)
    if binary:
        return buffer
    text: Any = io.TextIOWrapper(buffer, encoding, errors, newline, line_buffering=buffering == 1)
    text.mode = mode
    return text


def check_mode(mode: str, encoding: str | None, errors: str | None, newline: str | None) -> None:
    """Refuse a mode that `open` refuses, with its words."""
    letters = set(mode)
    if letters - set("axrwb+t") or len(mode) > len(letters):
        raise ValueError(f"invalid mode: {mode!r}")
    if "t" in letters and "b" in letters:
        raise ValueError("can't have text and binary mode at once")
    if len(letters & set("axrw")) != 1:
        raise ValueError("must have exactly one of create/read/write/append mode")
    if "b" not in letters:
        return
    for given, what in ((encoding, "an encoding"), (errors, "an errors"), (newline, "a newline")):
        if given is not None:
            raise ValueError(f"binary mode doesn't take {what} argument")
