"""The law, rule by rule."""

import pytest

from ledger.spec import (
    CASH,
    DONE,
    Entry,
    Look,
    Transfer,
    answer_to,
    entries_of,
    forwarded,
    objection,
    returned,
)

pytestmark = pytest.mark.unit

RENT = Transfer("rent", "ann", "bob", 30)
ABROAD = Transfer("rent", "ann", "bob@south", 30)


@pytest.mark.parametrize(
    ("look", "answer"),
    [
        (Look(30, payee_known=True), DONE),
        (Look(29, payee_known=True), "ann has 29"),
        (Look(30, payee_known=False), "nobody is called bob"),
    ],
)
def test_who_has_enough_may_pay_whom_the_bank_knows(look: Look, answer: str) -> None:
    assert answer_to(RENT, look) == answer


def test_cash_and_other_banks_may_be_overdrawn() -> None:
    assert answer_to(Transfer("open", CASH, "ann", 100), Look(-500, payee_known=False)) == DONE
    assert answer_to(Transfer("north/rent", "@north", "bob", 30), Look(-500, payee_known=True)) == DONE


def test_what_was_answered_once_is_answered_again() -> None:
    assert answer_to(RENT, Look(0, payee_known=True, earlier=(RENT, DONE))) == DONE
    assert answer_to(RENT, Look(99, payee_known=True, earlier=(RENT, "ann has 3"))) == "ann has 3"
    assert "another transfer" in answer_to(RENT, Look(99, payee_known=True, earlier=(ABROAD, DONE)))


def test_what_goes_to_another_bank_is_owed_to_it_until_it_says_no() -> None:
    assert entries_of(ABROAD) == (Entry("rent", "ann", -30), Entry("rent", "@south", 30))
    assert returned(ABROAD) == (Entry("rent returned", "ann", 30), Entry("rent returned", "@south", -30))
    assert forwarded(ABROAD, "north") == Transfer("north/rent", "@north", "bob", 30)


@pytest.mark.parametrize(
    ("transfer", "why"),
    [
        (ABROAD, ""),
        (Transfer("rent", "ann", "bob", 0), "an amount is"),
        (Transfer("", "ann", "bob", 1), "a key and a name"),
        (Transfer("rent", "ann", "bob@mars", 1), "no bank is called mars"),
    ],
)
def test_a_transfer_is_sound_or_it_is_told_why_not(transfer: Transfer, why: str) -> None:
    assert objection(transfer, ["south"]).startswith(why)
    assert bool(objection(transfer, ["south"])) == bool(why)
