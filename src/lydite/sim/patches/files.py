"""Files: `open` and everything below it, on the disk of the host whose program asks.

Patched are `open` and `io.FileIO`, the functions of `os` that take paths or descriptors, locks of
`fcntl`, the temporary folder and names of `tempfile`; `pathlib`, `shutil`, `os.path`, `os.walk`,
`glob`, `gzip`, `zipfile` and their like are made of those. Memory maps of simulated files are refused, since
nobody would see what a program writes into memory; so are `dbm.gnu` and `dbm.ndbm`.

Out of reach are libraries that open files in C by themselves (LMDB, RocksDB, HDF5, `apsw` with an SQLite of
its own): a program that uses one of those on a relative path writes to the real machine.
"""

import errno
import fcntl
import glob
import importlib.util
import io
import mmap
import os
import tempfile
from collections.abc import Iterator
from typing import Any

from lydite.sim.context import at_threshold, current_process
from lydite.sim.disk import calls_by_number as by_number
from lydite.sim.disk import calls_by_path as by_path
from lydite.sim.disk import paths
from lydite.sim.disk.descriptors import FIRST
from lydite.sim.disk.files import SimFileIO, check_mode, flags_of, open_file, open_raw
from lydite.sim.patches import file_calls as calls
from lydite.sim.patches.refusal import refuse
from lydite.sim.patches.swaps import put

_real_open = io.open
_RealFileIO = io.FileIO
_real_mmap = mmap.mmap
_real_temporary_folder = tempfile._gettempdir  # type: ignore[attr-defined]
_real_candidate_names = tempfile._get_candidate_names  # type: ignore[attr-defined]


def _open(
    real: Any,
    /,
    file: Any,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    opener: Any = None,
) -> Any:
    process = current_process()
    if process is None:
        return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
    if file.__class__ is int:
        if file < FIRST:
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        place: str | int | None = file
    else:
        place = calls.place_of(process, file)
    if place is None and opener is None:
        calls.allow_real(file, "open", writes=any(letter in mode for letter in "wax+"))
        return real(calls.real_path(process, file), mode, buffering, encoding, errors, newline, closefd)
    check_mode(mode, encoding, errors, newline)
    if opener is not None and place.__class__ is not int:
        number = opener(file, flags_of(mode))
        if number < FIRST:
            return real(
                file, mode, buffering, encoding, errors, newline, closefd, lambda _path, _flags: number
            )
        opener = lambda _path, _flags: number  # noqa: E731
    encoding = encoding if "b" in mode else io.text_encoding(encoding)
    try:
        return open_file(
            process, place if place is not None else "", file, mode, buffering, encoding, errors, newline,
            closes=closefd, opener=opener,
        )  # fmt: skip
    except OSError as error:
        if error.errno is not None and error.filename is not None:
            error.filename = file
        raise


class _FileIOKind(type(io.FileIO)):  # type: ignore[misc]
    """Makes `io.FileIO(path)` give a simulated raw file for a simulated path, and counts both kinds as `FileIO`."""

    def __call__(cls, file: Any, mode: str = "r", closefd: bool = True, opener: Any = None) -> Any:
        process = current_process()
        if process is None:
            return _RealFileIO(file, mode, closefd, opener)
        if file.__class__ is int:
            if file < FIRST:
                return _RealFileIO(file, mode, closefd, opener)
            return open_raw(process, file, file, mode, closes=closefd)
        place = calls.place_of(process, file)
        if place is None:
            calls.allow_real(file, "io.FileIO", writes=any(letter in mode for letter in "wax+"))
            return _RealFileIO(calls.real_path(process, file), mode, closefd, opener)
        return open_raw(process, place, file, mode, closes=closefd, opener=opener)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, (_RealFileIO, SimFileIO))

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, (_RealFileIO, SimFileIO))


class FileIO(_RealFileIO, metaclass=_FileIOKind):
    """Stands in for `io.FileIO`."""


