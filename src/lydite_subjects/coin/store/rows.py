"""Rows and the values that they stand for, with a checksum wherever nothing else would tell that a row has changed.

Headers and blocks need none: their hashes are their names. A coin, undo data, and the place of a transaction do.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final, NamedTuple, TypeAlias
from zlib import crc32

from lydite_subjects.coin.spec.blocks import HEADER, Block, Header, block_from_bytes, root_of
from lydite_subjects.coin.spec.coins import Coin, Undo, encode_undo, undo_from_bytes
from lydite_subjects.coin.spec.encoding import count
from lydite_subjects.coin.spec.errors import BadEncoding
from lydite_subjects.coin.spec.ledger import Located
from lydite_subjects.coin.spec.transactions import Outpoint, transaction_from_bytes
from lydite_subjects.coin.store.errors import Damaged

Row: TypeAlias = tuple[Any, ...]
"""What a driver hands over; who wrote it checks it."""

_COIN: Final = struct.Struct("<32sQq20sQB")
_PLACE: Final = struct.Struct("<QQ")


class Place(NamedTuple):
    """Where in the bytes of its block a transaction is, and whom it pays or takes from."""

    txid: bytes
    place: int
    size: int
    checksum: int
    owners: tuple[bytes, ...]


def coin_row(outpoint: Outpoint, coin: Coin) -> tuple[bytes, int, int, bytes, int, int, int]:
    """A row of `coins`."""
    txid, output = outpoint
    amount, owner, height, coinbase = coin
    checksum = crc32(_COIN.pack(txid, output, amount, owner, height, coinbase))
    return txid, output, amount, owner, height, 1 if coinbase else 0, checksum


def coin_of(row: Row) -> tuple[Outpoint, Coin]:
    """The coin of a row."""
    txid, output, amount, owner, height, coinbase, checksum = row
    try:
        found = crc32(_COIN.pack(txid, output, amount, owner, height, coinbase))
    except struct.error:
        found = -1
    if found != checksum:
        raise Damaged(f"coin {txid.hex()}:{output}: expected checksum {checksum}, found {found}")
    return Outpoint(txid, output), Coin(amount, owner, height, coinbase == 1)


def connected_row(height: int, number: int, undo: Undo) -> tuple[int, int, bytes, int]:
    """A row of `connected`."""
    data = encode_undo(undo)
    return height, number, data, crc32(data, crc32(_PLACE.pack(height, number)))


def connected_of(row: Row) -> tuple[bytes, bytes]:
    """The hash and the undo data of a connected block, from its height, hash, number, undo data, and checksum."""
    height, block_hash, number, undo, checksum = row
    found = crc32(undo, crc32(_PLACE.pack(height, number)))
    if found != checksum:
        raise Damaged(f"connected block {height}: expected checksum {checksum}, found {found}")
    return block_hash, undo


def undo_of(row: Row) -> Undo:
    """The undo data of the same row."""
    block_hash, undo = connected_of(row)
    try:
        return undo_from_bytes(undo)
    except BadEncoding as error:
        raise Damaged(f"undo of block {block_hash.hex()}: {error}") from error


def header_of(row: Row) -> tuple[Header, int]:
    """A header and its height, from its height, hash, and bytes."""
    height, block_hash, data = row
    if len(data) != HEADER.size:
        raise Damaged(f"header {block_hash.hex()}: expected {HEADER.size} bytes, found {len(data)}")
    header = Header(*HEADER.unpack(data))
    if header.hash != block_hash:
        raise Damaged(f"header {block_hash.hex()}: expected its hash, found {header.hash.hex()}")
    return header, height


def block_of(block_hash: bytes, row: Row) -> Block:
    """A block, from its height and bytes."""
    height, data = row
    try:
        block = block_from_bytes(data, height)
    except BadEncoding as error:
        raise Damaged(f"block {block_hash.hex()}: {error}") from error
    if block.hash != block_hash:
        raise Damaged(f"block {block_hash.hex()}: expected its hash, found {block.hash.hex()}")
    root = root_of(block.transactions)
    if root != block.header.root:
        raise Damaged(
            f"block {block_hash.hex()}: expected root {block.header.root.hex()}, found {root.hex()}"
        )
    return block


def located_of(row: Row) -> Located:
    """A transaction in its block, from its height, the hash of the block, its place, its bytes, and their checksum."""
    height, block_hash, place, data, checksum = row
    if crc32(data) != checksum:
        raise Damaged(
            f"a transaction of block {block_hash.hex()}: expected checksum {checksum}, found {crc32(data)}"
        )
    return Located(transaction_from_bytes(data), height, block_hash, place)


def places(block: Block, undo: Undo) -> Iterator[Place]:
    """Where the transactions of a block are."""
    transactions = block.transactions
    place = HEADER.size + len(count(len(transactions)))
    spent = 0
    for index, transaction in enumerate(transactions):
        data = transaction.encode()
        owners = [owner for _, owner in transaction.outputs]
        if index:
            upto = spent + len(transaction.inputs)
            owners += [coin.owner for coin in undo[spent:upto]]
            spent = upto
        size = len(data)
        yield Place(transaction.txid, place, size, crc32(data), tuple(dict.fromkeys(owners)))
        place += size
