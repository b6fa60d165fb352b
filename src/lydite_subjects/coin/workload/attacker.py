"""The attacker: tries on a node, one after the other, what has been tried on real chains.

Whatever is tried is claimed in a line: `refuses-…`, and what must be so afterwards.
"""

from typing import Final

from lydite.model import seconds
from lydite.world import World
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Transaction
from lydite_subjects.coin.workload.calls import Answer
from lydite_subjects.coin.workload.forge import Forge
from lydite_subjects.coin.workload.forged_blocks import FORGED_BLOCKS
from lydite_subjects.coin.workload.forged_payments import FORGED_PAYMENTS
from lydite_subjects.coin.workload.people import FEE, Person
from lydite_subjects.coin.workload.stranger import Stranger

LATE_S: Final = 3_600
"""How far ahead an attacker sets the time of a last block of a period."""


class Attacker:
    """Somebody with a forge, and a node that they want to harm."""

    def __init__(self, world: World, person: Person, node: str, now_s: int) -> None:
        self.forge = Forge(person.key, now_s)
        self._world = world
        self._person = person
        self._node = node

    async def brings(self, count: int) -> None:
        """Bring right blocks, as any peer would."""
        stranger = await Stranger.meeting(self._node, self._person.draws, name="miner")
        if stranger is None:
            return
        await stranger.brings(self.forge.extend(count))
        await self._world.sleep(seconds(1))
        stranger.leave()

    async def splits(self, parts: int) -> None:
        """Divide a coin into equal parts, in a block of its own."""
        payment = self.forge.split(parts)
        block = self.forge.block([payment], fees=self.forge.fee(payment))
        await self.submits(block)
        self.forge.learn(block)

    async def forges_payments(self) -> None:
        """Each forged payment by itself."""
        for name, forged in FORGED_PAYMENTS.items():
            answer = await self._hand_in(forged(self.forge))
            self._refused(name, _is_refusal(answer), answer, "alone")

    async def forges_blocks(self) -> None:
        """Each forged payment in a block, and each forged block."""
        for name, forged in FORGED_PAYMENTS.items():
            await self._try(name, self.forge.block([forged(self.forge)]))
        for name, made in FORGED_BLOCKS.items():
            await self._try(name, made(self.forge))

    async def repeats_the_end_of_a_body(self) -> None:
        """The body of a right block with its end twice (CVE-2012-2459); then the right one must be taken."""
        for count in (1, 2):
            coins = self.forge.coins()[: 2 * count : 2]
            payments = [self.forge.payment([each], [each.output.amount - FEE]) for each in coins]
            block = self.forge.block(payments, fees=FEE * len(payments))
            # With three transactions the last one is alone at its level, and with two the last two are.
            again = block.transactions[-1:] if count == 2 else block.transactions[-2:]
            await self._try(
                "repeated-end-of-a-body", Block(block.header, (*block.transactions, *again), block.index)
            )
            answer = await self.submits(block)
            self._world.always("right-body-is-taken-after-a-wrong-one", _is_done(answer), node=self._node)
            self.forge.learn(block)

    async def comes_second(self) -> None:
        """A block as good as the tip comes later: the first one stays."""
        parent = self.forge.tip
        first, second = self.forge.block(on=parent), self.forge.block(on=parent)
        for block in (first, second):
            await self.submits(block)
            self.forge.learn(block)
            tip = await self._tip()
            self._world.always("first-seen-stays", tip == first.hash.hex(), node=self._node, tip=tip)

    async def warps_time(self) -> tuple[Entry, Entry]:
        """At the end of a period: two last blocks, an early one and one of the future.

        After the early one the next block is harder, and the old bits are wrong. After the other one the next block
        steps back too far. Returns both, the early one first.
        """
        parent = self.forge.tip
        early = self.forge.block(on=parent)
        late = self.forge.block(on=parent, time_s=self.forge.now_s + LATE_S)
        for block in (early, late):
            self._world.always("right-blocks-are-taken", _is_done(await self.submits(block)), node=self._node)
            self.forge.learn(block)
        headers = self.forge.chain.headers
        after_early, after_late = headers.get(early.hash), headers.get(late.hash)
        assert after_early is not None
        assert after_late is not None
        await self._try("bits-of-the-last-period", self.forge.block(on=after_early, bits=early.header.bits))
        warped_s = late.header.time_s - DEV.timewarp_s_max - 1
        await self._try("time-warp", self.forge.block(on=after_late, time_s=warped_s))
        return after_early, after_late

    async def takes_ripeness_back(self, early: Entry, late: Entry) -> None:
        """A reward is ripe on a long easy chain, and not any more on a shorter and harder one, which then wins."""
        reward = self.forge.reward_of(early.height - 1)
        easy = await self._grows(late, DEV.maturity_blocks + 2, "long")
        payment = self.forge.payment([reward], [reward.output.amount - FEE])
        answer = await self._hand_in(payment)
        self._world.always("honest-payments-are-taken", _is_done(answer), rule=_rule(answer), node=self._node)
        hard = await self._grows(early, 2, "hard")
        self._world.always("work-decides", hard.work > easy.work, node=self._node)
        tip = await self._tip()
        self._world.always("work-decides", tip == hard.hash.hex(), node=self._node, tip=tip)
        waiting = await self._person.calls.get(self._node, "/transactions")
        names = [] if waiting is None else [each["txid"] for each in waiting.body.get("transactions", [])]
        self._refused(
            "unripe-reward-after-a-reorganisation", payment.txid.hex() not in names, answer, "in the pool"
        )
        await self._try("unripe-reward-after-a-reorganisation", self.forge.block([payment], fees=FEE))

    async def submits(self, block: Block) -> Answer | None:
        """Hand in a block as a miner does."""
        return await self._person.calls.post(self._node, "/mining/submit", {"block": block.encode().hex()})

    async def _grows(self, entry: Entry, count: int, name: str) -> Entry:
        """Right blocks on top of any block."""
        for _ in range(count):
            block = self.forge.block(on=entry)
            answer = await self.submits(block)
            self._world.always(
                "right-blocks-are-taken", _is_done(answer), node=self._node, rule=_rule(answer), chain=name
            )
            self.forge.learn(block)
            found = self.forge.chain.headers.get(block.hash)
            if found is None:
                break
            entry = found
        return entry

    async def _try(self, name: str, forged: Block) -> None:
        before = await self._tip()
        answer = await self.submits(forged)
        after = await self._tip()
        self._refused(name, _is_refusal(answer) and after == before, answer, "in a block")

    async def _hand_in(self, payment: Transaction) -> Answer | None:
        return await self._person.calls.post(self._node, "/transactions", {"hex": payment.encode().hex()})

    async def _tip(self) -> str:
        answer = await self._person.calls.get(self._node, "/status")
        return "" if answer is None else str(answer.body.get("tip"))

    def _refused(self, name: str, refused: bool, answer: Answer | None, how: str) -> None:  # noqa: FBT001
        self._world.always(f"refuses-{name}", refused, node=self._node, how=how, rule=_rule(answer))


def _is_refusal(answer: Answer | None) -> bool:
    """A refusal, and not a failure of the node."""
    return answer is not None and 400 <= answer.status < 500


def _is_done(answer: Answer | None) -> bool:
    return answer is not None and answer.ok


def _rule(answer: Answer | None) -> str:
    return "no answer" if answer is None else answer.rule
