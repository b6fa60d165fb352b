"""The questions that are asked of the tables; each answer is a value.

Campaigns are in the order in which they began; those that began at the same moment, in the order in which they were
added.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from lydite.history.figures import Figure
from lydite.history.news import Occurrence
from lydite.history.tables import CAMPAIGNS, CASES, DECISIONS, ENVIRONMENTS, FORMS, MEASUREMENTS, PHASES
from lydite.history.unsteady import SEEDED, Count
from lydite.model import Better, Outcome, Verdict

MANY = 500
"""Names or numbers that are asked for at a time: databases take only so many."""

_ORDER = (CAMPAIGNS.c.begun_us, CAMPAIGNS.c.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A campaign in one line."""

    identity: str
    target: str
    preset: str
    begun: str
    seconds: float
    verdict: Verdict
    sentence: str
    commit: str
    cases: int
    failures: int
    """Cases that failed or were broken."""
    interrupted: bool
    standing: str
    """What the gates said last; empty where nobody has asked them."""


def listed(connection: Connection, *, target: str, preset: str, limit: int) -> tuple[Listed, ...]:
    """The campaigns of a target and a preset, or of all, the newest first."""
    last = (
        select(DECISIONS.c.standing)
        .where(DECISIONS.c.campaign == CAMPAIGNS.c.number)
        .order_by(DECISIONS.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    question = select(CAMPAIGNS, last.label("standing")).where(*_of(target, preset))
    question = question.order_by(*(column.desc() for column in _ORDER)).limit(limit)
    return tuple(
        Listed(
            identity=row.identity,
            target=row.target,
            preset=row.preset,
            begun=row.begun,
            seconds=row.seconds,
            verdict=Verdict(row.verdict),
            sentence=row.sentence,
            commit=row.commit_id,
            cases=row.cases,
            failures=row.failures,
            interrupted=bool(row.interrupted),
            standing=row.standing or "",
        )
        for row in connection.execute(question)
    )


def number_of(connection: Connection, identity: str) -> int | None:
    """The number of a campaign."""
    found: int | None = connection.scalar(select(CAMPAIGNS.c.number).where(CAMPAIGNS.c.identity == identity))
    return found


def identity_of(connection: Connection, number: int) -> str:
    """The name of a campaign."""
    return str(connection.scalar(select(CAMPAIGNS.c.identity).where(CAMPAIGNS.c.number == number)))


def identities(connection: Connection) -> list[str]:
    """The names of all campaigns, the newest first."""
    return list(connection.scalars(select(CAMPAIGNS.c.identity).order_by(*(each.desc() for each in _ORDER))))


def form_of(connection: Connection, number: int) -> tuple[bytes, str]:
    """The document of a campaign and its digest."""
    row = connection.execute(select(FORMS.c.form, FORMS.c.digest).where(FORMS.c.campaign == number)).one()
    return bytes(row.form), row.digest


def decisions_of(connection: Connection, number: int) -> list[str]:
    """The forms of all decisions about a campaign, the oldest first."""
    question = select(DECISIONS.c.form).where(DECISIONS.c.campaign == number).order_by(DECISIONS.c.number)
    return list(connection.scalars(question))


def window(
    connection: Connection,
    *,
    target: str,
    preset: str,
    limit: int,
    begun_us: int | None = None,
    identity: str = "",
) -> list[int]:
    """The numbers of the last campaigns, the oldest first; with a moment, of those before it.

    `identity` is the campaign that the moment is of. Of those that began at the same moment, what was added before it
    was before it.
    """
    question = select(CAMPAIGNS.c.number).where(*_of(target, preset))
    if begun_us is not None:
        own = number_of(connection, identity)
        same = CAMPAIGNS.c.begun_us == begun_us
        if own is not None:
            same = and_(same, CAMPAIGNS.c.number < own)
        question = question.where(or_(CAMPAIGNS.c.begun_us < begun_us, same))
    question = question.order_by(*(column.desc() for column in _ORDER)).limit(limit)
    return list(connection.scalars(question))[::-1]


def failed_names(connection: Connection, numbers: Sequence[int]) -> list[str]:
    """The names of the cases that failed in any of these campaigns."""
    question = select(CASES.c.name).where(CASES.c.campaign.in_(numbers), CASES.c.cause != "").distinct()
    return sorted(connection.scalars(question))


def occurrences(
    connection: Connection, numbers: Sequence[int], names: Sequence[str]
) -> dict[str, list[Occurrence]]:
    """What became of these cases in these campaigns, the oldest first."""
    found: dict[str, list[Occurrence]] = {}
    for begin in range(0, len(names), MANY):
        question = _joined(CASES, numbers).where(CASES.c.name.in_(names[begin : begin + MANY]))
        for row in connection.execute(question):
            found.setdefault(row.name, []).append(occurrence_of(row))
    return found


def occurrence_of(row: Any) -> Occurrence:
    """A row of a case, with the identity of its campaign."""
    return Occurrence(
        campaign=row.identity,
        case=row.name,
        subject=row.subject,
        outcome=Outcome(row.outcome),
        runs=row.runs,
        failures=row.failures,
        cause=row.cause,
        safety=bool(row.safety),
        message=row.message,
        reproduce=row.reproduce,
    )


def figures(connection: Connection, numbers: Sequence[int], names: Sequence[str] = ()) -> list[Figure]:
    """What was measured in these campaigns, the oldest first."""
    question = _joined(MEASUREMENTS, numbers).add_columns(ENVIRONMENTS.c.fingerprint)
    question = question.join(ENVIRONMENTS, ENVIRONMENTS.c.campaign == MEASUREMENTS.c.campaign)
    if names:
        question = question.where(MEASUREMENTS.c.name.in_(names))
    return [
        Figure(
            campaign=row.identity,
            fingerprint=row.fingerprint,
            name=row.name,
            value=row.value,
            unit=row.unit,
            better=Better(row.better),
            exact=bool(row.exact),
        )
        for row in connection.execute(question)
    ]


def counts(connection: Connection, numbers: Sequence[int]) -> list[Count]:
    """Runs and failures of the cases of these campaigns that may be flaky, by code."""
    question = (
        select(
            CASES.c.name,
            CAMPAIGNS.c.identity,
            CAMPAIGNS.c.code,
            func.sum(CASES.c.runs).label("runs"),
            func.sum(CASES.c.failures).label("failures"),
        )
        .join(CAMPAIGNS, CAMPAIGNS.c.number == CASES.c.campaign)
        .join(PHASES, and_(PHASES.c.campaign == CASES.c.campaign, PHASES.c.position == CASES.c.phase))
        .where(
            CASES.c.campaign.in_(numbers),
            CASES.c.outcome.in_(("passed", "failed")),
            PHASES.c.work.not_in([str(work) for work in SEEDED]),
        )
        .group_by(CASES.c.name, CAMPAIGNS.c.identity, CAMPAIGNS.c.code)
    )
    return [
        Count(
            case=row.name,
            code=row.code or f"of {row.identity}",
            runs=int(row.runs),
            failures=int(row.failures),
        )
        for row in connection.execute(question)
    ]


def _joined(table: Any, numbers: Sequence[int]) -> Select[Any]:
    question = select(table, CAMPAIGNS.c.identity).join(CAMPAIGNS, CAMPAIGNS.c.number == table.c.campaign)
    return question.where(table.c.campaign.in_(numbers)).order_by(*_ORDER, table.c.position)


def _of(target: str, preset: str) -> list[ColumnElement[bool]]:
    wanted = []
    if target:
        wanted.append(CAMPAIGNS.c.target == target)
    if preset:
        wanted.append(CAMPAIGNS.c.preset == preset)
    return wanted
