"""Factories: wallets, transactions and blocks that are valid, each factory with its own seed.

Two factories with the same seed make the same things in the same order; nothing is shared between them.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lydite_subjects.coin.spec.amounts import COIN
from lydite_subjects.coin.spec.blocks import Block, Header, genesis, root_of
from lydite_subjects.coin.spec.coins import Coin
from lydite_subjects.coin.spec.encoding import HASH_BYTES
from lydite_subjects.coin.spec.keys import ORDER, PrivateKey
from lydite_subjects.coin.spec.mining import solve
from lydite_subjects.coin.spec.params import DEV, Params
from lydite_subjects.coin.spec.transactions import (
    Input,
    Outpoint,
    Output,
    Transaction,
    coinbase,
)

FEE: Final = 10_000
"""What the payments of the factories pay at least, in grains: more than a grain a byte."""
_STRETCH: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Wallet:
    """A key, and the name of a file that it could be in."""

    keypair: PrivateKey
    filename: str

    @property
    def private_key(self) -> str:
        """The secret number in hexadecimal digits."""
        return self.keypair.hex

    @property
    def address(self) -> str:
        """Where to pay to."""
        return self.keypair.address

    @property
    def owner(self) -> bytes:
        """The same in bytes."""
        return self.keypair.public.owner


class WalletFactory:
    """Makes wallets."""

    def __init__(self, seed: int = 0) -> None:
        self._draws = random.Random(f"wallets {seed}")

    def make(self) -> Wallet:
        """Another wallet."""
        key = PrivateKey((1 + self._draws.randrange(ORDER - 1)).to_bytes(32, "big"))
        return Wallet(key, f"test_wallet_{key.public.owner[:4].hex()}.json")

    def batch(self, count: int) -> list[Wallet]:
        """So many wallets."""
        return [self.make() for _ in range(count)]


class TransactionOutputFactory:
    """Makes outputs of a possible amount."""

    def __init__(self, seed: int = 0) -> None:
        self._draws = random.Random(f"outputs {seed}")

    def make(self, *, amount: int | None = None, recipient_address: str | None = None) -> Output:
        """An output of up to 1,000 coins, for an owner that nobody knows unless one is given."""
        grains = self._draws.randint(1, 1_000 * COIN) if amount is None else amount
        owner = self._draws.randbytes(20)
        return Output(grains, owner) if recipient_address is None else Output.pay(recipient_address, grains)


class TransactionInputFactory:
    """Makes inputs that nobody has signed."""

    def __init__(self, seed: int = 0) -> None:
        self._draws = random.Random(f"inputs {seed}")

    def make(self, *, tx_id: str | None = None, output_index: int | None = None) -> Input:
        """An input that spends one of the first outputs of some transaction."""
        txid = self._draws.randbytes(HASH_BYTES) if tx_id is None else bytes.fromhex(tx_id)
        return Input(Outpoint(txid, self._draws.randint(0, 10) if output_index is None else output_index))


@dataclass(frozen=True, slots=True)
class Spending:
    """A transaction, and the coins that it spends, in the order of its inputs: a view that has these coins only."""

    transaction: Transaction
    coins: tuple[Coin, ...]
    keys: tuple[PrivateKey, ...] = field(repr=False)

    def coin(self, outpoint: Outpoint) -> Coin | None:
        """The coin there."""
        for each, coin in zip(self.transaction.inputs, self.coins, strict=True):
            if each.outpoint == outpoint:
                return coin
        return None


class TransactionFactory:
    """Makes signed payments of coins that no chain has: each is valid wherever its coins are."""

    def __init__(self, seed: int = 0, params: Params = DEV) -> None:
        self._draws = random.Random(f"transactions {seed}")
        self._params = params
        self._wallets = WalletFactory(seed)
        self._inputs = TransactionInputFactory(seed)
        self._outputs = TransactionOutputFactory(seed)

    def make(self, *, inputs: int | None = None, outputs: int | None = None) -> Transaction:
        """A transaction of one to three inputs and one to five outputs, unless told otherwise."""
        return self.spending(inputs=inputs, outputs=outputs).transaction

    def spending(self, *, inputs: int | None = None, outputs: int | None = None, fee: int = FEE) -> Spending:
        """The same with the coins that it spends."""
        spent = [self._inputs.make() for _ in range(self._draws.randint(1, 3) if inputs is None else inputs)]
        paid = tuple(
            self._outputs.make() for _ in range(self._draws.randint(1, 5) if outputs is None else outputs)
        )
        keys = tuple(each.keypair for each in self._wallets.batch(len(spent)))
        # The amounts of the coins: all but the last of a grain, so that the sum is what is wanted.
        total = sum(each.amount for each in paid) + fee
        amounts = [1] * (len(spent) - 1) + [total - len(spent) + 1]
        coins = tuple(
            Coin(amount, key.public.owner, 1, coinbase=False)
            for amount, key in zip(amounts, keys, strict=True)
        )
        bare = Transaction(tuple(spent), paid)
        return Spending(bare.signed(keys, [each.output for each in coins], self._params.magic), coins, keys)


class BlockFactory:
    """Makes solved blocks that are valid by themselves."""

    def __init__(self, seed: int = 0, params: Params = DEV) -> None:
        self._draws = random.Random(f"blocks {seed}")
        self._params = params
        self._transactions = TransactionFactory(seed, params)

    def make(
        self,
        *,
        index: int = 1,
        previous_hash: str | None = None,
        transactions: Sequence[Transaction] | None = None,
        owner: bytes | None = None,
    ) -> Block:
        """A child of the first block, unless told otherwise, with up to five payments of coins that no chain has."""
        first = genesis(self._params)
        previous = first.hash if previous_hash is None else bytes.fromhex(previous_hash)
        if transactions is None:
            transactions = [self._transactions.make() for _ in range(self._draws.randint(1, 5))]
        to = self._draws.randbytes(20) if owner is None else owner
        reward = coinbase(index, [Output(self._params.subsidy_at(index), to)])
        body = (reward, *transactions)
        time_s = first.header.time_s + index * self._params.spacing_s
        return Block(solved(Header(1, previous, root_of(body), time_s, first.header.bits, 0)), body, index)


def solved(header: Header) -> Header:
    """The header with a nonce that makes it small enough; for easy targets only."""
    nonce = solve(header, 0, _STRETCH)
    if nonce is None:
        raise ValueError(
            f"a header for a test: expected bits that take less than {_STRETCH:,} hashes, found {header.bits:#010x}"
        )
    return header._replace(nonce=nonce)


def signed_payment(
    spent: Mapping[Outpoint, Coin], keys: Sequence[PrivateKey], outputs: Sequence[Output], params: Params
) -> Transaction:
    """A payment from these coins, by these keys in the same order."""
    bare = Transaction(tuple(Input(each) for each in spent), tuple(outputs))
    return bare.signed(keys, [each.output for each in spent.values()], params.magic)
