"""Results by scenario: what was tried of one kind, of one subject, in one phase, is a row."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from lydite.model import CampaignResult, Outcome
from lydite.reports.figures import duration
from lydite.reports.markdown.text import code, short, table
from lydite.reports.tried import Entry, Group, counts, grouped

_EXTRA: Final = (
    (Outcome.BROKEN, "Broken"),
    (Outcome.UNKNOWN, "Unknown"),
    (Outcome.SKIPPED, "Skipped"),
)
"""Columns that are there when something is in them."""


def scenarios(result: CampaignResult, *, at_most: int = 0) -> list[str]:
    """The table; with `at_most`, the worst rows of it."""
    rows = [row for group in grouped(result) for row in _rows(group)]
    if not rows:
        return ["Nothing was tried."]
    shown = rows
    if at_most and len(rows) > at_most:
        shown = sorted(rows, key=_goodness)[:at_most]
    found = counts(entry for _, entries in rows for entry in entries)
    extra = [(outcome, name) for outcome, name in _EXTRA if found[outcome]]
    header = ("Scenario", "Tests", "Passed", "Failed", *(name for _, name in extra), "Duration")
    columns = (Outcome.PASSED, Outcome.FAILED, *(outcome for outcome, _ in extra))
    lines = table(header, [_cells(label, entries, columns) for label, entries in shown]).split("\n")
    if len(shown) < len(rows):
        lines += ["", f"and {len(rows) - len(shown):,} more scenarios; those with failures come first."]
    return lines


def _rows(group: Group) -> Iterator[tuple[str, list[Entry]]]:
    found: defaultdict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in group.entries:
        found[() if entry.stands_in else (entry.case.suite, entry.case.subject)].append(entry)
    for parts, entries in found.items():
        told: list[str] = []
        for part in (group.name, *parts):
            if part and part not in told:
                told.append(part)
        yield " › ".join(short(code, part, 80) for part in told), entries


def _cells(label: str, entries: list[Entry], columns: tuple[Outcome, ...]) -> tuple[str, ...]:
    found = counts(entries)
    lasted = sum(entry.case.seconds for entry in entries)
    return (label, f"{found.total():,}", *(f"{found[each]:,}" for each in columns), duration(lasted))


def _goodness(row: tuple[str, list[Entry]]) -> tuple[int, int, int]:
    """Small for rows that are bad."""
    found = counts(row[1])
    return -found[Outcome.FAILED], -found[Outcome.BROKEN], -found[Outcome.UNKNOWN]
