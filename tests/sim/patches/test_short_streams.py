"""The short way through asyncio's streams and the long one do the same, whatever comes in whatever order."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from lydite.sim.patches import streams

LIMIT = 8

Reading = Callable[[asyncio.StreamReader, int], Awaitable[bytes]]


class Road(asyncio.Transport):
    """A transport that writes down what is asked of it."""

    def __init__(self, said: list[object]) -> None:
        super().__init__()
        self._said = said
        self.closes = False

    def pause_reading(self) -> None:
        """The reader has too much."""
        self._said.append("pause")

    def resume_reading(self) -> None:
        """The reader has room."""
        self._said.append("resume")

    def is_closing(self) -> bool:
        """Is it closing?"""
        return self.closes


class Own(asyncio.StreamReader):
    """Somebody's own reader."""

    fed = 0

    def feed_data(self, data: Any) -> None:
        """Count, and take."""
        type(self).fed += 1
        super().feed_data(data)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("feed"), st.binary(max_size=LIMIT * 3)),
        st.tuples(st.just("read"), st.integers(-1, LIMIT * 4)),
        st.tuples(st.just("beat"), st.integers(1, 3)),
        st.tuples(st.just("cancel"), st.integers(0, 3)),
        st.tuples(st.sampled_from(["end", "fail"]), st.just(0)),
    ),
    max_size=12,
)


async def told(steps: list[tuple[str, Any]], data_received: Any, readexactly: Any) -> list[object]:
    """Everything that a program could see of a reader that goes through these steps."""
    said: list[object] = []
    reader = asyncio.StreamReader(limit=LIMIT)
    protocol = asyncio.StreamReaderProtocol(reader)
    protocol.connection_made(Road(said))
    readings: list[asyncio.Task[bytes]] = []
    for step, argument in steps:
        try:
            match step:
                case "feed":
                    data_received(protocol, argument)
                case "read":
                    readings.append(asyncio.ensure_future(readexactly(reader, argument)))
                case "beat":
                    for _ in range(argument):
                        await asyncio.sleep(0)
                case "cancel":
                    for reading in readings[argument : argument + 1]:
                        reading.cancel()
                case "end":
                    protocol.eof_received()
                case "fail":
                    reader.set_exception(OSError("broken"))
        except AssertionError as error:
            said.append(repr(error))
        said.append([_outcome(reading) for reading in readings])
    for _ in range(4):
        await asyncio.sleep(0)
    said.append([_outcome(reading) for reading in readings])
    said.append(bytes(reader._buffer))  # type: ignore[attr-defined]
    for reading in readings:
        reading.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await reading
    return said


def _outcome(reading: "asyncio.Task[bytes]") -> object:
    if not reading.done():
        return "waits"
    if reading.cancelled():
        return "cancelled"
    error = reading.exception()
    return reading.result() if error is None else repr(error)


@given(STEPS)
@example([("read", 1), ("beat", 1), ("cancel", 0), ("feed", b"x")])
@example([("feed", b"x" * (LIMIT * 3)), ("read", LIMIT * 3), ("beat", 1)])
@example([("feed", b"x" * (LIMIT * 3)), ("read", LIMIT * 4), ("beat", 1), ("feed", b"x" * LIMIT)])
def test_reading_is_the_same(steps: list[tuple[str, Any]]) -> None:
    ours = asyncio.run(told(steps, streams.data_received, streams.readexactly))
    assert ours == asyncio.run(told(steps, streams._real_data_received, streams._real_readexactly))


def test_a_reader_of_somebodys_own_is_fed_by_its_own_method() -> None:
    async def main() -> None:
        reader = Own()
        streams.data_received(asyncio.StreamReaderProtocol(reader), b"x")
        assert await reader.readexactly(1) == b"x"

    Own.fed = 0
    asyncio.run(main())
    assert Own.fed == 1


def test_what_arrives_for_a_reader_that_is_gone_is_dropped() -> None:
    async def main() -> None:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        protocol._stream_reader_wr = None  # type: ignore[attr-defined]
        streams.data_received(protocol, b"x")
        assert bytes(reader._buffer) == b""  # type: ignore[attr-defined]

    asyncio.run(main())


async def drained(drain: Any, *, paused: bool, lost: bool, failed: bool, closes: bool) -> list[object]:
    """What `drain` does in this state, and after the writer may go on."""
    road = Road([])
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    writer = asyncio.StreamWriter(road, protocol, reader, asyncio.get_running_loop())
    if failed:
        reader.set_exception(OSError("broken"))
    if paused:
        protocol.pause_writing()
    if lost:
        protocol._connection_lost = True  # type: ignore[attr-defined]
    road.closes = closes
    waiting: asyncio.Task[Any] = asyncio.ensure_future(drain(writer))
    said: list[object] = []
    for _ in range(3):
        await asyncio.sleep(0)
        said.append(_outcome(waiting))
    if paused:
        protocol.resume_writing()
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    said.append(_outcome(waiting))
    return said


@given(paused=st.booleans(), lost=st.booleans(), failed=st.booleans(), closes=st.booleans())
def test_draining_is_the_same(**state: bool) -> None:
    assert asyncio.run(drained(streams.drain, **state)) == asyncio.run(drained(streams._real_drain, **state))


def test_a_protocol_of_somebodys_own_decides_when_to_go_on() -> None:
    asked: list[str] = []

    class Strict(asyncio.StreamReaderProtocol):
        async def _drain_helper(self) -> None:
            asked.append("drain")

    async def main() -> None:
        reader = asyncio.StreamReader()
        await streams.drain(
            asyncio.StreamWriter(Road([]), Strict(reader), reader, asyncio.get_running_loop())
        )

    asyncio.run(main())
    assert asked == ["drain"]


def test_all_three_remain_what_asyncio_has() -> None:
    assert inspect.iscoroutinefunction(streams.readexactly)
    assert inspect.iscoroutinefunction(streams.drain)
    assert not inspect.iscoroutinefunction(streams.data_received)
