"""What the users of the banks do: they open accounts, pay, and insist with the same key until they are answered."""

from collections.abc import Sequence
from typing import Any

import httpx

from ledger.node import plain_client
from lydite.model import milliseconds
from lydite.world import World

PORT = 8000

PATIENCE_S = 1.0

ATTEMPTS_MAX = 4


class Client:
    """A user, who writes down what was wanted and what was answered: that is what the invariants judge."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.draws = world.draws(name)

    async def pay(self, bank: str, key: str, payer: str, payee: str, amount: int) -> bool:
        """Ask for a transfer until it is answered; whether it was done."""
        self.world.note("write", phase="invoke", item=key)
        wanted = {"key": key, "payer": payer, "payee": payee, "amount": amount}
        for _ in range(ATTEMPTS_MAX):
            answer = await ask("POST", bank, "transfers", json=wanted)
            if answer is not None:
                done = bool(answer == {"answer": "done"})
                self.world.note("write", phase="ok" if done else "fail", item=key)
                return done
            await self.world.sleep(milliseconds(500))
        # Nobody has said that it was done. It may have been, all the same.
        self.world.note("write", phase="info", item=key)
        return False

    async def work(self, payments: int, pause_ns: int, banks: Sequence[str], people: Sequence[str]) -> None:
        """Pay now and then, from any account to any other."""
        kept = self.world.several(f"payments of {self.name}", payments, least=0)
        for number in range(1, payments + 1):
            await self.world.sleep(round(2 * pause_ns * self.draws.unit()))
            bank, other = self.draws.sample(banks, 2)
            payer, payee = self.draws.sample(people, 2)
            where, amount = self.draws.choice(("", f"@{other}", f"@{other}")), self.draws.between(1, 60)
            # What a shrunk run leaves out takes its time and its draws all the same.
            if number in kept:
                await self.pay(bank, f"{self.name}-{number}", payer, payee + where, amount)


async def ask(method: str, bank: str, path: str, json: object = None) -> Any:
    """The answer of a bank, or nothing if there is none in time."""
    try:
        async with plain_client(PATIENCE_S) as client:
            response = await client.request(method, f"http://{bank}:{PORT}/{path}", json=json)
            return response.json() if response.status_code in (200, 409) else None
    except httpx.TransportError:
        return None  # Refused, lost, cut off or late: to a user it is all the same.
