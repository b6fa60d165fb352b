"""Mining: templates that keep the law, and a search that finds the first nonce and no other."""

import statistics
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite_subjects.coin.spec.blocks import HEADER, NONCE_MAX, Block, Header
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.encoding import hash256
from lydite_subjects.coin.spec.errors import RuleBroken
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.mining import solve, template
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.rules import check_block
from lydite_subjects.coin.spec.transactions import height_of
from lydite_subjects.coin.spec.work import bits_of, is_met, target_of
from lydite_subjects.coin.testing import ChainFactory
from lydite_subjects.coin.testing.strategies import headers

OWNER = bytes(range(20))
EASY = 0x207FFFFF


def filled(payments: int) -> tuple[ChainFactory, Chain, Mempool]:
    factory = ChainFactory()
    factory.grow(DEV.maturity_blocks + payments)
    chain, pool = factory.open(), Mempool(DEV)
    for number in range(payments):
        pool.add(factory.payment(fee=10_000 + number), chain, chain.tip.height)
    return factory, chain, pool


def finished(block: Block) -> Block:
    nonce = solve(block.header, 0, 1 << 20)
    assert nonce is not None
    return Block(block.header._replace(nonce=nonce), block.transactions, block.index)


# Templates


def test_a_template_becomes_the_next_block() -> None:
    factory, chain, pool = filled(payments=3)

    block = template(chain, pool, OWNER, factory.now_s + 5, b"hello")
    change = chain.add_blocks([finished(block)], factory.now_s + 5)

    assert not change.refused
    assert chain.tip.height == block.index == height_of(block.transactions[0])
    assert block.transactions[1:] == tuple(pool.selected(pool.bytes))
    assert block.header.time_s == factory.now_s + 5


def test_a_miner_gets_the_subsidy_and_all_fees() -> None:
    factory, chain, pool = filled(payments=3)

    first = template(chain, pool, OWNER, factory.now_s).transactions[0]

    assert [(each.amount, each.owner) for each in first.outputs] == [
        (DEV.subsidy_at(chain.tip.height + 1) + 30_003, OWNER)
    ]


def test_two_memos_make_two_searches() -> None:
    factory, chain, pool = filled(payments=0)

    one, other = (template(chain, pool, OWNER, factory.now_s, memo) for memo in (b"1", b"2"))

    assert one.header.root != other.header.root
    assert one.transactions[0].inputs[0].memo[4:] == b"1"


def test_a_memo_has_at_most_96_bytes() -> None:
    factory, chain, pool = filled(payments=0)

    check_block(template(chain, pool, OWNER, factory.now_s, bytes(96)), DEV)
    with pytest.raises(RuleBroken, match="coinbase-memo"):
        template(chain, pool, OWNER, factory.now_s, bytes(97))


def test_a_template_is_no_larger_than_a_block_may_be() -> None:
    factory, chain, pool = filled(payments=6)
    empty = len(template(chain, Mempool(DEV), OWNER, factory.now_s).encode())
    sizes = []

    for room in range(0, pool.bytes + 20, 10):
        # The number of transactions may take nine bytes; it takes one here.
        chain.params = replace(DEV, block_bytes_max=empty + 8 + room)
        block = template(chain, pool, OWNER, factory.now_s)
        check_block(block, chain.params)
        sizes.append(len(block.transactions) - 1)

    assert sizes == sorted(sizes)
    assert set(sizes) == set(range(7))


def test_a_clock_that_is_behind_is_not_followed_below_the_median() -> None:
    factory, chain, pool = filled(payments=0)

    block = template(chain, pool, OWNER, 0)

    assert block.header.time_s == chain.headers.median_time(chain.tip) + 1
    assert not chain.add_blocks([finished(block)], factory.now_s).refused


@pytest.mark.parametrize("timewarp_s", [0, 10, 600])
def test_the_first_block_of_a_period_does_not_step_far_back(timewarp_s: int) -> None:
    params = replace(DEV, timewarp_s_max=timewarp_s)
    factory = ChainFactory(params)
    factory.grow(params.retarget_blocks - 1)
    chain = factory.open()

    block = template(chain, Mempool(params), OWNER, 0)

    assert block.index % params.retarget_blocks == 0
    assert not chain.add_blocks([finished(block)], factory.now_s).refused
    assert block.header.time_s >= factory.now_s - timewarp_s


