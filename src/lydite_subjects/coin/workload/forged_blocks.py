"""Forged blocks: each function makes one with all of its work done, on the tip, and with one thing wrong."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import coinbase
from lydite_subjects.coin.spec.work import bits_of, is_met, target_of
from lydite_subjects.coin.workload.forge import Forge
from lydite_subjects.coin.workload.people import FEE

LATE_S: Final = 60


def coin_twice_in_a_block(forge: Forge) -> Block:
    """Two payments of one block spend the same coin."""
    spent = forge.coin()
    payments = [forge.payment([spent], [spent.output.amount - fee]) for fee in (FEE, 2 * FEE)]
    return forge.block(payments, fees=3 * FEE)


def coin_of_an_earlier_block(forge: Forge) -> Block:
    """A coin that is spent already."""
    entry, spent = forge.tip, None
    while spent is None:
        block = forge.chain.block(entry.hash)
        assert block is not None
        assert entry.parent is not None
        spent = next((each.inputs[0].outpoint for each in block.transactions[1:]), None)
        entry = entry.parent
    coin = forge.reward_of(1)._replace(outpoint=spent)
    return forge.block([forge.payment([coin], [coin.output.amount - FEE])], fees=FEE)


def reward_too_large(forge: Forge) -> Block:
    """One grain too much."""
    return forge.block(reward=DEV.subsidy_at(forge.tip.height + 1) + 1)


def fees_twice(forge: Forge) -> Block:
    """The fees are taken twice."""
    spent = forge.coin()
    return forge.block([forge.payment([spent], [spent.output.amount - FEE])], fees=2 * FEE)


def loss_behind_a_fee(forge: Forge) -> Block:
    """What one payment makes out of nothing is hidden behind the fee of another one."""
    one, other = forge.coins()[:2]
    gain = forge.payment([one], [one.output.amount + FEE])
    return forge.block([forge.payment([other], [other.output.amount - 2 * FEE]), gain], fees=FEE)


def reward_for_nobody(forge: Forge) -> Block:
    """A reward that is a sum of amounts too large for 64 bits."""
    amount = (1 << 63) - 1
    height = forge.tip.height + 1
    return forge.around([coinbase(height, [forge.output(amount), forge.output(amount)])])


def no_coinbase(forge: Forge) -> Block:
    """Nobody is rewarded."""
    spent = forge.coin()
    return forge.around([forge.payment([spent], [spent.output.amount - FEE])])


def two_coinbases(forge: Forge) -> Block:
    """Two are."""
    height = forge.tip.height + 1
    rewards = [coinbase(height, [forge.output(DEV.subsidy)], each) for each in (b"one", b"two")]
    return forge.around(rewards)


def another_height(forge: Forge) -> Block:
    """Its coinbase tells the height of an earlier block, so that it may be that one's twin."""
    return forge.block(height=forge.tip.height)


def body_of_another_block(forge: Forge) -> Block:
    """A header with its work, and a body that it does not commit to."""
    return Block(forge.block().header, forge.block().transactions, forge.tip.height + 1)


def no_work(forge: Forge) -> Block:
    """Nobody has worked for it."""
    block = forge.block()
    nonces = (block.header._replace(nonce=nonce) for nonce in range(1 << 20))
    lazy = next(each for each in nonces if not is_met(each.hash, each.bits))
    return Block(lazy, block.transactions, block.index)


def easier_bits(forge: Forge) -> Block:
    """It is twice as easy as it should be."""
    target = min(2 * target_of(forge.chain.headers.next_bits(forge.tip)), (1 << 255) - 1)
    return forge.block(bits=bits_of(target))


def harder_bits(forge: Forge) -> Block:
    """It is twice as hard as it should be: nobody may choose how much a block is worth."""
    return forge.block(bits=bits_of(target_of(forge.chain.headers.next_bits(forge.tip)) // 2))


def time_too_old(forge: Forge) -> Block:
    """Its time is the median of the blocks before, not after it."""
    return forge.block(time_s=forge.chain.headers.median_time(forge.tip))


def time_too_new(forge: Forge) -> Block:
    """Its time is farther ahead than any clock may be."""
    return forge.block(time_s=forge.now_s + DEV.future_s_max + LATE_S)


def parent_unknown(forge: Forge) -> Block:
    """Nobody knows what it follows."""
    block = forge.block()
    forged = forge.around(block.transactions)
    header = forged.header._replace(previous=b"\x33" * 32)
    return Block(header, block.transactions, block.index)


FORGED_BLOCKS: Final[Mapping[str, Callable[[Forge], Block]]] = MappingProxyType(
    {
        each.__name__.replace("_", "-"): each
        for each in (
            *(
                coin_twice_in_a_block,
                coin_of_an_earlier_block,
                reward_too_large,
                fees_twice,
                loss_behind_a_fee,
            ),
            *(reward_for_nobody, no_coinbase, two_coinbases, another_height, body_of_another_block, no_work),
            *(easier_bits, harder_bits, time_too_old, time_too_new, parent_unknown),
        )
    }
)
"""By name."""
