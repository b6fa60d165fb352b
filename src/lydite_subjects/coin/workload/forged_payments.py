"""Forged payments: each function makes one that the law forbids, alone as well as in a block."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from lydite_subjects.coin.spec.amounts import MONEY_MAX
from lydite_subjects.coin.spec.keys import ORDER, PrivateKey
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Input, Outpoint, Transaction
from lydite_subjects.coin.workload.forge import Forge
from lydite_subjects.coin.workload.people import FEE, Coins

INT64_MAX: Final = (1 << 63) - 1


def value_overflow(forge: Forge) -> Transaction:
    """Two outputs whose sum is small in 64 bits (August 2010: 184 billion coins of nothing)."""
    return forge.payment([forge.coin()], [INT64_MAX, INT64_MAX])


def outputs_beyond_all_money(forge: Forge) -> Transaction:
    """Two outputs, each of them a possible amount, and not their sum."""
    return forge.payment([forge.coin()], [MONEY_MAX, MONEY_MAX])


def negative_output(forge: Forge) -> Transaction:
    """One output takes from nowhere what another one gives away."""
    amount = forge.coin().output.amount
    return forge.payment([forge.coin()], [2 * amount, FEE - amount - 2 * FEE])


def coin_from_nothing(forge: Forge) -> Transaction:
    """More comes out than goes in."""
    return forge.payment([forge.coin()], [forge.coin().output.amount + 1])


def input_twice(forge: Forge) -> Transaction:
    """One coin pays twice in one payment (CVE-2018-17144)."""
    spent = forge.coin()
    return forge.payment([spent, spent], [2 * spent.output.amount - FEE])


def unripe_reward(forge: Forge) -> Transaction:
    """A reward is spent one block too early."""
    spent = forge.reward_of(forge.tip.height + 2 - DEV.maturity_blocks)
    return forge.payment([spent], [spent.output.amount - FEE])


def coin_of_nobody(forge: Forge) -> Transaction:
    """A coin that never was."""
    spent = forge.coin()._replace(outpoint=Outpoint(b"\x11" * 32, 0))
    return forge.payment([spent], [spent.output.amount - FEE])


def coin_of_somebody_else(forge: Forge) -> Transaction:
    """Signed well, with a key to which the coin does not belong."""
    spent, other = forge.coin(), PrivateKey(b"\x17" * 32)
    payment = Transaction((Input(spent.outpoint),), (forge.output(spent.output.amount - FEE),))
    return payment.signed([other], [spent.output], DEV.magic)


def unsigned(forge: Forge) -> Transaction:
    """Nobody has signed."""
    payment = forge.payment([forge.coin()], [forge.coin().output.amount - FEE])
    return replace(payment, inputs=(payment.inputs[0]._replace(signature=bytes(64)),))


def signature_of_another_network(forge: Forge) -> Transaction:
    """What was signed elsewhere is told here."""
    spent = forge.coin()
    payment = Transaction((Input(spent.outpoint),), (forge.output(spent.output.amount - FEE),))
    return payment.signed([forge.key], [spent.output], b"else")


def signature_of_another_output(forge: Forge) -> Transaction:
    """What was signed for one output of a payment is told of its twin: the same owner, the same amount."""
    first, second = _twins(forge)
    payment = forge.payment([first], [first.output.amount - FEE])
    return replace(payment, inputs=(payment.inputs[0]._replace(outpoint=second.outpoint),))


def signatures_swapped(forge: Forge) -> Transaction:
    """Two outputs of one payment are spent, each with the other's signature."""
    payment = forge.payment(_twins(forge), [2 * _twins(forge)[0].output.amount - FEE])
    one, other = payment.inputs
    swapped = (one._replace(signature=other.signature), other._replace(signature=one.signature))
    return replace(payment, inputs=swapped)


def larger_s(forge: Forge) -> Transaction:
    """The other signature of the same digest, which anybody can make of the first one."""
    payment = forge.payment([forge.coin()], [forge.coin().output.amount - FEE])
    (signed,) = payment.inputs
    s = ORDER - int.from_bytes(signed.signature[32:], "big")
    other = signed.signature[:32] + s.to_bytes(32, "big")
    return replace(payment, inputs=(signed._replace(signature=other),))


def changed_after_signing(forge: Forge) -> Transaction:
    """Somebody on the way has changed to whom it goes."""
    payment = forge.payment([forge.coin()], [forge.coin().output.amount - FEE])
    (output,) = payment.outputs
    return replace(payment, outputs=(output._replace(owner=b"\x2a" * 20),))


def _twins(forge: Forge) -> list[Coins]:
    coins = forge.coins()
    first = next(each for each in coins if each.outpoint.output == 1)
    return [each for each in coins if each.outpoint.txid == first.outpoint.txid][:2]


FORGED_PAYMENTS: Final[Mapping[str, Callable[[Forge], Transaction]]] = MappingProxyType(
    {
        each.__name__.replace("_", "-"): each
        for each in (
            *(value_overflow, outputs_beyond_all_money, negative_output, coin_from_nothing, input_twice),
            *(unripe_reward, coin_of_nobody, coin_of_somebody_else, unsigned, signature_of_another_network),
            *(signature_of_another_output, signatures_swapped, larger_s, changed_after_signing),
        )
    }
)
"""By name."""
