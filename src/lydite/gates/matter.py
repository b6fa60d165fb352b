"""What gates judge: a campaign, the one before it, what is known to be flaky; and how an outcome is put down."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lydite.gates.rule import ANY, RATES, Rule
from lydite.model import CampaignResult, Case, Flaky, GateOutcome, Outcome, Standing

MUTANTS = "mutants"
"""The suite of planted bugs: a case passes when its bug is caught."""

NAMES_TOLD = 3
"""Of more than these names a sentence tells how many more there are."""

EVIDENCE_MAX = 20
"""Of what a gate rests on, an outcome names so much and counts the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Everything that gates judge by."""

    result: CampaignResult
    previous: CampaignResult | None
    """The campaign before it, of the same target."""
    flaky: tuple[Flaky, ...]
    named: frozenset[str]
    """Suites that some rule names."""

    @property
    def honest(self) -> Iterator[Case]:
        """Everything that was tried but planted bugs."""
        return (case for case in self.result.cases if case.suite != MUTANTS)

    @property
    def planted(self) -> Iterator[Case]:
        """The planted bugs."""
        return (case for case in self.result.cases if case.suite == MUTANTS)

    def of_suites(self, rule: Rule) -> Iterator[Case]:
        """The cases of the suites that a rule reads."""
        for case in self.honest:
            if case.suite in rule.of or (ANY in rule.of and case.suite not in self.named):
                yield case


def named_suites(rules: Iterable[Rule]) -> frozenset[str]:
    """The suites that the rules name: what is left belongs to a rule with `*`."""
    return frozenset(suite for rule in rules if rule.gauge in RATES for suite in rule.of if suite != ANY)


def failures_of(case: Case) -> int:
    """How many runs of a case failed: at least one, where the case did."""
    runs = runs_of(case)
    least = 1 if case.outcome in {Outcome.FAILED, Outcome.BROKEN} else 0
    return max(least, min(case.failures, runs))


def runs_of(case: Case) -> int:
    """How often a case was carried out: at least once, where something came of it but skipping."""
    return 0 if case.outcome is Outcome.SKIPPED else max(case.runs, 1)


def is_violation(case: Case) -> bool:
    """Did it fail in safety?"""
    return case.safety and case.outcome is not Outcome.BROKEN and failures_of(case) > 0


def judged(
    rule: Rule,
    *,
    actual: float,
    samples: int,
    sentence: str,
    bound: float | None = None,
    evidence: Sequence[str] = (),
) -> GateOutcome:
    """The outcome of a gate that had something to judge by; without a bound by what was seen.

    `evidence` is by what it does not pass; one that passes rests on everything, and names nothing.
    """
    by = actual if bound is None else bound
    if not math.isfinite(by):
        return blank(rule, f"{sentence}; the figure is no number", samples=samples, evidence=evidence)
    good = rule.allows(by)
    # Too few samples are no proof of anything good, nor of a rate; what is bad in itself stays so.
    if samples < rule.samples_min and (good or rule.at_least):
        few = f"{counted(samples, 'sample')}, where the gate wants {rule.samples_min:,}"
        return blank(rule, f"{sentence}; {few}", actual=actual, samples=samples, evidence=evidence)
    named = () if good else tuple(evidence)
    return GateOutcome(
        gate=rule.name,
        standing=Standing.PASSED if good else Standing.FAILED,
        required=False,
        actual=actual,
        bound=by,
        limit=rule.limit,
        at_least=rule.at_least,
        unit=rule.unit,
        samples=samples,
        sentence=sentence,
        evidence=named[:EVIDENCE_MAX],
        evidence_count=len(named),
    )


def blank(
    rule: Rule,
    sentence: str,
    *,
    actual: float | None = None,
    samples: int = 0,
    evidence: Sequence[str] = (),
) -> GateOutcome:
    """The outcome of a gate that could not be evaluated."""
    return GateOutcome(
        gate=rule.name,
        standing=Standing.NOT_EVALUATED,
        required=False,
        actual=actual,
        bound=None,
        limit=rule.limit,
        at_least=rule.at_least,
        unit=rule.unit,
        samples=samples,
        sentence=sentence,
        evidence=tuple(evidence[:EVIDENCE_MAX]),
        evidence_count=len(evidence),
    )


def proven(share: float) -> str:
    """A share of success that is proven, rounded so that it never says too much.

    >>> proven(99.85), proven(86.0), proven(100.0)
    ('99.8', '86', '100')
    """
    return f"{math.floor(share * 10) / 10:.1f}".removesuffix(".0")


def told(names: Iterable[str]) -> str:
    """Some names, the first of them.

    >>> told(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    listed = list(names)
    more = f" and {len(listed) - NAMES_TOLD:,} more" if len(listed) > NAMES_TOLD else ""
    return ", ".join(listed[:NAMES_TOLD]) + more


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 run`, `2 runs`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def figure(value: float) -> str:
    """A figure as people read it, never rounded to a whole number that it is not.

    >>> figure(1200), figure(86.0891), figure(0.25), figure(79.9996)
    ('1,200', '86.1', '0.25', '79.9996')
    """
    if not math.isfinite(value):
        return "no number"
    if value == int(value):
        return f"{int(value):,}"
    shown = f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3g}"
    return f"{value:,.6g}" if shown.endswith(".0") or "." not in shown else shown
