"""The program: what it is told on its command line, and its life from start to SIGTERM."""

import argparse
import asyncio
import signal
from collections.abc import Sequence
from typing import Final

from lydite_subjects.counter.node.journal import Damaged, Journal
from lydite_subjects.counter.node.node import Node


async def main(argv: Sequence[str]) -> None:
    """Run a node until it is asked to end."""
    options = _options(argv)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    try:
        journal = Journal(options.data)
        node = Node(options.name, [name for name, _, _ in options.peers], journal)
        server = await loop.create_server(node.converse, options.host, options.port)
    except (OSError, Damaged) as error:
        raise SystemExit(f"{options.name}: cannot start: {error}") from error
    print(f"{options.name} listens on port {server.sockets[0].getsockname()[1]}", flush=True)
    async with asyncio.TaskGroup() as group:
        # Of two nodes the one whose name comes first calls the other.
        works = [node.keep_linked(*peer) for peer in options.peers if peer[0] > options.name]
        tasks = [group.create_task(work) for work in (*works, node.keep_beating(options.beat))]
        await ended.wait()
        for task in tasks:
            task.cancel()
    server.close()
    await node.end()
    await server.wait_closed()
    print(f"{options.name} has ended", flush=True)


def _options(argv: Sequence[str]) -> argparse.Namespace:
    options = PARSER.parse_args(argv)
    names = [name for name, _, _ in options.peers]
    if len({*names, options.name}) <= len(names):
        found = ", ".join([options.name, *names])
        PARSER.error(f"every node has a name of its own, found {found}")
    return options


def _peer(text: str) -> tuple[str, str, int]:
    name, _, address = text.partition("=")
    host, _, port = address.rpartition(":")
    if not name or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError(f"a peer is NAME=HOST:PORT, found {text!r}")
    return name, host, int(port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="counter node", description="A node of the replicated counter.")
    parser.add_argument("--name", required=True, help="what the peers call this node")
    parser.add_argument("--host", default="0.0.0.0", help="the address to listen on (every one)")
    parser.add_argument("--port", type=int, default=7000, help="the port to listen on (7000; 0: a free one)")
    parser.add_argument("--data", default="data", help="the folder of the journal (data)")
    parser.add_argument("--beat", type=float, default=1.0, help="seconds between two looks at a peer (1.0)")
    parser.add_argument("--peers", nargs="*", default=[], type=_peer, metavar="NAME=HOST:PORT")
    return parser


PARSER: Final = _parser()
