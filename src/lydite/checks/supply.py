"""Money: what was issued is all there is, and nothing is spent twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.notes import Note, Spelled, meant, read, reading, shown
from lydite.model import Event, Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    event: Event
    balances: int
    poorest: tuple[str, int] | None
    issued: int
    burnt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Transaction:
    event: Event
    note: str
    ledger: str
    transaction: str
    spends: tuple[Spelled, ...]


def conservation_of_supply(
    *,
    expected: Callable[[Facts], int] | None = None,
    floor: int = 0,
    note: str = "supply",
    balances: str = "balances",
    issued: str = "issued",
    burnt: str = "burnt",
    name: str = "conservation-of-supply",
) -> Check:
    """In each report the balances add up to what was issued less what was burnt, to the last unit.

    Nor is any balance below `floor`, for a debt would hide money made of nothing. `expected` computes what must
    have been issued from the facts of the report (its height, say), instead of believing the field `issued`.

    Needs: `supply` notes with `balances` (whole numbers by account), `issued` and, unless nothing ever is, `burnt`.

    Does not check who has the money, nor what happened between two reports. Without `expected` it believes what the
    report says was issued.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def report(told: Note) -> _Report:
            amounts = told.amounts(balances)
            return _Report(
                event=told.event,
                balances=sum(amounts.values()),
                poorest=min(amounts.items(), key=lambda item: item[1], default=None),
                issued=told.whole(issued) if expected is None else expected(told.facts),
                burnt=told.whole(burnt, least=0) if burnt in told.facts else 0,
            )

        return _conserve(read(events, {note: report}), floor)

    return reading(conservation_of_supply, name, judge)


def no_double_spend(
    *,
    note: str = "transaction",
    undone: str = "transaction-undone",
    ledger: str = "node",
    transaction: str = "transaction",
    spends: str = "spends",
    name: str = "no-double-spend",
) -> Check:
    """In no view of the ledger is an output spent by two transactions, or twice by one.

    A view is what one node holds. A transaction that a reorganisation takes out of it frees what it had spent; the
    same transaction told again is the same one.

    Needs: `transaction` notes with `node`, `transaction` (what it is called) and `spends` (a list of outputs), and
    where chains are reorganised, `transaction-undone` notes with `node` and `transaction`.

    Does not check that an output ever existed or belonged to who spent it (`validity` does), nor two nodes against each
    other: which of two conflicting transactions stands is a matter of `agreement`.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def made(told: Note) -> _Transaction:
            return _Transaction(
                event=told.event,
                note=told.name,
                ledger=told.named(ledger),
                transaction=told.named(transaction),
                spends=told.all_values(spends) if told.name == note else (),
            )

        return _spend(read(events, {undone: made, note: made}), note)

    return reading(no_double_spend, name, judge)


def _conserve(reports: Sequence[_Report], floor: int) -> Judgement:
    if not reports:
        return unknown("no supply was ever reported")
    for report in reports:
        should = report.issued - report.burnt
        if report.balances != should:
            return violated(
                f"the balances add up to {report.balances}; {report.issued} were issued and {report.burnt} burnt, "
                f"which makes {should}",
                report.event,
                found=report.balances,
                expected=should,
                issued=report.issued,
                burnt=report.burnt,
            )
        if report.poorest is not None and report.poorest[1] < floor:
            account, balance = report.poorest
            return violated(
                f"{account} has {balance}, expected {floor} or more",
                report.event,
                account=account,
                found=balance,
                expected=floor,
            )
    if not any(report.issued or report.balances for report in reports):
        return unknown("nothing was ever issued")
    return holds(f"{len(reports):,} reports add up", reports[-1].event)


def _spend(told: Sequence[_Transaction], note: str) -> Judgement:
    spent: dict[tuple[str, Spelled], _Transaction] = {}
    applied: dict[tuple[str, str], _Transaction] = {}
    seen = 0
    for each in told:
        key = (each.ledger, each.transaction)
        if each.note != note:
            for output in gone.spends if (gone := applied.pop(key, None)) else ():
                spent.pop((each.ledger, output), None)
            continue
        if key in applied:
            continue
        applied[key] = each
        for output in each.spends:
            seen += 1
            before = spent.setdefault((each.ledger, output), each)
            if before is not each or each.spends.count(output) > 1:
                return _twice(before, each, output)
    if not seen:
        return unknown("no transaction spent anything")
    return holds(f"{seen:,} outputs were spent, each once")


def _twice(before: _Transaction, after: _Transaction, output: Spelled) -> Judgement:
    evidence = (after.event,) if before is after else (before.event, after.event)
    return violated(
        f"in the ledger of {after.ledger} {shown(output)} is spent by {before.transaction} "
        f"and {'a second time by it' if before is after else f'by {after.transaction}'}",
        *evidence,
        ledger=after.ledger,
        output=meant(output),
        transactions=[before.transaction, after.transaction],
    )
