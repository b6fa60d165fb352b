"""Advisory locks on a file of a simulated disk: `flock`, and the byte ranges of `lockf` and `fcntl`.

As the kernel has it: `flock` belongs to the open file (two opens by one process exclude each
other, a `dup` shares), a byte range belongs to the process and goes when the process closes the
file, by whichever descriptor. The two kinds do not see each other. A process that dies drops all.
"""

from typing import NamedTuple

FOREVER = 1 << 62
"""The end of a range that has none."""


class Range(NamedTuple):
    """Bytes from start to end (not included) that a process has locked."""

    owner: object
    start: int
    end: int
    exclusive: bool


class FileLocks:
    """The locks on one file."""

    __slots__ = ("_ranges", "_whole")

    def __init__(self) -> None:
        self._whole: dict[object, bool] = {}
        self._ranges: list[Range] = []

    def lock_whole(self, owner: object, *, exclusive: bool) -> bool:
        """`flock`: True when the open file has the lock now."""
        others = [held for other, held in self._whole.items() if other is not owner]
        if any(others) or (exclusive and others):
            return False
        self._whole[owner] = exclusive
        return True

    def unlock_whole(self, owner: object) -> None:
        """Give up the lock of an open file, if it has one."""
        self._whole.pop(owner, None)

    def lock_range(self, owner: object, start: int, end: int, *, exclusive: bool) -> bool:
        """`lockf`: True when the process has the range now."""
        for held in self._ranges:
            overlaps = held.start < end and start < held.end
            if held.owner is not owner and overlaps and (exclusive or held.exclusive):
                return False
        self.unlock_range(owner, start, end)
        self._ranges.append(Range(owner, start, end, exclusive))
        return True

    def unlock_range(self, owner: object, start: int, end: int) -> None:
        """Give up what the process has of a range; what lies outside of it stays locked."""
        ranges = []
        for held in self._ranges:
            if held.owner is not owner or held.end <= start or end <= held.start:
                ranges.append(held)
                continue
            if held.start < start:
                ranges.append(held._replace(end=start))
            if end < held.end:
                ranges.append(held._replace(start=end))
        self._ranges = ranges

    def drop(self, process: object) -> None:
        """The process has closed the file, or is dead."""
        self.unlock_range(process, 0, FOREVER)