class Mmap(_real_mmap):
    """Stands in for `mmap.mmap`, and refuses to map a simulated file."""

    def __new__(cls, fileno: int, *arguments: Any, **named: Any) -> "Mmap":
        """Map memory, or a file of the real machine."""
        if fileno >= FIRST and current_process() is not None:
            refuse(
                "mmap of a file on a simulated disk: nobody would see what is written into memory",
                "read and write the file",
            )
        return super().__new__(cls, fileno, *arguments, **named)


def _temporary_folder(real: Any, /) -> Any:
    """The folder for temporary files: on a host's disk always the same."""
    process = current_process()
    return real() if process is None else process.environ.get("TMPDIR", "/tmp")  # noqa: S108


class _Names(Iterator[str]):
    """Names of temporary files, from the process's own randomness."""

    def __next__(self) -> str:
        process = current_process()
        assert process is not None
        letters = tempfile._RandomNameSequence.characters  # type: ignore[attr-defined]
        return "".join(process.entropy.choice(letters) for _ in range(8))


def _candidate_names(real: Any, /) -> Any:
    return real() if current_process() is None else _Names()


_BY_PATH: tuple[tuple[str, Any, bool, Any], ...] = (
    ("stat", by_path.stat, False, by_number.stat),
    ("lstat", by_path.stat, False, None),
    ("access", by_path.access, False, None),
    ("statvfs", by_path.statvfs, False, by_number.fstatvfs),
    ("mkdir", by_path.mkdir, True, None),
    ("rmdir", by_path.rmdir, True, None),
    ("unlink", by_path.unlink, True, None),
    ("remove", by_path.unlink, True, None),
    ("chmod", by_path.chmod, True, by_number.chmod),
    ("chown", by_path.chown, True, by_number.chown),
    ("lchown", by_path.chown, True, None),
    ("utime", by_path.utime, True, by_number.utime),
    ("truncate", by_path.truncate, True, by_number.ftruncate),
    ("readlink", by_path.readlink, False, None),
    ("mkfifo", by_path.not_here, True, None),
    ("mknod", by_path.not_here, True, None),
    ("getxattr", by_path.not_here, False, None),
    ("setxattr", by_path.not_here, True, None),
    ("removexattr", by_path.not_here, True, None),
    ("listxattr", by_path.listxattr, False, None),
)
"""Name, what it does on a simulated disk, whether it changes something, and what it does with a descriptor."""

_BY_NUMBER: tuple[tuple[str, Any], ...] = (
    ("close", by_number.close),
    ("read", by_number.read),
    ("pread", by_number.pread),
    ("readv", by_number.readv),
    ("preadv", by_number.preadv),
    ("write", by_number.write),
    ("pwrite", by_number.pwrite),
    ("writev", by_number.writev),
    ("pwritev", by_number.pwritev),
    ("lseek", by_number.lseek),
    ("fsync", by_number.fsync),
    ("fdatasync", by_number.fsync),
    ("ftruncate", by_number.ftruncate),
    ("posix_fallocate", by_number.posix_fallocate),
    ("posix_fadvise", by_number.nothing),
    ("fstat", by_number.fstat),
    ("fstatvfs", by_number.fstatvfs),
    ("fchmod", by_number.chmod),
    ("fchown", by_number.chown),
    ("fchdir", by_number.fchdir),
    ("dup", by_number.dup),
    ("isatty", by_number.no),
    ("get_inheritable", by_number.no),
    ("set_inheritable", by_number.nothing),
    ("get_blocking", by_number.yes),
    ("set_blocking", by_number.nothing),
)


def _symlink(real: Any, /, src: Any, dst: Any, *arguments: Any, **named: Any) -> None:
    process = current_process()
    if process is None:
        real(src, dst, *arguments, **named)
        return
    if calls.place_of(process, dst) is None:
        calls.refuse_write("os.symlink", dst)
    raise OSError(errno.EPERM, os.strerror(errno.EPERM), src, None, dst)


