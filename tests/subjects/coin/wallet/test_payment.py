"""Payments: which coins are spent, what comes back, and what cannot be paid."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite_subjects.coin.spec.amounts import COIN, MONEY_MAX
from lydite_subjects.coin.spec.errors import BadAddress, BadAmount, CoinError
from lydite_subjects.coin.spec.keys import PrivateKey, verify
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import Outpoint, Output
from lydite_subjects.coin.wallet import CannotPay
from lydite_subjects.coin.wallet.payment import (
    INPUTS_MAX,
    Owned,
    choose,
    owned_from_plain,
    pay,
    payments,
    positive,
)

KEY = PrivateKey(bytes(31) + b"\7")
OTHER = PrivateKey(bytes(31) + b"\10").address


def owned(number: int, amount: int, *, confirmed: bool = True, spendable: bool = True) -> Owned:
    point = Outpoint(number.to_bytes(32, "big"), 0)
    return Owned(outpoint=point, amount=amount, confirmed=confirmed, spendable=spendable)


COINS = st.lists(st.integers(1, 50 * COIN), max_size=20).map(
    lambda amounts: [owned(number, amount) for number, amount in enumerate(amounts)]
)


@given(coins=COINS, needed=st.integers(1, 500 * COIN))
def test_what_is_chosen_is_enough_and_nothing_of_it_is_idle(coins: list[Owned], needed: int) -> None:
    total = sum(each.amount for each in coins)

    if total < needed:
        with pytest.raises(CannotPay) as caught:
            choose(coins, needed)
        assert (caught.value.needed, caught.value.spendable) == (needed, total)
    else:
        chosen = choose(coins, needed)
        worth = sum(each.amount for each in chosen)
        assert worth >= needed
        assert len({each.outpoint for each in chosen}) == len(chosen)
        assert worth - min(each.amount for each in chosen) < needed


@given(coins=COINS, amount=st.integers(1, 100 * COIN), fee=st.integers(0, COIN))
def test_a_payment_pays_and_gives_back_the_change(coins: list[Owned], amount: int, fee: int) -> None:
    if sum(each.amount for each in coins) < amount + fee:
        return
    transaction = pay(KEY, coins, [Output.pay(OTHER, amount)], fee=fee, magic=DEV.magic)

    by_point = {each.outpoint: each.amount for each in coins}
    spent = sum(by_point[each.outpoint] for each in transaction.inputs)
    assert spent - transaction.paid == fee
    assert transaction.outputs[0] == Output.pay(OTHER, amount)
    assert all(output.owner == KEY.public.owner and output.amount > 0 for output in transaction.outputs[1:])
    for index, each in enumerate(transaction.inputs):
        digest = transaction.digest(index, Output(by_point[each.outpoint], KEY.public.owner), DEV.magic)
        assert verify(each.public, each.signature, digest)


def test_an_exact_payment_has_no_change() -> None:
    transaction = pay(KEY, [owned(1, 500)], [Output.pay(OTHER, 400)], fee=100, magic=DEV.magic)

    assert len(transaction.outputs) == 1


def test_the_smallest_coin_that_is_enough_is_taken() -> None:
    assert choose([owned(1, 900), owned(2, 500), owned(3, 100)], 400) == [owned(2, 500)]


def test_coins_in_blocks_are_taken_first() -> None:
    fresh, settled = owned(1, 500, confirmed=False), [owned(2, 300), owned(3, 200)]

    assert choose([fresh, *settled], 500) == settled
    assert choose([fresh, *settled], 600) == [fresh, settled[0]]


def test_a_payment_that_waits_for_a_reward_says_so() -> None:
    with pytest.raises(CannotPay, match=r"expected 5 coins, fee included, found 1 to spend \(50 more"):
        choose([owned(1, COIN), owned(2, 50 * COIN, spendable=False)], 5 * COIN)


def test_too_many_small_coins_are_refused_with_the_numbers() -> None:
    dust = [owned(number, 1) for number in range(INPUTS_MAX + 5)]

    assert len(choose(dust, INPUTS_MAX)) == INPUTS_MAX
    with pytest.raises(CannotPay, match=r"expected at most 1,000 coins to be worth 0.00001001"):
        choose(dust, INPUTS_MAX + 1)


@pytest.mark.parametrize(
    ("amount", "grains"),
    [
        ("1.5", 150_000_000),
        (2, 2 * COIN),
        (0.1, COIN // 10),
        (Decimal("0.00000001"), 1),
        (21_000_000.0, MONEY_MAX),
    ],
)
def test_amounts_are_exact(amount: Any, grains: int) -> None:
    assert positive(amount) == grains


@pytest.mark.parametrize(
    "amount",
    [
        *("0", "-1", "1e9", "21000000.00000001", "0.000000001", "", "one", "nan", "inf", "1" * 100),
        *(0, -1, 0.0, -0.5, 1e-9, float("nan"), float("inf"), 1e300, True, Decimal("0.123456789")),
    ],
)
def test_what_is_no_amount_is_refused(amount: Any) -> None:
    with pytest.raises(BadAmount, match="expected"):
        positive(amount)


def test_what_is_no_address_is_refused_before_anything_is_paid() -> None:
    with pytest.raises(BadAddress):
        payments([(OTHER, 1), ("2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", 1)])


def test_every_recipient_that_is_none_is_told_at_once_and_of_very_many_the_first() -> None:
    with pytest.raises(BadAddress) as caught:
        payments([("x", 1), (OTHER, 1), (OTHER, "-1"), (OTHER[:-1], 0)])
    with pytest.raises(BadAmount) as many:
        payments([(OTHER, 0)] * 13)
    with pytest.raises(BadAmount) as one:
        payments([(OTHER, "0")])

    told = str(caught.value).splitlines()
    assert [each.partition(": ")[0] for each in told] == ["recipient 1", "recipient 3", "recipient 4"]
    assert told[0].endswith("; ask for the address again, and copy all of it")
    assert "recipient 3: the amount: expected an amount in coins from 0" in told[1]
    assert [each.partition(" ")[0] for each in str(many.value).splitlines()] == ["recipient"] * 10 + ["and"]
    assert str(many.value).endswith("\nand 3 more")
    assert str(one.value) == "the recipient: the amount: expected more than 0 coins, found 0"


def test_a_batch_is_bounded() -> None:
    with pytest.raises(CoinError, match="1 to 1,000 recipients, found 0"):
        payments([])
    with pytest.raises(CoinError, match="1 to 1,000 recipients, found 1,001"):
        payments([(OTHER, 1)] * 1_001)
    with pytest.raises(BadAmount, match="at most 21000000 coins, found 42000000"):
        payments([(OTHER, 21_000_000)] * 2)


def test_outputs_that_a_waiting_payment_spends_are_left_out() -> None:
    plain = {"txid": "00" * 32, "index": 1, "amount": "1", "confirmed": True, "spendable": True}

    assert len(owned_from_plain([plain, plain | {"index": 2, "spent": True}])) == 1
    with pytest.raises(CoinError, match="found no 'amount'"):
        owned_from_plain([{"txid": "00" * 32, "index": 1}])
