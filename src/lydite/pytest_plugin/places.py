"""Places: which line has opened a file, bound a port or started a process, as Python's audit events tell it."""

import sys
import sysconfig
from pathlib import Path
from typing import Any, Final

import pytest

from lydite.pytest_plugin.inventory import Thing

FOREIGN: Final = (
    *(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    f"{Path(__file__).parent}/",
    f"{Path(pytest.__file__).parent}/",
    "<",
)
"""Where the line is not, for it is nobody's test."""


class Places:
    """Listens from `begin` to `end`. A listener cannot be taken away again, so there is one, which is mostly deaf."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], str] | None = None
        sys.addaudithook(self._hear)

    def begin(self) -> None:
        """Listen."""
        self._seen = {}

    def end(self) -> None:
        """Forget, and listen no more."""
        self._seen = None

    def of(self, thing: Thing) -> str:
        """Where it was made, in words; nothing where that was not heard."""
        seen = self._seen or {}
        key = thing.key.rpartition(":")[2] if thing.kind == "ports" else thing.key.removesuffix(" (deleted)")
        place = seen.get((thing.kind, key)) or seen.get((thing.kind, ""))
        return f", from {place}" if place else ""

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self._seen is None:
            return
        heard = _heard(event, args)
        if heard is not None:
            self._seen[heard] = _line()


def _heard(event: str, args: tuple[Any, ...]) -> tuple[str, str] | None:
    """What an event is about: a kind of thing, and its key; an empty key where it is not known yet."""
    match event:
        case "open" | "sqlite3.connect":
            path = args[0]
            return ("files", str(Path(path).absolute())) if isinstance(path, str | Path) else None
        case "socket.bind":
            address = args[1]
            if isinstance(address, tuple) and len(address) >= 2:
                return ("ports", str(address[1] or ""))
            return None
        case "subprocess.Popen":
            command = args[1]
            words = [command] if isinstance(command, str | bytes | Path) else list(command)
            return ("processes", " ".join(str(word) for word in words))
        case "os.fork" | "os.posix_spawn":
            return ("processes", "")
    return None


def _line() -> str:
    """The innermost line that is neither Python's nor of an installed package."""
    frame = sys._getframe(2)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(FOREIGN):
            return f"{frame.f_code.co_filename}:{frame.f_lineno}"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return ""
