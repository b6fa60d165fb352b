"""Streams: the two ends of a TCP connection, as asyncio transports.

What is modelled, because programs meet it: each direction is FIFO; a write may arrive in two
pieces (readers must cope with short reads); the kernels' buffers take what is written up to
`KERNEL_BUFFER`, beyond that the sender's own buffer fills and asyncio's flow control pauses it;
a closed peer answers data with a reset. What happens when a road is cut, held or bad stands in
`stalls`.

What is not: congestion control, window sizes, Nagle and delayed acknowledgements.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from heapq import heappush
from typing import TYPE_CHECKING, Any

from lydite.sim.network.errors import reset_by_peer
from lydite.sim.network.roads import MASK32, Road
from lydite.sim.network.segments import FIN, HIGH_WATER, KERNEL_BUFFER, RST, SEGMENT_MAX, Mark
from lydite.sim.network.stalls import Stalls

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.loop import SimLoop
    from lydite.sim.network.network import Network
    from lydite.sim.network.tampering import Outlet


class SimStream(Stalls):
    """One end of a connection."""

    __slots__ = (
        "_accepted",
        "_high",
        "_host_index",
        "_low",
        "_paused",
        "_peer_salt",
        "_received",
        "_special",
        "_write_paused",
        "closing",
        "ended",
        "on_lost",
        "outlet",
        "peer_waits",
        "protocol",
    )

    def __init__(
        self,
        network: "Network",
        process: "SimProcess",
        connection: int,
        number: int,
        road: Road,
        extra: dict[str, object],
    ) -> None:
        super().__init__(extra)
        self._network = network
        self.loop: SimLoop = network.loop
        self.process = process
        self.context = process.context
        self.connection = connection
        self.number = number
        self.road = road
        self.protocol: Any = None
        self.closing = False
        self.lost = False
        self.eof_sent = False
        self.ended = False
        self.on_lost: Callable[[SimStream], None] | None = None
        self.outlet: Outlet | None = None
        """Where its bytes leave, if they are tampered with."""
        self._accepted = False
        self._paused = False
        self._received: deque[Any] | None = None
        self._special = False
        """Is what arrives not just bytes for `data_received`?"""
        self._unsent = None
        self._free_ns = 0
        self._host_index = process.host.index
        self._peer_salt = road.target.salt
        self._sent = 0
        self._consumed = 0
        self._acknowledged = self._heard = 0
        self._unheard_ns = -1
        self.forgotten = False
        self._limit = HIGH_WATER + KERNEL_BUFFER
        """How much may have been sent before the other end is asked how much it has taken."""
        self.peer_waits = False
        self._high = HIGH_WATER
        self._low = HIGH_WATER // 4
        self._write_paused = False

    def __repr__(self) -> str:
        return f"<SimStream {self.connection} {self.process.host.name}>"

    def __hash__(self) -> int:
        return self.number

    def __eq__(self, other: object) -> bool:
        return self is other

    def extra(self, name: str, value: object) -> None:
        """Something more that `get_extra_info` knows."""
        self._extra[name] = value  # type: ignore[attr-defined]

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """What asyncio transports tell about themselves; the socket is made when it is asked for."""
        if name == "socket" and "socket" not in self._extra:  # type: ignore[attr-defined]
            self.extra("socket", self._network.socket_of(self))
        return super().get_extra_info(name, default)

    # -- asyncio's transport: reading

    def set_protocol(self, protocol: Any) -> None:
        """Hand what arrives to another protocol from now on."""
        self.protocol = protocol
        self._special = self.outlet is not None or isinstance(protocol, asyncio.BufferedProtocol)

    def get_protocol(self) -> Any:
        """The protocol that gets what arrives."""
        return self.protocol

    def is_reading(self) -> bool:
        """Is it reading?"""
        return not self._paused and not self.closing

    def pause_reading(self) -> None:
        """Leave what arrives in the kernel's buffer."""
        self._paused = True

    def resume_reading(self) -> None:
        """Read on."""
        if self._paused:
            self._paused = False
            if self._received:
                self.loop.call_soon(self._drain, context=self.context)

    @property
    def unread(self) -> bool:
        """Is there something to be read? The end of a stream stays there, as often as it is looked at."""
        return self.ended or bool(self._received)

    def accept(self, protocol: Any) -> None:
        """The connection is the program's now: what arrived before is read."""
        self.set_protocol(protocol)
        self._accepted = True
        protocol.connection_made(self)
        if self.lost:
            # It broke while nobody had it yet: the program hears so as soon as it has it.
            self.loop.call_soon(protocol.connection_lost, reset_by_peer(), context=self.context)
            return
        if self._received and not self._paused:
            self.loop.call_soon(self._drain, context=self.context)

    # -- asyncio's transport: writing

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """When to pause the writer, and when to let it go on."""
        if high is None:
            high = HIGH_WATER if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high, self._low = high, low
        self._mind_the_buffer()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """The low and the high mark."""
        return self._low, self._high

    def get_write_buffer_size(self) -> int:
        """What the kernels have not taken yet."""
        return max(0, self._inflight - KERNEL_BUFFER)

    def is_closing(self) -> bool:
        """Is it closing or closed?"""
        return self.closing

    def can_write_eof(self) -> bool:
        """One direction can be closed alone, unless the stream is in TLS."""
        return "sslcontext" not in self._extra  # type: ignore[attr-defined]

    def write(self, data: Any) -> None:
        """Send bytes. Most of a world's time is spent from here to `receive`: keep it short."""
        if self.closing or self.eof_sent or not data:
            self._refuse_write(data)
            return
        if data.__class__ is not bytes:
            data = bytes(data)
        if self.outlet is not None:
            self.outlet.write(data)
            if self._sent > self._limit:
                self._mind_the_buffer()
            return
        size = len(data)
        network = self._network
        now_ns = self.loop.now_ns
        network.emit_send(now_ns, self._host_index, self.connection, size, data)
        road = self.road
        if road.condition is not None or road.bytes_per_second or self._unsent or size > SEGMENT_MAX:
            self._send_slowly(data)
        else:
            word = road.word()
            when_ns = now_ns + road.latency_ns + ((word & MASK32) * road.jitter_ns >> 32)
            if when_ns < self._free_ns:  # noqa: PLR1730 - a call of max() costs more than all the rest of the line
                when_ns = self._free_ns
            if word >> 60 == 0 and size > 1:
                # One write in sixteen arrives in two pieces.
                cut = 1 + (word >> 32 & 0xFFFFFFF) % (size - 1)
                tie = hash((when_ns, self._peer_salt))  # house: of integers, equal everywhere
                heappush(network.heap, (when_ns, tie, network.sequence(), self.peer, data[:cut]))
                data = data[cut:]
                when_ns += word & 0xFFFF
            self._free_ns = when_ns
            tie = hash((when_ns, self._peer_salt))  # house: of integers, equal everywhere
            heappush(network.heap, (when_ns, tie, network.sequence(), self.peer, data))
        self._sent = sent = self._sent + size
        if sent > self._limit:
            self._mind_the_buffer()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Send several pieces as one."""
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        """Say that nothing more will come; reading goes on."""
        if not self.can_write_eof():
            raise NotImplementedError("a TLS connection closes both directions at once")
        if not self.eof_sent and not self.closing:
            self._end()

    def close(self) -> None:
        """Close when everything written has gone out."""
        if not self.closing:
            self.closing = True
            self._hang_up()
            self.loop.call_soon(self._lose, None, context=self.context)

    def abort(self) -> None:
        """Close at once. What the kernel has taken still goes out; had it not taken all, the rest is gone."""
        if self.closing:
            return
        if not self.get_write_buffer_size():
            self.close()
            return
        self.closing = True
        self.answer_reset()
        self.loop.call_soon(self._lose, None, context=self.context)

    def _hang_up(self) -> None:
        """What the kernel says when the socket is closed: a reset, if something came that nobody has read."""
        if any(item.__class__ is not Mark for item in self._received or ()):
            self.answer_reset()
        elif not self.eof_sent:
            self._end()

    def _end(self) -> None:
        self.eof_sent = True
        if self.outlet is None:
            self._finish()
        else:
            self.outlet.end(self._finish)

    def _refuse_write(self, data: Any) -> None:
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"data argument must be a bytes-like object, not {type(data).__name__!r}")
        if self.eof_sent and not self.closing:
            raise RuntimeError("Cannot call write() after write_eof()")

    @property
    def waits_for_room(self) -> bool:
        """Is its writer paused until the other end takes something?"""
        return self._write_paused and not self.lost

    @property
    def _inflight(self) -> int:
        """What was sent and the program at the other end has not taken yet."""
        return self._sent - (self._heard if self.deaf else self.peer._consumed)

    def _mind_the_buffer(self) -> None:
        """Much was sent: has so little of it been taken that the writer must wait?"""
        deaf, full = self.deaf, self._inflight > self._high + KERNEL_BUFFER
        if deaf and (full or self._sent > self._acknowledged):
            self.expect_answer()
        if full and (deaf or not self.peer.lost):
            if not self._write_paused and self.protocol is not None:
                self._write_paused = True
                self.peer.peer_waits = True
                self.protocol.pause_writing()
        else:
            self._limit = self._sent - self._inflight + self._high + KERNEL_BUFFER

    # -- sending what somebody has tampered with

    def tampered_by(self, outlet: "Outlet | None") -> None:
        """From now on its bytes leave through this outlet, or as they are."""
        self.outlet = outlet
        self._special = outlet is not None or isinstance(self.protocol, asyncio.BufferedProtocol)

    def owe(self, size: int) -> None:
        """So many bytes will leave: they fill the buffers from now on."""
        self._sent += size

    def leave(self, data: bytes) -> None:
        """Send what an outlet lets go, whatever has become of the program since it wrote."""
        if not self.forgotten:
            self._network.emit_send(self.loop.now_ns, self._host_index, self.connection, len(data), data)
            self._send_slowly(data)
            if self.deaf:
                self.expect_answer()

    # -- what arrives

    def cost(self, payload: Any) -> int:
        """How many bytes of work this is."""
        return 0 if payload.__class__ is Mark else len(payload)

    def receive(self, payload: Any) -> None:
        """A segment has arrived at this host."""
        if self._paused or self._received or self.closing or not self._accepted or payload.__class__ is Mark:
            self._receive_specially(payload)
            return
        size = len(payload)
        self._network.emit_deliver(self.loop.now_ns, self._host_index, self.connection, size)
        try:
            if self._special:
                self._take(payload)
            else:
                self.protocol.data_received(payload)
        except (SystemExit, KeyboardInterrupt):
            raise
        except Exception as error:
            self._complain("data_received", error)
            return
        self._consumed += size
        if self.peer_waits:
            self.grant()

    def _receive_specially(self, payload: Any) -> None:
        """What is not just bytes for a program that reads."""
        if self.lost:
            if payload.__class__ is not Mark or (self.forgotten and payload is not RST):
                self.answer_reset()
        elif payload is RST:
            self.was_reset()
        elif self._paused or self._received or not self._accepted:
            if self._received is None:
                self._received = deque()
            self._received.append(payload)
        elif payload is FIN and not self.closing:
            self._receive_end()

    def _receive_end(self) -> None:
        self.ended = True
        try:
            if not self.protocol.eof_received():
                self.close()
        except (SystemExit, KeyboardInterrupt):
            raise
        except Exception as error:
            self._complain("eof_received", error)

    def _complain(self, call: str, error: Exception) -> None:
        """The protocol raised: asyncio tells the exception handler and breaks the connection."""
        message = f"Fatal error: protocol.{call}() call failed."
        self.loop.call_exception_handler({"message": message, "exception": error})
        self.fail(error)

    def was_reset(self) -> None:
        """The other end is gone, and said so."""
        self._received = None
        self.fail(reset_by_peer())

    def _drain(self) -> None:
        """Reading goes on: what was kept arrives now, and is kept again if reading stops on the way."""
        received, self._received = self._received, None
        for payload in received or ():
            self.receive(payload)

    def _take(self, data: bytes) -> None:
        """Some protocols have a buffer of their own, and to some words somebody listens."""
        if self.outlet is not None:
            self.outlet.hear(data)
        if isinstance(self.protocol, asyncio.BufferedProtocol):
            self._fill(data)
        else:
            self.protocol.data_received(data)

    def _fill(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            buffer = memoryview(self.protocol.get_buffer(len(rest)))
            count = min(len(buffer), len(rest))
            buffer[:count] = rest[:count]
            self.protocol.buffer_updated(count)
            rest = rest[count:]

    def grant(self) -> None:
        """The writer at the other end waits: it hears of the room after the way back."""
        peer = self.peer
        if peer._sent - self._consumed <= peer._low + KERNEL_BUFFER:
            self.peer_waits = False
            self._send_grant(self.loop.now_ns)

    def granted(self) -> None:
        """There is room again at the other end."""
        if self._write_paused and not self.lost:
            self._write_paused = False
            self._limit = self.peer._consumed + self._high + KERNEL_BUFFER
            self.protocol.resume_writing()

    # -- the end

    def fail(self, error: BaseException) -> None:
        """The connection is broken: the protocol hears why."""
        if self.lost:
            return
        self.closing = True
        if self.outlet is not None:
            self.outlet.drop()
        self._lose(error)

    def _lose(self, error: BaseException | None) -> None:
        if self.lost:
            return
        self.lost = True
        self._network.forget(self)
        if self.protocol is not None:
            self.protocol.connection_lost(error)
        if self.on_lost is not None:
            self.on_lost(self)

    def die(self) -> None:
        """The process was killed: its kernel closes the connection, its protocol hears nothing."""
        if self.lost:
            return
        self.closing = self.lost = True
        self._hang_up()

    def abandon(self) -> None:
        """Whoever was connecting does not want it any more: its kernel answers the handshake with a reset."""
        if not self.lost:
            self.closing = self.lost = True
            self._network.forget(self)
            self.answer_reset()

    def vanish(self) -> None:
        """The host lost its power: nobody hears anything."""
        self.closing = self.lost = self.forgotten = True
        self._unsent = None
        if self.outlet is not None:
            self.outlet.drop()
