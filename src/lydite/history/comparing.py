"""Two campaigns side by side: what became of the failures, of the cases, and of the figures.

Exact figures are compared as they are. Others are compared by their intervals, on machines of one fingerprint only; a
figure without an interval may be anything, and is UNCLEAR as soon as it differs.
"""

from dataclasses import dataclass
from enum import StrEnum

from lydite.model import Better, CampaignResult, Measurement, Outcome, Told


class Turn(StrEnum):
    """What became of a figure."""

    EQUAL = "equal"
    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    """It surely differs, and neither direction is better."""
    UNCLEAR = "unclear"
    """It differs by no more than what it is worth."""
    INCOMPARABLE = "incomparable"
    """It was measured on another machine, or in another unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """A case with another outcome; None where it was not there."""

    case: str
    before: Outcome | None
    after: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """A figure in both campaigns."""

    name: str
    unit: str
    before: float
    after: float
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two campaigns, and what differs."""

    before: str
    after: str
    doubts: tuple[str, ...]
    """What speaks against comparing them."""
    news: tuple[Told, ...]
    cases: tuple[CaseChange, ...]
    figures: tuple[FigureChange, ...]


def compared(before: CampaignResult, after: CampaignResult, news: tuple[Told, ...]) -> Comparison:
    """What differs between two campaigns, whose news are told already."""
    return Comparison(
        before=before.identity,
        after=after.identity,
        doubts=tuple(_doubts(before, after)),
        news=news,
        cases=_cases(before, after),
        figures=_figures(before, after),
    )


def _doubts(before: CampaignResult, after: CampaignResult) -> list[str]:
    doubts = [
        f"{what} differs: {one or 'none'} and {other or 'none'}"
        for what, one, other in (
            ("the target", before.target, after.target),
            ("the preset", before.preset, after.preset),
            ("the machine", before.environment.fingerprint, after.environment.fingerprint),
        )
        if one != other
    ]
    for each in (before, after):
        doubts += [f"{each.identity} was interrupted"] if each.interrupted else []
        doubts += [f"{each.identity}: {doubt}" for doubt in each.environment.doubts]
    return doubts


def _cases(before: CampaignResult, after: CampaignResult) -> tuple[CaseChange, ...]:
    old = {case.name: case.outcome for case in before.cases}
    new = {case.name: case.outcome for case in after.cases}
    return tuple(
        CaseChange(case=name, before=old.get(name), after=new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) is not new.get(name)
    )


def _figures(before: CampaignResult, after: CampaignResult) -> tuple[FigureChange, ...]:
    old = {each.name: each for each in before.measurements}
    same = before.environment.fingerprint == after.environment.fingerprint
    return tuple(
        FigureChange(
            name=each.name,
            unit=each.unit,
            before=old[each.name].value,
            after=each.value,
            turn=_turn(old[each.name], each, same_machine=same),
        )
        for each in sorted(after.measurements, key=lambda each: each.name)
        if each.name in old
    )


def _turn(before: Measurement, after: Measurement, *, same_machine: bool) -> Turn:
    exact = before.exact and after.exact
    if before.unit != after.unit or not (exact or same_machine):
        return Turn.INCOMPARABLE
    if before.value == after.value:
        return Turn.EQUAL
    if not exact and _overlap(before, after):
        return Turn.UNCLEAR
    if after.better is Better.NEITHER:
        return Turn.CHANGED
    rises = after.value > before.value
    return Turn.BETTER if rises is (after.better is Better.HIGHER) else Turn.WORSE


def _overlap(before: Measurement, after: Measurement) -> bool:
    ends = (before.low, before.high, after.low, after.high)
    if any(end is None for end in ends):
        return True
    old_low, old_high, new_low, new_high = (end for end in ends if end is not None)
    return old_low <= new_high and new_low <= old_high
