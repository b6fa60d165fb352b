"""Files and directories of a simulated disk, and what of a file is safe when the power goes.

A file keeps one copy of its bytes, the newest, which every process of the host sees, and for
each change since the last sync what the change replaced. A sync forgets those replacements,
whatever the size of the file. A power loss walks them back to the state on the platter, and then
decides how far the disk had come. Of four files one has everything, one has nothing, and of two it is
decided sector by sector: a sector of 512 bytes holds what it held at some moment since the last
sync, each sector for itself, so writes are lost and reordered. The last write may be torn in the
middle of a sector. Truncations happened or did not.

Not modelled: a kernel that writes back by itself after some seconds (here nothing is safe before
it is synced, which is the worst that a kernel may do); modes and times, which are never lost.
"""

import stat
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple, assert_never

from lydite.model import Draws
from lydite.sim.disk.locks import FileLocks
from lydite.sim.disk.sqlite_sharing import Sharing
from lydite.world import Unsynced

SECTOR = 512
"""What a disk writes at once."""

TORN = 0.25
"""How often the last write before a power loss stops in the middle of a sector."""

NOTHING, EVERYTHING = 0, 1

CHANGES_MAX = 200_000
"""So many changes of one file wait for a sync; then the older half is written back, as by a kernel short of memory."""


class Change(NamedTuple):
    """A write or a truncation that is not synced, and what it takes to undo it."""

    offset: int
    """Where it wrote; of a truncation, the new size."""
    length: int
    """How many bytes it wrote; -1 for a truncation."""
    size: int
    """The size of the file before."""
    old: bytes
    """What it replaced."""


class Written(NamedTuple):
    """A change as it must be repeated: bytes at an offset, or None and a size."""

    offset: int
    octets: bytes | None


class Inode(ABC):
    """What files and directories have in common."""

    __slots__ = ("accessed_ns", "changed_ns", "entry", "links", "mode", "modified_ns", "number", "opens")

    def __init__(self, number: int, mode: int, now_ns: int) -> None:
        self.number = number
        self.mode = mode
        self.links = 1
        self.opens = 0
        self.entry = 0
        """The last entry of the disk's journal that concerns this inode."""
        self.accessed_ns = self.modified_ns = self.changed_ns = now_ns

    @property
    @abstractmethod
    def size(self) -> int:
        """How many bytes `stat` shows."""


class Directory(Inode):
    """Names and what they stand for."""

    __slots__ = ("entries",)

    def __init__(self, number: int, permissions: int, now_ns: int) -> None:
        super().__init__(number, stat.S_IFDIR | permissions, now_ns)
        self.entries: dict[str, Inode] = {}

    @property
    def size(self) -> int:
        """As ext4 shows a small directory."""
        return 4096


