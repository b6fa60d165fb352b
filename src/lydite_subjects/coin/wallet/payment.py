"""Payments: which coins are spent, what goes to whom, and what comes back. No network, no clock, no chance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from lydite_subjects.coin.spec.amounts import MONEY_MAX, coins, grains
from lydite_subjects.coin.spec.errors import BadAmount, CoinError
from lydite_subjects.coin.spec.keys import PrivateKey, owner_of
from lydite_subjects.coin.spec.transactions import (
    Input,
    Outpoint,
    Output,
    Transaction,
    outpoint_from_plain,
)

INPUTS_MAX: Final = 1_000
"""A payment spends no more coins at once."""
OUTPUTS_MAX: Final = 1_000

Amount = str | int | float | Decimal


class CannotPay(CoinError):
    """There is not enough that can be spent; the numbers are grains."""

    def __init__(self, *, needed: int, spendable: int, waiting: int, why: str = "") -> None:
        self.needed = needed
        self.spendable = spendable
        self.waiting = waiting
        text = why or f"expected {coins(needed)} coins, fee included, found {coins(spendable)} to spend"
        if waiting and not why:
            text += f" ({coins(waiting)} more must be mined or ripen first)"
        super().__init__(f"cannot pay: {text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """An output of the wallet that nobody has spent."""

    outpoint: Outpoint
    amount: int
    confirmed: bool
    spendable: bool
    """False for a reward that is not ripe."""


def owned_from_plain(values: Iterable[Mapping[str, Any]]) -> list[Owned]:
    """The outputs that a node lists for an address; those that a waiting payment spends are left out."""
    try:
        return [
            Owned(
                outpoint=outpoint_from_plain(dict(value)),
                amount=grains(value["amount"]),
                confirmed=bool(value["confirmed"]),
                spendable=bool(value["spendable"]),
            )
            for value in values
            if not value.get("spent")
        ]
    except (KeyError, TypeError) as error:
        raise CoinError(f"outputs of a node: expected txid, index, amount, found no {error}") from error


def payments(recipients: Iterable[tuple[str, Amount]]) -> list[Output]:
    """The outputs that pay these people; every address and amount is looked at before anything is sent."""
    outputs = [Output(positive(amount), owner_of(address)) for address, amount in recipients]
    if not 0 < len(outputs) <= OUTPUTS_MAX:
        raise CoinError(f"a payment: expected 1 to {OUTPUTS_MAX:,} recipients, found {len(outputs):,}")
    total = sum(output.amount for output in outputs)
    if total > MONEY_MAX:
        raise BadAmount(f"a payment: expected at most {coins(MONEY_MAX)} coins, found {coins(total)}")
    return outputs


def positive(amount: Amount) -> int:
    """The grains of an amount that can be paid; a float is what it prints as."""
    if isinstance(amount, bool):
        raise BadAmount(f"expected an amount in coins, found {amount}")
    found = grains(repr(amount) if isinstance(amount, float) else amount)
    if found == 0:
        raise BadAmount("expected an amount of more than 0 coins, found 0")
    return found


def pay(
    key: PrivateKey, owned: Sequence[Owned], outputs: Sequence[Output], *, fee: int, magic: bytes
) -> Transaction:
    """The signed transaction that pays these outputs; what is left over comes back to the key."""
    needed = sum(output.amount for output in outputs) + fee
    chosen = choose(owned, needed)
    change = sum(each.amount for each in chosen) - needed
    mine = key.public.owner
    made = (*outputs, Output(change, mine)) if change else tuple(outputs)
    spent = [Output(each.amount, mine) for each in chosen]
    plain = Transaction(tuple(Input(each.outpoint) for each in chosen), made)
    return plain.signed([key] * len(chosen), spent, magic)


def choose(owned: Sequence[Owned], needed: int) -> list[Owned]:
    """Coins that are worth at least so much.

    The smallest single one that is enough; otherwise the largest first, so that the payment is short. Coins that are
    not in a block yet are taken only if the others are not enough: a payment that waits for another one may wait long.
    """
    usable = [each for each in owned if each.spendable]
    spendable = sum(each.amount for each in usable)
    waiting = sum(each.amount for each in owned) - spendable
    if spendable < needed:
        raise CannotPay(needed=needed, spendable=spendable, waiting=waiting)
    confirmed = [each for each in usable if each.confirmed]
    for candidates in (confirmed, usable):
        enough = [each for each in candidates if each.amount >= needed]
        if enough:
            return [min(enough, key=lambda each: (each.amount, each.outpoint))]
        chosen, total = [], 0
        for each in sorted(candidates, key=lambda each: (-each.amount, each.outpoint))[:INPUTS_MAX]:
            chosen.append(each)
            total += each.amount
            if total >= needed:
                return chosen
    largest = sum(sorted((each.amount for each in usable), reverse=True)[:INPUTS_MAX])
    raise CannotPay(
        needed=needed,
        spendable=spendable,
        waiting=waiting,
        why=f"expected at most {INPUTS_MAX:,} coins to be worth {coins(needed)}, found {coins(largest)}; "
        "send yourself a part of it first",
    )
