"""SQLite's file system: the simulated disk of whichever process is running, and the real one when none is.

It is registered in the very library that Python's `sqlite3` uses, as the default and under the name of
each file system that was there, so an unmodified program comes here whatever it asks for. Names are
the process's own (its working directory, its host's disk); time is its host's clock; randomness
is its own; waiting for a lock takes virtual time, and no real one. A database of the real machine may
be read and not written.

| SQLite asks for | gets, when the disk fails |
|---|---|
| read, write, sync | `SQLITE_IOERR_READ`, `_WRITE`, `_FSYNC` |
| a write without room | `SQLITE_FULL` |

What a commit survives is SQLite's own promise, and no more: with `journal_mode=DELETE` and
`synchronous=FULL`, its defaults, a commit is made by deleting the journal, and the folder is not
synced after that, so a power loss may undo the last transaction whole (`synchronous=EXTRA`,
or `journal_mode=WAL`, `TRUNCATE` or `PERSIST` keep it).
"""

import errno
import os
from ctypes import addressof, memmove, string_at
from typing import TYPE_CHECKING, Any

from lydite.model import Draws
from lydite.sim.context import active_world, current_process
from lydite.sim.disk import paths
from lydite.sim.disk import sqlite_abi as abi
from lydite.sim.disk.inode import File
from lydite.sim.disk.sqlite_files import SqliteFile, answer, keep_for_ever, no_file, serve, switch

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

_originals: dict[int, Any] = {}
"""The file system that each of ours stands in front of, by the address of ours."""

_draws: dict["SimProcess", Draws] = {}


def forget() -> None:
    """A world begins or is over: nobody's randomness is left in SQLite."""
    _draws.clear()
    switch.process = None
    switch.reseed()


def _flags(flags: int) -> int:
    wanted = os.O_RDWR if flags & abi.OPEN_READWRITE else os.O_RDONLY
    if flags & abi.OPEN_CREATE:
        wanted |= os.O_CREAT
    if flags & abi.OPEN_EXCLUSIVE:
        wanted |= os.O_EXCL
    return wanted


@answer(abi.CANTOPEN)
def _open(vfs: int, name: int | None, address: int, flags: int, told: Any) -> int:
    original = _originals[vfs]
    process = current_process()
    if process is None:
        result: int = original.xOpen(addressof(original), name, address, flags, told)
        return result
    no_file(address)
    switch.to(process)
    disk = process.host.disk
    if name is None:
        serve(address, SqliteFile(process, disk, File(0, 0o600, 0), "", deletes=False))
        return _tell(told, flags)
    path = os.fsdecode(string_at(name))
    place = paths.locate(process, path)
    if place is None:
        return _open_real(original, name, address, path, told)
    inode = disk.open(place, _flags(flags), 0o644)
    if not isinstance(inode, File):
        disk.close(inode)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), place)
    serve(address, SqliteFile(process, disk, inode, place, deletes=bool(flags & abi.OPEN_DELETEONCLOSE)))
    return _tell(told, flags)


def _tell(told: Any, flags: int) -> int:
    if told:
        told[0] = flags
    return abi.OK


def _open_real(original: Any, name: int, address: int, path: str, told: Any) -> int:
    """A database of the real machine: to be read, if it is there."""
    if not os.path.exists(path):
        world = active_world()
        assert world is not None
        world.refuse(
            f"sqlite3 would create {path!r} on the real machine",
            "a relative path, and one below /disk or /tmp, is on the host's own disk",
        )
    result: int = original.xOpen(addressof(original), name, address, abi.OPEN_READONLY, told)
    return _tell(told, abi.OPEN_READONLY) if result == abi.OK else result


def _owner() -> "SimProcess | None":
    """Whose file is meant by a name: of the process whose file SQLite used last, which need not be running."""
    return None if active_world() is None else switch.process or current_process()


@answer(abi.IOERR_DELETE)
def _delete(vfs: int, name: bytes, sync: int) -> int:
    process, path = _owner(), os.fsdecode(name)
    place = None if process is None else paths.locate(process, path)
    if process is None or place is None:
        original = _originals[vfs]
        result: int = original.xDelete(addressof(original), name, sync)
        return result
    disk = process.host.disk
    if disk.find(place) is None:
        return abi.IOERR_DELETE_NOENT
    disk.unlink(place)
    if sync:
        folder = place.rpartition("/")[0]
        disk.sync(disk.folder(folder), folder)
    return abi.OK


