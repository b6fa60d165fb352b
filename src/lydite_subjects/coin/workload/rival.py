"""A rival: an attacker who can mine as fast as all others, and so makes nodes change their minds.

What a rival does is lawful, or nearly: branches that win and branches that should not, blocks that are larger than
any before, and a chain that is as slow as it should be.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from lydite.model import seconds
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.keys import ORDER, PrivateKey
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Output, Transaction
from lydite_subjects.coin.workload.attacker import Attacker
from lydite_subjects.coin.workload.forge import parts_of
from lydite_subjects.coin.workload.nodes import DATABASE
from lydite_subjects.coin.workload.people import FEE, Coins

PARTS: Final = 100
FOLLOWS_S: Final = 60
COMMITS: Final = 4
"""At so many syncs the power is cut: more than a block takes."""


class Rival(Attacker):
    """One rival of the miners of a node."""

    async def signs_again(self) -> tuple[Coins, Transaction]:
        """A payment is signed twice, and the chain takes the other copy than the pool: what builds on it stays.

        Returns what builds on it, and waits, and the coin that it spends.
        """
        spent = self.forge.coin()
        payment = self._paying(spent, FEE)
        child = self._paying(parts_of(payment)[0], FEE)
        for each in (payment, child):
            await self._hand_in(each)
        other = signed_again(payment, self.forge.key, spent.output, nonce=self._person.draws.octets(31))
        block = self.forge.block([other], fees=FEE)
        await self.submits(block)
        self.forge.learn(block)
        stays = await self._is_known(child)
        self._world.always("child-outlives-another-signature", stays, node=self._node)
        return parts_of(other)[0], child

    async def changes_branches(self, wanted: Coins, waiting: Transaction) -> None:
        """A branch that spends two coins; one that spends the younger of them too early; and one that wins.

        The younger coin is a reward, and just ripe where the first branch spends it. The others have more work than
        the first one. The last one spends the older coin in another way, so it must be there again; and one that a
        payment spends that waits in the pool, and can never be mined then.
        """
        fork, older = self.forge.tip, self.forge.coin()
        younger = self.forge.reward_of(fork.height)
        here = await self._branch(fork, [self._paying(older, FEE)], [], [], [], [self._paying(younger, FEE)])
        await self._branch(fork, [self._paying(younger, 2 * FEE)], *[[]] * 5)
        tip = await self._tip()
        self._world.always(
            "refuses-reward-that-was-spent-elsewhere", tip == here[-1].hash.hex(), node=self._node, tip=tip
        )
        there = await self._branch(
            fork, [self._paying(older, 2 * FEE), self._paying(wanted, 2 * FEE)], *[[]] * 5
        )
        tip = await self._tip()
        self._world.always("longer-branch-wins", tip == there[-1].hash.hex(), node=self._node, tip=tip)
        gone = not await self._is_known(waiting)
        self._world.always("conflicts-leave-the-pool", gone, node=self._node)
        self.forge.learn(*there)

    async def cuts_the_power_in_commits(self) -> None:
        """The node falls at one sync after the other while it takes a block, and must be able to take it afterwards."""
        for skip in range(COMMITS):
            payment = self._paying(self.forge.coin(), FEE)
            block = self.forge.block([payment], fees=FEE)
            with self._world.disk.trip(self._node, DATABASE, skip=skip):
                await self.submits(block)
                await self._world.sleep(seconds(1))
            await self._world.sleep(seconds(2))
            await self.submits(block)
            tip = await self._tip()
            self._world.always(
                "block-is-taken-after-a-power-cut",
                tip == block.hash.hex(),
                node=self._node,
                skip=skip,
                tip=tip,
            )
            self.forge.learn(block)

    async def brings_large_blocks(self) -> None:
        """Three blocks that together touch more coins than all before: two that make many, and one that spends."""
        one, other, last = self.forge.coins()[:3]
        for payment in (self._dividing(one), self._dividing(other), self._paying(last, FEE)):
            block = self.forge.block([payment], fees=self.forge.fee(payment))
            answer = await self.submits(block)
            taken = answer is not None and answer.ok
            self._world.always("large-blocks-are-taken", taken, node=self._node, how="one by one")
            self.forge.learn(block)

    async def is_followed_by(self, other: str) -> None:
        """Another node, which has to take all of them at once, comes to the same chain."""
        tip, goal = "", self.forge.tip.hash.hex()
        for _ in range(FOLLOWS_S):
            await self._world.sleep(seconds(1))
            answer = await self._person.calls.get(other, "/status")
            tip = "" if answer is None else str(answer.body.get("tip"))
            if tip == goal:
                break
        self._world.always("large-blocks-are-taken", tip == goal, node=other, how="at once", tip=tip)

    async def keeps_the_pace(self, until_height: int) -> None:
        """Blocks as far apart as they should be, so that the target follows from each second of a period."""
        while self.forge.tip.height < until_height:
            block = self.forge.block(time_s=self.forge.tip.header.time_s + DEV.spacing_s)
            await self.submits(block)
            self.forge.learn(block)

    async def _is_known(self, payment: Transaction) -> bool:
        answer = await self._person.calls.get(self._node, f"/transactions/{payment.txid.hex()}")
        return answer is not None and answer.ok

    async def _branch(self, entry: Entry, *bodies: Sequence[Transaction]) -> list[Block]:
        """Blocks with these payments on top of a block, handed in one after the other, right or not.

        The rival's own chain learns of their headers alone: what becomes of them is for the node to say.
        """
        found = []
        for payments in bodies:
            fees = sum(self.forge.fee(each) for each in payments)
            found.append(self.forge.block(payments, on=entry, fees=fees))
            await self.submits(found[-1])
            (entry,) = self.forge.chain.add_headers([found[-1].header], self.forge.now_s)
        return found

    def _paying(self, spent: Coins, fee: int) -> Transaction:
        """All of a coin in one piece."""
        return self.forge.payment([spent], [spent.output.amount - fee])

    def _dividing(self, spent: Coins) -> Transaction:
        """All of a coin in many pieces."""
        fee = FEE * PARTS
        return self.forge.payment([spent], [(spent.output.amount - fee) // PARTS] * PARTS)


def signed_again(payment: Transaction, key: PrivateKey, spent: Output, nonce: bytes) -> Transaction:
    """The same payment of one coin with another signature of its owner, as good as the first one."""
    number = int.from_bytes(nonce, "big")
    digest = int.from_bytes(payment.digest(0, spent, DEV.magic), "big")
    r = int.from_bytes(PrivateKey(number.to_bytes(32, "big")).public.raw[1:], "big") % ORDER
    s = pow(number, -1, ORDER) * (digest + r * int.from_bytes(key.raw, "big")) % ORDER
    signature = b"".join(each.to_bytes(32, "big") for each in (r, min(s, ORDER - s)))
    return replace(payment, inputs=(payment.inputs[0]._replace(signature=signature),))
