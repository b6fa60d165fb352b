"""SQLite: `sqlite3` on the disk of the host whose program asks.

The work is done by a file system of our own, registered in the library that the extension module
`_sqlite3` uses (`lydite.sim.disk.sqlite_vfs`). The library is found through the extension module itself;
that it is the same one, and not just another of that version, is proved by asking `sqlite3` for
the file system by its name.

Where the library cannot be reached (a build that hides its symbols), no database can be opened inside
a world, except in memory: anything else would land on the real disk.

SQLite's shared cache and its `memdb` would join hosts that use the same name, and are refused.
"""

import atexit
import ctypes
import os
import sqlite3
import sys
from typing import Any

from lydite.sim.context import at_threshold, current_process
from lydite.sim.disk import sqlite_abi as abi
from lydite.sim.disk import sqlite_vfs as vfs
from lydite.sim.disk.sqlite_files import switch
from lydite.sim.patches.file_calls import stand_in
from lydite.sim.patches.refusal import refuse
from lydite.sim.patches.swaps import put

PROBE = "lydite"
"""The name under which our file system can be asked for."""

JOINS_HOSTS = ("cache=shared", "vfs=memdb")


def find_library() -> Any:
    """The SQLite that `sqlite3` uses, or None when it cannot be reached."""
    import _sqlite3

    try:
        library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
        library.sqlite3_libversion.restype = ctypes.c_char_p
        library.sqlite3_vfs_find.restype = ctypes.c_void_p
        library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
        library.sqlite3_vfs_register.argtypes = [ctypes.c_void_p, ctypes.c_int]
        library.sqlite3_randomness.argtypes = [ctypes.c_int, ctypes.c_void_p]
        same = library.sqlite3_libversion().decode() == sqlite3.sqlite_version
    except (OSError, AttributeError):
        return None
    return library if same else None


def take_over(library: Any) -> bool:
    """Register our file system in front of all others; True when `sqlite3` finds it."""
    address = library.sqlite3_vfs_find(None)
    default = abi.Vfs.from_address(address)
    others = []
    while address:
        original = abi.Vfs.from_address(address)
        if original.zName != b"memdb":
            others.append(original)
        address = original.pNext
    done = [vfs.register(library, PROBE.encode(), default, default=True)]
    done += [vfs.register(library, original.zName, original, default=False) for original in others]
    if not all(done):
        return False
    switch.reseed = lambda: library.sqlite3_randomness(0, None)
    try:
        sqlite3.connect(f"file:probe?mode=memory&vfs={PROBE}", uri=True).close()
    except sqlite3.OperationalError:
        return False
    return True


def _connect(real: Any, /, database: Any, *arguments: Any, **named: Any) -> Any:
    if current_process() is not None:
        name = os.fsdecode(database)
        for option in JOINS_HOSTS:
            if option in name:
                refuse(
                    f"sqlite3.connect with {option} would join the hosts of the world", f"leave {option} out"
                )
    return real(database, *arguments, **named)


def _refuse_files(event: str, arguments: tuple[Any, ...]) -> None:
    """Where SQLite cannot be reached: refuse every database that is not in memory."""
    if event != "sqlite3.connect" or current_process() is None:
        return
    name = os.fsdecode(arguments[0])
    if name and not name.startswith((":memory:", "file::memory:")):
        refuse(
            f"sqlite3.connect({name!r}) would use the real disk: this Python hides the symbols of its SQLite"
            f" {sqlite3.sqlite_version}",
            "use a Python whose sqlite3 is linked with a shared library, or a database in ':memory:'",
        )


def install() -> None:
    """Take SQLite over, once; or refuse it inside worlds."""
    connect = stand_in(sqlite3.connect, _connect)
    library = find_library()
    if library is not None and take_over(library):
        at_threshold(enter=vfs.forget, leave=vfs.forget)
        atexit.register(vfs.retire)
    else:
        sys.addaudithook(_refuse_files)
    put(sqlite3, "connect", connect)
    put(sqlite3.dbapi2, "connect", connect)
