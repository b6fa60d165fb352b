"""What the functions of `os` and `fcntl` that take a descriptor do with a simulated one.

Each takes the descriptors of the process and the number, then the arguments of the real function.
"""

import errno
import fcntl as _fcntl
import os
from collections.abc import Sequence
from typing import Any

from lydite.sim.disk.calls_by_path import Times, set_times, space
from lydite.sim.disk.descriptors import FIRST, Descriptors
from lydite.sim.disk.inode import Directory, File
from lydite.sim.disk.locks import FOREVER, FileLocks
from lydite.sim.disk.tree import error


def close(table: Descriptors, number: int) -> None:
    """`os.close`."""
    table.close(number)


def read(table: Descriptors, number: int, length: int) -> bytes:
    """`os.read`."""
    return table.get(number).read(length)


def pread(table: Descriptors, number: int, length: int, offset: int) -> bytes:
    """`os.pread`."""
    return table.get(number).read_at(length, offset)


def readv(table: Descriptors, number: int, buffers: Sequence[Any]) -> int:
    """`os.readv`."""
    opened = table.get(number)
    return _scatter(opened.read(sum(len(memoryview(buffer).cast("B")) for buffer in buffers)), buffers)


def preadv(table: Descriptors, number: int, buffers: Sequence[Any], offset: int, flags: int = 0) -> int:
    """`os.preadv`."""
    wanted = sum(len(memoryview(buffer).cast("B")) for buffer in buffers)
    return _scatter(table.get(number).read_at(wanted, offset), buffers)


def _scatter(octets: bytes, buffers: Sequence[Any]) -> int:
    start = 0
    for buffer in buffers:
        view = memoryview(buffer).cast("B")
        piece = octets[start : start + len(view)]
        view[: len(piece)] = piece
        start += len(piece)
    return len(octets)


def write(table: Descriptors, number: int, data: Any) -> int:
    """`os.write`."""
    return table.get(number).write(bytes(data))


def pwrite(table: Descriptors, number: int, data: Any, offset: int) -> int:
    """`os.pwrite`."""
    return table.get(number).write_at(bytes(data), offset)


def writev(table: Descriptors, number: int, buffers: Sequence[Any]) -> int:
    """`os.writev`."""
    return table.get(number).write(b"".join(bytes(buffer) for buffer in buffers))


def pwritev(table: Descriptors, number: int, buffers: Sequence[Any], offset: int, flags: int = 0) -> int:
    """`os.pwritev`."""
    return table.get(number).write_at(b"".join(bytes(buffer) for buffer in buffers), offset)


def lseek(table: Descriptors, number: int, position: int, whence: int) -> int:
    """`os.lseek`."""
    return table.get(number).seek(position, whence)


def fsync(table: Descriptors, number: int) -> None:
    """`os.fsync` and `os.fdatasync`."""
    table.get(number).sync()


def ftruncate(table: Descriptors, number: int, length: int) -> None:
    """`os.ftruncate`."""
    table.get(number).truncate(length)


def posix_fallocate(table: Descriptors, number: int, offset: int, length: int) -> None:
    """`os.posix_fallocate`."""
    opened = table.get(number)
    if opened.inode.size < offset + length:
        opened.truncate(offset + length)


def fstat(table: Descriptors, number: int) -> os.stat_result:
    """`os.fstat`."""
    opened = table.get(number)
    return opened.disk.status(opened.inode)


def stat(table: Descriptors, number: int, *, follow_symlinks: bool = True) -> os.stat_result:
    """`os.stat` of a descriptor."""
    return fstat(table, number)


def fstatvfs(table: Descriptors, number: int) -> os.statvfs_result:
    """`os.fstatvfs`."""
    return space(table.get(number).disk)


def chmod(table: Descriptors, number: int, mode: int, *, follow_symlinks: bool = True) -> None:
    """`os.fchmod`."""
    opened = table.get(number)
    opened.disk.set_mode(opened.inode, mode)


def chown(table: Descriptors, number: int, uid: int, gid: int, *, follow_symlinks: bool = True) -> None:
    """`os.fchown`: everything stays root's."""
    table.get(number)


