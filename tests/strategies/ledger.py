"""A ledger of one host, good or bad, and the script that uses it: what the machines of these tests drive."""

import asyncio
import json
import os
from collections.abc import Sequence

from lydite.harness import Script
from lydite.model import seconds

HOST, PORT = "node-1", 7000


async def good(argv: Sequence[str]) -> None:
    await _serve(sync=True)


async def forgetful(argv: Sequence[str]) -> None:
    """Says that it is safe before it is."""
    await _serve(sync=False)


async def _serve(*, sync: bool) -> None:
    file = open("ledger", "a+")  # noqa: PTH123, SIM115 - kept open, as ledgers do
    file.seek(0)
    total = sum(json.loads(line) for line in file if line.endswith("\n"))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal total
        while line := await reader.readline():
            amount = json.loads(line)
            if amount:
                file.write(f"{amount}\n")
                file.flush()
                if sync:
                    os.fsync(file.fileno())
                total += amount
            writer.write(f"{total}\n".encode())

    server = await asyncio.start_server(answer, "0.0.0.0", PORT)
    await server.serve_forever()


class Good(Script):
    """Pay, ask, and lose the power."""

    _program = staticmethod(good)

    async def begin(self) -> None:
        self.paid = 0
        await self.world.start(HOST, self._program, ready=PORT)

    async def pay(self, amount: int) -> int:
        self.paid += amount
        return await self._ask(amount)

    async def total(self) -> int:
        return await self._ask(0)

    async def lose_power(self) -> None:
        with self.world.process.power_off(HOST):
            await self.world.sleep(seconds(1))
        await self.world.sleep(seconds(1))

    def expected(self) -> int:
        return self.paid

    def stumble(self) -> None:
        raise ValueError("a mistake of the script")

    def spin(self) -> None:
        while True:
            pass

    async def hang(self) -> None:
        await asyncio.get_running_loop().create_future()

    async def end(self) -> None:
        self.world.always("the ledger is right", await self._ask(0) == self.paid)

    async def _ask(self, amount: int) -> int:
        reader, writer = await asyncio.open_connection(HOST, PORT)
        writer.write(f"{amount}\n".encode())
        told = int(await reader.readline())
        writer.close()
        return told


class Forgetful(Good):
    """The same with the bad ledger."""

    _program = staticmethod(forgetful)


class Stillborn(Script):
    """Never gets as far as its first step."""

    async def begin(self) -> None:
        raise ValueError("no ledger today")
