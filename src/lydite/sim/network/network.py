"""The network of a world: names, connections being made, and what a kernel does without its programs."""

import errno
import os
import socket
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any, Final

from lydite.model import SECOND
from lydite.sim.network.listeners import SimListener
from lydite.sim.network.names import Names
from lydite.sim.network.ports import ANY, LOCAL, Ports
from lydite.sim.network.roads import Road, Roads
from lydite.sim.network.segments import Mark
from lydite.sim.network.sockets import SimSocket
from lydite.sim.network.streams import SimStream

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.loop import SimLoop
    from lydite.sim.network.datagrams import SimDatagrams
    from lydite.sim.recorder import Recorder
    from lydite.world import Map

SYN_TRIES_NS: Final = tuple(second * SECOND for second in (1, 2, 4, 8, 16, 32, 64))
"""How long a connecting kernel waits for an answer before it tries again; then it gives up (127 s)."""


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
        self.roads = Roads(seed, regions)
        self.names = Names()
        self.tcp: Ports[SimListener] = Ports()
        self.udp: Ports[SimDatagrams] = Ports()
        self.unix: dict[tuple[int, str], SimListener] = {}
        self._connections = 0
        self._held = 0
        self._streams: dict[int, SimStream] = {}
        self._waiting_for_power: dict[int, list[SimStream]] = {}

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
        for wait_ns in SYN_TRIES_NS:
            sent_ns = self.loop.now_ns
            while out.condition is not None and out.condition.hold:
                await self._opens(out, process)
            stream = None
            if self._gets_through(out):
                await self._until(out.arrival(self.loop.now_ns, 0), process)
                stream = self._answer(process, target, address, port, local)
                while back.condition is not None and back.condition.hold:
                    await self._opens(back, process)
            if stream is not None and self._gets_through(back):
                await self._until(back.arrival(self.loop.now_ns, 0), process)
                return self._established(stream, address, port)
            if isinstance(stream, SimStream):
                stream.vanish()
                stream.peer.vanish()
            await self._until(sent_ns + wait_ns, process)
        raise TimeoutError(errno.ETIMEDOUT, f"Connect call failed ({address!r}, {port})")

    def _gets_through(self, road: Road) -> bool:
        condition = road.condition
        return condition is None or not (condition.cut or road.happens(condition.loss))

    def _established(self, stream: "SimStream | str", address: str, port: int) -> SimStream:
        if isinstance(stream, str):
            message = f"[Errno {errno.ECONNREFUSED}] Connect call failed ({address!r}, {port})"
            raise ConnectionRefusedError(errno.ECONNREFUSED, message)
        return stream

    def _answer(
        self,
        process: "SimProcess",
        target: "SimHost",
        address: str,
        port: int,
        local: tuple[str, int] | None,
    ) -> "SimStream | str | None":
        """What the other kernel says to a SYN: a stream, a refusal, or nothing at all."""
        if not target.powered:
            return None
        listener = self.tcp.find(target, address, port)
        if listener is None:
            self.trace.refuse(self.loop.now_ns, process.host.index, target.index, port, "no listener")
            return "refused"
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
            end = SimStream(self, owner, number, number * 2 + side, road, extra)
            self._streams[end.number] = end
            owner.closers[end] = end.die
            ends.append(end)
        client, server = ends
        client.peer, server.peer = server, client
        now_ns = self.loop.now_ns
        if isinstance(far, tuple):
            self.trace.connect(now_ns, host.index, number, target.index, far[1], near[1])
            self.trace.accept(now_ns, target.index, number, host.index, far[1])
        listener.queued += 1
        self.loop.push(now_ns, target, (listener, server))
        return client

    def forget(self, stream: SimStream) -> None:
        """A stream is closed."""
        self._streams.pop(stream.number, None)
        stream.process.closers.pop(stream, None)

    def streams_between(self, left: "SimHost", right: "SimHost") -> list[SimStream]:
        """The open ends at one host of its connections with another."""
        return [
            stream
            for stream in self._streams.values()
            if stream.process.host is left and stream.peer.process.host is right
        ]

    # -- waiting

    def hold(self, road: Road, then: Callable[[], object]) -> None:
        """Keep something back until the road opens."""
        self._held += 1
        road.waiting[-self._held] = then

    async def _until(self, when_ns: int, process: "SimProcess") -> None:
        """Wait for a moment of the world, whatever the host's clock does meanwhile."""
        waiter = self.loop.create_future()
        self.loop.at(when_ns, process.host, _settle, waiter, context=process.context)
        await waiter

    async def _opens(self, road: Road, process: "SimProcess") -> None:
        """Wait until the road carries something again."""
        waiter = self.loop.create_future()
        self.hold(
            road,
            lambda: self.loop.at(self.loop.now_ns, process.host, _settle, waiter, context=process.context),
        )
        await waiter

    # -- kernels without programs

    def for_the_dead(self, item: Any) -> None:
        """Something arrived for a process that is gone: its kernel answers, if it has power."""
        receiver, payload = item
        if isinstance(receiver, SimListener):
            receiver.queued -= 1
            payload.die()
        elif isinstance(receiver, SimStream):
            if not receiver.process.host.powered:
                receiver.peer.lost_on_the_way(payload)
            elif payload.__class__ is not Mark:
                receiver.answer_reset()

    def unpowered(self, host: "SimHost", stream: SimStream) -> None:
        """A stream has something for a host without power."""
        self._waiting_for_power.setdefault(host.index, []).append(stream)

    def power_is_back(self, host: "SimHost") -> None:
        """The host answers again; what was sent to it meanwhile is sent again."""
        for stream in self._waiting_for_power.pop(host.index, ()):
            stream.power_is_back()

    def lose_power(self, process: "SimProcess") -> None:
        """The process and its kernel are gone at once: no stream says goodbye."""
        for closer in list(process.closers):
            if isinstance(closer, SimStream):
                closer.vanish()
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
