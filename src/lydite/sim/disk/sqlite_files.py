"""Files that SQLite has opened on a simulated disk, and the functions by which it uses them.

SQLite knows a file by the address of its own structure; a table finds ours. A file belongs to the
process that opened it, whoever is running when SQLite touches it: a connection that is collected as
garbage while another host's program runs still means its own disk. When its process is dead, or
the world is over, every function fails, so that a connection that is collected later can neither
roll back nor delete anything: SQLite gives up, and leaves the file as the crash left it.

No exception reaches C: an `OSError` or `MemoryError` becomes SQLite's code for it, and anything else ends the run.
"""

import ctypes
import errno
import functools
import sys
from collections.abc import Callable
from ctypes import addressof, memmove, memset, string_at
from typing import TYPE_CHECKING, Any

from lydite.model import LyditeError
from lydite.sim.context import active_world, current_process
from lydite.sim.disk import sqlite_abi as abi
from lydite.sim.disk.disk import SimDisk
from lydite.sim.disk.inode import File
from lydite.sim.disk.sqlite_sharing import Sharing

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess


class SqliteFile:
    """One file, opened once."""

    __slots__ = ("_dropped", "_world", "deletes", "disk", "file", "mapped", "path", "process", "sharing")

    def __init__(self, process: "SimProcess", disk: SimDisk, file: File, path: str, *, deletes: bool) -> None:
        self.process = process
        self.disk = disk
        self.file = file
        self.path = path
        self.deletes = deletes
        self.mapped: list[object] = []
        """The shared memory that SQLite was given. It stays until SQLite lets go of it: one that fails in the middle of
        a call, because its process has just died, still writes to it on its way out."""
        if file.sharing is None:
            file.sharing = Sharing()
        self.sharing: Sharing = file.sharing
        self._world = active_world()
        self._dropped = False
        process.closers[self] = self.drop

    @property
    def live(self) -> bool:
        """Can it still be used?"""
        return not self._dropped and self.process.alive and active_world() is self._world

    def drop(self) -> None:
        """It is closed, or its process is over: its locks are free."""
        if not self._dropped:
            self._dropped = True
            self.sharing.drop(self)
            self.disk.close(self.file)

    def close(self) -> None:
        """SQLite closes it."""
        if self.live and self.deletes and self.path:
            self.disk.unlink(self.path)
        self.process.closers.pop(self, None)
        self.drop()


opened: dict[int, SqliteFile] = {}
"""By the address of SQLite's structure. Nobody walks through it."""


class Switch:
    """Who used SQLite last. Its random generator is one for the interpreter: it is seeded anew when that changes."""

    __slots__ = ("process", "reseed")

    def __init__(self) -> None:
        self.process: SimProcess | None = None
        self.reseed: Callable[[], object] = int

    def to(self, process: "SimProcess | None") -> None:
        """This process uses it now."""
        if process is not self.process:
            self.process = process
            self.reseed()


switch = Switch()


def report(failure: BaseException) -> None:
    """End the run with what cannot be raised through C. A refusal has done so already."""
    if isinstance(failure, KeyboardInterrupt):
        import _thread

        _thread.interrupt_main()
        return
    world, process = active_world(), current_process()
    if world is None or isinstance(failure, LyditeError):
        return
    if process is not None and not process.alive:
        return  # It has died in the middle of this call, and nobody will learn of what fails in it.
    try:
        world.refuse(
            f"{type(failure).__name__} below SQLite, where it cannot be raised: {failure}",
            "this is a mistake in the simulated disk; please report it",
        )
    except LyditeError:
        return  # The world remembers it, and ends the run with it.


def answer(failure: int) -> Callable[[Callable[..., int | None]], Callable[..., int]]:
    """Turn what a function raises into a number for SQLite.

    An interpreter that ends destroys connections when our modules are already empty. Nothing but
    failure is left to answer then, and no global name may be touched.
    """
    is_over = sys.is_finalizing

    def wrap(function: Callable[..., int | None]) -> Callable[..., int]:
        @functools.wraps(function)
        def call(*arguments: Any) -> int:
            if is_over():
                return failure
            try:
                return function(*arguments) or abi.OK
            except OSError as error:
                return abi.FULL if error.errno == errno.ENOSPC else failure
            except MemoryError:
                return abi.NO_MEMORY
            except BaseException as error:  # Nothing may pass through C.
                report(error)
                return failure

        return call

    return wrap


def _live(address: int) -> SqliteFile:
    """The file, if it can still be used."""
    found = opened[address]
    if not found.live:
        raise OSError(errno.EIO, "the process that opened it is dead")
    if found.process is not switch.process:
        switch.to(found.process)
    return found


