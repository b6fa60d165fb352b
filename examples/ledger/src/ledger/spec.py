"""The law of the ledger: what is answered to a transfer, and what stands in the books then. Functions of values.

Books are kept by double entry: what one account loses another one gains, so all entries of a bank add up to nothing.
Three kinds of accounts stand in them: those of people (`ann`), what another bank is owed (`@south`), and `cash`, from
which accounts are opened.
"""

from collections.abc import Iterable
from dataclasses import dataclass

AMOUNT_MAX = 1_000_000_000

NAME_LETTERS_MAX = 100

CASH = "cash"

DONE = "done"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Somebody wants money moved. Its key is its name: said again, it is the same transfer."""

    key: str
    payer: str
    payee: str
    """`bob`, or `bob@south` if his account is with another bank."""
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line in the books: an account gains an amount, or loses it."""

    key: str
    account: str
    amount: int


@dataclass(frozen=True, slots=True)
class Look:
    """What the books say that matters for a transfer."""

    balance: int
    """What the payer has."""
    payee_known: bool
    earlier: tuple[Transfer, str] | None = None
    """The transfer that had this key before, and what was answered."""


def objection(transfer: Transfer, banks: Iterable[str]) -> str:
    """What is wrong with a transfer as it stands, whatever is in the books."""
    name, _, bank = transfer.payee.partition("@")
    if not 0 < transfer.amount <= AMOUNT_MAX:
        return f"an amount is a whole number from 1 to {AMOUNT_MAX:,}"
    if not all(0 < len(each) <= NAME_LETTERS_MAX for each in (transfer.key, transfer.payer, name)):
        return f"a key and a name have 1 to {NAME_LETTERS_MAX} letters"
    if bank and bank not in banks:
        return f"no bank is called {bank}"
    return ""


def answer_to(transfer: Transfer, look: Look) -> str:
    """`done`, or why not. What was answered once is answered again."""
    if look.earlier is not None:
        before, answer = look.earlier
        return answer if before == transfer else "this key is the name of another transfer"
    if not look.payee_known and transfer.payer != CASH:
        return f"nobody is called {transfer.payee}"
    if is_person(transfer.payer) and look.balance < transfer.amount:
        return f"{transfer.payer} has {look.balance}"
    return DONE


def entries_of(transfer: Transfer) -> tuple[Entry, Entry]:
    """What stands in the books when a transfer is done. What goes to another bank is owed to it."""
    _, at, bank = transfer.payee.partition("@")
    gains = f"@{bank}" if at else transfer.payee
    return (
        Entry(transfer.key, transfer.payer, -transfer.amount),
        Entry(transfer.key, gains, transfer.amount),
    )


def returned(transfer: Transfer) -> tuple[Entry, Entry]:
    """What stands in the books when another bank has refused a transfer: all is as it was."""
    lost, gained = entries_of(transfer)
    key = f"{transfer.key} returned"
    return Entry(key, lost.account, transfer.amount), Entry(key, gained.account, -transfer.amount)


def forwarded(transfer: Transfer, bank: str) -> Transfer:
    """What this bank asks of the one that the payee is with. The key stays the same, however often it is asked."""
    name, _, _ = transfer.payee.partition("@")
    return Transfer(f"{bank}/{transfer.key}", f"@{bank}", name, transfer.amount)


def is_person(account: str) -> bool:
    """Is it an account that must not be overdrawn?"""
    return account != CASH and not account.startswith("@")
