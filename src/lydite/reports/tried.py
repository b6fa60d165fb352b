"""What was tried, as every format lists it: the cases, and what stands in for what no case tells.

A format that counts cases would show a phase that broke before its first case as nothing at all, and a campaign
that died half-way as a green one. So what no case tells becomes an entry of its own: a phase that was skipped,
failed or broke, and a campaign that was interrupted, or whose verdict no entry explains.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lydite.model import CampaignResult, Case, Outcome, PhaseResult, Verdict

CAMPAIGN: Final = "campaign"
"""The group of what stands for the campaign as a whole."""

RED: Final = (Outcome.FAILED, Outcome.BROKEN, Outcome.UNKNOWN)
"""What is no reason to ship, the gravest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was tried, and where."""

    phase: str
    case: Case
    stands_in: bool = False
    """Is it no case of its own, but there for a phase or for the campaign?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What was tried in one phase, or what stands for the campaign as a whole."""

    name: str
    phase: PhaseResult | None
    entries: tuple[Entry, ...]


def grouped(result: CampaignResult) -> tuple[Group, ...]:
    """Everything that was tried, by phase, and the campaign itself at the end."""
    phases = [Group(name=each.name, phase=each, entries=tuple(_of_phase(each))) for each in result.phases]
    told = {entry.case.outcome for group in phases for entry in group.entries}
    return (*phases, Group(name=CAMPAIGN, phase=None, entries=tuple(_of_campaign(result, told))))


def tried(result: CampaignResult) -> tuple[Entry, ...]:
    """Everything that was tried, in order."""
    return tuple(entry for group in grouped(result) for entry in group.entries)


def counts(entries: Iterable[Entry]) -> Counter[Outcome]:
    """How many came out how."""
    return Counter(entry.case.outcome for entry in entries)


def red(entries: Iterable[Entry]) -> list[Entry]:
    """What did not pass and was not left out: safety first, then what failed, what broke, what proves nothing."""
    wanted = [entry for entry in entries if entry.case.outcome in RED]
    return sorted(wanted, key=lambda entry: (not entry.case.safety, RED.index(entry.case.outcome)))


def is_complete(result: CampaignResult) -> bool:
    """Did every phase come to its end?"""
    return not result.interrupted and all(phase.outcome is not Outcome.BROKEN for phase in result.phases)


def _of_phase(phase: PhaseResult) -> Iterator[Entry]:
    yield from (Entry(phase=phase.name, case=case) for case in phase.cases)
    if phase.outcome is Outcome.PASSED or any(case.outcome is phase.outcome for case in phase.cases):
        return
    message = phase.message or f"the phase {phase.outcome}, and none of its cases says why"
    yield Entry(
        phase=phase.name, case=_stand_in(f"phase {phase.name}", phase.outcome, message), stands_in=True
    )


def _of_campaign(result: CampaignResult, seen: set[Outcome]) -> Iterator[Entry]:
    if result.interrupted:
        outcome, message = Outcome.BROKEN, f"interrupted, so this is incomplete: {result.sentence}"
    elif result.verdict is Verdict.VIOLATED and not seen & {Outcome.FAILED, Outcome.BROKEN}:
        outcome, message = Outcome.FAILED, result.sentence
    elif result.verdict is not Verdict.HOLDS and not seen.intersection(RED):
        outcome, message = Outcome.UNKNOWN, result.sentence
    else:
        return
    yield Entry(phase=CAMPAIGN, case=_stand_in("the campaign", outcome, message), stands_in=True)


def _stand_in(name: str, outcome: Outcome, message: str) -> Case:
    return Case(name=name, subject="", suite=CAMPAIGN, outcome=outcome, message=message)
