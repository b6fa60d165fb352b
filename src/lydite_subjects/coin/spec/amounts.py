"""Amounts: whole grains inside, decimal coins for people. Nothing is ever rounded.

>>> grains("1.5")
150000000
>>> coins(150_000_000)
'1.5'
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from lydite_subjects.coin.spec.errors import BadAmount

COIN: Final = 100_000_000
"""Grains in a coin."""
MONEY_MAX: Final = 21_000_000 * COIN
"""No amount, and no sum of amounts, is larger."""

_LETTERS_MAX: Final = 64
_AMOUNT: Final = re.compile(rf"(?=.{{1,{_LETTERS_MAX}}}\Z)-?\d*\.?\d*(?:[eE][+-]?\d+)?", re.ASCII)


def grains(amount: "str | int | Decimal") -> int:
    """The grains of an amount in coins that a person gave; more than eight decimals are refused, not rounded."""
    expected = f"an amount in coins from 0 to {MONEY_MAX // COIN:,} with at most eight decimals"
    text = str(amount)
    try:
        # `Decimal` would take underscores and the digits of all scripts, too.
        found = Decimal(text) if _AMOUNT.fullmatch(text) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found <= MONEY_MAX // COIN or found != round(found, 8):
        raise BadAmount(f"expected {expected}, found {text[:_LETTERS_MAX]!r}")
    return int(found * COIN)


def coins(amount: int) -> str:
    """Grains as coins, as short as they can be said exactly."""
    sign, (whole, rest) = "-" if amount < 0 else "", divmod(abs(amount), COIN)
    return f"{sign}{whole}.{rest:08}".rstrip("0").rstrip(".")


def is_money(amount: int) -> bool:
    """Is it a possible amount?"""
    return 0 <= amount <= MONEY_MAX