def _link(real: Any, /, src: Any, dst: Any, *, follow_symlinks: bool = True, **named: Any) -> None:
    process = current_process()
    if process is None:
        real(src, dst, follow_symlinks=follow_symlinks, **named)
    else:
        _link_here(src, dst, **named)


_link_here = calls.on_two_paths(os.link, "link")


def _replacements() -> list[tuple[Any, str, Any]]:
    """Where each stand-in belongs: owner, name, stand-in."""
    found: list[tuple[Any, str, Any]] = []
    for name, simulated, writes, numbered in _BY_PATH:
        if hasattr(os, name):
            found.append(
                (os, name, calls.on_path(getattr(os, name), simulated, writes=writes, numbered=numbered))
            )
    for name, simulated in _BY_NUMBER:
        if hasattr(os, name):
            found.append((os, name, calls.on_number(getattr(os, name), simulated)))
    found += [
        (os, "open", calls.on_open(os.open)),
        (os, "listdir", calls.on_listing(os.listdir, calls.listdir)),
        (os, "scandir", calls.on_listing(os.scandir, by_path.scandir)),
        (os, "rename", calls.on_two_paths(os.rename, "rename")),
        (os, "replace", calls.on_two_paths(os.replace, "rename")),
        (os, "link", calls.stand_in(os.link, _link)),
        (os, "symlink", calls.stand_in(os.symlink, _symlink)),
        (os, "getcwd", calls.on_cwd(os.getcwd)),
        (os, "getcwdb", calls.on_cwd(os.getcwdb)),
        (os, "chdir", calls.on_chdir(os.chdir)),
        (os, "umask", calls.on_umask(os.umask)),
        (os, "sync", calls.on_sync(os.sync)),
        (os, "sendfile", calls.on_two_numbers(os.sendfile, by_number.sendfile)),
        (os, "copy_file_range", calls.on_two_numbers(os.copy_file_range, by_number.not_across)),
        (os, "lockf", calls.on_lock(os.lockf, by_number.os_lockf)),
        (fcntl, "fcntl", calls.on_number(fcntl.fcntl, by_number.fcntl)),
        (fcntl, "flock", calls.on_lock(fcntl.flock, by_number.flock)),
        (fcntl, "lockf", calls.on_lock(fcntl.lockf, by_number.lockf)),
        (mmap, "mmap", Mmap),
        (io, "FileIO", FileIO),
        (io, "open", calls.stand_in(_real_open, _open)),
        (tempfile, "_gettempdir", calls.stand_in(_real_temporary_folder, _temporary_folder)),
        (tempfile, "_get_candidate_names", calls.stand_in(_real_candidate_names, _candidate_names)),
    ]
    return found


def install() -> None:
    """Put every stand-in in its place, once."""
    import builtins

    at_threshold(enter=paths.remember_code, leave=paths.remember_code)
    sets = (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids)
    for owner, name, substitute in _replacements():
        real = getattr(owner, name)
        for supporting in sets:
            if real in supporting:
                supporting.add(substitute)
        put(owner, name, substitute)
        if owner is io and name == "open":
            put(builtins, name, substitute)
    _reach_into_glob()
    _refuse_foreign_databases()


def _refuse_foreign_databases() -> None:
    for name in ("_gdbm", "_dbm"):
        if importlib.util.find_spec(name) is not None:
            module = importlib.import_module(name)
            put(module, "open", calls.on_foreign_database(module.open))


def _reach_into_glob() -> None:
    """From 3.13 on, glob keeps two functions in static methods, where no sweep finds them."""
    globber = getattr(glob, "_StringGlobber", None)
    for name in ("lstat", "scandir"):
        if isinstance(vars(globber).get(name) if globber else None, staticmethod):
            setattr(globber, name, staticmethod(getattr(os, name)))