@answer(abi.IOERR_ACCESS)
def _access(vfs: int, name: bytes, flags: int, there: Any) -> int:
    process, path = _owner(), os.fsdecode(name)
    place = None if process is None else paths.locate(process, path)
    if process is None or place is None:
        original = _originals[vfs]
        result: int = original.xAccess(addressof(original), name, flags, there)
        return result
    found = process.host.disk.find(place)
    empty = flags == abi.ACCESS_EXISTS and isinstance(found, File) and not found.data
    there[0] = found is not None and not empty
    return abi.OK


@answer(abi.CANTOPEN)
def _full_path(vfs: int, name: bytes, size: int, place: int) -> int:
    process = current_process()
    if process is None:
        original = _originals[vfs]
        result: int = original.xFullPathname(addressof(original), name, size, place)
        return result
    switch.to(process)
    octets = os.fsencode(paths.absolute(process, os.fsdecode(name))) + b"\0"
    if len(octets) > size:
        return abi.CANTOPEN
    memmove(place, octets, len(octets))
    return abi.OK


def _randomness(vfs: int, count: int, place: int) -> int:
    process = current_process()
    if process is None:
        original = _originals[vfs]
        result: int = original.xRandomness(addressof(original), count, place)
        return result
    draws = _draws.get(process)
    if draws is None:
        draws = _draws[process] = Draws(process.entropy.word(), "sqlite")
    memmove(place, draws.octets(count), count)
    return count


def _sleep(vfs: int, microseconds: int) -> int:
    process = current_process()
    if process is None:
        original = _originals[vfs]
        result: int = original.xSleep(addressof(original), microseconds)
        return result
    process.host.disk.charge(microseconds * 1_000)
    return microseconds


def _milliseconds(vfs: int) -> int | None:
    process = current_process()
    return None if process is None else process.host.disk.now() // 1_000_000 + abi.JULIAN_MS


@answer(abi.IOERR)
def _days(vfs: int, place: Any) -> int:
    now_ms = _milliseconds(vfs)
    if now_ms is None:
        original = _originals[vfs]
        result: int = original.xCurrentTime(addressof(original), place)
        return result
    place[0] = now_ms / 86_400_000
    return abi.OK


@answer(abi.IOERR)
def _now(vfs: int, place: Any) -> int:
    now_ms = _milliseconds(vfs)
    if now_ms is None:
        original = _originals[vfs]
        result: int = original.xCurrentTimeInt64(addressof(original), place)
        return result
    place[0] = now_ms
    return abi.OK


@answer(abi.OK)
def _last_error(vfs: int, size: int, place: int) -> int:
    return abi.OK


_CALLBACKS = {
    "xOpen": abi.OPEN(_open),
    "xDelete": abi.DELETE(_delete),
    "xAccess": abi.ACCESS(_access),
    "xFullPathname": abi.FULL_PATH(_full_path),
    "xRandomness": abi.BYTES(answer(0)(_randomness)),
    "xSleep": abi.NUMBER(answer(0)(_sleep)),
    "xCurrentTime": abi.DAYS(_days),
    "xGetLastError": abi.BYTES(_last_error),
    "xCurrentTimeInt64": abi.MILLISECONDS(_now),
}


def register(library: Any, name: bytes, original: Any, *, default: bool) -> bool:
    """Put ours in front of a file system of SQLite's, under a name."""
    vfs = abi.Vfs(
        iVersion=2,
        szOsFile=max(original.szOsFile, 64),
        mxPathname=original.mxPathname,
        zName=name,
        xDlOpen=original.xDlOpen,
        xDlError=original.xDlError,
        xDlSym=original.xDlSym,
        xDlClose=original.xDlClose,
        **_CALLBACKS,
    )
    for item in (vfs, original, name):
        keep_for_ever(item)
    _originals[addressof(vfs)] = original
    result: int = library.sqlite3_vfs_register(addressof(vfs), int(default))
    return result == abi.OK


def retire() -> None:
    """The interpreter ends: real connections that are still open go on with the real file system."""
    for address, original in _originals.items():
        vfs = abi.Vfs.from_address(address)
        for name in ("pAppData", *_CALLBACKS):
            setattr(vfs, name, getattr(original, name))
