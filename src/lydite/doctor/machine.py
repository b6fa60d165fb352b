"""The machine itself: Python, system, cores, memory, disk, clock, limits, encoding."""

import ctypes
import locale
import os
import platform
import resource
import shutil
import sqlite3
import ssl
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from lydite.doctor.probe import Answer, fine, lacking, unknown
from lydite.model import GIGABYTE, MEGABYTE

PYTHON_LEAST: Final = (3, 11)

MEMORY_LEAST: Final = 512 * MEGABYTE
MEMORY_WANTED: Final = 4 * GIGABYTE
DISK_LEAST: Final = 100 * MEGABYTE
DISK_WANTED: Final = 5 * GIGABYTE
FILES_WANTED: Final = 4096
LOAD_MOST: Final = 1.0
"""Of the load by core: above it, figures of speed say little."""

READINGS: Final = 2000
STEP_NS: Final = 50_000_000
"""By how much two clocks may part while they are read, before it is called a step."""

TIME_ERROR: Final = 5
"""What the kernel says of a clock that nobody sets."""

MEMORY_LIMITS: Final = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def python() -> Answer:
    """Is this a Python on which Lydite runs?"""
    version = platform.python_version()
    build = "debug build" if hasattr(sys, "gettotalrefcount") else "release build"
    found = f"{platform.python_implementation()} {version}, {struct.calcsize('P') * 8} bit, {build} ({sys.executable})"
    if sys.version_info < PYTHON_LEAST or platform.python_implementation() != "CPython":
        return lacking(found, "install CPython 3.11 or later")
    if hasattr(sys, "gettotalrefcount"):
        return lacking(found, "take a release build: figures of a debug build say nothing")
    return fine(found)


def modules() -> Answer:
    """Has this Python the parts that some builds leave out?"""
    return fine(f"SQLite {sqlite3.sqlite_version}, {ssl.OPENSSL_VERSION}")


def system() -> Answer:
    """Is this a system on which runs can be forked?"""
    found = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if not hasattr(os, "fork"):
        return lacking(found, "run on Linux or macOS; on Windows take WSL 2")
    return fine(found)


def cores() -> Answer:
    """How many processors may this process use?"""
    affinity = getattr(os, "sched_getaffinity", None)
    count = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    if count < 2:
        return lacking("1 core", "give it two or more: sweeps run on all of them")
    return fine(f"{count} cores")


def load() -> Answer:
    """Is the machine idle enough for figures of speed?"""
    average = os.getloadavg()[0]
    found = f"{average:.2f} in the last minute, on {os.cpu_count() or 1} cores"
    if average / (os.cpu_count() or 1) > LOAD_MOST:
        return lacking(found, "wait until the machine is idle, or give it more time: `sweep.timeout_s`")
    return fine(found)


def memory(meminfo: Path = Path("/proc/meminfo"), limits: tuple[Path, ...] = MEMORY_LIMITS) -> Answer:
    """How much memory is free for this process?"""
    free = _available(meminfo)
    bounds = [int(text) for text in (_text(path) for path in limits) if text.isdigit()]
    soft = resource.getrlimit(resource.RLIMIT_AS)[0]
    if soft != resource.RLIM_INFINITY:
        bounds.append(soft)
    if free is None:
        return unknown("this system does not tell it in a way that is known")
    usable = min(free, *bounds) if bounds else free
    found = f"{_size(usable)} free"
    remedy = "end what is not needed, raise the limit (`ulimit -v`), or take fewer processes: `lydite.jobs`"
    return lacking(found, remedy) if usable < MEMORY_WANTED else fine(found)


def memory_at_all(meminfo: Path = Path("/proc/meminfo")) -> Answer:
    """Is there memory for a single run?"""
    free = _available(meminfo)
    if free is not None and free < MEMORY_LEAST:
        return lacking(f"{_size(free)} free", f"free {_size(MEMORY_LEAST)}: end what is not needed")
    return fine("enough")


