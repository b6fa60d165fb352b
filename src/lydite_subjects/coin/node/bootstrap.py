"""Bootstrap nodes: whom a newcomer calls first.

They are named by where they listen for peers (`host:port`), or by their HTTP interface (`http://host:port`), which is
asked for the former as often as it takes: the nodes of a network may start in any order.
"""

import asyncio
import json
import random
import socket
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.node import Node
from lydite_subjects.coin.node.reasons import reason_of
from lydite_subjects.coin.spec.errors import CoinError

ASK_S: Final = 5.0
PAUSE_S_MIN: Final = 0.5
PAUSE_S_MAX: Final = 30.0
LOOK_S: Final = 30.0
"""How often it is looked whether the node has peers."""
ANSWER_BYTES_MAX: Final = 64_000


class BadBootstrap(CoinError):
    """A text that names no node."""


class Unreachable(CoinError):
    """A node that has not answered as a node does."""


class Interface(NamedTuple):
    """The HTTP interface of a node."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"http://{Address(self.host, self.port)}"


def bootstrap_from_text(text: str) -> Address | Interface:
    """A node, as `host:port` or `http://host:port`."""
    try:
        parsed = urlsplit(text if "://" in text else f"peer://{text}")
        host, port = parsed.hostname, parsed.port
        extra = parsed.path.strip("/") or parsed.query or parsed.fragment or parsed.username
        if host and port and not extra and parsed.scheme in {"http", "peer"}:
            return Interface(host, port) if parsed.scheme == "http" else Address(host, port)
    except ValueError:
        pass
    raise BadBootstrap(f"a bootstrap node: expected http://HOST:PORT or HOST:PORT, found {text!r:.100}")


async def introduce(node: Node, interface: Interface) -> None:
    """Ask a node where it listens for peers until it answers, and again whenever `node` is left without any."""
    pause_s, name = PAUSE_S_MIN, str(interface)
    node.trusted.add(name)
    while True:
        try:
            address = await ask(interface, node.chain.params.name)
        except Unreachable as error:
            text = node.trusted.failed(name, str(error))
            if text:
                node.tell(text)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
            pause_s = min(2 * pause_s, PAUSE_S_MAX)
        else:
            node.trusted.worked(name)
            node.introduce(address)
            pause_s = PAUSE_S_MIN
            await asyncio.sleep(LOOK_S)
            while node.has_peers:
                await asyncio.sleep(LOOK_S)


async def ask(interface: Interface, network: str) -> Address:
    """Where the node with this interface listens for peers, as a number: peers are not called by name.

    Unreachable says what was found instead of a node of this network.
    """
    try:
        async with asyncio.timeout(ASK_S):
            answer, host = await _status(interface)
            status = json.loads(answer)
            port, advertised = status["p2p_port"], status.get("p2p_host")
            if status["network"] != network:
                raise Unreachable(f"one of another network: {status['network']!r:.40}")
            if type(port) is not int or not 0 < port < 65536:
                raise Unreachable(f"a /status with a wrong p2p_port: {port!r:.40}")
            if advertised is not None:
                host = await _number(advertised, port)
    except OSError as error:
        raise Unreachable(reason_of(error, within_s=ASK_S)) from error
    except EOFError as error:
        raise Unreachable("one that hangs up instead of telling its /status") from error
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise Unreachable("another answer to /status than that of a coin node") from error
    return Address(host, port)


async def _number(host: object, port: int) -> str:
    if not isinstance(host, str) or len(host) > 255:
        raise ValueError("no host")
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


async def _status(interface: Interface) -> tuple[bytes, str]:
    """The body of /status, asked for with as little HTTP as will do, and who has answered."""
    try:
        reader, writer = await asyncio.open_connection(*interface, limit=ANSWER_BYTES_MAX)
    except UnicodeError as error:
        raise Unreachable(reason_of(error)) from error
    try:
        host = Address(interface.host, interface.port)
        writer.write(f"GET /status HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0] + b" ":
            raise ValueError("another status")
        sizes = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        size = int(sizes[0].partition(b":")[2]) if sizes else ANSWER_BYTES_MAX + 1
        if not 0 <= size <= ANSWER_BYTES_MAX:
            raise ValueError("another size")
        return await reader.readexactly(size), str(writer.get_extra_info("peername")[0])
    except (asyncio.LimitOverrunError, UnicodeError) as error:
        raise ValueError("no HTTP") from error
    finally:
        writer.close()
