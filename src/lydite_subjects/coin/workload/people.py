"""People: they let nodes mine for them, pay each other with what they have earned, and some of them try to pay twice.

What they were told is noted: `mined` by whoever has found a block, `payment` by whoever has handed one in.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from lydite.model import seconds
from lydite.world import World
from lydite_subjects.coin.spec.amounts import grains
from lydite_subjects.coin.spec.encoding import hash_from_hex
from lydite_subjects.coin.spec.keys import PrivateKey, owner_of
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Input, Outpoint, Output, Transaction
from lydite_subjects.coin.workload.calls import Answer, Caller

FEE: Final = 2_000
"""More than any of these payments has bytes."""
RACES: Final = frozenset(
    {"conflict", "confirmed", "missing-coin", "maturity", "chain-too-long", "pool-full", "coin-exists"}
)
"""Why an honest payment may be refused: the chain or the pool has moved since its coins were looked up."""


class Coins(NamedTuple):
    """An output that somebody may spend."""

    outpoint: Outpoint
    output: Output
    confirmed: bool


class Person:
    """Somebody with a key, and with a chance of their own."""

    def __init__(self, world: World, name: str, nodes: Sequence[str]) -> None:
        self.name = name
        self.draws = world.draws(name)
        self.key = PrivateKey(self.draws.octets(32))
        self.calls = Caller()
        self._world = world
        self._nodes = tuple(nodes)

    @property
    def address(self) -> str:
        """Where others pay to."""
        return self.key.address

    async def pause(self, mean_s: float, end_ns: int) -> bool:
        """Wait as long as it takes until something happens by chance; whether that is before the end."""
        length_ns = seconds(-math.log(1 - self.draws.unit()) * mean_s)
        if self._world.now_ns + length_ns >= end_ns:
            return False
        await self._world.sleep(length_ns)
        return True

    # Mining

    async def mine_until(self, end_ns: int, mean_s: float) -> None:
        """Let nodes find blocks, one now and one then."""
        while await self.pause(mean_s, end_ns):
            await self.mine(self.draws.choice(self._nodes))

    async def mine(self, node: str) -> bool:
        """Let a node find a block; whether it has told so."""
        answer = await self.calls.post(node, "/mine_block", {"miner_address": self.address, "timeout_s": 2})
        if answer is not None and answer.ok:
            body = answer.body
            self._world.note("mined", node=node, height=body["height"], block=body["hash"])
        return answer is not None and answer.ok

    # Paying

    async def pay_until(self, others: Sequence["Person"], end_ns: int, mean_s: float) -> None:
        """Pay the others now and then."""
        while await self.pause(mean_s, end_ns):
            await self.pay(self.draws.choice(others), self.draws.choice(self._nodes))

    async def pay(self, other: "Person", node: str) -> bytes | None:
        """Pay somebody a part of a coin, and get the rest back; the name of the payment, if the node has taken it.

        What comes back from a payment that is not in a block yet is spent as well.
        """
        coins = await self.spendable(node)
        if not coins:
            return None
        spent = [self.draws.choice(coins)]
        if len(coins) > 1 and self.draws.chance(0.3):
            spent += [self.draws.choice([each for each in coins if each is not spent[0]])]
        total = sum(each.output.amount for each in spent)
        amount = max(1, total * self.draws.between(5, 95) // 100)
        if total <= amount + FEE:
            return None
        payment = signed(
            self.key, spent, [Output.pay(other.address, amount), self.change(total - amount - FEE)]
        )
        return payment.txid if await self.hand_in(payment, node) else None

    async def pay_twice_until(self, other: "Person", end_ns: int, mean_s: float) -> None:
        """Now and then spend one coin twice, at two nodes at once."""
        while await self.pause(mean_s, end_ns):
            await self.pay_twice(other)

    async def pay_twice(self, other: "Person") -> None:
        """Pay somebody at one node, and oneself with the same coin at another one."""
        here, there = self.draws.sample(self._nodes, 2)
        coins = [each for each in await self.spendable(here) if each.confirmed]
        if not coins:
            return
        spent = self.draws.choice(coins)
        amount = spent.output.amount - FEE
        if amount < 1:
            return
        honest = signed(self.key, [spent], [Output.pay(other.address, amount)])
        # One pays a little more for its room than the other one.
        second = signed(self.key, [spent], [self.change(amount - self.draws.below(min(amount, 3_000)))])
        await asyncio.gather(self.hand_in(honest, here), self.hand_in(second, there))

    async def spendable(self, node: str) -> list[Coins]:
        """What this person may spend, as a node tells it."""
        answer = await self.calls.get(node, f"/utxos/{self.address}?limit=50")
        if answer is None or not answer.ok:
            return []
        return [
            _coins(each, self.key) for each in answer.body["utxos"] if each["spendable"] and not each["spent"]
        ]

    async def hand_in(self, payment: Transaction, node: str) -> bool:
        """Give a payment to a node; whether it has taken it."""
        answer = await self.calls.post(node, "/transactions", {"hex": payment.encode().hex()})
        if answer is None or answer.status == SERVICE_UNAVAILABLE:
            return False
        self._world.note("payment", node=node, txid=payment.txid.hex(), refused=answer.rule)
        self._world.always("honest-payments-are-taken", _is_fair(answer), node=node, rule=answer.rule)
        return answer.ok

    def change(self, amount: int) -> Output:
        """What comes back."""
        return Output(amount, self.key.public.owner)


SERVICE_UNAVAILABLE: Final = 503
"""The answer of a node whose disk fails: it says so, and that is all that can be asked of it."""


def signed(key: PrivateKey, spent: Sequence[Coins], outputs: Sequence[Output]) -> Transaction:
    """A payment with all that the law asks for."""
    payment = Transaction(tuple(Input(each.outpoint) for each in spent), tuple(outputs))
    return payment.signed([key] * len(spent), [each.output for each in spent], DEV.magic)


def _is_fair(answer: Answer) -> bool:
    return answer.ok or answer.rule in RACES


def _coins(plain: dict[str, Any], key: PrivateKey) -> Coins:
    outpoint = Outpoint(hash_from_hex(plain["txid"], "txid"), plain["index"])
    return Coins(outpoint, Output(grains(plain["amount"]), owner_of(key.address)), plain["confirmed"])
