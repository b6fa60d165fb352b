"""The network of a world: names, connections being made, and what a kernel does without its programs."""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lydite.model import SECOND
from lydite.sim.network.errors import reset_by_peer, timed_out
from lydite.sim.network.listeners import SimListener
from lydite.sim.network.names import Names
from lydite.sim.network.ports import ANY, LOCAL, Ports
from lydite.sim.network.roads import Road, Roads
from lydite.sim.network.scarcity import stream_class
from lydite.sim.network.segments import FIN, PROBE, Mark
from lydite.sim.network.sockets import SimSocket
from lydite.sim.network.stalls import Stalls
from lydite.sim.network.streams import SimStream
from lydite.sim.network.tampering import Tampering

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.loop import SimLoop
    from lydite.sim.network.datagrams import SimDatagrams
    from lydite.sim.recorder import Recorder
    from lydite.world import Map

SYN_TRIES_NS: Final = tuple(second * SECOND for second in (1, 2, 4, 8, 16, 32, 64))
"""How long a connecting kernel waits for an answer before it tries again; then it gives up (127 s)."""


class Refusal(NamedTuple):
    """What a kernel says of a port on which nobody listens."""

    address: str
    port: int


class Network:
    """Everything between the hosts."""

    def __init__(self, loop: "SimLoop", trace: "Recorder", seed: int, regions: "Map") -> None:
        self.loop = loop
        self.trace = trace
        self.heap = loop.heap
        self.sequence = loop.sequence
        self.emit_send = trace.send
        self.emit_deliver = trace.deliver
        self.socket_of = SimSocket.of
        self.context = Context()
        """For the kernels' own business: it belongs to no process and passes every gate."""
        self.roads = Roads(seed, regions, self._road_closed)
        self.names = Names()
        self.tcp: Ports[SimListener] = Ports()
        self.udp: Ports[SimDatagrams] = Ports()
        self.unix: dict[tuple[int, str], SimListener] = {}
        self.tampering = Tampering(self)
        self._connections = 0
        self._held = 0
        self._streams: dict[int, SimStream] = {}
        self._waiting_for_power: dict[int, list[Stalls]] = {}

    # -- listening

    def listen(
        self,
        process: "SimProcess",
        name: tuple[str, int] | str,
        backlog: int,
        on_accept: Callable[[SimStream], None],
    ) -> SimListener:
        """Let a process take connections on an address and a port, or on a path (a Unix socket)."""
        if isinstance(name, str):
            listener = SimListener(process, name, 0, backlog, on_accept)
            if (process.host.index, name) in self.unix:
                raise OSError(errno.EADDRINUSE, f"Address {name!r} is already in use")
            self.unix[process.host.index, name] = listener
        else:
            listener = SimListener(process, name[0], name[1], backlog, on_accept)
            self.tcp.bind(process.host, listener.port, listener)
        process.closers[listener] = lambda: self.unlisten(listener)
        self.trace.listen(self.loop.now_ns, process.host.index, listener.port)
        return listener

    def unlisten(self, listener: SimListener) -> None:
        """Take no more connections there."""
        listener.closed = True
        listener.process.closers.pop(listener, None)
        if listener.port == 0:
            self.unix.pop((listener.process.host.index, listener.bound_to), None)
        else:
            self.tcp.free(listener.process.host, listener.port, listener)

    def listens(self, host: "SimHost", port: int) -> bool:
        """Does somebody listen on that port of the host, for others to reach?"""
        return self.tcp.find(host, host.address, port) is not None

    # -- connecting

    async def connect(
        self, process: "SimProcess", address: str, port: int, local: tuple[str, int] | None = None
    ) -> SimStream:
        """The handshake, from the side that begins it. What it returns has no protocol yet."""
        host = process.host
        target = host if address in (LOCAL, ANY) else self.names.host_at(address)
        if target is None:
            raise OSError(errno.EHOSTUNREACH, f"Connect call failed ({address!r}, {port})")
        out, back = self.roads.between(host, target), self.roads.between(target, host)
        give_up_ns = self.loop.now_ns + sum(SYN_TRIES_NS)
        for wait_ns in SYN_TRIES_NS:
            sent_ns = self.loop.now_ns
            if await self._held_back(out, process, give_up_ns):
                break
            if self._gets_through(out):
                await self._until(out.arrival(self.loop.now_ns, 0), process)
                if self._gets_through(back):
                    stream = self._answer(process, target, address, port, local)
                    if stream is not None:
                        return await self._established(stream, process, back, give_up_ns)
            await self._until(sent_ns + wait_ns, process)
        raise TimeoutError(errno.ETIMEDOUT, f"Connect call failed ({address!r}, {port})")

    def connect_unix(self, process: "SimProcess", path: Any) -> SimStream:
        """Connect to a path on the same host, at once: there is room in the listener's queue, or EAGAIN."""
        name = os.fspath(path)
        listener = self.unix.get((process.host.index, name))
        if listener is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        # Linux lets one more in than was asked for.
        if listener.queued > listener.backlog:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return self.pair(process, listener, "", name)

    async def _established(
        self, stream: SimStream | Refusal, process: "SimProcess", back: Road, give_up_ns: int
    ) -> SimStream:
        """The answer is on its way: what the side that connects makes of it."""
        try:
            late = await self._held_back(back, process, give_up_ns)
            if not late:
                await self._until(back.arrival(self.loop.now_ns, 0), process)
        except asyncio.CancelledError:
            if isinstance(stream, SimStream):
                stream.abandon()
            raise
        if isinstance(stream, Refusal):
            kind: type[OSError] = TimeoutError if late else ConnectionRefusedError
            code = errno.ETIMEDOUT if late else errno.ECONNREFUSED
            raise kind(code, f"[Errno {code}] Connect call failed ({stream.address!r}, {stream.port})")
        if late:
            stream.abandon()
            raise timed_out()
        if stream.lost:
            raise reset_by_peer()
        return stream

    def _gets_through(self, road: Road) -> bool:
        condition = road.condition
        return condition is None or not (condition.cut or road.loses())

    def _answer(
        self,
        process: "SimProcess",
        target: "SimHost",
        address: str,
        port: int,
        local: tuple[str, int] | None,
    ) -> "SimStream | Refusal | None":
        """What the other kernel says to a SYN: a stream, a refusal, or nothing at all."""
        if not target.powered:
            return None
        condition = self.roads.between(process.host, target).condition
        listener = self.tcp.find(target, address, port)
        if listener is None or (condition is not None and condition.refuse):
            why = "no listener" if listener is None else "refused"
            self.trace.refuse(self.loop.now_ns, process.host.index, target.index, port, why)
            return Refusal(address, port)
        if listener.queued >= listener.backlog:
            self.trace.refuse(self.loop.now_ns, process.host.index, target.index, port, "backlog full")
            return None
        host = process.host
        local_address = LOCAL if address == LOCAL else host.address
        local_port = local[1] if local and local[1] else self.tcp.ephemeral(host)
        return self.pair(process, listener, (local_address, local_port), (address, port))

    def pair(self, process: "SimProcess", listener: SimListener, near: Any, far: Any) -> SimStream:
        """The two ends of a new connection; the far one waits in the listener's queue."""
        self._connections += 1
        number = self._connections
        host, target = process.host, listener.process.host
        ends = []
        for side, (owner, other, name, peer) in enumerate(
            ((process, target, near, far), (listener.process, host, far, near))
        ):
            extra: dict[str, object] = {"sockname": name, "peername": peer}
            road = self.roads.between(owner.host, other)
            end = stream_class(owner.host)(self, owner, number, number * 2 + side, road, extra)
            self._streams[end.number] = end
            owner.closers[end] = end.die
            ends.append(end)
        client, server = ends
        client.peer, server.peer = server, client
        if self.tampering:
            self.tampering.watch(client)
            self.tampering.watch(server)
        now_ns = self.loop.now_ns
        if isinstance(far, tuple):
            self.trace.connect(now_ns, host.index, number, target.index, far[1], near[1])
            self.trace.accept(now_ns, target.index, number, host.index, far[1])
        listener.queued += 1
        self.loop.arrive(now_ns, target, listener, server)
        return client

    def forget(self, stream: SimStream) -> None:
        """A stream is closed."""
        self._streams.pop(stream.number, None)
        stream.process.closers.pop(stream, None)

    def streams_of(self, host: "SimHost") -> "list[SimStream]":
        """The open ends of connections at one host."""
        return [stream for stream in self._streams.values() if stream.process.host is host]

    def streams_between(self, left: "SimHost", right: "SimHost") -> list[SimStream]:
        """The open ends at one host of its connections with another."""
        return [
            stream
            for stream in self._streams.values()
            if stream.process.host is left and stream.peer.process.host is right
        ]

    def _road_closed(self, road: Road) -> None:
        """Nothing passes a road any more, answers neither."""
        for stream in self._streams.values():
            if stream.peer.road is road and not stream.lost:
                stream.went_deaf()

    # -- waiting

    def later(self, delay_ns: int, host: "SimHost", then: Callable[..., object], *arguments: object) -> None:
        """Let the kernel of a host do something after a while, whatever becomes of its processes."""
        self.loop.at(self.loop.now_ns + delay_ns, host, then, *arguments, context=self.context)

    def hold(self, road: Road, then: Callable[[], object]) -> None:
        """Keep something back until the road opens."""
        self._held += 1
        road.waiting[-self._held] = then

    async def _until(self, when_ns: int, process: "SimProcess") -> None:
        """Wait for a moment of the world, whatever the host's clock does meanwhile."""
        waiter = self.loop.create_future()
        self.loop.at(when_ns, process.host, _settle, waiter, context=process.context)
        await waiter

    async def _held_back(self, road: Road, process: "SimProcess", until_ns: int) -> bool:
        """Wait while the road holds things back; True if it does so for too long."""
        while road.condition is not None and road.condition.hold:
            waiter, held = self.loop.create_future(), self._held + 1
            self.hold(road, partial(self._settle_now, waiter, process))
            self.loop.at(until_ns, process.host, _settle, waiter, context=process.context)
            try:
                await waiter
            finally:
                road.waiting.pop(-held, None)
            if self.loop.now_ns >= until_ns:
                return True
        return False

    def _settle_now(self, waiter: Any, process: "SimProcess") -> None:
        self.loop.at(self.loop.now_ns, process.host, _settle, waiter, context=process.context)

    # -- kernels without programs

    def for_the_dead(self, receiver: Any, payload: Any) -> None:
        """Something arrived for a process that is gone: its kernel answers, if it has power."""
        if isinstance(receiver, SimListener):
            receiver.queued -= 1
            payload.die()
        elif isinstance(receiver, SimStream):
            if not receiver.process.host.powered:
                receiver.peer.lost_on_the_way(payload)
            elif payload.__class__ is not Mark or (
                payload in (FIN, PROBE) and (receiver.forgotten or not receiver.eof_sent)
            ):
                receiver.answer_reset()

    def unpowered(self, host: "SimHost", stream: Stalls) -> None:
        """A stream has something for a host without power."""
        self._waiting_for_power.setdefault(host.index, []).append(stream)

    def power_is_back(self, host: "SimHost") -> None:
        """The host answers again; what was sent to it meanwhile is sent again."""
        for stream in self._waiting_for_power.pop(host.index, ()):
            stream.road_opened()

    def lose_power(self, process: "SimProcess") -> None:
        """The process and its kernel are gone at once: no stream says goodbye."""
        for closer in list(process.closers):
            if isinstance(closer, SimStream):
                closer.vanish()
                if closer.peer.waits_for_room:
                    closer.peer.lost_on_the_way(PROBE)
                self._streams.pop(closer.number, None)
                del process.closers[closer]

    # -- names

    def resolve(self, process: "SimProcess", name: str) -> str:
        """The address of a name, as the asking host sees it."""
        address = self.names.address_of(name)
        if address is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if address == "":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return process.host.address if address == LOCAL and name == process.host.name else address


def _settle(waiter: Any) -> None:
    if not waiter.done():
        waiter.set_result(None)


def no_route(address: str, port: int) -> OSError:
    """What a kernel says of an address that nobody has."""
    return OSError(errno.EHOSTUNREACH, f"{os.strerror(errno.EHOSTUNREACH)} ({address!r}, {port})")
