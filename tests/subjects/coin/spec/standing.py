"""Chains for tests, a ledger that counts and fails, and whether what should be connected is."""

from collections.abc import Iterator, Sequence

from lydite_subjects.coin.spec.blocks import Block, Header, genesis
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.coins import Coin, Overlay, apply
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.ledger import Step
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.params import Params
from lydite_subjects.coin.spec.transactions import Outpoint
from tests.subjects.coin.spec.mint import LATE_S, QUICK

GENESIS = genesis(QUICK)


class Counting(Memory):
    """A ledger that counts what it is asked, and fails when it is told to."""

    def __init__(self) -> None:
        super().__init__(QUICK.name)
        self.asked: list[str] = []
        self.failing = ""

    def _note(self, name: str) -> None:
        self.asked.append(name)
        self._fail(name)

    def _fail(self, name: str) -> None:
        if self.failing == name:
            self.failing = ""
            raise CoinError("the disk is full")

    def headers(self) -> Iterator[tuple[Header, int]]:
        self._fail("headers")
        return super().headers()

    def hash_at(self, height: int) -> bytes | None:
        self._fail("hash_at")
        return super().hash_at(height)

    def bodies(self, hashes: Sequence[bytes]) -> set[bytes]:
        self._fail("bodies")
        return super().bodies(hashes)

    def commit(self, step: Step) -> None:
        self._note("commit")
        super().commit(step)

    def coins(self, outpoints: Sequence[Outpoint]) -> dict[Outpoint, Coin]:
        self._note("coins")
        return super().coins(outpoints)

    def coin(self, outpoint: Outpoint) -> Coin | None:
        self._note("coin")
        return super().coin(outpoint)

    def block(self, block_hash: bytes) -> Block | None:
        self._note("block")
        return super().block(block_hash)

    def has_block(self, block_hash: bytes) -> bool:
        self._note("has_block")
        return super().has_block(block_hash)

    def add_headers(self, entries: Sequence[object]) -> None:
        self._note("add_headers")
        super().add_headers(entries)  # type: ignore[arg-type]

    def mark_invalid(self, block_hash: bytes, reason: str) -> None:
        self._note("mark_invalid")
        super().mark_invalid(block_hash, reason)


def begun(*lines: Sequence[Block], params: Params = QUICK) -> Chain:
    chain = Chain.open(params, Memory(params.name))
    for each in lines:
        assert not chain.add_blocks(each, LATE_S).refused
    return chain


def coins_of(blocks: Sequence[Block]) -> dict[Outpoint, Coin | None]:
    """The coins of a chain, from its genesis."""
    overlay = Overlay(Memory("none"))
    for each in (GENESIS, *blocks):
        apply(each, each.index, overlay)
    return dict(overlay.changes)


def hashes(blocks: Sequence[Block]) -> list[bytes]:
    return [each.hash for each in blocks]


def assert_stands(chain: Chain, blocks: Sequence[Block]) -> None:
    """These blocks are connected, in memory and in the ledger."""
    ledger = chain.ledger
    assert isinstance(ledger, Memory)
    last = (GENESIS, *blocks)[-1]
    assert chain.tip.hash == ledger.tip() == last.hash
    assert [ledger.hash_at(height) for height in range(ledger.height() + 1)] == hashes([GENESIS, *blocks])
    assert ledger._coins == coins_of(blocks)
