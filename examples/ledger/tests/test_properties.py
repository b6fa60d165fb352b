"""The law, for any transfers: Hypothesis makes them up, and shrinks what breaks a rule."""

import asyncio
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import spec
from ledger.node import Ledger, Store
from ledger.spec import Entry, Look, Transfer

pytestmark = pytest.mark.property

PEOPLE = ("ann", "bob")

OPENING = [Transfer(f"open {name}", spec.CASH, name, 50) for name in PEOPLE]

TRANSFERS = st.builds(
    Transfer,
    key=st.sampled_from(["k-1", "k-2", "k-3", "k-4"]),
    payer=st.sampled_from([*PEOPLE, "nobody"]),
    payee=st.sampled_from([*PEOPLE, "bob@south", "nobody"]),
    amount=st.integers(1, 60),
)


def in_memory(transfers: list[Transfer]) -> tuple[list[str], list[Entry]]:
    """What the law answers, and the books that follow from it."""
    answers: dict[str, tuple[Transfer, str]] = {}
    entries: list[Entry] = []
    told = []
    for each in transfers:
        balance = sum(entry.amount for entry in entries if entry.account == each.payer)
        known = "@" in each.payee or each.payee in {entry.account for entry in entries}
        answer = spec.answer_to(each, Look(balance, known, answers.get(each.key)))
        if each.key not in answers and answer == spec.DONE:
            entries += spec.entries_of(each)
        answers.setdefault(each.key, (each, answer))
        told.append(answer)
    return told, entries


@settings(deadline=None, derandomize=True)
@given(st.lists(TRANSFERS))
def test_nobody_is_overdrawn_no_money_is_made_and_no_key_counts_twice(transfers: list[Transfer]) -> None:
    _, entries = in_memory([*OPENING, *transfers])

    balances: Counter[str] = Counter()
    for entry in entries:
        balances[entry.account] += entry.amount
    assert min(balances[name] for name in PEOPLE) >= 0
    assert sum(balances.values()) == 0
    assert len({*entries}) == len(entries)


@settings(deadline=None, derandomize=True, max_examples=20)
@given(st.lists(TRANSFERS, max_size=8))
def test_the_books_on_the_disk_are_those_of_the_law(transfers: list[Transfer]) -> None:
    async def answered(store: Store) -> list[str]:
        ledger = Ledger("north", store, {})
        return [await ledger.transfer(each) for each in [*OPENING, *transfers]]

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        answers = asyncio.run(answered(store))
        entries = store.entries()
        store.database.close()

    assert (answers, entries) == in_memory([*OPENING, *transfers])
