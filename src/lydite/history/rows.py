"""A campaign as rows: the whole of it as one compressed document, and what people ask for in columns.

The document is what counts; it gives back an equal campaign, and its digest tells when it is damaged. The columns are
written from it once and never read back into a campaign. In them, text loses its NULs, which PostgreSQL cannot keep,
and a case that failed has failed at least once.
"""

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Final, TypeVar

from lydite.history.errors import KEEP, DamagedHistory, NewerHistory
from lydite.history.unsteady import SEEDED, Count
from lydite.model import (
    CampaignResult,
    Case,
    InputError,
    Measurement,
    Outcome,
    PhaseResult,
    as_form,
    canonical_json,
    from_form,
)

LARGEST: Final = 2**63 - 1

FAILING: Final = (Outcome.FAILED, Outcome.BROKEN)

_EXCEPTION: Final = re.compile(r"(?P<name>[A-Za-z_][\w.]*(?:Error|Exception|Warning|Timeout|Exit|Failed))\b")

Row = Mapping[str, Any]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """All rows of a campaign but those that the database numbers."""

    digest: str
    campaign: Row
    form: Row
    environment: Row
    phases: tuple[Row, ...]
    cases: tuple[Row, ...]
    findings: tuple[Row, ...]
    measurements: tuple[Row, ...]
    artefacts: tuple[Row, ...]


def rows_of(result: CampaignResult) -> Rows:
    """The rows of a campaign; an error that names what no history can keep."""
    _refuse_nameless(result)
    begun_us = moment_us(result.begun)
    document = canonical_json(as_form(result))
    digest = blake2b(document, digest_size=32).hexdigest()
    placed = [(place, case) for place, phase in enumerate(result.phases) for case in phase.cases]
    figures = [(place, each) for place, phase in enumerate(result.phases) for each in phase.measurements]
    campaign = {
        **_texts(result, "identity", "target", "preset", "begun", "sentence", "code", "reproduce"),
        "begun_us": begun_us,
        "seconds": result.seconds,
        "verdict": str(result.verdict),
        "commit_id": told_text(result.commit),
        "seed": str(result.seed),
        "interrupted": result.interrupted,
        "cases": len(placed),
        "failures": sum(1 for _, case in placed if case.outcome in FAILING),
    }
    return Rows(
        digest=digest,
        campaign=campaign,
        form={"digest": digest, "form": zlib.compress(document, 1)},
        environment={
            "fingerprint": told_text(result.environment.fingerprint),
            "facts": _json(result.environment.facts),
            "doubts": _json(result.environment.doubts),
        },
        phases=tuple(_phase(place, phase) for place, phase in enumerate(result.phases)),
        cases=tuple(_case(position, phase, case) for position, (phase, case) in enumerate(placed)),
        findings=tuple(
            _finding(position, case) for position, (_, case) in enumerate(placed) if case.finding is not None
        ),
        measurements=tuple(_measurement(place, phase, each) for place, (phase, each) in enumerate(figures)),
        artefacts=tuple(
            {
                **_texts(each, "name", "path", "digest"),
                "case_position": position,
                "position": place,
                "size": _whole(each.size, f"the size of {each.name}"),
            }
            for position, (_, case) in enumerate(placed)
            for place, each in enumerate(case.artefacts)
        ),
    )


def result_of(form: bytes, digest: str, where: str) -> CampaignResult:
    """The campaign of a stored document, if it is what was written."""
    try:
        document = zlib.decompress(form)
    except zlib.error as error:
        raise DamagedHistory(f"expected a campaign, found {error}", where=where, remedy=KEEP) from error
    found = blake2b(document, digest_size=32).hexdigest()
    if found != digest:
        raise DamagedHistory(
            f"expected a campaign with the digest {digest[:16]}, found {found[:16]}", where=where, remedy=KEEP
        )
    return read_form(CampaignResult, document, where)


