"""What the tests of the law build with: keys, payments, and blocks that are mined in a moment."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from lydite_subjects.coin.spec.blocks import Block, Header, genesis, root_of
from lydite_subjects.coin.spec.keys import PrivateKey
from lydite_subjects.coin.spec.params import DEV, Params
from lydite_subjects.coin.spec.transactions import Input, Outpoint, Output, Transaction, coinbase
from lydite_subjects.coin.spec.work import is_met

QUICK: Final = replace(DEV, easiest_bits=0x207FFFFF, retarget_blocks=100_000, maturity_blocks=2)
"""A network of which every second hash is a block, and whose bits never change in a short test."""
LATE_S: Final = 10**11
"""A clock after all blocks."""


@lru_cache
def key(number: int) -> PrivateKey:
    """One of some keys."""
    return PrivateKey((number + 1).to_bytes(32, "big"))


def owner(number: int) -> bytes:
    """Whom its coins belong to."""
    return key(number).public.owner


def pay(
    params: Params,
    spent: Sequence[tuple[Outpoint, Output, int]],
    *outputs: Output,
) -> Transaction:
    """A payment from coins, each with the number of its key."""
    bare = Transaction(tuple([Input(outpoint) for outpoint, _, _ in spent]), outputs)
    return bare.signed([key(each) for _, _, each in spent], [output for _, output, _ in spent], params.magic)


def reward(params: Params, height: int, *, to: int = 0, extra: int = 0, memo: bytes = b"") -> Transaction:
    """The coinbase of a block."""
    return coinbase(height, [Output(params.subsidy_at(height) + extra, owner(to))], memo)


def mined(header: Header) -> Header:
    """The header with a nonce that meets its bits."""
    while not is_met(header.hash, header.bits):
        header = header._replace(nonce=header.nonce + 1)
    return header


def block(
    params: Params,
    parent: Block,
    *payments: Transaction,
    first: Transaction | None = None,
    time_s: int | None = None,
    bits: int | None = None,
    memo: bytes = b"",
) -> Block:
    """A mined child of a block."""
    height = parent.index + 1
    body = (first or reward(params, height, memo=memo), *payments)
    return of(params, parent, *body, time_s=time_s, bits=bits)


def of(
    params: Params, parent: Block, *body: Transaction, time_s: int | None = None, bits: int | None = None
) -> Block:
    """A mined child of a block, of exactly these transactions."""
    time_s = parent.header.time_s + params.spacing_s if time_s is None else time_s
    header = Header(1, parent.hash, root_of(body), time_s, parent.header.bits if bits is None else bits, 0)
    return Block(mined(header), body, parent.index + 1)


def line(params: Params, count: int, parent: Block | None = None, *, memo: bytes = b"") -> list[Block]:
    """So many empty blocks one after the other, without their parent (the genesis)."""
    last, found = parent or genesis(params), []
    for _ in range(count):
        last = block(params, last, memo=memo)
        found.append(last)
    return found


def coin_of(made: Block, to: int = 0) -> tuple[Outpoint, Output, int]:
    """The reward of a block, as `pay` wants it."""
    first = made.transactions[0]
    return first.outpoint(0), first.outputs[0], to
