"""The open files of one simulated process, by number, as a kernel keeps them.

The numbers begin far above those of the real machine, so that one never reaches its kernel, and are
never used twice in a process: whoever closes a descriptor twice hears of it.

When the process ends by itself its buffers are flushed, in the order in which the files were opened, as
an interpreter does when it exits. When it is killed they are not, and whatever still holds one
of its files can do nothing with it any more: a write that the garbage collector brings up later says
that it succeeded, and has no effect.
"""

import errno
import os
import weakref
from io import IOBase
from typing import TYPE_CHECKING

from lydite.sim.disk.disk import SimDisk
from lydite.sim.disk.inode import File, Inode
from lydite.sim.disk.tree import error

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

FIRST = 1 << 20
"""The first simulated descriptor."""


class OpenFile:
    """A file that was opened once: what descriptors of it share, above all the position."""

    __slots__ = ("appends", "disk", "flags", "inode", "offset", "owner", "path", "references")

    def __init__(self, owner: "Descriptors", disk: SimDisk, inode: Inode, path: str, flags: int) -> None:
        self.owner = owner
        self.disk = disk
        self.inode = inode
        self.path = path
        self.flags = flags
        self.appends = bool(flags & os.O_APPEND)
        self.offset = 0
        self.references = 0

    @property
    def file(self) -> File:
        """The file; a directory cannot be read or written."""
        if isinstance(self.inode, File):
            return self.inode
        raise error(errno.EISDIR, self.path)

    def require(self, access: int) -> File:
        """The file, if it was opened for that (`os.O_RDONLY` or `os.O_WRONLY`)."""
        if self.flags & os.O_ACCMODE not in {access, os.O_RDWR}:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self.file

    def read(self, count: int) -> bytes:
        """Read on from the position."""
        octets = self.read_at(count, self.offset)
        self.offset += len(octets)
        return octets

    def read_at(self, count: int, offset: int) -> bytes:
        """Read at an offset; the position stays."""
        return self.disk.read(self.require(os.O_RDONLY), self.path, offset, count)

    def write(self, octets: bytes) -> int:
        """Write on from the position, or at the end of a file that is appended to."""
        offset = self.inode.size if self.appends else self.offset
        count = self.write_at(octets, offset)
        self.offset = offset + count
        return count

    def write_at(self, octets: bytes, offset: int) -> int:
        """Write at an offset; the position stays. A dead process writes nothing, and nobody hears of it."""
        if not self.owner.live:
            return len(octets)
        file = self.require(os.O_WRONLY)
        return self.disk.write(file, self.path, offset, octets) if octets else 0

    def seek(self, offset: int, whence: int) -> int:
        """Move the position."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.offset, os.SEEK_END: self.inode.size}.get(whence)
        if start is None or start + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self.offset = start + offset
        return self.offset

    def truncate(self, size: int) -> None:
        """Cut the file, or let it grow."""
        if size < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        if self.owner.live:
            self.disk.truncate(self.require(os.O_WRONLY), self.path, size)

    def sync(self) -> None:
        """Make what was written safe."""
        if self.owner.live:
            self.disk.sync(self.inode, self.path)


class Descriptors:
    """Which number stands for which open file, in one process."""

    __slots__ = ("_finished", "_next", "_table", "_wrappers", "process", "umask")

    def __init__(self, process: "SimProcess") -> None:
        self.process = process
        self.umask = 0o022
        self._table: dict[int, OpenFile] = {}
        self._wrappers: list[weakref.ref[IOBase]] = []
        self._next = FIRST
        self._finished = False

    @property
    def live(self) -> bool:
        """Can the process still do anything with its files?"""
        return self.process.alive and not self._finished

    def __contains__(self, number: int) -> bool:
        return number in self._table

    def open(self, path: str, flags: int, permissions: int = 0o666) -> int:
        """Open a file of the host's disk."""
        disk = self.process.host.disk
        inode = disk.open(path, flags, permissions & ~self.umask)
        return self._add(OpenFile(self, disk, inode, path, flags))

    def _add(self, opened: OpenFile) -> int:
        number = self._next
        self._next = number + 1
        self._table[number] = opened
        opened.references += 1
        return number

    def get(self, number: int) -> OpenFile:
        """The open file of that number."""
        opened = self._table.get(number)
        if opened is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return opened

    def duplicate(self, number: int) -> int:
        """A second number for the same open file."""
        return self._add(self.get(number))

    def close(self, number: int) -> None:
        """Close one number; the last one of an open file lets go of it."""
        opened = self.get(number)
        del self._table[number]
        opened.references -= 1
        self._let_go(opened)

    def _let_go(self, opened: OpenFile) -> None:
        if isinstance(opened.inode, File) and opened.inode.locks is not None:
            opened.inode.locks.drop(self.process)
            if not opened.references:
                opened.inode.locks.unlock_whole(opened)
        if not opened.references:
            opened.disk.close(opened.inode)

    def remember(self, wrapper: IOBase) -> None:
        """Flush this one when the process ends by itself."""
        self._wrappers.append(weakref.ref(wrapper))
        if len(self._wrappers) > 64 and len(self._wrappers) > 4 * len(self._table):
            self._wrappers = [reference for reference in self._wrappers if reference() is not None]

    def finish(self) -> None:
        """The process is over: flush its buffers if it ended by itself, and close all of its files."""
        if self.process.alive:
            self._flush()
        self._finished = True
        for number in tuple(self._table):
            self.close(number)

    def _flush(self) -> None:
        for reference in self._wrappers:
            wrapper = reference()
            if wrapper is not None and not wrapper.closed:
                try:
                    wrapper.flush()
                except OSError:
                    continue  # An interpreter that exits has nobody to tell either.
        self._wrappers = []


def descriptors_of(process: "SimProcess") -> Descriptors:
    """The open files of a process; made when it opens its first, and closed when it dies."""
    descriptors = process.descriptors
    if descriptors is None:
        descriptors = process.descriptors = Descriptors(process)
        process.closers[descriptors] = descriptors.finish
    return descriptors
