"""Coins: the outputs that nobody has spent yet, what a block does to them, and how that is taken back.

A `View` tells which coins there are. An `Overlay` is a view with changes on top of another one: blocks are applied to
an overlay, and when all of them have kept the law its changes are committed together.

What a block does is told by two functions that are each other's opposite: `apply` spends the coins of its inputs and
adds those of its outputs, and hands back what was spent; `unapply` needs that to restore it.
"""

import struct
from collections.abc import Mapping
from typing import Final, NamedTuple, Protocol, TypeAlias

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.encoding import Reader, count, decoded
from lydite_subjects.coin.spec.errors import BadEncoding, CoinError, RuleBroken
from lydite_subjects.coin.spec.keys import OWNER_BYTES
from lydite_subjects.coin.spec.transactions import Outpoint, Output

UNDO_COINS_MAX: Final = 1_000_000
"""No block spends more coins."""

_COIN: Final = struct.Struct(f"<q{OWNER_BYTES}sIB")
"""Amount, owner, height, and whether a coinbase made it: 33 bytes."""


class BadLedger(CoinError):
    """What was kept contradicts itself, or belongs to another network: nobody may build on it."""


class Coin(NamedTuple):
    """An output that can be spent, and where it was made: the height tells when a reward is ripe."""

    amount: int
    owner: bytes
    height: int
    coinbase: bool

    @property
    def output(self) -> Output:
        """The output that it is; what a signature is made for."""
        return Output(self.amount, self.owner)


Undo: TypeAlias = tuple[Coin, ...]
"""The coins that a block spent, in the order of its inputs."""


class View(Protocol):
    """Whoever knows which coins there are."""

    def coin(self, outpoint: Outpoint) -> Coin | None:
        """The coin there; None if it is spent, or never was."""
        ...


class Overlay:
    """A view with changes on top of another view, which it never touches.

    `changes` holds what is different: a coin that is there now (new, or in place of the one below), or None for one
    of below that is spent. What was made and spent inside does not appear: below never knew it.
    """

    __slots__ = ("_below", "_changes", "_replacing")

    def __init__(self, below: View) -> None:
        self._below = below
        self._changes: dict[Outpoint, Coin | None] = {}
        # Of the coins in `changes`, those that stand for one of below: spending them leaves None, not nothing.
        self._replacing: set[Outpoint] = set()

    @property
    def changes(self) -> Mapping[Outpoint, Coin | None]:
        """What is different from the view below."""
        return self._changes

    def coin(self, outpoint: Outpoint) -> Coin | None:
        """The coin there."""
        if outpoint in self._changes:
            return self._changes[outpoint]
        return self._below.coin(outpoint)

    def spend(self, outpoint: Outpoint) -> Coin:
        """Takes a coin away. Only what is there can be spent (rule `missing-coin`)."""
        changes = self._changes
        if outpoint in changes:
            coin = changes[outpoint]
            if coin is not None and outpoint not in self._replacing:
                del changes[outpoint]
                return coin
        else:
            coin = self._below.coin(outpoint)
        if coin is None:
            raise RuleBroken("missing-coin", expected=f"a coin at {outpoint}", found="none, or a spent one")
        changes[outpoint] = None
        return coin

    def add(self, outpoint: Outpoint, coin: Coin) -> None:
        """Puts a coin where there is none (rule `coin-exists`)."""
        changes = self._changes
        if outpoint in changes:
            there = changes[outpoint]
            if there is None:
                self._replacing.add(outpoint)
        else:
            there = self._below.coin(outpoint)
        if there is not None:
            raise RuleBroken(
                "coin-exists", expected=f"no coin yet at {outpoint}", found=f"one of {there.amount}"
            )
        changes[outpoint] = coin

    def absorb(self, above: "Overlay") -> None:
        """Takes over the changes of an overlay that was made on top of this one."""
        changes, replacing = self._changes, self._replacing
        for outpoint, coin in above._changes.items():
            if coin is None:
                if outpoint in changes and outpoint not in replacing:
                    del changes[outpoint]
                    continue
            elif outpoint in changes:
                if changes[outpoint] is None:
                    replacing.add(outpoint)
            elif outpoint in above._replacing:
                replacing.add(outpoint)
            changes[outpoint] = coin


def apply(block: Block, height: int, overlay: Overlay) -> Undo:
    """Does to the coins what a block says, and asks for nothing but that what it spends is there.

    Transactions happen in their order: one may spend what an earlier one of the same block made, never what a later
    one will make.
    """
    spent: list[Coin] = []
    spend, add = overlay.spend, overlay.add
    made_by_coinbase = True
    for transaction in block.transactions:
        if not made_by_coinbase:
            spent.extend([spend(each.outpoint) for each in transaction.inputs])
        txid = transaction.txid
        for index, (amount, owner) in enumerate(transaction.outputs):
            add(Outpoint(txid, index), Coin(amount, owner, height, made_by_coinbase))
        made_by_coinbase = False
    return tuple(spent)


def unapply(block: Block, undo: Undo, overlay: Overlay) -> None:
    """Takes back what `apply` did: the last transaction first, its outputs go, and what it spent comes back."""
    wanted = sum(len(each.inputs) for each in block.transactions[1:])
    if wanted != len(undo):
        raise BadLedger(
            f"undo of block {block.hash.hex()}: expected {wanted} coins, one for each input, found {len(undo)}"
        )
    left = list(undo)
    try:
        for transaction in reversed(block.transactions):
            txid = transaction.txid
            for index in range(len(transaction.outputs)):
                overlay.spend(Outpoint(txid, index))
            if transaction is not block.transactions[0]:
                for each in reversed(transaction.inputs):
                    overlay.add(each.outpoint, left.pop())
    except RuleBroken as error:
        # The block was connected, so its coins are there; if not, it is not the block that is wrong.
        raise BadLedger(f"undo of block {block.hash.hex()}: {error}") from error


def encode_undo(undo: Undo) -> bytes:
    """Its bytes."""
    pack = _COIN.pack
    return count(len(undo)) + b"".join([pack(*coin) for coin in undo])


def undo_from_bytes(data: bytes) -> Undo:
    """Undo data that takes up all of the bytes."""
    return decoded(
        data, lambda reader: reader.many(_read_coin, UNDO_COINS_MAX, "coins of undo data"), "undo data"
    )


def _read_coin(reader: Reader) -> Coin:
    amount, owner, height, coinbase = _COIN.unpack(reader.raw(_COIN.size, "coin of undo data"))
    if coinbase > 1:
        raise BadEncoding(f"coin of undo data: expected 0 or 1 for what a coinbase made, found {coinbase}")
    return Coin(amount, owner, height, coinbase == 1)
