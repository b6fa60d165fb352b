"""What the functions of `os` that take a path do on a simulated disk.

Each takes the process and the place of the file on its host's disk, then the arguments of the real function.
"""

import errno
import os
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from lydite.sim.disk.descriptors import descriptors_of
from lydite.sim.disk.disk import BLOCK, SimDisk
from lydite.sim.disk.inode import Directory, File, Inode
from lydite.sim.disk.tree import error

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

Times = tuple[float, float] | None


def open_(process: "SimProcess", place: str, flags: int, mode: int = 0o777) -> int:
    """`os.open`. There are no unnamed temporary files: programs fall back to named ones."""
    if flags & os.O_TMPFILE == os.O_TMPFILE:
        raise error(errno.EOPNOTSUPP, place)
    return descriptors_of(process).open(place, flags, mode)


def stat(process: "SimProcess", place: str, *, follow_symlinks: bool = True) -> os.stat_result:
    """`os.stat`, and `os.lstat`: there are no symbolic links."""
    disk = process.host.disk
    return disk.status(disk.get(place))


def access(
    process: "SimProcess", place: str, mode: int, *, effective_ids: bool = False, follow_symlinks: bool = True
) -> bool:
    """`os.access`: whatever is there may be used."""
    return process.host.disk.find(place) is not None


def statvfs(process: "SimProcess", place: str) -> os.statvfs_result:
    """`os.statvfs`."""
    process.host.disk.get(place)
    return space(process.host.disk)


def space(disk: SimDisk) -> os.statvfs_result:
    """How much a disk holds, and how much more it takes."""
    free = disk.room // BLOCK
    return os.statvfs_result(
        (BLOCK, BLOCK, disk.bytes_max // BLOCK, free, free, 1 << 20, 1 << 20, 1 << 20, 0, 255)
    )


def chdir(process: "SimProcess", place: str) -> None:
    """`os.chdir`: of this process alone."""
    process.host.disk.folder(place)
    process.cwd = place


def mkdir(process: "SimProcess", place: str, mode: int = 0o777) -> None:
    """`os.mkdir`."""
    process.host.disk.mkdir(place, mode & ~descriptors_of(process).umask)


def rmdir(process: "SimProcess", place: str) -> None:
    """`os.rmdir`."""
    process.host.disk.rmdir(place)


def unlink(process: "SimProcess", place: str) -> None:
    """`os.unlink` and `os.remove`."""
    process.host.disk.unlink(place)


def chmod(process: "SimProcess", place: str, mode: int, *, follow_symlinks: bool = True) -> None:
    """`os.chmod`."""
    process.host.disk.set_mode(process.host.disk.get(place), mode)


def chown(process: "SimProcess", place: str, uid: int, gid: int, *, follow_symlinks: bool = True) -> None:
    """`os.chown`: everything stays root's."""
    process.host.disk.get(place)


def utime(
    process: "SimProcess",
    place: str,
    times: Times = None,
    *,
    ns: tuple[int, int] | None = None,
    follow_symlinks: bool = True,
) -> None:
    """`os.utime`."""
    disk = process.host.disk
    set_times(disk, disk.get(place), times, ns)


def set_times(disk: SimDisk, inode: Inode, times: Times, ns: tuple[int, int] | None) -> None:
    """The times of `os.utime`: seconds, or nanoseconds, or now."""
    if times is not None and ns is not None:
        raise ValueError("utime: you may specify either 'times' or 'ns' but not both")
    if times is not None:
        ns = (int(times[0] * 1_000_000_000), int(times[1] * 1_000_000_000))
    disk.set_times(inode, *(ns if ns is not None else (disk.now(), disk.now())))


def truncate(process: "SimProcess", place: str, length: int) -> None:
    """`os.truncate`."""
    node = process.host.disk.get(place)
    if not isinstance(node, File):
        raise error(errno.EISDIR, place)
    if length < 0:
        raise error(errno.EINVAL, place)
    process.host.disk.truncate(node, place, length)


def readlink(process: "SimProcess", place: str) -> str:
    """`os.readlink`: nothing is a symbolic link."""
    process.host.disk.get(place)
    raise error(errno.EINVAL, place)


def not_here(process: "SimProcess", place: str, *_arguments: object, **_named: object) -> Any:
    """What this kind of file system does not do: FIFOs, devices, extended attributes."""
    raise error(errno.EOPNOTSUPP, place)


def listxattr(process: "SimProcess", place: str, *, follow_symlinks: bool = True) -> list[str]:
    """`os.listxattr`: there are none."""
    process.host.disk.get(place)
    return []


def listdir(process: "SimProcess", place: str) -> list[str]:
    """`os.listdir`, sorted."""
    return process.host.disk.names(place)


class SimEntry:
    """What `os.scandir` gives for a name on a simulated disk."""

    __slots__ = ("_disk", "_node", "name", "path")

    def __init__(self, disk: SimDisk, node: Inode, name: Any, path: Any) -> None:
        self._disk = disk
        self._node = node
        self.name = name
        self.path = path

    def inode(self) -> int:
        """Its number."""
        return self._node.number

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:
        """Is it a directory?"""
        return isinstance(self._node, Directory)

    def is_file(self, *, follow_symlinks: bool = True) -> bool:
        """Is it a file?"""
        return isinstance(self._node, File)

    def is_symlink(self) -> bool:
        """Never."""
        return False

    def is_junction(self) -> bool:
        """Never."""
        return False

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        """As `os.stat`."""
        return self._disk.status(self._node)

    def __fspath__(self) -> Any:
        return self.path

    def __repr__(self) -> str:
        return f"<DirEntry {self.name!r}>"


class Scan:
    """An iterator over entries that can be closed, as `os.scandir` returns."""

    __slots__ = ("_entries",)

    def __init__(self, entries: list[Any]) -> None:
        self._entries = iter(entries)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return next(self._entries)

    def close(self) -> None:
        """Give no more."""
        self._entries = iter(())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def scandir(process: "SimProcess", place: str, shown: Any) -> Scan:
    """`os.scandir`, sorted; `shown` is the path as the program gave it, which the entries begin with."""
    disk = process.host.disk
    entries = disk.folder(place).entries
    if isinstance(shown, bytes):
        named = [(os.fsencode(name), entries[name]) for name in sorted(entries)]
        return Scan([SimEntry(disk, node, name, os.path.join(shown, name)) for name, node in named])
    return Scan([SimEntry(disk, entries[name], name, os.path.join(shown, name)) for name in sorted(entries)])
