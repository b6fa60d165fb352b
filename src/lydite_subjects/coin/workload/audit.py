"""The audit: when a storm is over, the nodes must come together, and what they hold must be right to the last grain.

The auditor fetches chains as bytes, works them through in books of its own, and compares what comes of it with what
each node tells. Then each node has to show that it is of use: payments get into blocks, and what one node proposes
the others take.
"""

from collections.abc import Sequence
from typing import Final

import httpx

from lydite.model import seconds
from lydite.world import World
from lydite_subjects.coin.spec.amounts import grains
from lydite_subjects.coin.spec.blocks import Block, block_from_hex
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.keys import address_of
from lydite_subjects.coin.spec.mining import solve
from lydite_subjects.coin.workload.books import Books, audited
from lydite_subjects.coin.workload.calls import API_PORT, PATIENCE_S, Caller
from lydite_subjects.coin.workload.observer import Observer
from lydite_subjects.coin.workload.people import Person
from lydite_subjects.coin.workload.stranger import Stranger

LOOKS_MAX: Final = 90
"""How often it is looked whether the nodes agree: a node that was away may call again only after minutes."""
LOOK_S: Final = 4
ATTEMPTS_MAX: Final = 2_000_000


class Audit:
    """One audit of nodes that are held to their promises."""

    def __init__(self, world: World, nodes: Sequence[str]) -> None:
        self.observer = Observer(world)
        self._calls = Caller()
        self._draws = world.draws("auditor")
        self._world = world
        self._nodes = tuple(nodes)

    async def whole(self, miner: Person, people: Sequence[Person]) -> None:
        """Everything that must be true in the end."""
        await self.converges(miner)
        await self.is_of_use(miner, people)
        await self.note_tips()
        await self.chains_are_right()
        self.leave()

    async def short(self, miner: Person) -> None:
        """The same for nodes on which nobody lives: each proposes a block, and then the books are looked at."""
        for number, node in enumerate(self._nodes):
            await self.hands_on(node, self._nodes[(number + 1) % len(self._nodes)], miner)
        await self.note_tips()
        await self.chains_are_right()
        self.leave()

    async def catches_up(self, node: str, other: str, until_ns: int) -> bool:
        """Does a node get to where another one is in time? It is asked as most programs would ask it."""
        async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client:
            while self._world.now_ns < until_ns:
                await self._world.sleep(seconds(LOOK_S))
                goal = await self.observer.ask(other)
                try:
                    told = (await client.get(f"http://{node}:{API_PORT}/status")).json()
                except httpx.HTTPError:
                    continue
                if goal is not None and told["work"] >= goal["work"]:
                    return True
        return False

    def leave(self) -> None:
        """Hang up."""
        self.observer.leave()
        self._calls.hang_up()

    async def converges(self, miner: Person) -> bool:
        """Let blocks be found until all nodes have the same tip: of two that are as good, only work decides."""
        for look in range(LOOKS_MAX):
            await miner.mine(self._nodes[look % len(self._nodes)])
            await self._world.sleep(seconds(LOOK_S))
            tips = await self._tips()
            if None not in tips and len(set(tips)) == 1:
                return True
        return False

    async def note_tips(self) -> None:
        """What each node ends with, for `nodes-converge`; a node that is one message late gets another look."""
        tips: list[str | None] = []
        for _ in range(5):
            tips = await self._tips()
            if None not in tips and len(set(tips)) == 1:
                break
            await self._world.sleep(seconds(LOOK_S))
        for node, tip in zip(self._nodes, tips, strict=True):
            self._world.note("state", node=node, value=tip)

    async def is_of_use(self, miner: Person, people: Sequence[Person]) -> None:
        """Each node in its turn proposes a block, and the next one takes it; payments get in."""
        payments: dict[bytes, str] = {}
        # The last one pays when all blocks but one were found, so that something waits in the pools at the end.
        for number, node in enumerate(self._nodes):
            person = people[number % len(people)]
            paid = await person.pay(miner, node)
            if paid is not None:
                payments[paid] = node
            await self._world.sleep(seconds(2))
            await self.hands_on(node, self._nodes[(number + 1) % len(self._nodes)], miner)
        await self._world.sleep(seconds(2))
        for txid, node in payments.items():
            answer = await self._calls.get(node, f"/transactions/{txid.hex()}")
            confirmed = answer is not None and answer.body.get("confirmed") is True
            self._world.always("payments-confirm", confirmed, node=node, txid=txid.hex())

    async def hands_on(self, node: str, other: str, miner: Person) -> None:
        """What one node proposes is found, and another node takes it."""
        proposal = await self.proposal(node, miner.address)
        if proposal is None:
            self._world.always("mining-succeeds", False, node=node, found="no template")
            return
        block = solved(proposal)
        answer = await self._calls.post(other, "/mining/submit", {"block": block.encode().hex()})
        rule = "no answer" if answer is None else answer.rule
        self._world.always("mining-succeeds", rule == "", node=node, other=other, rule=rule)
        await self._world.sleep(seconds(2))

    async def proposal(self, node: str, address: str) -> Block | None:
        """What a node would mine."""
        answer = await self._calls.get(node, f"/mining/template?address={address}")
        if answer is None or not answer.ok:
            return None
        return block_from_hex(answer.body["block"], answer.body["height"])

    async def chains_are_right(self) -> None:
        """Each node serves a chain that keeps the law, and its coins and its pool are those that follow from it."""
        known: dict[bytes, tuple[Books, str]] = {}
        for node in self._nodes:
            chain = await self._chain(node)
            if not chain:
                self._world.always("chain-is-valid", False, node=node, wrong="it serves none")
                continue
            told = b"".join(block.encode() for block in chain)
            if told not in known:
                known[told] = audited(chain)
                self._note_transactions(node, chain)
            books, wrong = known[told]
            self._world.always("chain-is-valid", not wrong, node=node, wrong=wrong)
            await self._coins_are_right(node, books)
            await self._pool_is_right(node, books)

    async def _tips(self) -> list[str | None]:
        return [None if each is None else each["tip"] for each in await self.observer.all(self._nodes)]

    async def _chain(self, node: str) -> list[Block] | None:
        stranger = await Stranger.meeting(node, self._draws, name="auditor")
        if stranger is None:
            return None
        try:
            return await stranger.chain()
        except CoinError:
            return None
        finally:
            stranger.leave()

    def _note_transactions(self, node: str, chain: Sequence[Block]) -> None:
        for block in chain:
            for each in block.transactions[1:]:
                spends = [str(one.outpoint) for one in each.inputs]
                self._world.note("transaction", node=node, transaction=each.txid.hex(), spends=spends)

    async def _coins_are_right(self, node: str, books: Books) -> None:
        told: dict[tuple[str, int], int] = {}
        balances: dict[str, int] = {}
        for owner in dict.fromkeys(each.owner for each in books.coins.values()):
            address = address_of(owner)
            answer = await self._calls.get(node, f"/utxos/{address}?limit=1000")
            found = (
                [] if answer is None else [each for each in answer.body.get("utxos", []) if each["confirmed"]]
            )
            told.update({(each["txid"], each["index"]): grains(each["amount"]) for each in found})
            balances[address] = sum(grains(each["amount"]) for each in found)
        expected = {(name.hex(), index): coin.amount for (name, index), coin in books.coins.items()}
        wrong = sorted(set(told.items()) ^ set(expected.items()))
        self._world.always("coins-match-the-chain", not wrong, node=node, wrong=str(wrong[:2]))
        self._world.note("supply", node=node, balances=dict(balances), issued=books.issued)

    async def _pool_is_right(self, node: str, books: Books) -> None:
        """What waits could be in the next block, all of it."""
        proposal = await self.proposal(node, address_of(bytes(20)))
        wrong = "no template" if proposal is None else books.wrong_with(solved(proposal))
        self._world.always("pool-fits-the-chain", not wrong, node=node, wrong=wrong)


def solved(block: Block) -> Block:
    """The block with the work that it needs."""
    nonce = solve(block.header, 0, ATTEMPTS_MAX)
    assert nonce is not None, "no nonce makes the hash small enough"
    return Block(block.header._replace(nonce=nonce), block.transactions, block.index)
