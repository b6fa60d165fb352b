"""Which paths are the host's own, and which are the real machine's.

A host's disk is seen at `/disk` (its root, the home of its programs, and where they start), and at
`/tmp`. Everything relative is resolved from the process's own working directory. All other absolute
paths are the machine's that the world runs on, and there to be read only: packages,
certificates, templates. So is code, wherever it lies: what is below an entry of `sys.path` is never
looked for on a host's disk, even when a checkout lies in `/tmp`.

What would differ from run to run is not there at all: `/proc` and `/sys` do not exist on a host.
"""

import errno
import os
import sys
from typing import TYPE_CHECKING

from lydite.sim.disk.tree import error

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

MOUNTED = ("/disk", "/tmp")  # noqa: S108 - the simulated host's own

NULL = "/dev/null"

ABSENT = ("/proc", "/sys")

RANDOM = ("/dev/random", "/dev/urandom")

_code: tuple[str, ...] = ()

_normal = os.path.normpath


def remember_code() -> None:
    """Note where code lies, where that is below `/disk` or `/tmp`: it stays the real machine's."""
    global _code
    places = {_normal(place) for place in (*sys.path, sys.prefix, sys.base_prefix) if place.startswith("/")}
    _code = tuple(sorted(f"{place}/" for place in places if _mounted(place) and place not in MOUNTED))


def _mounted(path: str) -> bool:
    return path.startswith(("/disk/", "/tmp/")) or path in MOUNTED  # noqa: S108


def absolute(process: "SimProcess", path: str) -> str:
    """The path from the root, without dots; `//` and a closing slash say nothing."""
    if not path.startswith("/"):
        path = f"{process.cwd}/{path}"
    path = _normal(path)
    return path[1:] if path.startswith("//") else path


def locate(process: "SimProcess", path: str) -> str | None:
    """Where a path lies on the disk of the process's host; None when it is the real machine's."""
    if path.startswith("/"):
        if not path.startswith(("/disk", "/tmp", "//")) and "/.." not in path:  # noqa: S108
            return None
    elif not path:
        return None
    place = absolute(process, path)
    if not _mounted(place):
        return None
    if _code and f"{place}/".startswith(_code):
        return None
    return place


def real(process: "SimProcess", path: str) -> str:
    """The path on the real machine, where the process's working directory is not the interpreter's."""
    untouched = not path or (path.startswith("/") and "/.." not in path)
    place = path if untouched else absolute(process, path)
    if place.startswith(ABSENT) and (place in ABSENT or place.startswith(("/proc/", "/sys/"))):
        raise error(errno.ENOENT, path)
    return place