def data_dir(folder: Path) -> Answer:
    """Can files be written where everything is kept? Nothing is left behind."""
    place = _standing(folder)
    remedy = (
        "make it writable, or keep things elsewhere: `lydite.data_dir` of lydite.toml, or LYDITE_DATA_DIR"
    )
    if not place.is_dir():
        return lacking(f"{place} is no folder", remedy)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(4096))
            file.flush()
    except OSError as error:
        return lacking(f"{place} cannot be written: {(error.strerror or '').lower()}", remedy)
    return fine(f"{folder} can be written" if place == folder else f"{folder} can be made")


def disk(folder: Path) -> Answer:
    """Is there room where everything is kept?"""
    free = shutil.disk_usage(_standing(folder)).free
    found = f"{_size(free)} free"
    remedy = f"free {_size(DISK_WANTED)}, or keep things on another disk: `lydite.data_dir`"
    return lacking(found, remedy) if free < DISK_WANTED else fine(found)


def disk_at_all(folder: Path) -> Answer:
    """Is there room for a single result?"""
    free = shutil.disk_usage(_standing(folder)).free
    if free < DISK_LEAST:
        return lacking(
            f"{_size(free)} free",
            f"free {_size(DISK_LEAST)}, or keep things on another disk: `lydite.data_dir`",
        )
    return fine("enough")


def clock() -> Answer:
    """Does time go forward, and is it later than the day on which Lydite was installed?"""
    remedy = "set the clock, and keep it with chrony or systemd-timesyncd"
    wall, steady = time.time_ns(), time.monotonic_ns()
    for _ in range(READINGS):
        before, now_steady, now_wall = steady, time.monotonic_ns(), time.time_ns()
        if now_steady < before:
            return lacking("the monotonic clock went back", "report this: the kernel or its host is broken")
        if now_wall < wall - STEP_NS:
            return lacking(f"the wall clock went back by {(wall - now_wall) / 1e9:.3f} s", remedy)
        wall, steady = max(wall, now_wall), now_steady
    installed = Path(__file__).stat().st_mtime
    if wall / 1e9 < installed - 86_400:
        return lacking("it is earlier than the files of this installation", remedy)
    return fine("time goes forward")


def clock_kept() -> Answer:
    """Is the clock kept in step with others?"""
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None:
        return unknown("this system does not tell")
    # A request that changes nothing: all zero, with room for the largest layout.
    state = adjtimex(ctypes.create_string_buffer(512))
    if state < 0:
        return unknown("this process may not ask")
    if state == TIME_ERROR:
        return lacking(
            "nobody sets it", "start chrony or systemd-timesyncd; a container has the clock of its host"
        )
    return fine("in step")


def open_files() -> Answer:
    """How many files and connections may a process have open?"""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FILES_WANTED:
        above = hard == resource.RLIM_INFINITY or hard >= FILES_WANTED
        remedy = f"ulimit -n {FILES_WANTED}" + (
            "" if above else ", after raising the hard limit (limits.conf)"
        )
        return lacking(f"{soft:,}", remedy)
    return fine("no limit" if soft == resource.RLIM_INFINITY else f"{soft:,}")


def encoding() -> Answer:
    """Are files and terminals written in UTF-8?"""
    names = {sys.getfilesystemencoding(), locale.getpreferredencoding(do_setlocale=False)}
    odd = sorted(name for name in names if name.lower().replace("-", "") != "utf8")
    if odd:
        return lacking(", ".join(odd), "export LC_ALL=C.UTF-8, or PYTHONUTF8=1")
    return fine("UTF-8")


def _available(meminfo: Path) -> int | None:
    for line in _text(meminfo).splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return folder if place == folder.absolute() else place


def _size(count: int) -> str:
    return f"{count / GIGABYTE:.1f} GB" if count >= GIGABYTE else f"{count / MEGABYTE:.0f} MB"