def read_form(kind: type[Value], document: bytes | str, where: str) -> Value:
    """The value of a form that is as it was written."""
    try:
        return from_form(kind, json.loads(document))
    except InputError as error:
        raise NewerHistory(
            f"expected a {kind.__name__} of this version, found another one: {error}",
            where=where,
            remedy="it was added by a later version: use that one; nothing was changed",
        ) from error


def as_text(value: object) -> str:
    """The form of a value, as text for a column."""
    return canonical_json(as_form(value)).decode()


def told_text(text: str) -> str:
    """A text as a column can keep it."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")


def cause_of(case: Case) -> str:
    """What failed in a case: the name of the check, of the exception, or of the case itself."""
    if case.outcome not in FAILING:
        return ""
    if case.finding is not None:
        return told_text(case.finding.check)
    named = _EXCEPTION.match(case.message)
    return told_text(named["name"] if named else case.name)


def moment_us(begun: str) -> int:
    """A moment in microseconds, so that moments have an order however they are spelled."""
    try:
        moment = datetime.fromisoformat(begun)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InputError(
            f"a campaign: expected the moment it began, as 2026-11-21T16:00:00Z, found {begun!r:.60}"
        )
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def counts_of(case: Case) -> tuple[int, int]:
    """Runs and failures of a case, without contradiction: one that failed has failed at least once."""
    failures = max(0, case.failures, 1 if case.outcome is Outcome.FAILED else 0)
    return max(1, case.runs, failures), failures


def counts_here(result: CampaignResult) -> list[Count]:
    """Runs and failures of the cases of a campaign that may be flaky."""
    return [
        Count(
            case=told_text(case.name),
            code=told_text(result.code) or f"of {result.identity}",
            runs=counts_of(case)[0],
            failures=counts_of(case)[1],
        )
        for phase in result.phases
        if phase.work not in SEEDED
        for case in phase.cases
        if case.outcome in {Outcome.PASSED, Outcome.FAILED}
    ]


def _phase(position: int, phase: PhaseResult) -> Row:
    return {
        **_texts(phase, "name", "message"),
        "position": position,
        "work": str(phase.work),
        "outcome": str(phase.outcome),
        "seconds": phase.seconds,
    }


def _case(position: int, phase: int, case: Case) -> Row:
    runs, failures = counts_of(case)
    return {
        **_texts(case, "name", "subject", "suite", "message", "reproduce"),
        "position": position,
        "phase": phase,
        "outcome": str(case.outcome),
        "seconds": case.seconds,
        "runs": _whole(runs, f"the runs of {case.name}"),
        "failures": failures,
        "cause": cause_of(case),
        "safety": case.safety,
        "seed": None if case.seed is None else str(case.seed),
    }


def _finding(position: int, case: Case) -> Row:
    finding = case.finding
    assert finding is not None
    return {
        **_texts(finding, "message", "host"),
        "case_position": position,
        "check_name": told_text(finding.check),
        "verdict": str(finding.verdict),
        "at_ns": _whole(finding.at_ns, f"the moment of the finding of {case.name}"),
        "facts": _json(finding.facts),
    }


def _measurement(position: int, phase: int, figure: Measurement) -> Row:
    return {
        **_texts(figure, "name", "unit"),
        "position": position,
        "phase": phase,
        "value": figure.value,
        "better": str(figure.better),
        "samples": _whole(figure.samples, f"the samples of {figure.name}"),
        "low": figure.low,
        "high": figure.high,
        "exact": figure.exact,
    }


def _refuse_nameless(result: CampaignResult) -> None:
    if not result.identity.strip() or not result.identity.isprintable():
        raise InputError(f"a campaign: expected a name that can be printed, found {result.identity!r:.60}")


def _texts(value: object, *names: str) -> dict[str, str]:
    return {name: told_text(getattr(value, name)) for name in names}


def _json(value: Any) -> str:
    return canonical_json(value).decode()


def _whole(number: int, what: str) -> int:
    if not -LARGEST <= number <= LARGEST:
        raise InputError(f"{what}: expected a number below 2**63, found {number}")
    return number
