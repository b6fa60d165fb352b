"""A bank: FastAPI in front, SQLite behind, and httpx to the other banks."""

import argparse
import asyncio
import contextlib
import socket
import sqlite3
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import asdict, astuple
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI, Response

from ledger import spec
from ledger.spec import Entry, Look, Transfer

PATIENCE_S = 1.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (key TEXT, account TEXT, amount INTEGER);
CREATE INDEX IF NOT EXISTS accounts ON entries (account);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, payer TEXT, payee TEXT, amount INTEGER, answer TEXT);
CREATE TABLE IF NOT EXISTS outbox (key TEXT PRIMARY KEY, payer TEXT, payee TEXT, amount INTEGER);
"""


class Store:
    """The books on the disk. Everything that belongs together is one transaction."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # Its methods run in other threads, one at a time: the ledger sees to that.
        self.database = sqlite3.connect(folder / "books.db", isolation_level=None, check_same_thread=False)
        self.database.execute("PRAGMA synchronous = EXTRA")
        self.database.executescript(SCHEMA)

    def look(self, transfer: Transfer) -> Look:
        """What the law must know to answer."""
        said = "SELECT key, payer, payee, amount, answer FROM answers WHERE key = ?"
        earlier = [(Transfer(*row[:4]), row[4]) for row in self.database.execute(said, [transfer.key])]
        total = "SELECT COALESCE(SUM(amount), 0), COUNT(*) FROM entries WHERE account = ?"
        ((balance, _),) = self.database.execute(total, [transfer.payer])
        ((_, entries),) = self.database.execute(total, [transfer.payee])
        return Look(balance, entries > 0 or "@" in transfer.payee, earlier[0] if earlier else None)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """What is written inside is kept all together or not at all, and then no loss of power takes it away."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.database.execute("COMMIT")
        except BaseException:
            self.database.execute("ROLLBACK")
            raise

    def enter(self, entries: tuple[Entry, ...]) -> None:
        """Write entries into the books."""
        self.database.executemany("INSERT INTO entries VALUES (?, ?, ?)", [astuple(each) for each in entries])

    def remember(self, transfer: Transfer, answer: str) -> None:
        """Keep what was answered, for whoever asks again."""
        self.database.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", [*astuple(transfer), answer])

    def owe(self, transfer: Transfer) -> None:
        """Put into the outbox what another bank must be told."""
        self.database.execute("INSERT INTO outbox VALUES (?, ?, ?, ?)", astuple(transfer))

    def settle(self, transfer: Transfer) -> None:
        """Take it out again."""
        self.database.execute("DELETE FROM outbox WHERE key = ?", [transfer.key])

    def outbox(self) -> list[Transfer]:
        """What other banks must still be told."""
        return [Transfer(*row) for row in self.database.execute("SELECT * FROM outbox ORDER BY key")]

    def entries(self) -> list[Entry]:
        """All that stands in the books."""
        return [Entry(*row) for row in self.database.execute("SELECT key, account, amount FROM entries")]


class Ledger:
    """A bank by its name, and the addresses of the others."""

    def __init__(self, name: str, store: Store, banks: Mapping[str, str]) -> None:
        self.name = name
        self.store = store
        self.banks = banks
        self.lock = asyncio.Lock()

    async def transfer(self, transfer: Transfer) -> str:
        """Look, ask the law, and do what it says; nobody else gets in between."""
        async with self.lock:
            look = await asyncio.to_thread(self.store.look, transfer)
            answer = spec.answer_to(transfer, look)
            if look.earlier is None:
                await asyncio.to_thread(self.book, transfer, answer)
        return answer

    def book(self, transfer: Transfer, answer: str) -> None:
        """Write a transfer into the books, with its answer."""
        with self.store.writing():
            if answer == spec.DONE:
                self.store.enter(spec.entries_of(transfer))
                if "@" in transfer.payee:
                    self.store.owe(transfer)
            self.store.remember(transfer, answer)

    async def deliver(self, beat_s: float) -> None:
        """Tell other banks what they must know, again and again until they have answered."""
        async with plain_client(PATIENCE_S) as client:
            while True:
                await asyncio.sleep(beat_s)
                async with self.lock:
                    waiting = await asyncio.to_thread(self.store.outbox)
                for transfer in waiting:
                    await self.forward(client, transfer)

    async def forward(self, client: httpx.AsyncClient, transfer: Transfer) -> None:
        """Tell the bank of the payee. Only what it answers counts: silence may mean anything."""
        _, _, bank = transfer.payee.partition("@")
        asked = asdict(spec.forwarded(transfer, self.name))
        try:
            response = await client.post(f"http://{self.banks[bank]}/transfers", json=asked)
        except httpx.TransportError:
            return
        if response.status_code in (200, 409):
            entries = spec.returned(transfer) if response.status_code == 409 else ()
            async with self.lock:
                await asyncio.to_thread(self.close, transfer, entries)

    def close(self, transfer: Transfer, entries: tuple[Entry, ...]) -> None:
        """The other bank has answered: nothing is under way any more."""
        with self.store.writing():
            self.store.enter(entries)
            self.store.settle(transfer)


def plain_client(patience_s: float) -> httpx.AsyncClient:
    """A client of plain HTTP, which is what banks speak here: it trusts no certificate, and has none to load."""
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncClient(timeout=patience_s, trust_env=False, verify=nobody)


def application(ledger: Ledger) -> FastAPI:
    """What the bank looks like from outside."""
    app = FastAPI(title=f"The bank {ledger.name}")

    @app.post("/transfers")
    async def transfer(wanted: Transfer, response: Response) -> dict[str, str]:
        answer = spec.objection(wanted, ledger.banks) or await ledger.transfer(wanted)
        response.status_code = 200 if answer == spec.DONE else 409
        return {"answer": answer}

    @app.get("/books")
    async def books() -> dict[str, object]:
        async with ledger.lock:
            return {
                "entries": [astuple(each) for each in ledger.store.entries()],
                "outbox": len(ledger.store.outbox()),
            }

    return app


def bank(text: str) -> tuple[str, str]:
    """NAME=HOST:PORT."""
    name, _, address = text.partition("=")
    return name, address


async def main(argv: list[str]) -> None:
    """Run a bank until it is stopped."""
    parser = argparse.ArgumentParser(prog="ledger", description="The ledger of a bank.")
    parser.add_argument("--name", required=True)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (8000; 0: a free one)")
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder of its books (data)")
    parser.add_argument(
        "--beat", type=float, default=0.5, help="seconds between two looks at the outbox (0.5)"
    )
    parser.add_argument("--banks", nargs="*", default=[], type=bank, metavar="NAME=HOST:PORT")
    options = parser.parse_args(argv)
    ledger = Ledger(options.name, Store(options.data), dict(options.banks))
    config = uvicorn.Config(application(ledger), log_config=None)
    listening = socket.create_server((options.host, options.port))
    print(f"{options.name} listens on http://{options.host}:{listening.getsockname()[1]}", flush=True)
    delivering = asyncio.create_task(ledger.deliver(options.beat))
    try:
        await uvicorn.Server(config).serve(sockets=[listening])
    finally:
        delivering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await delivering
