"""Coins: overlays on views, what blocks do, and how it is taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite_subjects.coin.spec.blocks import genesis
from lydite_subjects.coin.spec.coins import (
    BadLedger,
    Coin,
    Overlay,
    apply,
    encode_undo,
    unapply,
    undo_from_bytes,
)
from lydite_subjects.coin.spec.errors import BadEncoding, RuleBroken
from lydite_subjects.coin.spec.transactions import Outpoint, Output
from tests.subjects.coin.spec.mint import QUICK, block, coin_of, line, owner, pay

HERE = Outpoint(bytes(31) + b"\x01", 0)
THERE = Outpoint(bytes(31) + b"\x02", 3)
OLD = Coin(5, bytes(20), 1, coinbase=True)
NEW = Coin(7, bytes(20), 2, coinbase=False)


class Plain:
    """A view over a dict."""

    def __init__(self, *coins: tuple[Outpoint, Coin]) -> None:
        self.coins = dict(coins)

    def coin(self, outpoint: Outpoint) -> Coin | None:
        return self.coins.get(outpoint)

    def take(self, overlay: Overlay) -> None:
        for outpoint, coin in overlay.changes.items():
            assert coin is not None or outpoint in self.coins
            if coin is None:
                del self.coins[outpoint]
            else:
                self.coins[outpoint] = coin


def test_a_spent_coin_of_below_is_gone_above_and_still_there_below() -> None:
    below = Plain((HERE, OLD))
    overlay = Overlay(below)

    assert overlay.spend(HERE) == OLD

    assert overlay.coin(HERE) is None
    assert below.coin(HERE) == OLD
    assert overlay.changes == {HERE: None}


def test_a_coin_is_spent_once() -> None:
    overlay = Overlay(Plain((HERE, OLD)))
    overlay.spend(HERE)

    with pytest.raises(RuleBroken, match=r"missing-coin: expected a coin at 00.*01:0, found none"):
        overlay.spend(HERE)


def test_a_coin_that_never_was_cannot_be_spent() -> None:
    with pytest.raises(RuleBroken, match="missing-coin"):
        Overlay(Plain()).spend(HERE)


@pytest.mark.parametrize("below", [Plain((HERE, OLD)), Overlay(Plain((HERE, OLD)))])
def test_a_coin_is_added_where_there_is_none(below: Plain | Overlay) -> None:
    overlay = Overlay(below)
    overlay.add(THERE, NEW)

    for taken in (HERE, THERE):
        with pytest.raises(RuleBroken, match=r"coin-exists: expected no coin yet"):
            overlay.add(taken, NEW)


def test_what_was_made_and_spent_inside_is_no_change() -> None:
    overlay = Overlay(Plain())
    overlay.add(HERE, NEW)

    assert overlay.spend(HERE) == NEW

    assert overlay.changes == {}


def test_a_coin_in_place_of_one_of_below_leaves_none_when_it_is_spent() -> None:
    overlay = Overlay(Plain((HERE, OLD)))
    overlay.spend(HERE)
    overlay.add(HERE, NEW)
    assert overlay.changes == {HERE: NEW}

    overlay.spend(HERE)

    assert overlay.changes == {HERE: None}


@given(
    first=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12),
    second=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=12),
    there=st.sets(st.integers(0, 3)),
)
def test_overlays_on_overlays_do_as_one_dict_would(
    first: list[tuple[int, bool]], second: list[tuple[int, bool]], there: set[int]
) -> None:
    points = [Outpoint(bytes([number] * 32), 0) for number in range(4)]
    bottom = Plain(*((points[number], OLD) for number in sorted(there)))
    model = dict(bottom.coins)
    lower = Overlay(bottom)

    for overlay, deeds in ((lower, first), (Overlay(lower), second)):
        for serial, (number, spends) in enumerate(deeds):
            point, coin = points[number], Coin(serial, bytes(20), 0, coinbase=overlay is lower)
            try:
                if spends:
                    assert overlay.spend(point) == model.pop(point)
                else:
                    overlay.add(point, coin)
                    assert point not in model
                    model[point] = coin
            except RuleBroken:
                assert (point in model) is not spends
            assert [overlay.coin(each) for each in points] == [model.get(each) for each in points]
        if overlay is not lower:
            lower.absorb(overlay)
    assert [lower.coin(each) for each in points] == [model.get(each) for each in points]
    bottom.take(lower)

    assert bottom.coins == model


def test_a_block_spends_what_its_inputs_name_and_makes_its_outputs() -> None:
    one, two = line(QUICK, 2)
    payment = pay(QUICK, [coin_of(one)], Output(3, owner(1)), Output(4, owner(2)))
    made = block(QUICK, two, payment)
    view = Plain()
    for each in (one, two):
        overlay = Overlay(view)
        assert apply(each, each.index, overlay) == ()
        view.take(overlay)

    undo = apply(made, 3, overlay := Overlay(view))

    reward = made.transactions[0].outpoint(0)
    assert undo == (Coin(QUICK.subsidy, owner(0), 1, coinbase=True),)
    assert overlay.changes == {
        one.transactions[0].outpoint(0): None,
        reward: Coin(QUICK.subsidy, owner(0), 3, coinbase=True),
        payment.outpoint(0): Coin(3, owner(1), 3, coinbase=False),
        payment.outpoint(1): Coin(4, owner(2), 3, coinbase=False),
    }


def test_unapply_takes_back_what_apply_did_within_a_block_too() -> None:
    one, two = line(QUICK, 2)
    first = pay(QUICK, [coin_of(one)], Output(10, owner(1)), Output(4, owner(2)))
    second = pay(
        QUICK,
        [(first.outpoint(0), first.outputs[0], 1), coin_of(two), (first.outpoint(1), first.outputs[1], 2)],
        Output(14, owner(3)),
    )
    made = block(QUICK, two, first, second)
    overlay = Overlay(Plain())
    for each in (genesis(QUICK), one, two):
        apply(each, each.index, overlay)
    before = dict(overlay.changes)

    undo = apply(made, 3, overlay)
    assert overlay.changes != before
    unapply(made, undo_from_bytes(encode_undo(undo)), overlay)

    assert len(undo) == 4
    assert overlay.changes == before


def test_a_later_transaction_of_a_block_gives_nothing_to_an_earlier_one() -> None:
    one, two = line(QUICK, 2)
    first = pay(QUICK, [coin_of(one)], Output(10, owner(1)))
    second = pay(QUICK, [(first.outpoint(0), first.outputs[0], 1)], Output(10, owner(3)))
    overlay = Overlay(Plain())
    for each in (one, two):
        apply(each, each.index, overlay)

    with pytest.raises(RuleBroken, match="missing-coin"):
        apply(block(QUICK, two, second, first), 3, overlay)


@pytest.mark.parametrize("undo", [(), (OLD, OLD)])
def test_undo_data_of_another_block_is_refused(undo: tuple[Coin, ...]) -> None:
    one, two = line(QUICK, 2)
    made = block(QUICK, two, pay(QUICK, [coin_of(one)], Output(10, owner(1))))
    overlay = Overlay(Plain())

    with pytest.raises(BadLedger, match=rf"expected 1 coins, one for each input, found {len(undo)}"):
        unapply(made, undo, overlay)


def test_a_block_that_is_not_there_cannot_be_taken_back() -> None:
    with pytest.raises(BadLedger, match="missing-coin"):
        unapply(line(QUICK, 1)[0], (), Overlay(Plain()))


@given(
    st.lists(
        st.builds(
            Coin,
            st.integers(0, 2**62),
            st.binary(min_size=20, max_size=20),
            st.integers(0, 2**32 - 1),
            st.booleans(),
        ),
        max_size=5,
    )
)
def test_undo_data_comes_back_from_its_bytes(coins: list[Coin]) -> None:
    assert undo_from_bytes(encode_undo(tuple(coins))) == tuple(coins)


def test_undo_data_has_one_spelling() -> None:
    data = encode_undo((OLD,))

    with pytest.raises(BadEncoding, match="expected 0 or 1"):
        undo_from_bytes(data[:-1] + b"\x02")
    with pytest.raises(BadEncoding, match="1 more byte"):
        undo_from_bytes(data + b"\x00")
    with pytest.raises(BadEncoding, match="expected 33 bytes"):
        undo_from_bytes(data[:-1])


def test_a_coin_is_the_output_that_was_made() -> None:
    assert NEW.output == Output(7, bytes(20))
