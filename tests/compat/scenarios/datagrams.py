"""UDP: endpoints of asyncio."""

import asyncio
from collections.abc import Sequence

import pytest

from lydite.model import milliseconds
from lydite.world import World

PORT = 7200
Address = tuple[str, int]


class Inbox(asyncio.DatagramProtocol):
    """Keeps what comes."""

    def __init__(self) -> None:
        self.datagrams: list[tuple[bytes, Address]] = []
        self.errors: list[Exception] = []
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.datagrams.append((data, addr))

    def error_received(self, exc: Exception) -> None:
        self.errors.append(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True


class Pong(Inbox):
    """Answers each datagram with its reverse."""

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.transport.sendto(data[::-1], addr)


async def pong(argv: Sequence[str]) -> None:
    """Answer for ever."""
    await asyncio.get_running_loop().create_datagram_endpoint(Pong, local_addr=("0.0.0.0", PORT))
    await asyncio.Event().wait()


async def a_datagram_goes_there_and_back(world: World) -> None:
    await world.start("a", pong)
    loop = asyncio.get_running_loop()
    transport, inbox = await loop.create_datagram_endpoint(Inbox, local_addr=("0.0.0.0", 0))
    await asyncio.sleep(0.01)
    for number in range(5):
        transport.sendto(b"ping %d" % number, (world.host("a").address, PORT))
    transport.sendto(b"by name", ("a", PORT))
    await asyncio.sleep(1)

    assert sorted(data for data, _ in inbox.datagrams) == [
        *(b"%d gnip" % number for number in range(5)),
        b"eman yb",
    ]
    assert {addr for _, addr in inbox.datagrams} == {(world.host("a").address, PORT)}
    transport.close()
    await asyncio.sleep(0)
    assert inbox.closed


async def a_connected_endpoint_hears_its_peer_only(world: World) -> None:
    await world.start("a", pong)
    await world.start("b", pong)
    loop = asyncio.get_running_loop()
    transport, inbox = await loop.create_datagram_endpoint(Inbox, remote_addr=("a", PORT))
    other, _ = await loop.create_datagram_endpoint(Inbox, local_addr=("0.0.0.0", 0))
    await asyncio.sleep(0.01)
    transport.sendto(b"abc")
    other.sendto(b"not for you", transport.get_extra_info("sockname"))
    await asyncio.sleep(1)

    assert inbox.datagrams == [(b"cba", (world.host("a").address, PORT))]
    assert transport.get_extra_info("peername") == (world.host("a").address, PORT)
    with pytest.raises(ValueError, match="Invalid address"):
        transport.sendto(b"x", (world.host("b").address, PORT))


async def a_connected_endpoint_is_told_that_nobody_is_there(world: World) -> None:
    world.host("a")
    loop = asyncio.get_running_loop()
    connected, told = await loop.create_datagram_endpoint(Inbox, remote_addr=("a", PORT))
    free, untold = await loop.create_datagram_endpoint(Inbox, local_addr=("0.0.0.0", 0))
    connected.sendto(b"anybody?")
    free.sendto(b"anybody?", (world.host("a").address, PORT))
    await asyncio.sleep(1)

    assert [type(error) for error in told.errors] == [ConnectionRefusedError]
    assert untold.errors == []


async def a_broadcast_reaches_every_host_that_listens(world: World) -> None:
    for name in ("a", "b", "c"):
        await world.start(name, pong)
    world.host("deaf")
    loop = asyncio.get_running_loop()
    transport, inbox = await loop.create_datagram_endpoint(
        Inbox, local_addr=("0.0.0.0", 0), allow_broadcast=True
    )
    await asyncio.sleep(0.01)
    transport.sendto(b"who?", ("255.255.255.255", PORT))
    await asyncio.sleep(1)

    answers = sorted(addr[0] for _, addr in inbox.datagrams)
    assert answers == sorted(world.host(name).address for name in ("a", "b", "c"))


async def a_datagram_may_be_lost_doubled_and_overtaken(world: World) -> None:
    await world.start("a", pong)
    loop = asyncio.get_running_loop()
    transport, inbox = await loop.create_datagram_endpoint(Inbox, remote_addr=("a", PORT))
    await asyncio.sleep(0.01)

    async def send_a_hundred() -> list[bytes]:
        inbox.datagrams.clear()
        for number in range(100):
            transport.sendto(b"%03d" % number)
        await asyncio.sleep(2)
        return [data[::-1] for data, _ in inbox.datagrams]

    with world.network.lose("tester", "a", 0.3):
        fewer = await send_a_hundred()
    with world.network.duplicate("tester", "a", 0.5):
        more = await send_a_hundred()
    with world.network.delay("tester", "a", 0, jitter_ns=milliseconds(50)):
        mixed = await send_a_hundred()
    with world.network.cut("tester", "a"):
        none = await send_a_hundred()

    assert 20 < len(fewer) < 80
    assert len(more) > 120
    assert len(mixed) == 100
    assert mixed != sorted(mixed)
    assert none == []


async def a_datagram_has_a_largest_size(world: World) -> None:
    await world.start("a", pong)
    loop = asyncio.get_running_loop()
    transport, inbox = await loop.create_datagram_endpoint(Inbox, remote_addr=("a", PORT))
    await asyncio.sleep(0.01)
    transport.sendto(b"x" * 65_508)
    transport.sendto(b"y" * 65_507)
    await asyncio.sleep(1)

    assert [len(data) for data, _ in inbox.datagrams] == [65_507]
    assert len(inbox.errors) == 1
    assert isinstance(inbox.errors[0], OSError)
