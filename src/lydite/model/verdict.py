"""Three-valued truth: a run HOLDS, is VIOLATED, or leaves the question UNKNOWN.

The gravest wins, and nothing seen is UNKNOWN: silence is never green.

>>> gravest([Verdict.HOLDS, Verdict.UNKNOWN])
<Verdict.UNKNOWN: 'UNKNOWN'>
>>> gravest([])
<Verdict.UNKNOWN: 'UNKNOWN'>
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from lydite.model.canonical import Facts


class Verdict(StrEnum):
    """What a judge says."""

    HOLDS = "HOLDS"
    UNKNOWN = "UNKNOWN"
    VIOLATED = "VIOLATED"


_GRAVITY = (Verdict.HOLDS, Verdict.UNKNOWN, Verdict.VIOLATED)


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest of them; UNKNOWN where there is none."""
    ranks = [_GRAVITY.index(verdict) for verdict in verdicts]
    return _GRAVITY[max(ranks)] if ranks else Verdict.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one judge says of one run, with the events that show it."""

    check: str
    """The name of the check: two findings are of the same kind when their checks are."""
    verdict: Verdict
    message: str
    at_ns: int = 0
    host: str = ""
    facts: Facts = field(default_factory=dict)
    evidence: tuple[int, ...] = ()
    """Numbers of the trace records that show it."""
