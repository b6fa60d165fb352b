"""Strategies for Hypothesis: keys, outputs, transactions, blocks, chains and trees of them, and what is nearly one.

Whatever is not called a mutation is valid.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from hypothesis import strategies as st

from lydite_subjects.coin.spec.amounts import MONEY_MAX
from lydite_subjects.coin.spec.blocks import Block, Header
from lydite_subjects.coin.spec.coins import Coin
from lydite_subjects.coin.spec.encoding import HASH_BYTES
from lydite_subjects.coin.spec.keys import ORDER, OWNER_BYTES, PrivateKey
from lydite_subjects.coin.spec.params import DEV, Params
from lydite_subjects.coin.spec.transactions import (
    MEMO_BYTES_MAX,
    NOWHERE,
    Input,
    Outpoint,
    Output,
    Transaction,
    coinbase,
)
from lydite_subjects.coin.testing.chains import ChainFactory
from lydite_subjects.coin.testing.factories import BlockFactory, Spending

T = TypeVar("T")

U32_MAX: Final = 0xFFFF_FFFF
AMOUNT_MAX: Final = MONEY_MAX // 100
"""So that the sum of a hundred is possible, too."""


def hashes() -> st.SearchStrategy[bytes]:
    """32 bytes."""
    return st.binary(min_size=HASH_BYTES, max_size=HASH_BYTES)


def owners() -> st.SearchStrategy[bytes]:
    """20 bytes of whom something belongs to; nobody may have the key."""
    return st.binary(min_size=OWNER_BYTES, max_size=OWNER_BYTES)


def keys() -> st.SearchStrategy[PrivateKey]:
    """Private keys, with the first and the last one."""
    numbers = st.one_of(st.integers(1, 1_000), st.integers(1, ORDER - 1), st.just(ORDER - 1))
    return numbers.map(lambda number: PrivateKey(number.to_bytes(32, "big")))


def amounts() -> st.SearchStrategy[int]:
    """Amounts that an output may have; a hundred of them have a possible sum."""
    return st.integers(1, AMOUNT_MAX)


def outputs() -> st.SearchStrategy[Output]:
    """Outputs."""
    return st.builds(Output, amounts(), owners())


def outpoints() -> st.SearchStrategy[Outpoint]:
    """Outputs of transactions that nobody knows."""
    return st.builds(Outpoint, hashes(), st.one_of(st.integers(0, 3), st.integers(0, NOWHERE - 1)))


@st.composite
def spendings(draw: st.DrawFn, params: Params = DEV, inputs_max: int = 4, outputs_max: int = 5) -> Spending:
    """Signed transactions with the coins that they spend: valid where those are there."""
    points = draw(st.lists(outpoints(), min_size=1, max_size=inputs_max, unique=True))
    owned_by = draw(st.lists(keys(), min_size=len(points), max_size=len(points)))
    coins = tuple(Coin(draw(amounts()), key.public.owner, 1, coinbase=False) for key in owned_by)
    left = sum(each.amount for each in coins)
    made: list[Output] = []
    for _ in range(draw(st.integers(1, min(outputs_max, left)))):
        if left:
            made.append(Output(draw(st.integers(1, left)), draw(owners())))
            left -= made[-1].amount
    bare = Transaction(tuple([Input(each) for each in points]), tuple(made), draw(st.integers(0, U32_MAX)))
    signed = bare.signed(owned_by, [each.output for each in coins], params.magic)
    return Spending(signed, coins, tuple(owned_by))


def coinbases() -> st.SearchStrategy[Transaction]:
    """Coinbases, some of which make nothing."""
    made = st.lists(st.builds(Output, st.integers(0, AMOUNT_MAX), owners()), min_size=1, max_size=3)
    return st.builds(coinbase, st.integers(0, U32_MAX), made, st.binary(max_size=MEMO_BYTES_MAX - 4))


def transactions() -> st.SearchStrategy[Transaction]:
    """Transactions that are valid by themselves."""
    return st.one_of(spendings().map(lambda each: each.transaction), coinbases())


@dataclass(frozen=True, slots=True)
class Mutation:
    """A transaction that is like a valid one, but for one thing."""

    of: Spending
    what: str
    transaction: Transaction


@st.composite
def mutations(draw: st.DrawFn) -> Mutation:
    """A signed transaction that was changed after it was signed: nobody has signed for what it is now."""
    spending = draw(spendings())
    what = draw(st.sampled_from(sorted(_CHANGES)))
    changed = _CHANGES[what](draw, spending.transaction)
    if changed == spending.transaction:
        what, changed = "version", _version(draw, spending.transaction)
    return Mutation(spending, what, changed)


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """Bytes that are not these, but nearly: a few bits, bytes or lengths are different."""
    found = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(found) - 1, 0)))
        match draw(st.sampled_from(["bit", "byte", "insert", "delete", "cut", "double"])):
            case "bit" if found:
                found[at] ^= 1 << draw(st.integers(0, 7))
            case "byte" if found:
                found[at] = draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFC, 0xFD, 0xFE, 0xFF]))
            case "insert":
                found[at:at] = draw(st.binary(min_size=1, max_size=9))
            case "delete":
                del found[at : at + draw(st.integers(1, 9))]
            case "cut":
                del found[at:]
            case _:
                found[at:at] = found[at : at + draw(st.integers(1, 80))]
    return bytes(found) if found != data else bytes(found) + b"\0"


def headers() -> st.SearchStrategy[Header]:
    """Headers with any field at all; nobody has worked for them."""
    numbers = st.integers(0, U32_MAX)
    return st.builds(Header, numbers, hashes(), hashes(), st.integers(0, (1 << 64) - 1), numbers, numbers)


@st.composite
def blocks(draw: st.DrawFn, params: Params = DEV) -> Block:
    """Solved blocks that are valid by themselves."""
    index = draw(st.integers(1, 1_000))
    paid = draw(st.lists(spendings(params), max_size=4, unique_by=lambda each: each.transaction.txid))
    return BlockFactory(0, params).make(
        index=index,
        previous_hash=draw(hashes()).hex(),
        transactions=[each.transaction for each in paid],
        owner=draw(owners()),
    )


@st.composite
def chains(draw: st.DrawFn, params: Params = DEV, blocks_max: int = 12) -> ChainFactory:
    """Valid chains."""
    factory = ChainFactory(params, seed=draw(st.integers(0, 99)), payments=draw(st.integers(0, 3)))
    factory.grow(draw(st.integers(0, blocks_max)))
    return factory


@st.composite
def trees(
    draw: st.DrawFn, params: Params = DEV, branches_max: int = 4, blocks_max: int = 10
) -> list[ChainFactory]:
    """Valid chains that share their beginnings: the first is the trunk, each other one forks from an earlier one."""
    found = [draw(chains(params, blocks_max))]
    for number in range(draw(st.integers(1, branches_max))):
        below = draw(st.sampled_from(found))
        branch = below.fork(draw(st.integers(0, below.tip.index)), seed=100 + number)
        branch.grow(draw(st.integers(1, blocks_max)))
        found.append(branch)
    return found


# How a transaction may be changed


def _version(draw: st.DrawFn, before: Transaction) -> Transaction:
    return replace(before, version=draw(st.integers(0, U32_MAX).filter(lambda each: each != before.version)))


def _amount(draw: st.DrawFn, before: Transaction) -> Transaction:
    return _output(draw, before, lambda each: each._replace(amount=draw(amounts())))


def _owner(draw: st.DrawFn, before: Transaction) -> Transaction:
    return _output(draw, before, lambda each: each._replace(owner=draw(owners())))


def _more(draw: st.DrawFn, before: Transaction) -> Transaction:
    return replace(before, outputs=(*before.outputs, draw(outputs())))


def _fewer(draw: st.DrawFn, before: Transaction) -> Transaction:
    return replace(before, outputs=before.outputs[:-1])


def _order(draw: st.DrawFn, before: Transaction) -> Transaction:
    return replace(before, outputs=tuple(draw(st.permutations(before.outputs))))


def _signature(draw: st.DrawFn, before: Transaction) -> Transaction:
    bit = draw(st.integers(0, 511))
    return _input(draw, before, lambda each: each._replace(signature=_flipped(each.signature, bit)))


def _public(draw: st.DrawFn, before: Transaction) -> Transaction:
    return _input(draw, before, lambda each: each._replace(public=draw(keys()).public.raw))


def _swapped(draw: st.DrawFn, before: Transaction) -> Transaction:
    """The proofs of two inputs in each other's place."""
    proofs = [(each.signature, each.public) for each in before.inputs]
    moved = proofs[1:] + proofs[:1]
    inputs = [
        each._replace(signature=signature, public=public)
        for each, (signature, public) in zip(before.inputs, moved, strict=True)
    ]
    return replace(before, inputs=tuple(inputs))


def _output(draw: st.DrawFn, before: Transaction, change: Callable[[Output], Output]) -> Transaction:
    return replace(before, outputs=_one(draw, before.outputs, change))


def _input(draw: st.DrawFn, before: Transaction, change: Callable[[Input], Input]) -> Transaction:
    return replace(before, inputs=_one(draw, before.inputs, change))


def _one(draw: st.DrawFn, values: tuple[T, ...], change: Callable[[T], T]) -> tuple[T, ...]:
    at = draw(st.integers(0, len(values) - 1))
    return (*values[:at], change(values[at]), *values[at + 1 :])


def _flipped(data: bytes, bit: int) -> bytes:
    return bytes([*data[: bit // 8], data[bit // 8] ^ 1 << bit % 8, *data[bit // 8 + 1 :]])


_CHANGES: Final[dict[str, Callable[[st.DrawFn, Transaction], Transaction]]] = {
    "amount": _amount,
    "fewer outputs": _fewer,
    "more outputs": _more,
    "order of outputs": _order,
    "owner": _owner,
    "public key": _public,
    "signature": _signature,
    "swapped proofs": _swapped,
    "version": _version,
}
