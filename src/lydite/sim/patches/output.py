"""What programs print: whole lines, into the trace, under the name of the process that printed them.

`sys.stdout` and `sys.stderr` become streams that ask who is printing. Inside a world each line goes to
the world's recorder; outside, everything goes to the real stream as before. They are in place before a
program configures logging, so handlers take hold of them; handlers made earlier are pointed at them.
"""

import io
import logging
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TextIO, cast

from lydite.sim.context import active_world, at_threshold, current_process
from lydite.sim.patches.memory import memory_of
from lydite.sim.patches.swaps import Swap, retarget

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

STREAMS: Final = ("stdout", "stderr")


class HostStream(io.TextIOBase):
    """A standard stream of whichever process is printing."""

    def __init__(self, stream: str, real_stream: TextIO) -> None:
        self.stream = stream
        self._kept = Swap(real_stream, self)

    @property
    def real_stream(self) -> TextIO:
        """The stream that this one is in front of."""
        return cast("TextIO", self._kept.real)

    def _outside(self) -> TextIO:
        """The real stream, or the interpreter's own when somebody has closed that one."""
        if self.real_stream.closed:
            return getattr(sys, f"__{self.stream}__") or self.real_stream
        return self.real_stream

    def write(self, text: str, /) -> int:
        process = current_process()
        if process is None:
            return self._outside().write(text)
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        lines = memory_of(process).lines
        *whole, rest = (lines.get(self.stream, "") + text).split("\n")
        lines[self.stream] = rest
        _record(process, self.stream, whole)
        return len(text)

    def writelines(self, lines: Iterable[str], /) -> None:  # type: ignore[override]
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if current_process() is None:
            self._outside().flush()

    def isatty(self) -> bool:
        return current_process() is None and self._outside().isatty()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._outside().fileno()

    def close(self) -> None:
        """Closing it would close it for everybody."""

    @property
    def buffer(self) -> "HostBuffer":
        return HostBuffer(self)

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8" if current_process() is not None else self._outside().encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return "backslashreplace" if current_process() is not None else self._outside().errors

    def reconfigure(self, **settings: Any) -> None:
        """A program may set up its streams; only outside of a world there is something to set up."""
        outside = self._outside()
        if current_process() is None and hasattr(outside, "reconfigure"):
            outside.reconfigure(**settings)

    # Whoever has put a file where the stream was may still read it: pytest does, of what tests print.

    def seekable(self) -> bool:
        return current_process() is None and self._outside().seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file().seek(offset, whence)

    def tell(self) -> int:
        return self._file().tell()

    def read(self, size: int | None = -1, /) -> str:
        return self._file().read(-1 if size is None else size)

    def truncate(self, size: int | None = None, /) -> int:
        return self._file().truncate(size)

    def _file(self) -> TextIO:
        if current_process() is not None:
            raise io.UnsupportedOperation(f"{self.stream} of a program is written, and nothing else")
        return self._outside()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outside(), name)


class HostBuffer(io.BufferedIOBase):
    """The bytes below a standard stream."""

    def __init__(self, above: HostStream) -> None:
        self.above = above

    def write(self, data: Any, /) -> int:
        octets = bytes(data)
        if current_process() is None:
            self.above._outside().buffer.write(octets)
        else:
            self.above.write(octets.decode("utf-8", "backslashreplace"))
        return len(octets)

    def flush(self) -> None:
        self.above.flush()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.above.fileno()

    def close(self) -> None:
        """Closing it would close it for everybody."""


def _record(process: "SimProcess", stream: str, lines: list[str]) -> None:
    world = active_world()
    assert world is not None
    for line in lines:
        world.trace.log(process, stream, line)


def flush_output(process: "SimProcess") -> None:
    """Record what a process that ends by itself has printed without ending the line."""
    lines = memory_of(process).lines
    for stream, rest in tuple(lines.items()):
        if rest:
            _record(process, stream, [rest])
        lines[stream] = ""


def _wrap(stream: str) -> TextIO | None:
    """Put ours in front of whatever is the stream now; what was there, or None when it was ours."""
    found = getattr(sys, stream)
    if found is None or isinstance(found, HostStream):
        return None
    setattr(sys, stream, HostStream(stream, found))
    return cast("TextIO", found)


def _point_handlers_at_ours(found: TextIO, stream: str) -> None:
    """Handlers that took hold of the real stream when they were made."""
    for reference in logging._handlerList:  # type: ignore[attr-defined]
        handler = reference()
        if isinstance(handler, logging.StreamHandler) and handler.stream is found:
            handler.stream = getattr(sys, stream)


def install() -> None:
    """Put ours in place, for good; and again in each world, should somebody have exchanged them since."""
    replaced: dict[str, TextIO] = {}

    def enter() -> None:
        for stream in STREAMS:
            found = _wrap(stream)
            if found is not None:
                replaced[stream] = found
                _point_handlers_at_ours(found, stream)

    def leave() -> None:
        for stream, found in replaced.items():
            ours = getattr(sys, stream)
            if isinstance(ours, HostStream) and ours.real_stream is found:
                setattr(sys, stream, found)
        replaced.clear()

    for stream in STREAMS:
        found = _wrap(stream)
        if found is not None:
            retarget(found, getattr(sys, stream))
            _point_handlers_at_ours(found, stream)
    at_threshold(enter=enter, leave=leave)
