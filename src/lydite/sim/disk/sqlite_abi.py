"""SQLite's interface to a file system, as its header has it: two tables of functions, and the numbers that they use."""

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_double, c_int, c_int64, c_void_p
from typing import Any, ClassVar

OK = 0
BUSY = 5
IOERR = 10
NOTFOUND = 12
FULL = 13
NO_MEMORY = 7
CANTOPEN = 14
IOERR_READ = IOERR | 1 << 8
IOERR_SHORT_READ = IOERR | 2 << 8
IOERR_WRITE = IOERR | 3 << 8
IOERR_FSYNC = IOERR | 4 << 8
IOERR_DIR_FSYNC = IOERR | 5 << 8
IOERR_TRUNCATE = IOERR | 6 << 8
IOERR_FSTAT = IOERR | 7 << 8
IOERR_UNLOCK = IOERR | 8 << 8
IOERR_DELETE = IOERR | 10 << 8
IOERR_ACCESS = IOERR | 13 << 8
IOERR_CHECKRESERVEDLOCK = IOERR | 14 << 8
IOERR_LOCK = IOERR | 15 << 8
IOERR_CLOSE = IOERR | 16 << 8
IOERR_SHMLOCK = IOERR | 20 << 8
IOERR_SHMMAP = IOERR | 21 << 8
IOERR_DELETE_NOENT = IOERR | 23 << 8

OPEN_READONLY = 0x1
OPEN_READWRITE = 0x2
OPEN_CREATE = 0x4
OPEN_DELETEONCLOSE = 0x8
OPEN_EXCLUSIVE = 0x10

ACCESS_EXISTS = 0
SHM_UNLOCK = 1
SHM_EXCLUSIVE = 8
POWERSAFE_OVERWRITE = 0x1000
SECTOR_SIZE = 4096
JULIAN_MS = 210_866_760_000_000
"""Midnight of 1 January 1970 as SQLite counts: milliseconds of the Julian calendar."""

CLOSE = CFUNCTYPE(c_int, c_void_p)
READ = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
NUMBER = CFUNCTYPE(c_int, c_void_p, c_int)
SIZE = CFUNCTYPE(c_int, c_void_p, POINTER(c_int64))
RESERVED = CFUNCTYPE(c_int, c_void_p, POINTER(c_int))
CONTROL = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p)
SHM_MAP = CFUNCTYPE(c_int, c_void_p, c_int, c_int, c_int, POINTER(c_void_p))
SHM_LOCK = CFUNCTYPE(c_int, c_void_p, c_int, c_int, c_int)
BARRIER = CFUNCTYPE(None, c_void_p)

OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
ACCESS = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, POINTER(c_int))
FULL_PATH = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, c_void_p)
BYTES = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p)
DAYS = CFUNCTYPE(c_int, c_void_p, POINTER(c_double))
MILLISECONDS = CFUNCTYPE(c_int, c_void_p, POINTER(c_int64))


class IoMethods(ctypes.Structure):
    """`sqlite3_io_methods`, version 2: with shared memory, without memory maps of the file."""

    _fields_: ClassVar[list[tuple[str, Any]]] = [
        ("iVersion", c_int),
        ("xClose", CLOSE),
        ("xRead", READ),
        ("xWrite", READ),
        ("xTruncate", TRUNCATE),
        ("xSync", NUMBER),
        ("xFileSize", SIZE),
        ("xLock", NUMBER),
        ("xUnlock", NUMBER),
        ("xCheckReservedLock", RESERVED),
        ("xFileControl", CONTROL),
        ("xSectorSize", CLOSE),
        ("xDeviceCharacteristics", CLOSE),
        ("xShmMap", SHM_MAP),
        ("xShmLock", SHM_LOCK),
        ("xShmBarrier", BARRIER),
        ("xShmUnmap", NUMBER),
    ]


class Vfs(ctypes.Structure):
    """`sqlite3_vfs`, version 2."""

    _fields_: ClassVar[list[tuple[str, Any]]] = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", OPEN),
        ("xDelete", DELETE),
        ("xAccess", ACCESS),
        ("xFullPathname", FULL_PATH),
        ("xDlOpen", c_void_p),
        ("xDlError", c_void_p),
        ("xDlSym", c_void_p),
        ("xDlClose", c_void_p),
        ("xRandomness", BYTES),
        ("xSleep", NUMBER),
        ("xCurrentTime", DAYS),
        ("xGetLastError", BYTES),
        ("xCurrentTimeInt64", MILLISECONDS),
    ]


class OpenedFile(ctypes.Structure):
    """`sqlite3_file`, which SQLite makes room for: the functions that serve it."""

    _fields_: ClassVar[list[tuple[str, Any]]] = [("pMethods", c_void_p)]
