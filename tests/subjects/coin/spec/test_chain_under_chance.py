"""The chain under chance: whatever tree of blocks comes in whatever order, the same chain stands in the end.

What a chain should be is told here by a plain model: each block of the tree has the coins that it leaves, computed
from those of its parent, and is right or wrong because it was built so. Nothing of overlays, undo data, or ledgers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lydite_subjects.coin.spec.blocks import Block, genesis
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.coins import Coin
from lydite_subjects.coin.spec.headers import Headers
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.transactions import Outpoint, Output, Transaction
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, owner, pay, reward

PARAMS: Final = replace(QUICK, retarget_blocks=4, halving_blocks=6)
GENESIS: Final = genesis(PARAMS)
OWNERS: Final = 3
DEFECTS: Final = (
    "reward",
    "coinbase-height",
    "signature",
    "owner",
    "overspent",
    "missing-coin",
    "txid-repeated",
)

Coins = dict[Outpoint, Coin]


@dataclass(frozen=True)
class Made:
    """A block of the tree, and what is true of it."""

    block: Block
    parent: "Made | None"
    work: int
    coins: Coins
    """After it."""
    valid: bool
    """It and all before it."""

    @property
    def way(self) -> "list[Made]":
        """From the genesis to here."""
        return [*(self.parent.way if self.parent else []), self]


@st.composite
def trees(draw: st.DrawFn) -> list[Made]:
    """A tree of blocks with payments, some of them wrong; the genesis first."""
    headers = Headers(PARAMS, GENESIS.header)
    first = GENESIS.transactions[0]
    there = {first.outpoint(0): Coin(first.paid, first.outputs[0].owner, 0, coinbase=True)}
    tree = [Made(GENESIS, None, headers.genesis.work, there, valid=True)]
    for serial in range(draw(st.integers(1, 14))):
        back = draw(st.sampled_from((0, 0, 0, 0, 1, 2, 5, 9)))
        parent = tree[max(len(tree) - 1 - back, 0)]
        defect = draw(st.sampled_from((*[""] * 25, *DEFECTS)))
        body, coins = _body(draw, parent, serial, defect)
        entry = headers.get(parent.block.hash)
        assert entry is not None
        time_s = headers.median_time(entry) + draw(st.sampled_from((1, 5, 9)))
        if (entry.height + 1) % PARAMS.retarget_blocks == 0:
            time_s = max(time_s, entry.header.time_s)
        bits = headers.next_bits(entry)
        made = block(PARAMS, parent.block, *body[1:], first=body[0], time_s=time_s, bits=bits)
        work = headers.add(made.header, LATE_S).work
        tree.append(Made(made, parent, work, coins, valid=parent.valid and not defect))
    return tree


def _body(draw: st.DrawFn, parent: Made, serial: int, defect: str) -> tuple[list[Transaction], Coins]:
    """The transactions of a child, and the coins that it leaves if nothing is wrong with it."""
    height, coins, payments, fees = parent.block.index + 1, dict(parent.coins), [], 0
    for _ in range(draw(st.integers(0, 3))):
        ripe = sorted(
            (point, coin)
            for point, coin in coins.items()
            if coin.owner in KEYS
            and coin.amount >= 4
            and not (coin.coinbase and height - coin.height < PARAMS.maturity_blocks)
        )
        if not ripe:
            break
        chosen = draw(st.lists(st.sampled_from(ripe), min_size=1, max_size=2, unique_by=lambda each: each[0]))
        amount, fee = sum(coin.amount for _, coin in chosen), draw(st.sampled_from((0, 1)))
        some = draw(st.integers(1, amount - fee - 1))
        outputs = [
            Output(each, owner(draw(st.integers(0, OWNERS - 1)))) for each in (some, amount - fee - some)
        ]
        payments.append(
            pay(PARAMS, [(point, coin.output, KEYS[coin.owner]) for point, coin in chosen], *outputs)
        )
        fees += fee
        for point, _ in chosen:
            del coins[point]
        _make(coins, payments[-1], height, by_coinbase=False)
    extra = fees + 1 if defect == "reward" else draw(st.sampled_from((fees, 0)))
    told = height + 1 if defect == "coinbase-height" else height
    first = reward(PARAMS, told, to=draw(st.integers(0, OWNERS - 1)), extra=extra, memo=b"%d" % serial)
    if defect == "coinbase-height":
        first = replace(first, outputs=(Output(PARAMS.subsidy_at(height), owner(0)),))
    _make(coins, first, height, by_coinbase=True)
    return [first, *_spoilt(payments, defect)], coins


def _make(coins: Coins, transaction: Transaction, height: int, *, by_coinbase: bool) -> None:
    for index, output in enumerate(transaction.outputs):
        coins[transaction.outpoint(index)] = Coin(*output, height, by_coinbase)


def _spoilt(payments: list[Transaction], defect: str) -> list[Transaction]:
    """The same with something wrong that is not in the coinbase; with a payment from nowhere if there is none."""
    if defect in {"", "reward", "coinbase-height"}:
        return payments
    nowhere = (Outpoint(b"\x09" * 32, 0), Output(5, owner(0)), 0)
    last = payments[-1] if payments else pay(PARAMS, [nowhere], Output(5, owner(0)))
    proof = last.inputs[0]
    match defect:
        case "signature":
            last = replace(last, inputs=(proof._replace(signature=bytes(64)), *last.inputs[1:]))
        case "owner":
            last = replace(last, inputs=(proof._replace(public=b"\x02" * 33), *last.inputs[1:]))
        case "overspent":
            last = replace(last, outputs=(last.outputs[0]._replace(amount=2**45), *last.outputs[1:]))
        case "missing-coin":
            last = pay(PARAMS, [nowhere], Output(5, owner(0)))
        case _:
            return [*payments[:-1], last, last]
    return [*payments[:-1], last]


KEYS: Final = {owner(number): number for number in range(OWNERS)}


def best_of(made: Sequence[Made], here: set[bytes]) -> int:
    """The most work of what is right and has all of its bodies."""
    complete = [each for each in made if each.valid and all(one.block.hash in here for one in each.way)]
    return max(each.work for each in complete)


def assert_right(chain: Chain, tree: Sequence[Made], here: set[bytes]) -> None:
    """The chain that stands is a best one, and what its ledger tells is what the model says."""
    ledger = chain.ledger
    assert isinstance(ledger, Memory)
    tip = next(each for each in tree if each.block.hash == ledger.tip())
    assert chain.tip.hash == tip.block.hash
    assert tip.valid
    assert tip.work == best_of(tree, here)
    assert ledger._coins == tip.coins
    assert [ledger.hash_at(height) for height in range(ledger.height() + 1)] == [
        each.block.hash for each in tip.way
    ]
    subsidies = sum(PARAMS.subsidy_at(height) for height in range(ledger.height() + 1))
    assert sum(coin.amount for coin in ledger._coins.values()) <= subsidies
    assert_told(ledger, tip)


def assert_told(ledger: Memory, tip: Made) -> None:
    """What people are told by owner and by transaction."""
    for each in (*KEYS, GENESIS.transactions[0].outputs[0].owner):
        mine = sorted((point, coin) for point, coin in tip.coins.items() if coin.owner == each)
        assert ledger.balance(each) == sum(coin.amount for _, coin in mine)
        assert ledger.unspent(each, 1_000) == mine
        if len(mine) > 1:
            assert ledger.unspent(each, 1, mine[0][0]) == mine[1:2]
        touching = [
            transaction.txid
            for made in tip.way
            for transaction in made.block.transactions
            if any(output.owner == each for output in transaction.outputs)
            or any(made.parent is not None and coin.owner == each for coin in _spent_by(made, transaction))
        ]
        told = ledger.history(each, 1_000)
        assert [located.transaction.txid for located in reversed(told)] == touching
        assert ledger.history(each, 2) == told[:2]
        assert ledger.history(each, 9, 3) == [located for located in told if located.height < 3][:9]
        assert all(ledger.transaction(located.transaction.txid) == located for located in told)


def _spent_by(made: Made, transaction: Transaction) -> list[Coin]:
    """The coins that a transaction spent, wherever on the way they were made."""
    outputs = {
        each.outpoint(index): Coin(*output, 0, coinbase=False)
        for one in made.way
        for each in one.block.transactions
        for index, output in enumerate(each.outputs)
    }
    return [] if transaction.is_coinbase else [outputs[each.outpoint] for each in transaction.inputs]


QUIETLY: Final = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@QUIETLY
@given(tree=trees(), data=st.data())
def test_bodies_in_any_order_give_the_best_right_chain_at_every_moment(
    tree: list[Made], data: st.DataObject
) -> None:
    ledger = Memory(PARAMS.name)
    chain = Chain.open(PARAMS, ledger)
    _all_headers(chain, tree)
    order = data.draw(st.permutations(tree[1:]))
    here = {GENESIS.hash}

    while order:
        count = data.draw(st.integers(1, 4))
        batch, order = order[:count], order[count:]
        if data.draw(st.booleans()):
            forged = batch[0].block
            body = (*forged.transactions, forged.transactions[-1])
            chain.add_blocks([Block(forged.header, body, forged.index)], LATE_S)
            assert chain.headers.get(forged.hash) is not None
        before = chain.tip
        change = chain.add_blocks([each.block for each in batch], LATE_S)
        here.update(each.block.hash for each in batch)
        assert_right(chain, tree, here)
        assert_change(tree, before.hash, chain.tip.hash, change.disconnected, change.connected)
        assert {each.block.hash for each in tree if each.valid}.isdisjoint(change.refused)
        if data.draw(st.booleans()):
            chain = Chain.open(PARAMS, ledger)
            assert_right(chain, tree, here)


def _all_headers(chain: Chain, tree: Sequence[Made]) -> None:
    chain.add_headers([each.block.header for each in tree[1:]], LATE_S)


def assert_change(
    tree: Sequence[Made], before: bytes, after: bytes, gone: Sequence[Block], new: Sequence[Block]
) -> None:
    """What is told of a change leads from the one chain to the other."""
    ways = {each.block.hash: [one.block.hash for one in each.way] for each in tree}
    left = ways[before][: len(ways[before]) - len(gone)]
    assert ways[before][len(left) :] == [each.hash for each in reversed(gone)]
    assert [*left, *(each.hash for each in new)] == ways[after]


@QUIETLY
@given(tree=trees(), data=st.data())
def test_children_before_parents_end_in_the_same_chain(tree: list[Made], data: st.DataObject) -> None:
    ends = []
    for _ in range(2):
        chain = Chain.open(PARAMS, Memory(PARAMS.name))
        left = [each.block for each in data.draw(st.permutations(tree[1:]))]
        while left:
            count = data.draw(st.integers(1, len(left)))
            change = chain.add_blocks(left[:count], LATE_S)
            unknown = [each for each in left[:count] if _is_unknown(change.refused.get(each.hash))]
            left = [*left[count:], *unknown]
        assert_right(chain, tree, {each.block.hash for each in tree})
        ends.append(chain.tip)

    assert ends[0].work == ends[1].work
    if sum(each.valid and each.work == ends[0].work for each in tree) == 1:
        assert ends[0].hash == ends[1].hash


def _is_unknown(error: object) -> bool:
    return getattr(error, "rule", "") == "unknown-parent"
