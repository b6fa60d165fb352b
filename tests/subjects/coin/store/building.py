"""Chains for the tests of ledgers: blocks that hang together and move coins, with signatures that nobody checks.

A ledger keeps what it is given. What it is given here follows from what it holds, by the law's own `apply` and
`unapply`, and from chance.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from lydite_subjects.coin.spec.blocks import Block, Header, genesis, root_of
from lydite_subjects.coin.spec.coins import Overlay, apply, unapply
from lydite_subjects.coin.spec.encoding import hash256
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.ledger import Ledger, Step
from lydite_subjects.coin.spec.params import DEV, Params
from lydite_subjects.coin.spec.transactions import Input, Outpoint, Output, Transaction, coinbase

OWNERS = 6


def owner(number: int) -> bytes:
    """Somebody."""
    return hash256(b"owner %d" % number)[:20]


def payment(spent: Sequence[Outpoint], outputs: Sequence[Output]) -> Transaction:
    """A transaction whose signatures are as long as real ones."""
    return Transaction(
        tuple([Input(each, hash256(b"s" + each.txid) * 2, b"\2" + each.txid) for each in spent]),
        tuple(outputs),
    )


def block_on(
    parent: Entry,
    payments: Sequence[Transaction] = (),
    *,
    nonce: int,
    rewards: Sequence[Output] | None = None,
) -> tuple[Entry, Block]:
    """A block on another one."""
    height = parent.height + 1
    reward = coinbase(height, rewards or [Output(50, owner(nonce % OWNERS))], b"%d" % nonce)
    header = Header(1, parent.hash, root_of([reward, *payments]), 1_000 + height, 0x2000FFFF, nonce % 2**32)
    block = Block(header, (reward, *payments), height)
    return Entry(block.hash, header, height, parent.work + 1, parent), block


def root(params: Params = DEV) -> tuple[Entry, Block]:
    """The genesis."""
    block = genesis(params)
    return Entry(block.hash, block.header, 0, 1, None), block


def connecting(
    ledger: Ledger, blocks: Sequence[tuple[Entry, Block]], *, leaving: Sequence[Entry] = ()
) -> Step:
    """The step that disconnects some blocks from the tip of a ledger down, and connects others."""
    overlay = Overlay(ledger)
    for entry in leaving:
        block, undo = ledger.block(entry.hash), ledger.undo(entry.hash)
        assert block is not None
        assert undo is not None
        unapply(block, undo, overlay)
    connected = tuple([(entry, block, apply(block, entry.height, overlay)) for entry, block in blocks])
    there = ledger.bodies([entry.hash for entry, _ in blocks])
    new = tuple([each for each in blocks if each[0].hash not in there])
    return Step(
        tip=blocks[-1][0],
        new_blocks=new,
        disconnected=tuple(leaving),
        connected=connected,
        coins=dict(overlay.changes),
    )


def give(ledger: Ledger, step: Step) -> None:
    """Lets a ledger do a step, as a chain does: with the headers of its blocks."""
    ledger.commit(replace(step, headers=tuple([entry for entry, _ in step.new_blocks])))


def begin(ledger: Ledger) -> Entry:
    """Connects the genesis."""
    entry, block = root()
    give(ledger, connecting(ledger, [(entry, block)]))
    return entry


def tip_of(ledger: Ledger) -> Entry:
    """The tip of a ledger; its parents are not told."""
    return entry_at(ledger, ledger.height())


def entry_at(ledger: Ledger, height: int) -> Entry:
    """The entry of a connected block; its parents are not told."""
    block_hash = ledger.hash_at(height)
    assert block_hash is not None
    block = ledger.block(block_hash)
    assert block is not None
    return Entry(block_hash, block.header, height, height + 1, None)


def wandering(ledger: Ledger, chance: random.Random, *, deep: int = 3) -> Step:
    """Some step from where a ledger is: on from its tip, or back a little and another way. The genesis comes first."""
    if ledger.tip() is None:
        return connecting(ledger, [root()])
    height = ledger.height()
    back = min(chance.choice([0, 0, *range(deep + 1)]), height)
    leaving = [entry_at(ledger, each) for each in range(height, height - back, -1)]
    overlay = Overlay(ledger)
    for entry in leaving:
        block, undo = ledger.block(entry.hash), ledger.undo(entry.hash)
        assert block is not None
        assert undo is not None
        unapply(block, undo, overlay)
    parent = entry_at(ledger, height - back)
    blocks = []
    for _ in range(back + chance.randint(1, 2)):
        entry, block = block_on(parent, _payments(ledger, overlay, chance), nonce=chance.getrandbits(31))
        apply(block, entry.height, overlay)
        blocks.append((entry, block))
        parent = entry
    return connecting(ledger, blocks, leaving=leaving)


def growing(ledger: Ledger, blocks: int, *, owners: int = 20) -> Step:
    """Blocks with one payment each: two transactions, three coins made and one spent."""
    parent, made = tip_of(ledger), list[tuple[Entry, Block]]()
    spent: Outpoint | None = None
    for number in range(blocks):
        outputs = [Output(20, owner(number % owners)), Output(30, owner((number + 1) % owners))]
        payments = [payment([spent], outputs)] if spent is not None else []
        entry, block = block_on(parent, payments, nonce=parent.height * 7 + 1)
        made.append((entry, block))
        parent, spent = entry, Outpoint(block.transactions[0].txid, 0)
    return connecting(ledger, made)


def audit(ledger: Ledger) -> None:
    """Holds everything that a ledger tells against what follows from its blocks."""
    overlay = Overlay(_Nothing())
    histories: dict[bytes, list[bytes]] = {}
    below = bytes(32)
    for height in range(ledger.height() + 1):
        block_hash = ledger.hash_at(height)
        assert block_hash is not None
        block = ledger.block(block_hash)
        assert block is not None
        assert (block.index, block.header.previous) == (height, below)
        below = block_hash
        owners_of = _owners(block, overlay)
        assert ledger.undo(block_hash) == apply(block, height, overlay)
        for transaction in block.transactions:
            located = ledger.transaction(transaction.txid)
            assert located is not None
            assert located[:3] == (transaction, height, block_hash)
            for each in owners_of(transaction):
                histories.setdefault(each, []).append(transaction.txid)
    assert ledger.tip() == (below if ledger.height() >= 0 else None)
    coins = {outpoint: coin for outpoint, coin in overlay.changes.items() if coin is not None}
    assert ledger.coins(list(coins)) == coins
    for each, history in histories.items():
        owned = sorted((outpoint, coin) for outpoint, coin in coins.items() if coin.owner == each)
        assert ledger.unspent(each, 10_000) == owned
        assert ledger.balance(each) == sum(coin.amount for _, coin in owned)
        assert [found.transaction.txid for found in ledger.history(each, 10_000)] == history[::-1]
    known = {header.hash: height for header, height in ledger.headers()}
    assert all(known[entry] >= 0 for entry in filter(None, map(ledger.hash_at, range(ledger.height() + 1))))


class _Nothing:
    """No coins."""

    def coin(self, outpoint: Outpoint) -> None:
        """There is none."""


def _owners(block: Block, overlay: Overlay) -> Callable[[Transaction], list[bytes]]:
    """Whom a transaction of this block pays or takes from; asked for after the block was applied."""
    before = {
        each.outpoint: coin.owner
        for transaction in block.transactions[1:]
        for each in transaction.inputs
        if (coin := overlay.coin(each.outpoint)) is not None
    }
    inside = {
        Outpoint(transaction.txid, index): output.owner
        for transaction in block.transactions
        for index, output in enumerate(transaction.outputs)
    }
    spent = {**inside, **before}

    def owners(transaction: Transaction) -> list[bytes]:
        found = [each.owner for each in transaction.outputs]
        if not transaction.is_coinbase:
            found += [spent[each.outpoint] for each in transaction.inputs]
        return list(dict.fromkeys(found))

    return owners


def _payments(ledger: Ledger, overlay: Overlay, chance: random.Random) -> list[Transaction]:
    """Up to two payments of coins that are there; the second one may spend what the first one makes."""
    found = [
        outpoint
        for outpoint, _ in ledger.unspent(owner(chance.randrange(OWNERS)), 4)
        if overlay.coin(outpoint) is not None
    ]
    if not found or chance.random() < 0.2:
        return []
    outputs = [
        Output(chance.randint(1, 9), owner(chance.randrange(OWNERS))) for _ in range(chance.randint(1, 3))
    ]
    first = payment(found[: chance.randint(1, 3)], outputs)
    if chance.random() < 0.5:
        return [first]
    return [first, payment([first.outpoint(0)], [Output(1, owner(chance.randrange(OWNERS)))])]
