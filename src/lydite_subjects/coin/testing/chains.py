"""A factory of chains: valid blocks one after the other, with payments, and branches of them."""

import random
from collections import deque
from collections.abc import Sequence
from typing import Final

from lydite_subjects.coin.spec.blocks import Block, Header, genesis, root_of
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.coins import Coin
from lydite_subjects.coin.spec.headers import Entry, Headers
from lydite_subjects.coin.spec.ledger import Ledger
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.params import DEV, Params
from lydite_subjects.coin.spec.transactions import Outpoint, Output, Transaction, coinbase
from lydite_subjects.coin.testing.factories import FEE, Wallet, WalletFactory, signed_payment, solved

DUST: Final = 4 * FEE
"""Coins up to this amount are left where they are."""
FOREVER_S: Final = 1 << 40
"""A clock after all blocks."""


class ChainFactory:
    """Mines a chain whose coins belong to a few wallets, as quickly as the network allows.

    Blocks come a little more slowly than the network wants them, so they stay as easy as they can be.
    """

    def __init__(self, params: Params = DEV, *, seed: int = 0, wallets: int = 4, payments: int = 1) -> None:
        """With so many payments in each block, as far as there are coins that may be spent."""
        self.params = params
        self.wallets: Sequence[Wallet] = WalletFactory(seed).batch(wallets)
        self.blocks = [genesis(params)]
        """All of them, the first one included: the index is the height."""
        self.headers = Headers(params, self.blocks[0].header)
        self._seed = seed
        self.payments = payments
        self._draws = random.Random(f"chain {seed}")
        self._keys = {each.owner: each.keypair for each in self.wallets}
        self._ready: deque[tuple[Outpoint, Coin]] = deque()
        self._unripe: deque[tuple[Outpoint, Coin]] = deque()
        self._spent: set[Outpoint] = set()

    @property
    def tip(self) -> Block:
        """The last block."""
        return self.blocks[-1]

    @property
    def now_s(self) -> int:
        """The time of the last block."""
        return self.tip.header.time_s

    def grow(self, count: int) -> list[Block]:
        """Mines so many blocks."""
        return [self.mine() for _ in range(count)]

    def mine(self, transactions: Sequence[Transaction] | None = None, *, fees: int = 0) -> Block:
        """Mines a block, with payments of its own unless transactions are given, and `fees` as what those leave."""
        height = len(self.blocks)
        self._ripen(height)
        if transactions is None:
            transactions, fees = self._paid(self.payments)
        miner = self._draws.choice(self.wallets)
        reward = Output(self.params.subsidy_at(height) + fees, miner.owner)
        # Two factories of different seeds never mine the same block.
        body = (coinbase(height, [reward], str(self._seed).encode()), *transactions)
        parent = self._entry
        time_s = self.now_s + self.params.spacing_s + max(1, self.params.spacing_s // 20)
        header = Header(1, parent.hash, root_of(body), time_s, self.headers.next_bits(parent), 0)
        return self._take(Block(solved(header), body, height))

    def payment(self, *, fee: int = FEE) -> Transaction:
        """A payment of coins that no block of this chain spends yet, for a next block; they are not used again."""
        self._ripen(len(self.blocks))
        found = self._pay(fee)
        if found is None:
            raise ValueError("a payment: expected a coin that may be spent, found none; mine more blocks")
        return found[0]

    def fork(self, height: int, *, seed: int) -> "ChainFactory":
        """Another factory, of a chain that is the same up to this height."""
        other = ChainFactory(self.params, seed=self._seed, wallets=len(self.wallets), payments=self.payments)
        for block in self.blocks[1 : height + 1]:
            other._ripen(block.index)
            other._take(block)
        other._seed, other._draws = seed, random.Random(f"chain {seed}")
        return other

    def open(self, ledger: Ledger | None = None) -> Chain:
        """A chain with all of its blocks connected, in memory unless a ledger is given."""
        chain = Chain.open(self.params, ledger or Memory(self.params.name))
        change = chain.add_blocks(self.blocks[1:], FOREVER_S)
        assert not change.refused, change.refused
        return chain

    @property
    def _entry(self) -> Entry:
        entry = self.headers.get(self.tip.hash)
        assert entry is not None
        return entry

    def _take(self, block: Block) -> Block:
        self.headers.add(block.header, block.header.time_s)
        self.blocks.append(block)
        for index, transaction in enumerate(block.transactions):
            if index:
                self._spent.update([each.outpoint for each in transaction.inputs])
            queue = self._ready if index else self._unripe
            for at, (amount, owner) in enumerate(transaction.outputs):
                if owner in self._keys:
                    queue.append((transaction.outpoint(at), Coin(amount, owner, block.index, not index)))
        return block

    def _ripen(self, height: int) -> None:
        while self._unripe and height - self._unripe[0][1].height >= self.params.maturity_blocks:
            self._ready.append(self._unripe.popleft())

    def _paid(self, count: int) -> tuple[list[Transaction], int]:
        """Payments, and what they leave."""
        found = []
        for _ in range(count):
            payment = self._pay(FEE + self._draws.randrange(FEE))
            if payment is None:
                break
            found.append(payment)
        return [each for each, _ in found], sum(fee for _, fee in found)

    def _pay(self, fee: int) -> tuple[Transaction, int] | None:
        while self._ready:
            outpoint, coin = self._ready.popleft()
            if outpoint in self._spent or coin.amount <= max(DUST, 2 * fee):
                continue
            self._spent.add(outpoint)
            amount = self._draws.randrange(1, coin.amount - fee)
            outputs = [
                Output(amount, self._draws.choice(self.wallets).owner),
                Output(coin.amount - fee - amount, coin.owner),
            ]
            return signed_payment({outpoint: coin}, [self._keys[coin.owner]], outputs, self.params), fee
        return None