@answer(abi.IOERR_CLOSE)
def _close(address: int) -> None:
    opened.pop(address).close()


@answer(abi.IOERR_READ)
def _read(address: int, buffer: int, count: int, offset: int) -> int:
    found = _live(address)
    octets = found.disk.read(found.file, found.path, offset, count)
    memmove(buffer, octets, len(octets))
    if len(octets) == count:
        return abi.OK
    memset(buffer + len(octets), 0, count - len(octets))
    return abi.IOERR_SHORT_READ


@answer(abi.IOERR_WRITE)
def _write(address: int, buffer: int, count: int, offset: int) -> int:
    found = _live(address)
    written = found.disk.write(found.file, found.path, offset, string_at(buffer, count))
    return abi.OK if written == count else abi.FULL


@answer(abi.IOERR_TRUNCATE)
def _truncate(address: int, size: int) -> None:
    found = _live(address)
    found.disk.truncate(found.file, found.path, size)


@answer(abi.IOERR_FSYNC)
def _sync(address: int, flags: int) -> None:
    found = _live(address)
    found.disk.sync(found.file, found.path)


@answer(abi.IOERR_FSTAT)
def _size(address: int, size: Any) -> None:
    size[0] = len(_live(address).file.data)


@answer(abi.IOERR_LOCK)
def _lock(address: int, level: int) -> int:
    found = _live(address)
    return abi.OK if found.sharing.lock(found, level) else abi.BUSY


@answer(abi.IOERR_UNLOCK)
def _unlock(address: int, level: int) -> None:
    found = opened[address]
    found.sharing.unlock(found, level)


@answer(abi.IOERR_CHECKRESERVEDLOCK)
def _reserved(address: int, reserved: Any) -> None:
    reserved[0] = _live(address).sharing.reserved()


@answer(abi.NOTFOUND)
def _control(address: int, operation: int, argument: int) -> int:
    return abi.NOTFOUND


@answer(abi.OK)
def _sector_size(address: int) -> int:
    return abi.SECTOR_SIZE


@answer(abi.OK)
def _characteristics(address: int) -> int:
    # Bytes next to those that are written are never harmed: a torn sector keeps the old rest.
    return abi.POWERSAFE_OVERWRITE


@answer(abi.IOERR_SHMMAP)
def _shm_map(address: int, region: int, size: int, extend: int, place: Any) -> None:
    found = _live(address)
    memory = found.sharing.region(found, region, size, extend=bool(extend))
    found.mapped.append(memory)
    place[0] = None if memory is None else addressof(memory)


@answer(abi.IOERR_SHMLOCK)
def _shm_lock(address: int, first: int, count: int, flags: int) -> int:
    found = _live(address)
    if flags & abi.SHM_UNLOCK:
        found.sharing.unlock_slots(found, first, count)
        return abi.OK
    got = found.sharing.lock_slots(found, first, count, exclusive=bool(flags & abi.SHM_EXCLUSIVE))
    return abi.OK if got else abi.BUSY


def _shm_barrier(address: int) -> None:
    """One thread: everything is in order."""


@answer(abi.IOERR_SHMMAP)
def _shm_unmap(address: int, delete: int) -> None:
    found = opened[address]
    found.sharing.unmap(found)
    found.mapped.clear()


METHODS = abi.IoMethods(
    iVersion=2,
    xClose=abi.CLOSE(_close),
    xRead=abi.READ(_read),
    xWrite=abi.READ(_write),
    xTruncate=abi.TRUNCATE(_truncate),
    xSync=abi.NUMBER(_sync),
    xFileSize=abi.SIZE(_size),
    xLock=abi.NUMBER(_lock),
    xUnlock=abi.NUMBER(_unlock),
    xCheckReservedLock=abi.RESERVED(_reserved),
    xFileControl=abi.CONTROL(_control),
    xSectorSize=abi.CLOSE(_sector_size),
    xDeviceCharacteristics=abi.CLOSE(_characteristics),
    xShmMap=abi.SHM_MAP(_shm_map),
    xShmLock=abi.SHM_LOCK(_shm_lock),
    xShmBarrier=abi.BARRIER(_shm_barrier),
    xShmUnmap=abi.NUMBER(_shm_unmap),
)


def keep_for_ever(item: object) -> None:
    """SQLite holds its address, and uses it to the very end of the interpreter."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(item))


keep_for_ever(METHODS)


def serve(address: int, found: SqliteFile) -> None:
    """Let SQLite use a file through our functions."""
    opened[address] = found
    abi.OpenedFile.from_address(address).pMethods = addressof(METHODS)


def no_file(address: int) -> None:
    """Tell SQLite that a file was not opened, and that there is nothing to close."""
    abi.OpenedFile.from_address(address).pMethods = None
