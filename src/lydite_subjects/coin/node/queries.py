"""Queries: what people ask a node about its chain, answered as plain JSON values."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from lydite_subjects.coin.node.answers import Refusal
from lydite_subjects.coin.node.node import Node
from lydite_subjects.coin.spec.amounts import coins
from lydite_subjects.coin.spec.blocks import Block, header_as_plain
from lydite_subjects.coin.spec.coins import Coin
from lydite_subjects.coin.spec.encoding import hash_from_hex
from lydite_subjects.coin.spec.errors import BadEncoding
from lydite_subjects.coin.spec.headers import Entry
from lydite_subjects.coin.spec.keys import hash160, owner_of
from lydite_subjects.coin.spec.transactions import Outpoint, Transaction, outpoint_from_plain

BLOCKS_MAX: Final = 100
TRANSACTIONS_MAX: Final = 1_000
COINS_MAX: Final = 1_000
HISTORY_MAX: Final = 100
LATEST: Final = "latest"
WAITING: Final = "waiting"
_NUMBER_MAX: Final = 0xFFFF_FFFF


def blocks(node: Node, limit: int, before: int | None) -> dict[str, Any]:
    """Headers of the connected chain, the latest first."""
    tip = node.chain.tip
    top = tip.height if before is None else min(before - 1, tip.height)
    bottom = max(0, top - limit + 1)
    entry = node.chain.headers.at(tip, top) if top >= 0 else None
    found = []
    while entry is not None and entry.height >= bottom:
        found.append(_entry(entry))
        entry = entry.parent
    return {"blocks": found, "height": tip.height, "next": bottom if bottom > 0 else None}


def block(node: Node, name: str) -> dict[str, Any]:
    """One block, by height, by hash, or the latest; those of side branches too, as long as they are kept."""
    chain = node.chain
    if name == LATEST:
        block_hash = chain.tip.hash
    elif name.isascii() and name.isdecimal() and len(name) <= 10:
        found = chain.ledger.hash_at(int(name))
        if found is None:
            raise _missing("block", f"a height from 0 to {chain.tip.height}", name)
        block_hash = found
    else:
        block_hash = hash_from_hex(name, "block")
    entry, body = chain.headers.get(block_hash), chain.ledger.block(block_hash)
    if entry is None or body is None:
        raise _missing("block", "the height or hash of a block, or latest", name)
    return described(node, entry, body)


def described(node: Node, entry: Entry, body: Block) -> dict[str, Any]:
    """A block with its place in the chain."""
    connected = node.chain.ledger.hash_at(entry.height) == entry.hash
    return {
        **_entry(entry),
        "connected": connected,
        "confirmations": node.chain.tip.height - entry.height + 1 if connected else 0,
        "size": len(body.encode()),
        "transactions": [each.as_plain() for each in body.transactions],
    }


def waiting(node: Node, limit: int) -> dict[str, Any]:
    """The transactions of the memory pool, those that pay most for their size first."""
    mempool = node.mempool
    found = [
        {"txid": pooled.tx.txid.hex(), "fee": coins(pooled.fee), "size": pooled.size}
        for each in mempool.selected(mempool.bytes)[:limit]
        if (pooled := mempool.get(each.txid)) is not None
    ]
    return {"transactions": found, "count": len(mempool), "bytes": mempool.bytes}


def transaction(node: Node, text: str) -> dict[str, Any]:
    """A transaction of the chain or of the memory pool."""
    txid = hash_from_hex(text, "txid")
    located = node.chain.ledger.transaction(txid)
    if located is not None:
        return {
            **located.transaction.as_plain(),
            "confirmed": True,
            "height": located.height,
            "block": located.block_hash.hex(),
            "confirmations": node.chain.tip.height - located.height + 1,
        }
    pooled = node.mempool.get(txid)
    if pooled is None:
        raise _missing("transaction", "a transaction of the chain or of the memory pool", text)
    plain = {**pooled.tx.as_plain(), "confirmed": False, "height": None, "block": None}
    return {**plain, "confirmations": 0, "fee": coins(pooled.fee)}


def balance(node: Node, address: str) -> dict[str, Any]:
    """What an owner has: in blocks; of that, not ripe; and what the memory pool would bring and take."""
    owner = owner_of(address)
    total, unripe = node.chain.ledger.balance(owner), _unripe(node, owner)
    incoming = outgoing = 0
    for each in _pool_of(node, owner):
        incoming += sum(output.amount for output in each.outputs if output.owner == owner)
        outgoing += sum(coin.amount for coin in _spent(node, each) if coin.owner == owner)
    return {
        "address": address,
        "balance": coins(total),
        "spendable": coins(total - unripe),
        "unripe": coins(unripe),
        "incoming": coins(incoming),
        "outgoing": coins(outgoing),
    }


def unspent(node: Node, address: str, limit: int, after: str | None) -> dict[str, Any]:
    """An owner's outputs that no block has spent, in order; behind the last ones those of the memory pool."""
    owner, height = owner_of(address), node.chain.tip.height
    pool = _pool_of(node, owner)
    spent = {each.outpoint for transaction in pool for each in transaction.inputs}
    ripe_at = height + 1 - node.chain.params.maturity_blocks
    page = node.chain.ledger.unspent(owner, limit, None if after is None else _outpoint(after))
    found = [
        {
            **_plain(outpoint, coin.amount),
            "height": coin.height,
            "coinbase": coin.coinbase,
            "confirmed": True,
            "spendable": not coin.coinbase or coin.height <= ripe_at,
            "spent": outpoint in spent,
        }
        for outpoint, coin in page
    ]
    more = len(page) == limit
    if not more:
        found += [
            {
                **_plain(outpoint, output.amount),
                "height": None,
                "coinbase": False,
                "confirmed": False,
                "spendable": True,
                "spent": outpoint in spent,
            }
            for transaction in pool
            for index, output in enumerate(transaction.outputs)
            if output.owner == owner and (outpoint := transaction.outpoint(index))
        ]
    last = page[-1][0] if more else None
    return {"address": address, "utxos": found, "next": None if last is None else str(last)}