def utime(
    table: Descriptors,
    number: int,
    times: Times = None,
    *,
    ns: tuple[int, int] | None = None,
    follow_symlinks: bool = True,
) -> None:
    """`os.utime` of a descriptor."""
    opened = table.get(number)
    set_times(opened.disk, opened.inode, times, ns)


def fchdir(table: Descriptors, number: int) -> None:
    """`os.fchdir`."""
    table.process.cwd = folder(table, number)


def folder(table: Descriptors, number: int) -> str:
    """The path of a directory that is open."""
    opened = table.get(number)
    if not isinstance(opened.inode, Directory):
        raise error(errno.ENOTDIR, opened.path)
    return opened.path


def dup(table: Descriptors, number: int) -> int:
    """`os.dup`."""
    return table.duplicate(number)


def nothing(table: Descriptors, number: int, *_arguments: object) -> None:
    """What changes nothing that a program can see: `set_inheritable`, `posix_fadvise`."""
    table.get(number)


def no(table: Descriptors, number: int) -> bool:
    """`os.isatty`, `os.get_inheritable`: never."""
    table.get(number)
    return False


def yes(table: Descriptors, number: int) -> bool:
    """`os.get_blocking`: always."""
    table.get(number)
    return True


def sendfile(table: Descriptors, out_fd: int, in_fd: int, offset: int | None, count: int) -> int:
    """`os.sendfile` from one simulated file to another; otherwise copy by hand, says EINVAL."""
    if out_fd < FIRST or in_fd < FIRST:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    source = table.get(in_fd)
    octets = source.read(count) if offset is None else source.read_at(count, offset)
    return table.get(out_fd).write(octets)


def _locks(table: Descriptors, number: int) -> tuple[FileLocks, Any]:
    opened = table.get(number)
    file = opened.inode
    if not isinstance(file, File):
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    if file.locks is None:
        file.locks = FileLocks()
    return file.locks, opened


def flock(table: Descriptors, number: int, operation: int) -> bool:
    """`fcntl.flock`; False when it would have to wait."""
    locks, opened = _locks(table, number)
    if operation & _fcntl.LOCK_UN:
        locks.unlock_whole(opened)
        return True
    got = locks.lock_whole(opened, exclusive=bool(operation & _fcntl.LOCK_EX))
    return got or _busy(operation)


def lockf(
    table: Descriptors, number: int, operation: int, length: int = 0, start: int = 0, whence: int = 0
) -> bool:
    """`fcntl.lockf`; False when it would have to wait."""
    locks, opened = _locks(table, number)
    begin = start + (0, opened.offset, opened.inode.size)[whence]
    end = begin + length if length else FOREVER
    if operation & _fcntl.LOCK_UN:
        locks.unlock_range(table.process, begin, end)
        return True
    got = locks.lock_range(table.process, begin, end, exclusive=bool(operation & _fcntl.LOCK_EX))
    return got or _busy(operation)


def os_lockf(table: Descriptors, number: int, command: int, length: int) -> bool:
    """`os.lockf`, which has commands of its own; False when it would have to wait."""
    opened = table.get(number)
    operation = {
        os.F_LOCK: _fcntl.LOCK_EX,
        os.F_TLOCK: _fcntl.LOCK_EX | _fcntl.LOCK_NB,
        os.F_ULOCK: _fcntl.LOCK_UN,
    }.get(command)
    if operation is None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return lockf(table, number, operation, length, opened.offset)


def not_across(table: Descriptors, *_arguments: object) -> int:
    """`os.copy_file_range`: copy by hand, says EXDEV."""
    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))


def _busy(operation: int) -> bool:
    if operation & _fcntl.LOCK_NB:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return False


def fcntl(table: Descriptors, number: int, command: int, argument: Any = 0) -> int:
    """`fcntl.fcntl`: the flags of a descriptor."""
    opened = table.get(number)
    if command == _fcntl.F_GETFL:
        return opened.flags & ~os.O_CLOEXEC
    if command == _fcntl.F_GETFD:
        return _fcntl.FD_CLOEXEC
    if command in {_fcntl.F_SETFL, _fcntl.F_SETFD}:
        return 0
    if command in {_fcntl.F_DUPFD, _fcntl.F_DUPFD_CLOEXEC}:
        return table.duplicate(number)
    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
