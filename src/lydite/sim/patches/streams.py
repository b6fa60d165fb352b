"""asyncio's streams with fewer calls: what most programs of most worlds do most of the time.

A message over a stream costs asyncio eight Python frames, two coroutines and a future that anybody might see,
beside what the program itself does. The usual case of three calls stands here in one frame each; whatever is
unusual (the end of the stream, an error, a full buffer, a second reader, somebody's own subclass) goes to
asyncio's own function, which stays the only one who knows what to do then.

| asked for | answer |
|---|---|
| `StreamReaderProtocol.data_received` | feeds the reader here, unless it ends, overflows or is somebody's own |
| `StreamReader.readexactly` | waits and cuts here, unless the stream has failed or the reader is somebody's own |
| `StreamWriter.drain` | returns at once when there is nothing to wait for |

The future that a reader waits for is asyncio's plain one: it never leaves the reader, so it needs no number.
"""

from asyncio import Future, IncompleteReadError, StreamReader, StreamReaderProtocol, StreamWriter
from typing import Any, Final

_Future: Final[Any] = Future
_Reader: Final[Any] = StreamReader
_Protocol: Final[Any] = StreamReaderProtocol
_real_data_received: Final[Any] = StreamReaderProtocol.data_received
_real_readexactly: Final[Any] = StreamReader.readexactly
_real_drain: Final[Any] = StreamWriter.drain


def data_received(self: Any, data: bytes) -> None:
    """Hand what arrived to the reader, and wake who waits for it."""
    reference = self._stream_reader_wr
    reader: Any = None if reference is None else reference()
    if reader.__class__ is not _Reader or reader._eof or not data:
        _real_data_received(self, data)
        return
    buffer = reader._buffer
    if len(buffer) + len(data) > 2 * reader._limit:
        _real_data_received(self, data)
        return
    buffer += data
    waiter = reader._waiter
    if waiter is not None:
        reader._waiter = None
        if not waiter.cancelled():
            waiter.set_result(None)


async def readexactly(self: Any, n: int) -> bytes:
    """Wait until that many bytes are there, and take them."""
    if self.__class__ is not _Reader or self._exception is not None or n <= 0:
        rest: bytes = await _real_readexactly(self, n)
        return rest
    buffer = self._buffer
    while len(buffer) < n:
        if self._eof:
            partial = bytes(buffer)
            buffer.clear()
            raise IncompleteReadError(partial, n)
        if self._paused or self._waiter is not None:
            await self._wait_for_data("readexactly")
            continue
        self._waiter = waiter = _Future(loop=self._loop)
        try:
            await waiter
        finally:
            self._waiter = None
    if len(buffer) == n:
        taken = bytes(buffer)
        buffer.clear()
    else:
        taken = bytes(buffer[:n])
        del buffer[:n]
    if self._paused:
        self._maybe_resume_transport()
    return taken


async def drain(self: Any) -> None:
    """Wait until the buffer has room, which it nearly always has."""
    reader: Any = self._reader
    protocol: Any = self._protocol
    if (
        protocol.__class__ is not _Protocol
        or protocol._paused
        or protocol._connection_lost
        or (reader is not None and reader._exception is not None)
        or self._transport.is_closing()
    ):
        await _real_drain(self)


def install() -> None:
    """Let the usual case take the short way."""
    StreamReaderProtocol.data_received = data_received  # type: ignore[method-assign]
    StreamReader.readexactly = readexactly  # type: ignore[method-assign]
    StreamWriter.drain = drain  # type: ignore[method-assign]