class Cursor(NamedTuple):
    """How far somebody has read in a history: behind so many that wait, or before a place in a block."""

    height: int | None
    place: int

    def __str__(self) -> str:
        return f"{WAITING if self.height is None else self.height}:{self.place}"


def history(node: Node, address: str, limit: int, before: str | None) -> dict[str, Any]:
    """What came and went, the latest first; what waits in the memory pool before all."""
    owner, (height, place) = owner_of(address), _cursor(before)
    waiting = _pool_of(node, owner)[place:] if height is None else []
    entries = [_moved(node, owner, each, None) for each in waiting[:limit]]
    room = limit - len(entries)
    # One more than there is room for, to know whether there is another page.
    found = node.chain.ledger.history(owner, room + 1, height, place if height is not None else 0)
    entries += [_moved(node, owner, each.transaction, each.height) for each in found[:room]]
    cursor = None
    if len(waiting) > limit or (not room and found):
        cursor = str(Cursor(None, place + limit))
    elif len(found) > room:
        cursor = str(Cursor(found[room - 1].height, found[room - 1].place))
    return {"address": address, "transactions": entries, "next": cursor}


def _moved(node: Node, owner: bytes, moved: Transaction, height: int | None) -> dict[str, Any]:
    """What a transaction brought to an owner, and what it took."""
    taken = _spent(node, moved) if any(hash160(each.public) == owner for each in moved.inputs) else []
    return {
        "txid": moved.txid.hex(),
        "height": height,
        "received": coins(sum(output.amount for output in moved.outputs if output.owner == owner)),
        "spent": coins(sum(coin.amount for coin in taken if coin.owner == owner)),
        "coinbase": moved.is_coinbase,
    }


def _spent(node: Node, spending: Transaction) -> Iterable[Coin]:
    """The outputs that a transaction spends, wherever they are told of."""
    parents: dict[bytes, Transaction | None] = {}
    for each in () if spending.is_coinbase else spending.inputs:
        txid, index = each.outpoint
        if txid not in parents:
            located, pooled = node.chain.ledger.transaction(txid), node.mempool.get(txid)
            parents[txid] = located.transaction if located else pooled.tx if pooled else None
        parent = parents[txid]
        if parent is not None and index < len(parent.outputs):
            output = parent.outputs[index]
            yield Coin(output.amount, output.owner, 0, parent.is_coinbase)


def _pool_of(node: Node, owner: bytes) -> list[Transaction]:
    """The transactions of the memory pool that an owner pays or is paid with."""
    mempool = node.mempool
    return [
        each
        for each in mempool.selected(mempool.bytes)
        if any(output.owner == owner for output in each.outputs)
        or any(hash160(one.public) == owner for one in each.inputs)
    ]


def _unripe(node: Node, owner: bytes) -> int:
    """The rewards of an owner that cannot be spent yet: they are in the latest blocks, so those are looked through."""
    ledger = node.chain.ledger
    ripe_at = node.chain.tip.height + 1 - node.chain.params.maturity_blocks
    total, before = 0, None
    while True:
        page = ledger.history(owner, HISTORY_MAX, before)
        unripe = [each for each in page if each.height > ripe_at]
        made = [each.transaction for each in unripe if each.transaction.is_coinbase]
        is_last = len(unripe) < HISTORY_MAX
        if not is_last and not unripe[-1].transaction.is_coinbase:
            # There may be more of its block than a page has, and the reward comes last.
            body = ledger.block(unripe[-1].block_hash)
            made += body.transactions[:1] if body is not None else ()
        total += sum(output.amount for each in made for output in each.outputs if output.owner == owner)
        if is_last:
            return total
        before = unripe[-1].height


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        **header_as_plain(entry.header),
        "index": entry.height,
        "height": entry.height,
        "work": entry.work,
    }


def _plain(outpoint: Outpoint, amount: int) -> dict[str, Any]:
    return {"txid": outpoint.txid.hex(), "index": outpoint.output, "amount": coins(amount)}


def _outpoint(text: str) -> Outpoint:
    txid, _, index = text.partition(":")
    if not index.isascii() or not index.isdecimal() or len(index) > 10:
        raise BadEncoding(f"after: expected TXID:INDEX, found {text!r:.80}")
    return outpoint_from_plain({"txid": txid, "index": int(index)})


def _cursor(text: str | None) -> Cursor:
    """Where to go on: HEIGHT, HEIGHT:PLACE or waiting:PLACE."""
    if text is None:
        return Cursor(None, 0)
    first, colon, place = text.partition(":")
    numbers = [place] if first == WAITING else [first, place] if colon else [first]
    if not all(each.isascii() and each.isdecimal() and len(each) <= 10 for each in numbers):
        raise BadEncoding(f"before: expected HEIGHT, or what `next` was, found {text!r:.80}")
    found = [min(int(each), _NUMBER_MAX) for each in numbers]
    return Cursor(None, found[0]) if first == WAITING else Cursor(found[0], found[1] if colon else 0)


def _missing(what: str, expected: str, found: str) -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, f"unknown-{what}", expected=expected, found=found, where=what)
