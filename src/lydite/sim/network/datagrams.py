"""Datagrams: UDP endpoints, as asyncio transports.

A datagram may be lost, doubled, reordered (the jitter of the road does that) or corrupted; it is
never split. One that nobody is there to take is answered, as kernels do, with "connection
refused" to an endpoint that is connected to that address, and with nothing to any other.
"""

import errno
import os
from asyncio import transports
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from lydite.sim.network.ports import ANY, LOCAL

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.hosts.process import SimProcess
    from lydite.sim.network.network import Network

SIZE_MAX: Final = 65_507
BROADCAST: Final = "255.255.255.255"


class SimDatagrams(transports.DatagramTransport):
    """A UDP endpoint."""

    __slots__ = ("_closing", "_network", "_peer", "bound_to", "context", "port", "process", "protocol")

    def __init__(
        self,
        network: "Network",
        process: "SimProcess",
        protocol: Any,
        *,
        local: tuple[str, int],
        peer: tuple[str, int] | None,
        extra: dict[str, object],
    ) -> None:
        super().__init__({"sockname": local, "peername": peer, **extra})
        self._network = network
        self._peer = peer
        self._closing = False
        self.process = process
        self.context = process.context
        self.protocol = protocol
        self.bound_to, self.port = local
        network.udp.bind(process.host, self.port, self)
        process.closers[self] = self._unbind

    def sendto(self, data: Any, addr: Any = None) -> None:
        """Send one datagram to an address, or to the one that the endpoint is connected to."""
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"data argument must be a bytes-like object, not {type(data).__name__!r}")
        if self._peer is not None and addr not in (None, self._peer):
            raise ValueError(f"Invalid address: must be None or {self._peer}")
        target = addr or self._peer
        if target is None:
            raise ValueError("no address: the endpoint is not connected to one")
        if self._closing:
            return
        payload = bytes(data)
        if len(payload) > SIZE_MAX:
            self.protocol.error_received(OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE)))
            return
        try:
            address = self._network.resolve(self.process, str(target[0]))
        except OSError as error:
            self.protocol.error_received(error)
            return
        for host in self._targets(address):
            self._send(payload, host, address, int(target[1]))

    def _targets(self, address: str) -> "list[SimHost]":
        if address in (LOCAL, ANY):
            return [self.process.host]
        if address == BROADCAST:
            return self._network.names.all_hosts()
        host = self._network.names.host_at(address)
        return [host] if host is not None else []

    def _send(self, payload: bytes, host: "SimHost", address: str, port: int) -> None:
        outlet = self._network.tampering.datagrams(self.process.host, host, port)
        if outlet is None:
            self._depart(host, address, port, payload)
        else:
            outlet.write_datagram(payload, partial(self._depart, host, address, port))

    def _depart(self, host: "SimHost", address: str, port: int, payload: bytes) -> None:
        network, source = self._network, self.process.host
        if len(payload) > SIZE_MAX:
            network.trace.lose(network.loop.now_ns, source.index, host.index, len(payload), "size")
            return
        network.trace.datagram(
            network.loop.now_ns, source.index, host.index, port, self.port, len(payload), payload
        )
        self._travel(payload, host, address, port)

    def _travel(self, payload: bytes, host: "SimHost", address: str, port: int) -> None:
        network, source = self._network, self.process.host
        now_ns, size = network.loop.now_ns, len(payload)
        road = network.roads.between(source, host)
        condition = road.condition
        copies = 1
        if condition is not None:
            if condition.cut or road.loses():
                network.trace.lose(now_ns, source.index, host.index, size, "cut" if condition.cut else "loss")
                return
            if condition.hold:
                network.hold(road, lambda: self._travel(payload, host, address, port))
                return
            copies += road.happens(condition.duplicate)
            if payload and road.happens(condition.corrupt):
                payload = _flip_a_bit(payload, road.word())
        sender = (LOCAL if address == LOCAL else source.address, self.port)
        for _ in range(copies):
            when_ns = road.arrival(now_ns, size)
            network.loop.at(
                when_ns, host, self._arrive, payload, host, (address, port), sender, context=network.context
            )

    def _arrive(
        self, payload: bytes, host: "SimHost", target: tuple[str, int], sender: tuple[str, int]
    ) -> None:
        """The other kernel looks for whom it is."""
        network = self._network
        if not host.powered:
            return
        address = host.address if target[0] == BROADCAST else target[0]
        endpoint = network.udp.find(host, address, target[1])
        if endpoint is not None:
            network.loop.arrive(network.loop.now_ns, host, endpoint, (payload, sender))
        elif self._peer is not None:
            back = network.roads.between(host, self.process.host)
            if back.condition is not None and back.condition.closed:
                return
            when_ns = back.arrival(network.loop.now_ns, 0)
            network.loop.at(when_ns, self.process.host, self._refused, context=self.context)

    def _refused(self) -> None:
        if not self._closing:
            message = os.strerror(errno.ECONNREFUSED)
            self.protocol.error_received(ConnectionRefusedError(errno.ECONNREFUSED, message))

    def cost(self, payload: tuple[bytes, tuple[str, int]]) -> int:
        """How many bytes of work a datagram is."""
        return len(payload[0])

    def receive(self, payload: tuple[bytes, tuple[str, int]]) -> None:
        """A datagram has reached its endpoint."""
        if self._closing:
            return
        data, sender = payload
        network, host = self._network, self.process.host
        source = network.names.host_at(sender[0]) or host
        network.trace.arrive(network.loop.now_ns, host.index, source.index, self.port, len(data))
        if self._peer is None or self._peer == sender:
            if network.tampering:
                network.tampering.hear_datagram(source, host, self.port, data)
            self.protocol.datagram_received(data, sender)

    def set_protocol(self, protocol: Any) -> None:
        """Hand what arrives to another protocol."""
        self.protocol = protocol

    def get_protocol(self) -> Any:
        """The protocol that gets what arrives."""
        return self.protocol

    def is_closing(self) -> bool:
        """Is it closed?"""
        return self._closing

    def get_write_buffer_size(self) -> int:
        """Datagrams leave at once."""
        return 0

    def close(self) -> None:
        """Send and receive no more."""
        if not self._closing:
            self._unbind()
            self.process.closers.pop(self, None)
            self._network.loop.call_soon(self.protocol.connection_lost, None, context=self.context)

    def abort(self) -> None:
        """Close at once."""
        self.close()

    def _unbind(self) -> None:
        self._closing = True
        self._network.udp.free(self.process.host, self.port, self)


def _flip_a_bit(payload: bytes, word: int) -> bytes:
    position, bit = divmod(word % (len(payload) * 8), 8)
    flipped = bytearray(payload)
    flipped[position] ^= 1 << bit
    return bytes(flipped)
