"""The books of an auditor, who believes nobody: the law once more, written down without looking at the node's.

It is slow, short, and shares with the node only how bytes are read and the curve. Whatever both would get wrong must
be wrong twice.
"""

import hashlib
import struct
from collections.abc import Sequence
from copy import copy
from typing import Final, NamedTuple

from lydite_subjects.coin.spec.blocks import Block, genesis
from lydite_subjects.coin.spec.keys import ORDER, verify
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Input, Output, Transaction

MONEY: Final = 21_000_000 * 100_000_000
PERIOD: Final = 20
SPACING_S: Final = 5
EASIEST: Final = 0xFFFF << 8 * (0x20 - 3)
MATURITY: Final = 5
SUBSIDY: Final = 50 * 100_000_000
HALVING: Final = 10_000
WARP_S: Final = 600
NOTHING: Final = bytes(32)
PURPOSE: Final = b"lydite coin input"


class Wrong(Exception):
    """A block that breaks the law."""


class Kept(NamedTuple):
    """A coin in the books."""

    amount: int
    owner: bytes
    height: int
    minted: bool


Place = tuple[bytes, int]


class Books:
    """A chain, block by block, and the coins that it leaves."""

    def __init__(self) -> None:
        first = genesis(DEV)
        self.height = 0
        self.tip = _hashed(_header(first))
        self.coins: dict[Place, Kept] = {}
        self.transactions: dict[bytes, int] = {}
        """By name, in which block."""
        self._times = [first.header.time_s]
        self._target = EASIEST
        self._pay_out(first.transactions[0], minted=True)

    @property
    def issued(self) -> int:
        """What was ever created, if no miner was too modest."""
        return sum(SUBSIDY >> height // HALVING for height in range(self.height + 1))

    def take(self, block: Block) -> None:
        """Enter the next block; Wrong if it breaks the law, and then the books are worth nothing any more."""
        self.height += 1
        self._take_header(block)
        self._take_body(block)
        self._times.append(block.header.time_s)

    def wrong_with(self, block: Block) -> str:
        """What would be wrong with a next block: nothing, if all is well. It is not entered."""
        tried = copy(self)
        tried.coins, tried.transactions, tried._times = (
            dict(self.coins),
            dict(self.transactions),
            [*self._times],
        )
        try:
            tried.take(block)
        except Wrong as wrong:
            return str(wrong)
        return ""

    def _take_header(self, block: Block) -> None:
        header, height, times = block.header, self.height, self._times
        _demand(header.previous == self.tip, "it does not follow the block before")
        if height % PERIOD == 0:
            took_s = times[-1] - times[max(height - 1 - PERIOD, 0)]
            took_s = min(max(took_s, PERIOD * SPACING_S // 4), PERIOD * SPACING_S * 4)
            self._target = _rounded(min(self._target * took_s // (PERIOD * SPACING_S), EASIEST))
            _demand(header.time_s >= times[-1] - WARP_S, "its time is far before the last period")
        _demand(_compact(self._target) == header.bits, f"its bits are {header.bits:#x}")
        _demand(header.time_s > sorted(times[-11:])[len(times[-11:]) // 2], "its time is too old")
        self.tip = _hashed(_header(block))
        _demand(int.from_bytes(self.tip, "big") <= self._target, "its hash is too large")

    def _take_body(self, block: Block) -> None:
        first, *others = block.transactions
        _demand(
            _root([_hashed(_whole(each)) for each in block.transactions]) == block.header.root, "its root"
        )
        _demand(_mints(first), "it does not begin with a coinbase")
        _demand(
            first.inputs[0].memo[:4] == struct.pack("<I", self.height), "its coinbase tells another height"
        )
        fees = sum(self._spend(each) for each in others)
        reward = sum(each.amount for each in first.outputs)
        _demand(all(0 <= each.amount <= MONEY for each in first.outputs), "its reward is no money")
        _demand(reward <= (SUBSIDY >> self.height // HALVING) + fees, "its reward is too large")
        self._pay_out(first, minted=True)

    def _spend(self, payment: Transaction) -> int:
        _demand(
            not _mints(payment) and bool(payment.inputs) and bool(payment.outputs), "it has another coinbase"
        )
        spent = 0
        for each in payment.inputs:
            coin = self.coins.pop((each.outpoint.txid, each.outpoint.output), None)
            if coin is None:
                raise Wrong("it spends a coin that is not there")
            _demand(not coin.minted or self.height - coin.height >= MATURITY, "it spends an unripe reward")
            _demand(_signed(payment, each, coin), "a signature")
            spent += coin.amount
        made = sum(each.amount for each in payment.outputs)
        _demand(all(0 < each.amount <= MONEY for each in payment.outputs), "an output is no money")
        _demand(made <= spent <= MONEY, "it makes more than it spends")
        self._pay_out(payment, minted=False)
        return spent - made

    def _pay_out(self, made: Transaction, *, minted: bool) -> None:
        name = _hashed(_stripped(made))
        _demand(name not in self.transactions, "a transaction is there twice")
        self.transactions[name] = self.height
        for index, each in enumerate(made.outputs):
            self.coins[name, index] = Kept(each.amount, each.owner, self.height, minted)


def audited(chain: Sequence[Block]) -> tuple[Books, str]:
    """The books of a whole chain, and what is wrong with it: nothing, if all is well."""
    books = Books()
    for block in chain:
        try:
            books.take(block)
        except Wrong as wrong:
            return books, f"the block of height {books.height}: {wrong}"
    return books, ""


def _demand(kept: bool, why: str) -> None:  # noqa: FBT001 - a condition, not a switch
    if not kept:
        raise Wrong(why)


def _hashed(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def _header(block: Block) -> bytes:
    return struct.pack("<I32s32sQII", *block.header)


def _compact(target: int) -> int:
    """Three digits of base 256 and how many there are; a first digit from 0x80 on gets a zero in front."""
    digits = target.to_bytes(33, "big").lstrip(b"\0")
    if digits[0] >= 0x80:
        digits = b"\0" + digits
    return len(digits) << 24 | int.from_bytes((digits + b"\0\0")[:3], "big")


def _rounded(target: int) -> int:
    compact = _compact(target)
    return (compact & 0xFFFFFF) << 8 * ((compact >> 24) - 3)


def _root(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        pairs = [hashes[at : at + 2] for at in range(0, len(hashes), 2)]
        hashes = [_hashed(pair[0] + pair[1]) if len(pair) > 1 else pair[0] for pair in pairs]
    return hashes[0]


def _mints(made: Transaction) -> bool:
    points = [each.outpoint for each in made.inputs]
    return len(points) == 1 and tuple(points[0]) == (NOTHING, 0xFFFF_FFFF)


def _length(number: int) -> bytes:
    return bytes([number]) if number < 0xFD else b"\xfd" + struct.pack("<H", number)


def _stripped(made: Transaction) -> bytes:
    parts = [struct.pack("<I", made.version), _length(len(made.inputs))]
    parts += [each.outpoint.txid + struct.pack("<I", each.outpoint.output) for each in made.inputs]
    if _mints(made):
        parts += [_length(len(made.inputs[0].memo)), made.inputs[0].memo]
    parts.append(_length(len(made.outputs)))
    parts += [_output(each) for each in made.outputs]
    return b"".join(parts)


def _output(output: Output) -> bytes:
    return struct.pack("<q", output.amount) + output.owner


def _whole(made: Transaction) -> bytes:
    proofs = [] if _mints(made) else [(each.signature, each.public) for each in made.inputs]
    return _stripped(made) + b"".join(_length(len(part)) + part for proof in proofs for part in proof)


def _signed(payment: Transaction, spent: Input, coin: Kept) -> bool:
    owner = hashlib.new("ripemd160", hashlib.sha256(spent.public).digest()).digest()
    point = spent.outpoint.txid + struct.pack("<I", spent.outpoint.output)
    digest = _hashed(
        PURPOSE + DEV.magic + _stripped(payment) + point + _output(Output(coin.amount, coin.owner))
    )
    low = int.from_bytes(spent.signature[32:], "big") <= ORDER // 2
    return owner == coin.owner and low and verify(spent.public, spent.signature, digest)