def test_a_template_has_the_bits_of_its_height() -> None:
    # Blocks come so quickly that those of the next period are four times as hard.
    chain, begin_s, bits = Chain.open(DEV, Memory(DEV.name)), DEV.genesis_time_s, list[int]()
    for now_s in range(begin_s + 1, begin_s + 2 + DEV.retarget_blocks):
        block = finished(template(chain, Mempool(DEV), OWNER, now_s))
        assert not chain.add_blocks([block], now_s).refused
        bits.append(block.header.bits)

    assert set(bits[: DEV.retarget_blocks - 1]) == {DEV.easiest_bits}
    assert target_of(bits[DEV.retarget_blocks - 1]) == target_of(DEV.easiest_bits) // 4


# The search


@given(headers(), st.integers(0, 1_000), st.integers(0, 40))
def test_the_first_nonce_that_is_good_is_found(header: Header, start: int, attempts: int) -> None:
    header = header._replace(bits=EASY)
    good = [
        nonce
        for nonce in range(start, start + attempts)
        if is_met(header._replace(nonce=nonce).hash, header.bits)
    ]

    assert solve(header, start, attempts) == (good[0] if good else None)


@given(headers(), st.integers(0, NONCE_MAX), st.integers(0, 300))
def test_what_is_found_is_good_and_in_its_range(header: Header, start: int, attempts: int) -> None:
    header = header._replace(bits=DEV.easiest_bits)

    nonce = solve(header, start, attempts)

    if nonce is not None:
        assert start <= nonce < min(start + attempts, NONCE_MAX + 1)
        assert is_met(header._replace(nonce=nonce).hash, header.bits)


@pytest.mark.parametrize(("short", "is_found"), [(0, True), (1, False)])
def test_a_hash_that_is_the_target_is_small_enough(
    short: int, is_found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = Header(1, bytes(32), bytes(32), 0, EASY, 7)
    number = int.from_bytes(header.hash, "big")
    # No compact form says a whole hash, so the target is told by hand.
    monkeypatch.setattr("lydite_subjects.coin.spec.mining.target_of", lambda bits: number - short)

    assert (solve(header, 7, 1) == 7) is is_found


def test_the_last_nonce_is_tried() -> None:
    every = (Header(1, bytes(32), bytes(32), time_s, EASY, NONCE_MAX) for time_s in range(100))
    header = next(each for each in every if is_met(each.hash, EASY))

    assert solve(header, NONCE_MAX, 1_000) == NONCE_MAX


def test_a_search_ends_with_the_last_nonce() -> None:
    header = Header(1, bytes(32), bytes(32), 0, bits_of(1), 0)

    assert solve(header, NONCE_MAX - 2, 1_000) is None
    assert solve(header, NONCE_MAX + 1, 1_000) is None
    assert solve(header, 0, 0) is None


def test_a_header_with_bits_that_are_none_is_not_searched() -> None:
    with pytest.raises(RuleBroken, match="bits"):
        solve(Header(1, bytes(32), bytes(32), 0, 0, 0), 0, 10)


def test_a_search_is_as_quick_as_the_bare_hashes() -> None:
    header = Header(1, bytes(32), bytes(32), 0, bits_of(1 << 60), 0)
    attempts, ratios = 10_000, []

    for _ in range(15):
        bare_s = took(lambda: bare(header, attempts))
        ratios.append(bare_s / took(lambda: solve(header, 0, attempts)))

    assert statistics.median(ratios) >= 0.8, ratios


def took(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def bare(header: Header, attempts: int) -> int | None:
    """What anybody would write."""
    front, most, nonces = header.encode()[: HEADER.size - 4], target_of(header.bits), struct.Struct("<I")
    goal = most.to_bytes(32, "big")
    for nonce in range(attempts):
        if sha256(sha256(front + nonces.pack(nonce)).digest()).digest() <= goal:
            return nonce
    return None


def test_the_bare_search_finds_the_same() -> None:
    header = Header(1, bytes(32), bytes(32), 0, DEV.easiest_bits, 0)

    found = solve(header, 0, 100_000)

    assert found == bare(header, 100_000)
    assert found is not None
    assert hash256(header._replace(nonce=found).encode()) == header._replace(nonce=found).hash
