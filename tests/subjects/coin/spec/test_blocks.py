"""Blocks: a header of 84 bytes, a root over all bytes of all transactions, and one encoding."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lydite_subjects.coin.spec.blocks import (
    HEADER,
    UNOWNED,
    Block,
    Header,
    block_from_bytes,
    block_from_hex,
    genesis,
    header_as_plain,
    merkle_root,
    read_header,
    root_of,
)
from lydite_subjects.coin.spec.encoding import Reader, hash256
from lydite_subjects.coin.spec.errors import BadEncoding, RuleBroken
from lydite_subjects.coin.spec.params import DEV, MAIN
from lydite_subjects.coin.spec.rules import check_block
from lydite_subjects.coin.spec.transactions import Output, Transaction, coinbase
from lydite_subjects.coin.spec.work import is_met
from lydite_subjects.coin.testing import BlockFactory, TransactionFactory
from lydite_subjects.coin.testing.strategies import blocks, hashes, headers, spoilt

BLOCK_100_000 = [
    "8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
    "fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
    "6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
    "e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d",
]
"""The transactions of Bitcoin's block of that height, as they are shown: last byte first."""
ROOT_100_000 = "f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766"


# What the guide asks of a block


def test_a_block_knows_its_place_and_its_transactions() -> None:
    payment = TransactionFactory().make()

    block = BlockFactory().make(index=1, previous_hash="0" * 64, transactions=[payment])

    assert (block.index, block.previous_hash) == (1, "0" * 64)
    assert block.transactions[1:] == (payment,)
    assert block.nonce == block.header.nonce


def test_the_hash_of_a_block_is_always_the_same() -> None:
    block = BlockFactory().make()

    assert block.calculate_hash() == block.calculate_hash() == block.hash.hex() == block.header.hash.hex()
    assert len(block.calculate_hash()) == 64


@given(blocks())
def test_a_block_of_the_strategy_is_lawful_by_itself(block: Block) -> None:
    check_block(block, DEV)

    assert is_met(block.hash, block.header.bits)


# Headers


def test_the_bytes_of_a_header_are_these() -> None:
    header = Header(1, b"\2" * 32, b"\3" * 32, 0x0405, 0x2000FFFF, 0x06070809)

    assert header.encode().hex() == "".join(
        ("01000000", "02" * 32, "03" * 32, "0504000000000000", "ffff0020", "09080706")
    )
    assert header.hash == hash256(header.encode())


def test_all_bytes_of_bitcoins_first_header_are_hashed_as_there() -> None:
    # Its header has 80 bytes, ours 84: the time is longer. What is the same is the hash of bytes.
    first = (
        *("01000000", "00" * 32, "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"),
        *("29ab5f49", "ffff001d", "1dac2b7c"),
    )

    found = hash256(bytes.fromhex("".join(first)))

    assert found[::-1].hex() == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"


@given(headers())
def test_a_header_is_read_as_it_was_written(header: Header) -> None:
    reader = Reader(header.encode())

    assert read_header(reader) == header
    assert (reader.at, reader.left) == (HEADER.size, 0)


@given(headers(), st.integers(0, HEADER.size * 8 - 1))
def test_every_bit_of_a_header_is_in_its_hash(header: Header, bit: int) -> None:
    changed = int.from_bytes(header.encode(), "big") ^ 1 << bit

    found = read_header(Reader(changed.to_bytes(HEADER.size, "big")))

    assert found != header
    assert found.hash != header.hash


def test_a_header_that_is_cut_off_is_refused() -> None:
    with pytest.raises(BadEncoding, match="header: expected 84 bytes, found 83"):
        read_header(Reader(bytes(83)))


def test_the_plain_form_of_a_header_has_its_hash_and_its_bits_in_digits() -> None:
    header = genesis(DEV).header

    plain = header_as_plain(header)

    assert plain["hash"] == header.hash.hex()
    assert plain["bits"] == "2000ffff"
    assert plain["previous_hash"] == "00" * 32


# Encodings


@given(blocks())
def test_a_block_is_read_as_it_was_written(block: Block) -> None:
    found = block_from_bytes(block.encode(), block.index)

    assert found == block
    assert found.hash == block.hash
    assert block_from_hex(block.encode().hex(), block.index) == block


@given(st.data())
def test_bytes_that_were_changed_are_refused_or_another_block_with_these_bytes(data: st.DataObject) -> None:
    block = data.draw(blocks())
    changed = data.draw(spoilt(block.encode()))
    assume(changed != block.encode())

    try:
        found = block_from_bytes(changed, block.index)
    except BadEncoding:
        return
    assert found != block
    assert replace(found, transactions=tuple(map(replace, found.transactions))).encode() == changed


