"""Amounts: whole grains, and nothing is rounded, guessed, or taken for a number that is none."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite_subjects.coin.spec.amounts import COIN, MONEY_MAX, coins, grains, is_money
from lydite_subjects.coin.spec.errors import BadAmount


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("0", 0),
        ("-0", 0),
        ("1", COIN),
        ("1.5", 150_000_000),
        ("0.00000001", 1),
        ("1e-8", 1),
        ("1.10000000000", 110_000_000),
        (".5", 50_000_000),
        ("21000000", MONEY_MAX),
        ("20999999.99999999", MONEY_MAX - 1),
        (3, 3 * COIN),
        (Decimal("0.1"), 10_000_000),
    ],
)
def test_an_amount_in_coins_is_so_many_grains(said: str | int | Decimal, meant: int) -> None:
    assert grains(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        *("-1", "-0.00000001", "21000000.00000001", "21000001", "1e300"),
        *("1e999999999999999999999", "184467440737.09551616"),
        *("0.000000001", "1.123456789", "1e-9", "0.1e-8"),
        *("", " ", ".", "-", "e5", "1e", "1.2.3", "1,5", "one", "0x10", "nan", "NaN", "-nan"),
        *("inf", "-Infinity", "sNaN"),
        *("1_000", "1 000", " 1", "1 ", "1\n", "+1", "１", "٣", "½", "1" * 65, "0." + "0" * 70 + "1"),
    ],
)
def test_what_is_no_amount_is_refused_with_what_was_said(said: str) -> None:
    with pytest.raises(BadAmount, match="expected an amount in coins from 0 to 21,000,000") as caught:
        grains(said)

    assert repr(said[:64]) in str(caught.value)


@pytest.mark.parametrize("said", [True, None, b"1", [1], 0.1 + 0.2, float("nan")])
def test_what_is_no_text_or_number_of_coins_is_refused(said: object) -> None:
    with pytest.raises(BadAmount):
        grains(said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        *((0, "0"), (1, "0.00000001"), (COIN, "1"), (100 * COIN, "100"), (150_000_000, "1.5")),
        *((-1, "-0.00000001"), (-COIN, "-1"), (MONEY_MAX, "21000000")),
    ],
)
def test_grains_are_said_in_coins_as_shortly_as_they_can_be(amount: int, said: str) -> None:
    assert coins(amount) == said


@given(st.integers(0, MONEY_MAX))
def test_what_is_said_is_understood(amount: int) -> None:
    assert grains(coins(amount)) == amount


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_is_either_exactly_so_many_grains_or_refused(number: Decimal) -> None:
    try:
        found = grains(number)
    except BadAmount:
        found = None

    exact = number * COIN
    possible = 0 <= number <= 21_000_000 and exact == exact.to_integral_value() and len(str(number)) <= 64
    assert (found == exact) if possible else found is None


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    with suppress(BadAmount):
        assert is_money(grains(text))


def test_money_is_from_nothing_to_all_there_will_ever_be() -> None:
    assert [is_money(each) for each in (-1, 0, 1, MONEY_MAX, MONEY_MAX + 1, 2**63)] == [
        *(False, True, True, True, False, False)
    ]
