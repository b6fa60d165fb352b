"""What must stay true of the banks, judged from what was written down, and never from a running service."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ledger.spec import Entry, is_person
from lydite.checks import Judgement, check, conservation_of_supply, durability, holds, unknown, violated
from lydite.model import Event, Kind


@check
def no_transfer_is_done_twice(events: Sequence[Event]) -> Judgement:
    """No entry stands twice in the books of a bank. Does not check that it should be there at all."""
    count = 0
    for event, entries in books(events):
        count += 1
        for entry, times in Counter(entries).items():
            if times > 1:
                return violated(f"{entry.key} stands {times} times in the books", event, times=times)
    return holds(f"in {count} books nothing stands twice") if count else unknown("no books were shown")


@check
def nobody_is_overdrawn(events: Sequence[Event]) -> Judgement:
    """From the first entry to the last nobody had less than nothing. Does not check other banks and cash."""
    count = 0
    for event, entries in books(events):
        balances: Counter[str] = Counter()
        for entry in entries:
            count += 1
            balances[entry.account] += entry.amount
            if is_person(entry.account) and balances[entry.account] < 0:
                balance = balances[entry.account]
                return violated(f"{entry.key} left {entry.account} with {balance}", event, balance=balance)
    return (
        holds(f"{count} entries left nobody with less than nothing") if count else unknown("nobody had money")
    )


def books(events: Sequence[Event]) -> Iterator[tuple[Event, list[Entry]]]:
    """The books that were shown, each with the note in which they were."""
    for event in events:
        if event.kind is Kind.NOTE and event.fields["name"] == "books":
            facts = event.fields["facts"]
            entries = facts.get("entries") if isinstance(facts, dict) else None
            if isinstance(entries, list):
                rows = [row for row in entries if isinstance(row, list)]
                yield event, [Entry(str(key), str(name), int(str(amount))) for key, name, amount in rows]


INVARIANTS = (
    durability(name="what-was-done-stays"),
    no_transfer_is_done_twice,
    nobody_is_overdrawn,
    conservation_of_supply(name="no-money-is-made-or-lost"),
)
