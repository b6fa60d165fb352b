"""The forge of an attacker: a chain of their own, on which they make blocks and payments, right ones and others.

Whatever a forged block is wrong in, its work is done: it is refused for what it is, and not for its hash.
"""

from collections.abc import Sequence
from typing import Final

from lydite_subjects.coin.spec.blocks import Block, Header, root_of
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.keys import PrivateKey
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mining import solve
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Outpoint, Output, Transaction, coinbase
from lydite_subjects.coin.workload.people import FEE, Coins, signed

ATTEMPTS_MAX: Final = 1_000_000


class Forge:
    """One attacker's workshop."""

    def __init__(self, key: PrivateKey, now_s: int) -> None:
        self.key = key
        self.now_s = now_s
        """What the clock of the nodes tells."""
        self.chain = Chain.open(DEV, Memory(DEV.name))
        self._made = 0

    @property
    def tip(self) -> Entry:
        """The block that is attacked on top of."""
        return self.chain.tip

    def learn(self, *blocks: Block) -> None:
        """These blocks are right, and the nodes know them."""
        self.chain.add_blocks(blocks, self.now_s)

    def extend(self, count: int) -> list[Block]:
        """So many right blocks on top of the tip, one second apart."""
        found = []
        for _ in range(count):
            found.append(self.block())
            self.learn(found[-1])
        return found

    def block(
        self,
        payments: Sequence[Transaction] = (),
        *,
        on: Entry | None = None,
        reward: int | None = None,
        fees: int = 0,
        time_s: int | None = None,
        bits: int | None = None,
        height: int | None = None,
    ) -> Block:
        """A block that is right, but for what is asked for."""
        parent = on or self.tip
        told = parent.height + 1 if height is None else height
        amount = DEV.subsidy_at(parent.height + 1) + fees if reward is None else reward
        self._made += 1
        first = coinbase(told, [self.output(amount)], self._made.to_bytes(8, "little"))
        return self.around((first, *payments), on=parent, time_s=time_s, bits=bits)

    def around(
        self,
        transactions: Sequence[Transaction],
        *,
        on: Entry | None = None,
        time_s: int | None = None,
        bits: int | None = None,
    ) -> Block:
        """A header with its work around any transactions."""
        parent = on or self.tip
        headers = self.chain.headers
        median_s = headers.median_time(parent)
        header = Header(
            1,
            parent.hash,
            root_of(transactions),
            max(parent.header.time_s, median_s) + 1 if time_s is None else time_s,
            headers.next_bits(parent) if bits is None else bits,
            0,
        )
        return Block(worked(header), tuple(transactions), parent.height + 1)

    def coins(self) -> list[Coins]:
        """What can be spent in the next block: the attacker's own, the oldest first."""
        found = self.chain.ledger.unspent(self.key.public.owner, 1_000)
        ripe_at = self.tip.height + 1 - DEV.maturity_blocks
        ripe = [(place, coin) for place, coin in found if not coin.coinbase or coin.height <= ripe_at]
        ripe.sort(key=lambda each: (each[1].height, each[0]))
        return [Coins(place, coin.output, confirmed=True) for place, coin in ripe]

    def coin(self) -> Coins:
        """The oldest of them."""
        return self.coins()[0]

    def reward_of(self, height: int) -> Coins:
        """What the block of that height on the tip's chain has earned its miner."""
        entry = self.chain.headers.at(self.tip, height)
        block = self.chain.block(entry.hash)
        assert block is not None
        first = block.transactions[0]
        return Coins(first.outpoint(0), first.outputs[0], confirmed=True)

    def split(self, parts: int) -> Transaction:
        """A payment of the oldest coin to its owner, in equal parts."""
        spent = self.coin()
        return self.payment([spent], [spent.output.amount // parts - FEE] * parts)

    def fee(self, payment: Transaction) -> int:
        """What a payment of confirmed coins leaves to its miner."""
        spent = [self.chain.coin(each.outpoint) for each in payment.inputs]
        return sum(coin.amount for coin in spent if coin is not None) - payment.paid

    def payment(self, spent: Sequence[Coins], amounts: Sequence[int]) -> Transaction:
        """A signed payment to oneself."""
        return signed(self.key, spent, [self.output(each) for each in amounts])

    def output(self, amount: int) -> Output:
        """For oneself."""
        return Output(amount, self.key.public.owner)


def worked(header: Header) -> Header:
    """The header with a nonce that makes its hash small enough."""
    nonce = solve(header, 0, ATTEMPTS_MAX)
    assert nonce is not None, "no nonce makes the hash small enough"
    return header._replace(nonce=nonce)


def parts_of(payment: Transaction) -> list[Coins]:
    """What a payment has made, to be spent."""
    return [
        Coins(Outpoint(payment.txid, index), output, confirmed=True)
        for index, output in enumerate(payment.outputs)
    ]
