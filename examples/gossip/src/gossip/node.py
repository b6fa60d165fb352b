"""A node: it listens, remembers, and passes on. One line of JSON is asked, one is answered, and the caller hangs up."""

import argparse
import asyncio
import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gossip import spec

LINE_BYTES_MAX = 1 << 20
PATIENCE_S = 0.5

Message = Mapping[str, Any]


async def ask(address: str, message: Message) -> Message:
    """What somebody answers; an OSError if nobody does in time, a ValueError if it makes no sense."""
    host, _, port = address.rpartition(":")
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection(host, int(port), limit=LINE_BYTES_MAX)
        try:
            writer.write(json.dumps(message).encode() + b"\n")
            answer = json.loads(await reader.readline())
        finally:
            writer.close()
    if not isinstance(answer, dict):
        raise ValueError(f"expected an object from {address}, found {answer!r}")
    return answer


class Journal:
    """A file that only grows: what the node has heard, and delivered to whoever reads the file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "heard.log"
        kept = spec.whole(self.path.read_bytes()) if self.path.exists() else b""
        self.rumours = spec.read(kept)
        self._file = self.path.open("ab")
        self._file.truncate(len(kept))
        os.fsync(self._file.fileno())
        # The name of a new file must be on the disk as well.
        for each in (folder, folder.parent):
            handle = os.open(each, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)

    def append(self, rumours: Mapping[str, str]) -> None:
        """Keep them: when this returns, no loss of power takes them away."""
        try:
            self._file.write(spec.written(rumours))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            # What is on the disk now? The next start will see; nobody was told that it is there.
            raise SystemExit(f"the disk refuses: {error.strerror}") from error
        self.rumours += rumours.items()


class Node:
    """One of those who gossip."""

    def __init__(self, name: str, journal: Journal, peers: list[str]) -> None:
        self.name = name
        self.address = ""
        self.journal = journal
        self.seen = dict(journal.rumours)
        self.number = spec.last_number(name, self.seen)
        self.peers = dict.fromkeys(peers, 0)
        """Whom it knows, and how often each has not answered since it last did."""
        self.fresh: dict[str, str] = {}
        """What it has heard since the last beat, and will pass on at the next one."""

    def learn(self, heard: Mapping[str, str]) -> None:
        """Deliver what is new, each once, and pass it on."""
        new = spec.news(self.seen, heard)
        if new:
            self.journal.append(new)
            self.seen |= new
            self.fresh |= new

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one question."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                asked = json.loads(await reader.readline())
            writer.write(json.dumps(self.answer(asked)).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError):
            pass  # Whoever asks nonsense, or hangs up, gets no answer.
        finally:
            writer.close()

    def answer(self, asked: Message) -> Message:
        """What to say to a user, or to another node."""
        match asked:
            case {"kind": "tell", "text": str(text)} if spec.is_text(text):
                self.number += 1
                name = f"{self.name}-{self.number}"
                self.learn({name: text})
                return {"told": name}
            case {"kind": "list"}:
                return {"rumours": self.journal.rumours}
            case {"kind": "push", "from": str(peer), "rumours": dict(rumours)} if spec.are_rumours(rumours):
                self.peers[peer] = 0
                self.learn(rumours)
                return {"thanks": len(rumours)}
            case {"kind": "compare", "from": str(peer), "names": list(names)} if spec.are_names(names):
                self.peers[peer] = 0
                return {"rumours": spec.gift(self.seen, names), "wanted": spec.wanted(self.seen, names)}
            case _:
                return {"error": "expected tell, list, push or compare"}

    async def gossip(self, beat_s: float) -> None:
        """Pass on what is new at every beat, and compare now and then: what was missed is made good."""
        beat = 0
        for peer in list(self.peers):
            await self.compare(peer)
        while True:
            await asyncio.sleep(beat_s)
            beat += 1
            await self.pass_on()
            for peer in spec.to_compare(self.peers, beat, random.random()):
                await self.compare(peer)

    async def pass_on(self) -> None:
        """Tell everybody near what is new."""
        fresh, self.fresh = self.fresh, {}
        for peer in list(self.peers):
            if fresh and spec.is_near(self.peers[peer]):
                await self.call(peer, {"kind": "push", "from": self.address, "rumours": fresh})

    async def compare(self, peer: str) -> None:
        """Let two nodes have what either of them has."""
        names = list(self.seen)
        told = await self.call(peer, {"kind": "compare", "from": self.address, "names": names})
        match told:
            case {"rumours": dict(rumours), "wanted": list(wanted)} if spec.are_rumours(rumours):
                self.learn(rumours)
                gift = {name: text for name, text in self.seen.items() if name in wanted}
                if gift:
                    await self.call(peer, {"kind": "push", "from": self.address, "rumours": gift})

    async def call(self, peer: str, message: Message) -> Message:
        """The answer of a peer; nothing, if it does not answer."""
        try:
            answer = await ask(peer, message)
        except (OSError, ValueError):
            self.peers[peer] += 1
            return {}
        self.peers[peer] = 0
        return answer


async def main(argv: list[str]) -> None:
    """Run a node until it is stopped."""
    parser = argparse.ArgumentParser(prog="gossip node")
    parser.add_argument("--name", required=True)
    parser.add_argument("--host", default="127.0.0.1", help="where it listens")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--address", default="", help="as others reach it, if not by host and port")
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--beat", type=float, default=1.0, help="seconds")
    parser.add_argument("--peers", nargs="*", default=[], metavar="HOST:PORT")
    options = parser.parse_args(argv)
    node = Node(options.name, Journal(options.data), options.peers)
    server = await asyncio.start_server(node.serve, options.host, options.port, limit=LINE_BYTES_MAX)
    host, port = server.sockets[0].getsockname()[:2]
    node.address = options.address or f"{host}:{port}"
    print(f"{node.name} listens on {node.address}", flush=True)
    async with server, asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve_forever())
        tasks.create_task(node.gossip(options.beat))
