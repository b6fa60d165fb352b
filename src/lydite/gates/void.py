"""A common cause: where nearly everything does not pass for one reason, that is one thing to mend, and no rate.

A campaign on a machine without room, or against a service that was not there, says nothing of how often the code under
test is right. It is told as what it is, and is green nowhere. So is one fault that everything shares: what else there
is to find can be seen once it is mended.

It does not look at planted bugs, and what failed in safety is never among what is put down to a common cause.
"""

from dataclasses import dataclass, replace
from typing import Final

from lydite.gates.matter import EVIDENCE_MAX, MUTANTS, failures_of, is_violation
from lydite.model import CampaignResult, Case, GateOutcome, Outcome, Standing, shared_cause

CASES_MIN: Final = 5
"""With fewer cases nothing is put down to a common cause."""

SHARE: Final = 0.8
"""So much of what was carried out, and more, is nearly everything."""

_CLIPPED: Final = 80
"""Characters of a cause: a sentence has to say what to try as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonCause:
    """For what nearly everything did not pass."""

    name: str
    cases: tuple[str, ...]
    """The cases that did not pass for it."""
    of: int
    """How many cases were carried out."""

    @property
    def sentence(self) -> str:
        """It, for people."""
        name = self.name if len(self.name) <= _CLIPPED else f"{self.name[:_CLIPPED]}…"
        return (
            f"{len(self.cases):,} of {self.of:,} cases did not pass for one cause, `{name}`: that is the place where "
            "they ran, or one fault that all share; mend it, then try again"
        )


def common_cause(result: CampaignResult) -> CommonCause | None:
    """The cause for which nearly all of a campaign did not pass; None where there is none."""
    tried = [case for case in result.cases if case.suite != MUTANTS and case.outcome is not Outcome.SKIPPED]
    members: dict[str, list[str]] = {}
    for case in tried:
        if _is_amiss(case) and (name := shared_cause(case)):
            members.setdefault(name, []).append(case.name)
    name, cases = max(members.items(), key=lambda each: len(each[1]), default=("", []))
    if len(tried) < CASES_MIN or len(cases) <= SHARE * len(tried):
        return None
    return CommonCause(name=name, cases=tuple(cases), of=len(tried))


def voided(found: GateOutcome, cause: CommonCause) -> GateOutcome:
    """What a gate of success says where nearly everything did not pass for one cause."""
    return replace(
        found,
        standing=Standing.NOT_EVALUATED,
        bound=None,
        sentence=cause.sentence,
        evidence=cause.cases[:EVIDENCE_MAX],
        evidence_count=len(cause.cases),
    )


def _is_amiss(case: Case) -> bool:
    """Did it not pass, otherwise than in safety?"""
    bad = case.outcome is not Outcome.PASSED or failures_of(case) > 0
    return bad and not is_violation(case)
