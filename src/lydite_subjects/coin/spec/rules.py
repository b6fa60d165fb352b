"""The law: what headers, transactions and blocks must be, read from top to bottom.

A block is judged in three steps, each as early as it can be taken:

1. its **header**, as soon as its parent is known (`check_header`): it costs work, so nobody makes many bad ones;
2. its **body**, by itself, as soon as it is here (`check_block`): it is what the header commits to, and well formed;
3. its **effects**, when its turn in the chain has come (`connect`): what it spends is there, ripe, and signed for,
   and it creates no more than it may.

Whatever breaks a rule raises `RuleBroken` with the name of the rule, what was expected, and what was found.
`RULES` lists all of them.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeVar

from lydite_subjects.coin.spec.amounts import MONEY_MAX
from lydite_subjects.coin.spec.blocks import Block, Header, root_of
from lydite_subjects.coin.spec.coins import Coin, Overlay, Undo, apply
from lydite_subjects.coin.spec.encoding import HASH_BYTES
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.keys import hash160, verify
from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.spec.transactions import (
    MEMO_BYTES_MAX,
    NO_OUTPOINT,
    Transaction,
    height_of,
)
from lydite_subjects.coin.spec.work import is_met

T = TypeVar("T")

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Of headers.
        "unknown-parent": "A header is judged after its parent; until then it is neither right nor wrong.",
        "known-invalid": "What breaks a rule stays refused, and so does all that is built on it.",
        "checkpoint": "At the height of a checkpoint there is that block and no other, and no new branch below it.",
        "bits": "The bits are those that follow from the blocks before, or the compact form of a target at all.",
        "target": "The hash is at most the target: this is the work.",
        "time-too-old": "The time is after the median of the eleven blocks before.",
        "time-too-new": "The time is not far ahead of the clock of whoever judges; later it may be fine.",
        "time-warp": "The first block of a period does not step far back from the block before.",
        # Of transactions, by themselves.
        "transaction-size": "A transaction has at most so many bytes.",
        "no-inputs": "A transaction spends something, or is a coinbase.",
        "no-outputs": "A transaction makes something.",
        "output-amount": "An output has an amount: more than nothing (a coinbase's may be nothing), and possible.",
        "outputs-sum": "The outputs of a transaction together are a possible amount, too.",
        "input-repeated": "A transaction spends no coin twice.",
        "null-input": "Only a coinbase, and only as its one input, spends nothing.",
        "coinbase-memo": "A coinbase tells its height, and then what it likes, in few bytes.",
        # Of blocks, by themselves.
        "merkle-root": "The body is the one that the header commits to.",
        "merkle-node": "The first transaction is none that was made of two hashes.",
        "no-transactions": "A block has a transaction: its coinbase.",
        "block-size": "A block has at most so many bytes.",
        "coinbase-first": "The first transaction of a block is a coinbase.",
        "coinbase-only-first": "No other one is.",
        "txid-repeated": "No two transactions of a block do the same.",
        # Of what they do to the coins.
        "missing-coin": "What is spent is there: made before, and not spent yet.",
        "coin-exists": "What is made is not there yet.",
        "maturity": "A reward is spent when it is deep enough, and not before.",
        "inputs-sum": "The coins that a transaction spends are together a possible amount.",
        "overspent": "A transaction makes no more than it spends; what is left is the fee.",
        "owner": "The public key is the one that the coin belongs to.",
        "signature": "The owner has signed for exactly this.",
        "coinbase-height": "The height that a coinbase tells is that of its block, so no two coinbases are alike.",
        "fees-sum": "The fees of a block are together a possible amount.",
        "reward": "A coinbase makes no more than the subsidy and the fees.",
    }
)
"""Every rule in one sentence."""

BODY_RULES: Final = frozenset({"merkle-root", "merkle-node"})
"""Rules that say nothing about the header: anybody can put a wrong body behind a right one (CVE-2012-2459). Such a body
is thrown away, and the right one may still come."""
PASSING_RULES: Final = frozenset({"unknown-parent", "time-too-new"})
"""Rules that may be kept later by the same header."""

TRANSACTION_BYTES_MAX: Final = 100_000
"""No transaction is larger, so checking one never takes long."""


# 1. Headers


def check_header(
    header: Header,
    block_hash: bytes,
    *,
    height: int,
    bits: int,
    median_s: int,
    parent_s: int,
    now_s: int,
    params: Params,
) -> None:
    """A header in its place.

    `bits` are those that follow from the blocks before it, `median_s` is the median time of the eleven blocks before
    it, and `parent_s` the time of the last of them.

    The work is judged first: until it is done, nothing else about the header costs its maker anything. That
    the bits are the expected ones comes before that, or it would be no work at all.
    """
    if header.bits != bits:
        raise _broken("bits", f"{bits:#010x}", f"{header.bits:#010x}", block_hash, height)
    if not is_met(block_hash, bits):
        raise _broken("target", f"a hash that meets {bits:#010x}", block_hash.hex(), block_hash, height)
    checkpoint = params.checkpoints.get(height)
    if checkpoint is not None and block_hash != checkpoint:
        raise _broken("checkpoint", checkpoint.hex(), block_hash.hex(), block_hash, height)
    # The median of eleven, not the parent: some clocks are wrong, and a chain must be able to go on with them.
    if header.time_s <= median_s:
        raise _broken("time-too-old", f"a time after {median_s}", header.time_s, block_hash, height)
    # The next target follows from the times of two last blocks of periods. A first block may go back a little, or
    # one late last block would stop the chain; were it free to, a few miners could make the periods look long.
    earliest_s = parent_s - params.timewarp_s_max
    if height % params.retarget_blocks == 0 and header.time_s < earliest_s:
        raise _broken("time-warp", f"a time from {earliest_s} on", header.time_s, block_hash, height)
    latest_s = now_s + params.future_s_max
    if header.time_s > latest_s:
        raise _broken("time-too-new", f"a time until {latest_s}", header.time_s, block_hash, height)


# 2. Transactions and blocks by themselves


def check_transaction(transaction: Transaction) -> None:
    """A transaction by itself: whoever has it can judge this, whatever the chain is."""
    if not transaction.inputs:
        raise _of("no-inputs", "an input", "none", transaction)
    if not transaction.outputs:
        raise _of("no-outputs", "an output", "none", transaction)
    if len(transaction.encode()) > TRANSACTION_BYTES_MAX:
        found = f"{len(transaction.encode()):,} bytes"
        raise _of("transaction-size", f"at most {TRANSACTION_BYTES_MAX:,} bytes", found, transaction)
    made_by(transaction)
    if transaction.is_coinbase:
        memo = transaction.inputs[0].memo
        if height_of(transaction) is None or len(memo) > MEMO_BYTES_MAX:
            raise _of("coinbase-memo", f"4 to {MEMO_BYTES_MAX} bytes", len(memo), transaction)
        return
    # Not left to the coins: the first spending would take the coin away, but only if every node looks (CVE-2018-17144).
    points = [each.outpoint for each in transaction.inputs]
    if len(set(points)) != len(points):
        raise _of("input-repeated", "each coin once", f"{_repeated(points)} twice", transaction)
    if NO_OUTPOINT in points:
        found = f"none in input {points.index(NO_OUTPOINT)}"
        raise _of("null-input", "an outpoint in every input", found, transaction)


def made_by(transaction: Transaction) -> int:
    """What a transaction makes, all together; whoever needs the sum judges the amounts as well.

    Each amount on its own, and then their sum: in 2010 two huge amounts had a small sum.
    """
    least = 0 if transaction.is_coinbase else 1
    total = 0
    for index, (amount, _) in enumerate(transaction.outputs):
        if not least <= amount <= MONEY_MAX:
            expected = f"from {least} to {MONEY_MAX} grains in output {index}"
            raise _of("output-amount", expected, amount, transaction)
        total += amount
    if total > MONEY_MAX:
        raise _of("outputs-sum", f"at most {MONEY_MAX} grains", total, transaction)
    return total


def check_block(block: Block, params: Params) -> None:
    """A block by itself: the body is the one of this header, and it is well formed.

    The body comes first. While it is not known to be the one that the header commits to, nothing that is wrong with
    it may be held against the header (`BODY_RULES`).
    """
    transactions = block.transactions
    root = root_of(transactions)
    if root != block.header.root:
        raise _within("merkle-root", block.header.root.hex(), root.hex(), block)
    # Two seals side by side are as long as a short transaction. A body whose first pair was replaced by their seals,
    # posing as one transaction, has the same root. As a coinbase they cannot pose: it begins with a fixed pattern.
    if transactions and not transactions[0].is_coinbase and len(transactions[0].encode()) == 2 * HASH_BYTES:
        raise _within("merkle-node", "a coinbase", f"a transaction of {2 * HASH_BYTES} bytes", block)
    if not transactions:
        raise _within("no-transactions", "a coinbase", "no transaction", block)
    size = len(block.encode())
    if size > params.block_bytes_max:
        raise _within("block-size", f"at most {params.block_bytes_max:,} bytes", f"{size:,}", block)
    if not transactions[0].is_coinbase:
        raise _within("coinbase-first", "a coinbase first", f"{transactions[0].txid.hex()}", block)
    for index, transaction in enumerate(transactions):
        if index and transaction.is_coinbase:
            raise _within("coinbase-only-first", "one coinbase", f"another as transaction {index}", block)
        check_transaction(transaction)
    txids = [each.txid for each in transactions]
    if len(set(txids)) != len(txids):
        raise _within("txid-repeated", "each transaction once", f"{_repeated(txids).hex()} twice", block)


# 3. What they do to the coins


def check_inputs(transaction: Transaction, spent: Sequence[Coin], height: int, params: Params) -> int:
    """A transaction against the coins that it spends, in the order of its inputs, in a block of that height.

    Returns the fee: what it spends and does not make.
    """
    fee = check_amounts(transaction, spent, height, params)
    # Last, because it takes by far the longest.
    check_signatures(transaction, spent, params)
    return fee


def check_amounts(transaction: Transaction, spent: Sequence[Coin], height: int, params: Params) -> int:
    """What it spends is ripe, and enough; returns the fee."""
    total = 0
    for amount, _, made_at, by_coinbase in spent:
        if by_coinbase and height - made_at < params.maturity_blocks:
            expected = f"a reward of height {height - params.maturity_blocks} or below at height {height}"
            raise _of("maturity", expected, f"one of height {made_at}", transaction)
        total += amount
    if not 0 <= total <= MONEY_MAX:
        raise _of("inputs-sum", f"at most {MONEY_MAX} grains", total, transaction)
    made = made_by(transaction)
    fee = total - made
    if fee < 0:
        raise _of("overspent", f"at most {total} grains, the sum of its inputs", made, transaction)
    return fee


def check_signatures(transaction: Transaction, spent: Sequence[Coin], params: Params) -> None:
    """The owners of what it spends have signed for it: each coin for itself.

    Nothing here looks at other inputs' signatures, so a signature is good for its own input only.
    """
    for index, (each, coin) in enumerate(zip(transaction.inputs, spent, strict=True)):
        owner = hash160(each.public)
        if owner != coin.owner:
            raise _of("owner", f"a key of {coin.owner.hex()} for input {index}", owner.hex(), transaction)
        if not verify(each.public, each.signature, transaction.digest(index, coin.output, params.magic)):
            expected = f"a signature of input {index} by {coin.owner.hex()}"
            raise _of("signature", expected, each.signature.hex() or "none", transaction)


def connect(
    block: Block, height: int, overlay: Overlay, params: Params, *, signatures: bool = True
) -> tuple[Undo, int]:
    """A block that is right by itself (`check_block`), in its place, done to the coins.

    Returns what it spent, and its fees. If it breaks a rule, the overlay is as before. Without `signatures` the proofs
    of the owners are taken for granted: for blocks that a checkpoint vouches for.
    """
    first, *others = block.transactions
    if height_of(first) != height:
        raise _within("coinbase-height", height, height_of(first), block)
    within = Overlay(overlay)
    undo = apply(block, height, within)
    fees = at = 0
    check = check_inputs if signatures else check_amounts
    for transaction in others:
        until = at + len(transaction.inputs)
        fees += check(transaction, undo[at:until], height, params)
        at = until
    if fees > MONEY_MAX:
        raise _within("fees-sum", f"at most {MONEY_MAX} grains", fees, block)
    subsidy = params.subsidy_at(height)
    if first.paid > subsidy + fees:
        expected = f"at most {subsidy + fees} grains, {subsidy} of subsidy and {fees} of fees"
        raise _within("reward", expected, first.paid, block)
    overlay.absorb(within)
    return undo, fees


def _repeated(values: Sequence[T]) -> T:
    """The first one that is there again."""
    seen: set[T] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    raise AssertionError("nothing is repeated")


def _broken(rule: str, expected: object, found: object, block_hash: bytes, height: int) -> RuleBroken:
    return RuleBroken(
        rule, expected=expected, found=found, where=f"block {block_hash.hex()} at height {height}"
    )


def _within(rule: str, expected: object, found: object, block: Block) -> RuleBroken:
    return RuleBroken(rule, expected=expected, found=found, where=f"block {block.hash.hex()}")


def _of(rule: str, expected: object, found: object, transaction: Transaction) -> RuleBroken:
    return RuleBroken(rule, expected=expected, found=found, where=f"transaction {transaction.txid.hex()}")
