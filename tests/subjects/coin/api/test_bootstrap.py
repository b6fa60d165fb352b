"""Bootstrap nodes: how they are named, and how their interface is asked for the port of the peers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from lydite_subjects.coin.node.bootstrap import (
    BadBootstrap,
    Interface,
    Unreachable,
    ask,
    bootstrap_from_text,
)
from lydite_subjects.coin.node.effects import Address


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[Interface]:
    """A server that gives one answer to each connection, the last one to all others."""
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(left[0] if len(left) == 1 else left.pop(0))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield Interface("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()


def told(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("http://localhost:5000", Interface("localhost", 5000)),
        ("http://localhost:5000/", Interface("localhost", 5000)),
        ("http://[::1]:5000", Interface("::1", 5000)),
        ("10.0.0.7:8000", Address("10.0.0.7", 8000)),
        ("node-2:8000", Address("node-2", 8000)),
        ("[::1]:8000", Address("::1", 8000)),
    ],
)
def test_a_node_is_named_in_two_ways(text: str, named: Address | Interface) -> None:
    assert bootstrap_from_text(text) == named
    assert type(bootstrap_from_text(text)) is type(named)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "node",
        ":8000",
        "node:",
        "node:0",
        "node:70000",
        "node:x",
        "https://node:1",
        "http://node",
        "http://n:1/x",
    ],
)
def test_another_text_names_nobody(text: str) -> None:
    with pytest.raises(BadBootstrap, match="http://HOST:PORT or HOST:PORT, found"):
        bootstrap_from_text(text)


@pytest.mark.asyncio
async def test_an_interface_tells_where_the_peers_are() -> None:
    async with answering(told(b'{"network": "dev", "p2p_port": 8001}')) as interface:
        assert await ask(interface, "dev") == Address("127.0.0.1", 8001)


@pytest.mark.asyncio
async def test_a_node_may_advertise_another_host() -> None:
    async with answering(told(b'{"network": "dev", "p2p_port": 8001, "p2p_host": "127.0.0.7"}')) as interface:
        assert await ask(interface, "dev") == Address("127.0.0.7", 8001)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"SSH-2.0\r\n", b"\0" * 100_000, b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}"),
        *(told(b"{}"), told(b"[]"), told(b"7"), told(b"{"), told(b"[" * 50_000), told(b'{"p2p_port": 8001}')),
        *(told(b'{"network": "dev"}'), told(b'{"network": "dev", "p2p_port": true}')),
        *(told(b'{"network": "dev", "p2p_port": 0}'), told(b'{"network": "dev", "p2p_port": "8000"}')),
        told(b'{"network": "dev", "p2p_port": 8, "p2p_host": 7}'),
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: \xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
    ],
)
async def test_what_does_not_answer_as_a_node_is_unreachable(answer: bytes) -> None:
    async with answering(answer) as interface:
        with pytest.raises(
            Unreachable, match=r"^(another answer|one that hangs up|a /status with a wrong p2p_port: )"
        ):
            await ask(interface, "dev")


@pytest.mark.asyncio
async def test_an_interface_of_another_network_is_named() -> None:
    async with answering(told(b'{"network": "main", "p2p_port": 8001}')) as interface:
        with pytest.raises(Unreachable, match=r"^one of another network: 'main'$"):
            await ask(interface, "dev")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", "connection refused: nobody listens there"),
        ("a" * 64, "a name that no host can have"),
    ],
)
async def test_an_interface_that_is_not_there_is_told_in_words(host: str, found: str) -> None:
    with pytest.raises(Unreachable, match=f"^{found}$"):
        await ask(Interface(host, 1), "dev")