class File(Inode):
    """Bytes, and the changes since the last sync."""

    __slots__ = ("changes", "data", "locks", "sharing")

    def __init__(self, number: int, permissions: int, now_ns: int) -> None:
        super().__init__(number, stat.S_IFREG | permissions, now_ns)
        self.data = bytearray()
        self.changes: list[Change] = []
        self.locks: FileLocks | None = None
        """Locks of `flock` and `lockf`, once there was one."""
        self.sharing: Sharing | None = None
        """What SQLite's connections to it share: locks, and the memory of a write-ahead log."""

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return len(self.data)

    def write(self, offset: int, octets: bytes) -> None:
        """Put bytes at an offset; a gap before them is filled with zeros."""
        data = self.data
        size, end = len(data), offset + len(octets)
        self._remember(Change(offset, len(octets), size, bytes(data[offset:end])))
        if offset > size:
            data.extend(bytes(offset - size))
        data[offset:end] = octets

    def truncate(self, size: int) -> None:
        """Cut the file to a size, or let it grow to it with zeros."""
        data = self.data
        before = len(data)
        if size == before:
            return
        self._remember(Change(size, -1, before, bytes(data[size:])))
        if size < before:
            del data[size:]
        else:
            data.extend(bytes(size - before))

    def sync(self) -> None:
        """Everything is on the platter now."""
        if self.changes:
            self.changes = []

    def _remember(self, change: Change) -> None:
        self.changes.append(change)
        if len(self.changes) > CHANGES_MAX:
            del self.changes[: CHANGES_MAX // 2]

    def lose_power(self, draws: Draws, unsynced: Unsynced = "any") -> None:
        """Keep what a disk happened to have written when the power went, or what is asked for."""
        written = self._walk_back()
        match unsynced:
            case "any":
                self._keep_some(written, draws, draws.below(4))
            case "kept":
                self._keep(written)
            case "torn":
                self._keep(_torn(written, draws))
            case "lost":
                pass
            case _:
                assert_never(unsynced)

    def _keep(self, written: "list[Written]") -> None:
        """Repeat what was written, all of it."""
        for change in written:
            if change.octets is None:
                _resize(self.data, change.offset)
            else:
                _put(self.data, [(change.offset, change.octets)])

    def _keep_some(self, written: "list[Written]", draws: Draws, luck: int) -> None:
        """Repeat of what was written what the disk had come to."""
        kept = _kept_versions(written, draws) if luck > 1 else {}
        seen: dict[int, int] = {}
        last = len(written) - 1
        for index, change in enumerate(written):
            if change.octets is None:
                if luck == EVERYTHING or (luck != NOTHING and draws.chance(0.5)):
                    _resize(self.data, change.offset)
                continue
            pieces = []
            for sector, piece in _sectors(change.offset, change.octets):
                seen[sector] = seen.get(sector, 0) + 1
                if luck == EVERYTHING or seen[sector] <= kept.get(sector, 0):
                    pieces.append(piece)
            if pieces and index == last and draws.chance(TORN):
                offset, octets = pieces[-1]
                pieces[-1] = (offset, octets[: draws.below(len(octets))])
            _put(self.data, pieces)

    def _walk_back(self) -> list[Written]:
        """Undo every change since the last sync; what they were, oldest first."""
        data = self.data
        written = []
        for offset, length, size, old in reversed(self.changes):
            if length >= 0:
                written.append(Written(offset, bytes(data[offset : offset + length])))
                data[offset : offset + length] = old
                del data[size:]
            else:
                written.append(Written(offset, None))
                if offset < size:
                    data.extend(old)
                else:
                    del data[size:]
        self.changes = []
        return written[::-1]


def _torn(written: "list[Written]", draws: Draws) -> "list[Written]":
    """The same with the last write cut short, somewhere in it."""
    for index in range(len(written) - 1, -1, -1):
        offset, octets = written[index]
        if octets:
            short = Written(offset, octets[: draws.below(len(octets))])
            return [*written[:index], short, *written[index + 1 :]]
    return written


def _kept_versions(written: Sequence[Written], draws: Draws) -> dict[int, int]:
    """For each sector that was written, how many of its writes had reached the platter."""
    writes: dict[int, int] = {}
    for change in written:
        if change.octets is not None:
            for sector, _ in _sectors(change.offset, change.octets):
                writes[sector] = writes.get(sector, 0) + 1
    return {sector: draws.below(count + 1) for sector, count in writes.items()}


def _sectors(offset: int, octets: bytes) -> list[tuple[int, tuple[int, bytes]]]:
    """A write cut where the sectors of the file end: (sector, (offset, bytes))."""
    pieces = []
    position, end = offset, offset + len(octets)
    while position < end:
        sector = position // SECTOR
        stop = min(end, (sector + 1) * SECTOR)
        pieces.append((sector, (position, octets[position - offset : stop - offset])))
        position = stop
    return pieces


def _put(data: bytearray, pieces: Sequence[tuple[int, bytes]]) -> None:
    for offset, octets in pieces:
        if octets:
            if len(data) < offset:
                _resize(data, offset)
            data[offset : offset + len(octets)] = octets


def _resize(data: bytearray, size: int) -> None:
    if size < len(data):
        del data[size:]
    else:
        data.extend(bytes(size - len(data)))
