"""The programs of the golden scenarios: ordinary asyncio, and nothing but the standard library."""

import asyncio
import hashlib
import os
import random
import sqlite3
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

PORT = 4000

SEEN: set[bytes] = set()


async def gossip(argv: Sequence[str]) -> None:
    """Tell everybody what one has heard, once: `gossip HOW_MANY PEER ...`."""
    many, *peers = argv
    writers: list[asyncio.StreamWriter] = []
    complete = asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            while True:
                frame = await reader.readexactly(32 + int.from_bytes(await reader.readexactly(2)))
                await tell(frame)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def tell(frame: bytes) -> None:
        name = hashlib.sha256(frame).digest()
        if name in SEEN:
            return
        SEEN.add(name)
        for writer in writers.copy():
            writer.write((len(frame) - 32).to_bytes(2) + frame)
            await writer.drain()
        if len(SEEN) == int(many):
            complete.set()

    async with await asyncio.start_server(hear, "", PORT) as server, asyncio.TaskGroup() as group:
        await asyncio.sleep(1)
        for peer in peers:
            group.create_task(hear(*await asyncio.open_connection(peer, PORT)))
        await asyncio.sleep(1 + random.random())
        await tell(os.urandom(32) + str(uuid.uuid4()).encode() * random.randint(1, 30))
        async with asyncio.timeout(60):
            await complete.wait()
        await asyncio.sleep(5)
        server.close()
        for writer in writers:
            writer.close()


class Lease(asyncio.DatagramProtocol):
    """Holds a lease as long as a majority has answered lately; asks whoever is there."""

    def __init__(self, peers: Sequence[str]) -> None:
        self.peers = peers
        self.answers: dict[tuple[str, int], float] = {}
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self.transport is not None
        if data.startswith(b"ask"):
            self.transport.sendto(b"yes" + data[3:], addr)
        else:
            self.answers[addr] = time.monotonic()

    def ask(self) -> None:
        assert self.transport is not None
        for peer in self.peers:
            self.transport.sendto(b"ask" + time.time_ns().to_bytes(8), (peer, PORT))

    @property
    def held(self) -> bool:
        lately = sum(time.monotonic() - at < 2 for at in self.answers.values())
        return lately > len(self.peers) // 2


async def lease(argv: Sequence[str]) -> None:
    """Ask for a lease, and write down when it was won and lost: `lease SECONDS PEER ...`."""
    seconds, *peers = argv
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: Lease(peers), local_addr=("0.0.0.0", PORT)
    )
    held = False
    with Path("lease.log").open("a") as log:
        while loop.time() < 1000 + int(seconds):
            protocol.ask()
            if protocol.held is not held:
                held = protocol.held
                log.write(f"{time.time():.6f} {held}\n")
                log.flush()
                os.fsync(log.fileno())
            await asyncio.sleep(0.5 + random.random() / 10)
    transport.close()


async def files(argv: Sequence[str]) -> None:
    """Write, sync, move and read files for a while, whatever the disk says."""
    for number in range(int(argv[0])):
        try:
            path = Path(f"{number % 7}.txt")
            path.write_bytes(random.randbytes(random.randint(1, 9000)))
            with path.open("rb+") as file:
                file.seek(100)
                file.write(b"here")
                os.fsync(file.fileno())
            path.replace(f"{number % 5}.old")
            total = sum(len(each.read_bytes()) for each in sorted(Path().iterdir()))
        except OSError as error:
            total = error.errno or 0
        await asyncio.sleep(0.1 + total % 10 / 100)


async def bank(argv: Sequence[str]) -> None:
    """Move money in a database, a transaction for each move."""
    with sqlite3.connect("bank.db", isolation_level=None) as database:
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, amount INTEGER)")
        for name in ("ann", "bob", "eve"):
            database.execute("INSERT OR IGNORE INTO account VALUES (?, 1000)", (name,))
        for _ in range(int(argv[0])):
            amount = random.randint(1, 100)
            one, other = random.sample(("ann", "bob", "eve"), 2)
            database.execute("BEGIN")
            database.execute("UPDATE account SET amount = amount - ? WHERE name = ?", (amount, one))
            await asyncio.sleep(0.01)
            database.execute("UPDATE account SET amount = amount + ? WHERE name = ?", (amount, other))
            database.execute("COMMIT" if random.random() < 0.8 else "ROLLBACK")
        (total,) = database.execute("SELECT sum(amount) FROM account").fetchone()
    database.close()
    sys.exit(total // 1000)
