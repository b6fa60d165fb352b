"""What runs in a small network: three hosts, each of which echoes a line, or carries it to another one first."""

import asyncio
from collections.abc import Sequence
from typing import Final

from lydite.harness import Script
from lydite.model import SECOND, Plain

HOSTS: Final = ("node-1", "node-2", "node-3")
PORT: Final = 7

WORD: Final = b"to"
"""How a line begins that is to be carried on: `to HOST TEXT`."""


class Hosts(Script):
    """Three hosts that echo."""

    async def begin(self) -> None:
        """Start them."""
        for host in HOSTS:
            await self.world.start(host, echo, ready=PORT)

    async def ping(self, source: str, target: str, text: str, within_ns: int) -> Plain:
        """What comes back, and after how long; None where nothing does in time."""
        begun_ns = self.world.now_ns
        try:
            async with asyncio.timeout(within_ns / SECOND):
                back = await _asked(source, f"{WORD.decode()} {target} {text}\n".encode())
        except (OSError, TimeoutError):
            return None
        return [back.decode().rstrip("\n"), self.world.now_ns - begun_ns] if back else None


async def echo(argv: Sequence[str]) -> None:
    """Answer each line, until the host goes."""
    del argv
    server = await asyncio.start_server(_answer, port=PORT)
    await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    line = await reader.readline()
    word, _, rest = line.partition(b" ")
    if word == WORD:
        host, _, text = rest.partition(b" ")
        try:
            line = await _asked(host.decode(), text)
        except OSError:
            line = b""
    writer.write(line)
    writer.close()


async def _asked(host: str, line: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(host, PORT)
    writer.write(line)
    try:
        return await reader.readline()
    finally:
        writer.close()
