"""Mining: the block that a miner should look for, and the search for its nonce."""

import struct
from hashlib import sha256
from typing import Final

from lydite_subjects.coin.spec.blocks import HEADER, NONCE_MAX, Block, Header, root_of
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.rules import check_transaction
from lydite_subjects.coin.spec.transactions import Output, coinbase
from lydite_subjects.coin.spec.work import target_of

VERSION: Final = 1
_NONCE: Final = struct.Struct("<I")
_COUNT_BYTES_MAX: Final = 9
"""How long the number of a block's transactions may be when it is written."""


def template(chain: Chain, mempool: Mempool, owner: bytes, now_s: int, memo: bytes = b"") -> Block:
    """The next block of a chain without its nonce: the transactions that pay most, and all that they pay to one owner.

    A memo that no other search has makes the search a different one. It has at most 96 bytes.
    """
    params, parent = chain.params, chain.tip
    height = parent.height + 1
    # A coinbase has the same size whatever it pays.
    size = coinbase(height, [Output(0, owner)], memo).size
    chosen = mempool.selected(params.block_bytes_max - HEADER.size - _COUNT_BYTES_MAX - size)
    fees = sum(pooled.fee for each in chosen if (pooled := mempool.get(each.txid)) is not None)
    first = coinbase(height, [Output(params.subsidy_at(height) + fees, owner)], memo)
    check_transaction(first)
    transactions = (first, *chosen)
    header = Header(
        VERSION,
        parent.hash,
        root_of(transactions),
        max(now_s, _earliest_s(chain, height)),
        chain.headers.next_bits(parent),
        0,
    )
    return Block(header, transactions, height)


def solve(header: Header, start: int, attempts: int) -> int | None:
    """The first nonce from `start` on that makes the hash small enough; None if none of so many does.

    All but the nonce is hashed once. What is left for each nonce is a copy of that state, four more bytes, and the
    second hash; hashes are compared as the bytes that they are, which are in the order of the numbers.
    """
    most = target_of(header.bits).to_bytes(32, "big")
    begun = sha256(header.encode()[: HEADER.size - _NONCE.size]).copy
    for nonce in map(_NONCE.pack, range(start, min(start + attempts, NONCE_MAX + 1))):
        state = begun()
        state.update(nonce)
        if sha256(state.digest()).digest() <= most:
            return int.from_bytes(nonce, "little")
    return None


def _earliest_s(chain: Chain, height: int) -> int:
    """The earliest time that the law allows for a block of that height on the tip."""
    parent, params = chain.tip, chain.params
    after_median_s = chain.headers.median_time(parent) + 1
    if height % params.retarget_blocks:
        return after_median_s
    return max(after_median_s, parent.header.time_s - params.timewarp_s_max)
