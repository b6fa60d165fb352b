"""Huge pages: a world that lives long is moved to where the processor finds it faster.

A thousand hosts with their connections are a hundred megabytes that every message walks across, and in pages of
four kilobytes the processor spends a good part of its time on where they are. Linux gathers memory into pages of two
megabytes when it is asked to; that costs about two milliseconds a megabyte, which only a long run earns back.
Nothing of it can be seen from inside the world. On other systems, and where Linux refuses, everything stays as it is.
"""

import ctypes
import posix
import sys
from typing import Final

HUGE: Final = 2 << 20
"""How large a huge page is, where they are of any use to Python."""

_MADV_COLLAPSE: Final = 25
_MAPS: Final = "/proc/self/maps"
_READ: Final = 1 << 16


def gather() -> None:
    """Ask for the memory of this process to be gathered into huge pages, where that is possible."""
    if not sys.platform.startswith("linux"):
        return
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for first, end in _private():
        madvise(first, end - first, _MADV_COLLAPSE)


def _private() -> list[tuple[int, int]]:
    """The whole huge pages among what this process alone may read and write, and no file stands behind."""
    found = []
    for line in _maps().splitlines():
        span, rights, _, _, inode, *name = line.split(maxsplit=5)
        if rights != "rw-p" or inode != "0" or name not in ([], ["[heap]"]):
            continue
        first, end = (int(place, 16) for place in span.split("-"))
        first, end = -(-first // HUGE) * HUGE, end // HUGE * HUGE
        if first < end:
            found.append((first, end))
    return found


def _maps() -> str:
    # By the system's own calls: `open` would look on the disk of a host.
    file = posix.open(_MAPS, posix.O_RDONLY)
    try:
        pieces = []
        while piece := posix.read(file, _READ):
            pieces.append(piece)
    finally:
        posix.close(file)
    return b"".join(pieces).decode()
