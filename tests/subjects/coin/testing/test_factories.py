"""Factories make what is valid, each seed its own, and chains that any node takes."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.keys import PrivateKey, validate_address
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.params import DEV, MAIN
from lydite_subjects.coin.spec.rules import check_block, check_inputs, check_transaction
from lydite_subjects.coin.testing import (
    BlockFactory,
    ChainFactory,
    TransactionFactory,
    TransactionInputFactory,
    TransactionOutputFactory,
    WalletFactory,
    solved,
)
from lydite_subjects.coin.testing.chains import FOREVER_S
from lydite_subjects.coin.testing.strategies import Mutation, chains, mutations, trees

ADDRESS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"


def test_a_wallet_has_a_key_its_address_and_a_file_of_its_own() -> None:
    wallets = WalletFactory().batch(20)

    assert all(validate_address(each.address) for each in wallets)
    assert all(PrivateKey.from_hex(each.private_key) == each.keypair for each in wallets)
    assert len({each.filename for each in wallets}) == 20
    assert wallets[0].private_key not in repr(wallets[0])


def test_a_seed_makes_the_same_and_another_seed_does_not() -> None:
    made = [
        (WalletFactory(seed).make(), TransactionFactory(seed).make(), BlockFactory(seed).make())
        for seed in (1, 1, 2)
    ]

    assert made[0] == made[1]
    assert all(one != other for one, other in zip(made[0], made[2], strict=True))
    assert [each.hash for each in ChainFactory(seed=1).grow(7)] == [
        each.hash for each in ChainFactory(seed=1).grow(7)
    ]


def test_inputs_and_outputs_are_as_they_are_wanted() -> None:
    paid = TransactionOutputFactory().make(amount=5, recipient_address=ADDRESS)
    spent = TransactionInputFactory().make(tx_id="ab" * 32, output_index=3)

    assert (paid.amount, paid.address) == (5, ADDRESS)
    assert (spent.outpoint.txid.hex(), spent.outpoint.output) == ("ab" * 32, 3)


@pytest.mark.parametrize("seed", range(20))
def test_a_transaction_is_valid_where_its_coins_are(seed: int) -> None:
    spending = TransactionFactory(seed).spending()

    check_transaction(spending.transaction)
    assert check_inputs(spending.transaction, spending.coins, 2, DEV) == 10_000
    assert Mempool(DEV).add(spending.transaction, spending, 2).fee == 10_000


def test_a_transaction_has_as_many_inputs_and_outputs_as_are_wanted() -> None:
    found = TransactionFactory().make(inputs=7, outputs=2)

    assert (len(found.inputs), len(found.outputs)) == (7, 2)


@pytest.mark.parametrize("seed", range(10))
def test_a_block_is_valid_by_itself(seed: int) -> None:
    check_block(BlockFactory(seed).make(index=seed + 1), DEV)


def test_a_block_can_be_the_next_one_of_a_chain() -> None:
    factory = ChainFactory()
    chain = factory.open()

    block = BlockFactory().make(transactions=[])

    assert not chain.add_blocks([block], FOREVER_S).refused
    assert chain.tip.hash == block.hash


def test_a_header_that_takes_too_much_work_is_refused() -> None:
    header = BlockFactory().make().header._replace(bits=0x03010000)

    with pytest.raises(
        ValueError, match="expected bits that take less than 1,048,576 hashes, found 0x03010000"
    ):
        solved(header)


def test_a_chain_pays_in_every_block_once_rewards_are_ripe() -> None:
    factory = ChainFactory(payments=2)

    blocks = factory.grow(60)

    ripe = DEV.maturity_blocks + 2
    assert [len(each.transactions) for each in blocks[ripe:]] == [3] * len(blocks[ripe:])
    assert {each.header.bits for each in blocks[DEV.retarget_blocks :]} == {DEV.easiest_bits}


def test_a_chain_can_be_mined_on_any_network() -> None:
    quick = replace(MAIN, easiest_bits=0x207FFFFF, maturity_blocks=1, retarget_blocks=5)

    chain = ChainFactory(quick, payments=3)
    chain.grow(30)

    assert chain.open().tip.height == 30


def test_a_chain_takes_payments_from_outside() -> None:
    factory = ChainFactory()
    factory.grow(10)
    payment = factory.payment(fee=12_345)

    block = factory.mine([payment], fees=12_345)

    assert block.transactions[1:] == (payment,)
    assert block.transactions[0].paid == DEV.subsidy + 12_345
    assert factory.open().tip.hash == block.hash


def test_a_chain_without_ripe_coins_pays_nothing() -> None:
    with pytest.raises(ValueError, match="found none; mine more blocks"):
        ChainFactory().payment()


def test_a_fork_has_the_beginning_in_common_and_no_more() -> None:
    trunk = ChainFactory()
    trunk.grow(12)

    branch = trunk.fork(8, seed=1)
    branch.grow(6)
    chain = trunk.open()
    change = chain.add_blocks(branch.blocks[9:], FOREVER_S)

    assert branch.blocks[:9] == trunk.blocks[:9]
    assert not {each.hash for each in branch.blocks[9:]} & {each.hash for each in trunk.blocks[9:]}
    assert [len(change.disconnected), len(change.connected)] == [4, 6]


@given(chains())
@settings(max_examples=20)
def test_a_chain_of_the_strategy_is_connected_by_any_node(factory: ChainFactory) -> None:
    assert factory.open().tip.hash == factory.tip.hash


@given(trees(), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_a_tree_of_the_strategy_ends_with_its_longest_branch_in_any_order(
    branches: list[ChainFactory], draws: object
) -> None:
    blocks: dict[bytes, Block] = {each.hash: each for one in branches for each in one.blocks[1:]}
    shuffled = list(blocks.values())
    draws.shuffle(shuffled)  # type: ignore[attr-defined]
    chain = Chain.open(DEV, Memory(DEV.name))

    change = chain.add_blocks(shuffled, FOREVER_S)

    assert not change.refused
    assert chain.tip.work == max(one.open().tip.work for one in branches)


@given(mutations())
def test_a_mutation_is_never_what_it_was_made_of(mutation: Mutation) -> None:
    assert mutation.transaction != mutation.of.transaction
    assert mutation.transaction.encode() != mutation.of.transaction.encode()