@given(st.data())
def test_bytes_that_were_changed_behind_the_header_are_not_what_it_commits_to(data: st.DataObject) -> None:
    block = data.draw(blocks())
    body = block.encode()[HEADER.size :]
    changed = data.draw(spoilt(body))
    assume(changed != body)

    with pytest.raises((BadEncoding, RuleBroken)) as caught:
        check_block(block_from_bytes(block.header.encode() + changed, block.index), DEV)

    assert not isinstance(caught.value, RuleBroken) or caught.value.rule == "merkle-root"


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "00",
        "zz",
        5,
        b"00",
        [],
        "0" * 167,
        genesis(DEV).encode().hex() + "00",
        genesis(DEV).encode().hex() + "\n",
    ],
)
def test_a_text_that_is_no_block_is_refused(text: object) -> None:
    with pytest.raises(BadEncoding, match="expected"):
        block_from_hex(text)


def test_a_block_of_more_transactions_than_there_may_be_is_refused_before_they_are_read() -> None:
    data = genesis(DEV).header.encode() + b"\xfe" + (100_001).to_bytes(4, "little")

    with pytest.raises(BadEncoding, match="transactions of a block: expected at most 100,000, found 100,001"):
        block_from_bytes(data)


def test_the_plain_form_of_a_block_has_its_height_and_its_transactions() -> None:
    block = BlockFactory().make(index=3)

    plain = block.as_plain()

    assert plain["index"] == 3
    assert [each["txid"] for each in plain["transactions"]] == [
        each.txid.hex() for each in block.transactions
    ]


# Roots


def test_the_root_of_bitcoins_block_100000_is_found() -> None:
    leaves = [bytes.fromhex(each)[::-1] for each in BLOCK_100_000]

    assert merkle_root(leaves)[::-1].hex() == ROOT_100_000


def test_the_root_of_one_is_itself_and_of_none_nothing() -> None:
    assert merkle_root([b"\1" * 32]) == b"\1" * 32
    assert merkle_root([]) == bytes(32)


def test_of_an_odd_number_the_last_one_is_carried_up() -> None:
    one, two, three = (bytes([each]) * 32 for each in (1, 2, 3))

    assert merkle_root([one, two, three]) == hash256(hash256(one + two) + three)


@given(st.lists(hashes(), min_size=1, max_size=20, unique=True), st.data())
def test_no_other_list_has_the_same_root(leaves: list[bytes], data: st.DataObject) -> None:
    assume(bytes(32) not in leaves)  # The root of none; nobody knows what has that hash.
    root, size = merkle_root(leaves), len(leaves)
    repeated = data.draw(st.integers(1, size))
    shuffled = data.draw(st.permutations(leaves))
    at = data.draw(st.integers(0, size - 1))

    # CVE-2012-2459: the end of a list repeated.
    assert merkle_root([*leaves, *leaves[-repeated:]]) != root
    assert merkle_root(leaves[:at] + leaves[at + 1 :]) != root
    assert (merkle_root(shuffled) == root) == (shuffled == leaves)


def test_a_root_commits_to_signatures_as_well() -> None:
    signed = TransactionFactory().make()
    unsigned = replace(signed, inputs=tuple(each._replace(signature=b"") for each in signed.inputs))

    assert signed.txid == unsigned.txid
    assert root_of([signed]) != root_of([unsigned])


# The first block


def test_the_first_block_of_a_network_is_always_the_same_and_pays_nobody() -> None:
    first = genesis(DEV)

    assert first.hash.hex() == genesis(DEV).calculate_hash()
    assert first.hash != genesis(MAIN).hash
    assert first.transactions[0].outputs == (Output(DEV.subsidy, UNOWNED),)
    check_block(first, DEV)


def test_the_first_block_follows_from_all_that_a_network_agrees_on() -> None:
    others = [
        replace(DEV, name="other"),
        replace(DEV, subsidy=DEV.subsidy - 1),
        replace(DEV, genesis_time_s=DEV.genesis_time_s + 1),
        replace(DEV, easiest_bits=0x1F00FFFF),
    ]

    assert len({genesis(each).hash for each in [DEV, *others]}) == 5


@pytest.mark.parametrize(
    ("height", "subsidy"),
    [
        *((0, 50), (209_999, 50), (210_000, 25), (420_000, 12.5), (210_000 * 32, 50 / 2**32)),
        *((210_000 * 33, 0), (210_000 * 64, 0), (210_000 * 1_000, 0)),
    ],
)
def test_the_subsidy_is_halved_until_there_is_none(height: int, subsidy: float) -> None:
    assert MAIN.subsidy_at(height) == int(subsidy * 100_000_000)


def test_all_subsidies_together_are_less_than_all_money() -> None:
    total = sum(MAIN.halving_blocks * MAIN.subsidy_at(era * MAIN.halving_blocks) for era in range(64))

    assert total == 2_099_999_997_690_000


def test_a_block_with_another_coinbase_has_another_root() -> None:
    one: list[Transaction] = [coinbase(1, [Output(1, UNOWNED)])]
    other = [coinbase(1, [Output(2, UNOWNED)])]

    assert root_of(one) != root_of(other)
