"""Payments: which coins are spent, what goes to whom, and what comes back. No network, no clock, no chance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from lydite_subjects.coin.spec.amounts import MONEY_MAX, coins, grains
from lydite_subjects.coin.spec.errors import BadAddress, BadAmount, CoinError
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
WRONG_MAX: Final = 10
"""Of so many mistakes in one list is told what they are."""

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
    outputs, wrong, several = list[Output](), list[CoinError](), list(recipients)
    for number, (address, amount) in enumerate(several, 1):
        whose = "the recipient" if len(several) == 1 else f"recipient {number}"
        try:
            outputs.append(Output(positive(amount, f"{whose}: the amount"), _owner(address, whose)))
        except (BadAddress, BadAmount) as error:
            wrong.append(error)
    if wrong:
        raise type(wrong[0])(all_of([str(each) for each in wrong]))
    if not 0 < len(outputs) <= OUTPUTS_MAX:
        raise CoinError(f"a payment: expected 1 to {OUTPUTS_MAX:,} recipients, found {len(outputs):,}")
    total = sum(output.amount for output in outputs)
    if total > MONEY_MAX:
        raise BadAmount(f"a payment: expected at most {coins(MONEY_MAX)} coins, found {coins(total)}")
    return outputs


def all_of(wrong: Sequence[str]) -> str:
    """Several mistakes as one text, a line each; of very many only the first ones."""
    more = [f"and {len(wrong) - WRONG_MAX:,} more"] if len(wrong) > WRONG_MAX else []
    return "\n".join([*wrong[:WRONG_MAX], *more])


def positive(amount: Amount, what: str = "a payment") -> int:
    """The grains of an amount that can be paid."""
    found = _grains(amount, what)
    if found == 0:
        raise BadAmount(f"{what}: expected more than 0 coins, found 0")
    return found


def fee_of(fee: Amount) -> int:
    """The grains of a fee."""
    return _grains(fee, "the fee")


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


def _owner(address: str, whose: str) -> bytes:
    try:
        return owner_of(address)
    except BadAddress as error:
        raise BadAddress(f"{whose}: {error}; ask for the address again, and copy all of it") from error


def _grains(amount: Amount, what: str) -> int:
    """The grains of an amount; a float is what it prints as."""
    if isinstance(amount, bool):
        raise BadAmount(f"{what}: expected an amount in coins, found {amount}")
    try:
        return grains(repr(amount) if isinstance(amount, float) else amount)
    except BadAmount as error:
        raise BadAmount(f"{what}: {error}") from error
