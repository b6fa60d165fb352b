"""The first screen: the verdict with its cause, what is news, every gate, and the grid of phases and subjects."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lydite.model import (
    CampaignResult,
    Case,
    Dossier,
    GateOutcome,
    News,
    Outcome,
    PhaseResult,
    Standing,
    Told,
    Verdict,
)
from lydite.reports.page.evidence import is_told
from lydite.reports.standings import in_order, is_silent

SHOWN: Final = {News.NEW: 3, News.RESOLVED: 1, News.UNSURE: 1, News.RARE: 1, News.ONGOING: 0}
"""How many of each kind stand open on the first screen; the others are folded."""

NEWS_OPEN: Final = 5
"""How many stand open together: the screen holds no more."""

MEANING: Final = {
    News.NEW: "not in the last campaign",
    News.RESOLVED: "gone, for more runs than chance explains",
    News.UNSURE: "not seen, which may be luck",
    News.RARE: "seen before, and that it was away may be luck",
    News.ONGOING: "as before",
}

LINES_OPEN: Final = 16
"""Lines of gates that stand open on the first screen; one that does not pass has its reason below."""

FAILURES_OPEN: Final = 5
"""What did not pass stands for the news where there is no history: so many of it."""

MACHINE_LINES: Final = 5
"""What the machine was worth takes so many lines."""

TONES: Final = {Verdict.HOLDS: "good", Verdict.UNKNOWN: "unsure", Verdict.VIOLATED: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The verdict as it stands on top."""

    word: str
    tone: str
    missing: str
    """Why the campaign is not whole; empty where it is."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The news of one kind, the gravest first."""

    news: News
    meaning: str
    open: tuple[Told, ...]
    folded: tuple[Told, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.open) + len(self.folded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What a phase did to a subject."""

    subject: str
    passed: int
    total: int
    tone: Outcome
    new: int
    """Failures that the last campaign had not."""
    resolved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A phase in the grid."""

    phase: PhaseResult
    cells: tuple[Cell | None, ...]
    whole: Cell

    @property
    def all(self) -> tuple[Cell | None, ...]:
        """Its cells, and all of them together."""
        return (*self.cells, self.whole)


def headline(result: CampaignResult) -> Headline:
    """The verdict, and first of all what is missing."""
    missing = []
    if result.interrupted:
        phases = len(result.phases)
        missing.append(f"it was interrupted after {phases} phase{'' if phases == 1 else 's'}")
    missing += [
        f"phase {phase.name} could not be carried out{f' ({phase.message})' if phase.message else ''}"
        for phase in result.phases
        if phase.outcome is Outcome.BROKEN
    ]
    tone = TONES[result.verdict]
    return Headline(
        word=str(result.verdict),
        tone="unsure" if missing and tone == "good" else tone,
        missing=f"INCOMPLETE: {'; '.join(missing)}." if missing else "",
        sentence=result.sentence,
    )


def groups(dossier: Dossier) -> list[Group]:
    """The news by kind."""
    found = []
    left = NEWS_OPEN
    for news, most in SHOWN.items():
        members = sorted(
            (each for each in dossier.news if each.news is news), key=lambda each: not each.safety
        )
        shown = min(most, left, len(members))
        left -= shown
        if members:
            found.append(
                Group(
                    news=news,
                    meaning=MEANING[news],
                    open=tuple(members[:shown]),
                    folded=tuple(members[shown:]),
                )
            )
    return found


def gates_in_order(outcomes: Sequence[GateOutcome]) -> tuple[list[GateOutcome], list[GateOutcome]]:
    """The gates that stand open, what failed first, and those that are folded."""
    told = in_order(outcomes)
    lines, fitting = 0, 0
    for each in told:
        lines += _lines(each)
        fitting += lines <= LINES_OPEN
    return told[:fitting], told[fitting:]


def _lines(gate: GateOutcome) -> int:
    if gate.standing is Standing.PASSED or is_silent(gate):
        return 1
    return 2 if is_told(gate, gate.sentence) else 3


def is_grid_left(groups: Sequence[Group], failed: int, gates: Sequence[GateOutcome]) -> bool:
    """Is there more room for the grid below the findings than below the gates?"""
    items = sum(len(group.open) for group in groups) or (0 if groups else min(failed, FAILURES_OPEN))
    folds = sum(bool(group.folded) for group in groups)
    return 3 * items + len(groups) + folds + MACHINE_LINES < sum(map(_lines, gates))


def grid(dossier: Dossier) -> tuple[list[str], list[Row]]:
    """The subjects, and a row for each phase."""
    result = dossier.result
    subjects = list(dict.fromkeys(case.subject for case in result.cases))
    homes = {case.name: phase.name for phase in result.phases for case in phase.cases}
    changes: Counter[tuple[str, str, News]] = Counter(
        (homes[each.case], each.subject, each.news) for each in dossier.news if each.case in homes
    )
    rows = []
    for phase in result.phases:
        members: dict[str, list[Case]] = {}
        for case in phase.cases:
            members.setdefault(case.subject, []).append(case)
        cells = tuple(
            _cell(
                subject,
                members[subject],
                new=changes[phase.name, subject, News.NEW],
                resolved=changes[phase.name, subject, News.RESOLVED],
            )
            if subject in members
            else None
            for subject in subjects
        )
        there = [cell for cell in cells if cell is not None]
        whole = _cell(
            "",
            phase.cases,
            new=sum(cell.new for cell in there),
            resolved=sum(cell.resolved for cell in there),
        )
        rows.append(Row(phase=phase, cells=cells, whole=whole))
    return subjects, rows


def _cell(subject: str, cases: Sequence[Case], *, new: int, resolved: int) -> Cell:
    outcomes = Counter(case.outcome for case in cases)
    gravest = (Outcome.FAILED, Outcome.BROKEN, Outcome.UNKNOWN, Outcome.PASSED)
    return Cell(
        subject=subject,
        passed=outcomes[Outcome.PASSED],
        total=len(cases) - outcomes[Outcome.SKIPPED],
        tone=next((outcome for outcome in gravest if outcomes[outcome]), Outcome.SKIPPED),
        new=new,
        resolved=resolved,
    )
