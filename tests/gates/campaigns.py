"""Campaigns for the tests of gates: a good one, and what is put into it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from lydite.gates import Rules, decide
from lydite.model import (
    Better,
    CampaignResult,
    Case,
    Decision,
    Environment,
    Flaky,
    GateOutcome,
    Measurement,
    Outcome,
    PhaseResult,
    Verdict,
    Work,
)

TODAY = dt.date(2026, 11, 21)


def case(
    name: str,
    suite: str = "integration",
    outcome: Outcome = Outcome.PASSED,
    *,
    runs: int = 1,
    failures: int = 0,
    safety: bool = False,
    message: str = "",
) -> Case:
    """One case of the shop."""
    return Case(
        name=name,
        subject="shop",
        suite=suite,
        outcome=outcome,
        runs=runs,
        failures=failures,
        safety=safety,
        message=message,
    )


def suite_of(suite: str, passed: int, failed: int = 0, unknown: int = 0) -> tuple[Case, ...]:
    """So many tests of a suite."""
    outcomes = [Outcome.PASSED] * passed + [Outcome.FAILED] * failed + [Outcome.UNKNOWN] * unknown
    return tuple(case(f"{suite}-{number}", suite, outcome) for number, outcome in enumerate(outcomes))


def measured(
    name: str,
    value: float,
    unit: str = "%",
    *,
    better: Better = Better.HIGHER,
    low: float | None = None,
    high: float | None = None,
    exact: bool = False,
) -> Measurement:
    """One figure."""
    return Measurement(name=name, value=value, unit=unit, better=better, low=low, high=high, exact=exact)


def phase(
    *cases: Case,
    name: str = "all",
    work: Work = Work.TRIALS,
    outcome: Outcome = Outcome.PASSED,
    figures: Sequence[Measurement] = (),
    message: str = "",
) -> PhaseResult:
    """One phase."""
    return PhaseResult(
        name=name, work=work, outcome=outcome, cases=cases, measurements=tuple(figures), message=message
    )


def campaign(*phases: PhaseResult, identity: str = "c-2", machine: str = "m-1") -> CampaignResult:
    """A campaign of the shop."""
    return CampaignResult(
        identity=identity,
        target="shop",
        preset="ci",
        begun="2026-11-21T10:00:00Z",
        seconds=61.0,
        verdict=Verdict.HOLDS,
        sentence="all that was tried holds",
        phases=phases,
        environment=Environment(fingerprint=machine),
    )


GOOD_CASES = (
    *suite_of("unit", 40),
    *suite_of("integration", 100),
    case("shop.storm", "storm", runs=2_000),
    *suite_of("mutants", 3),
)
GOOD_FIGURES = (
    measured("coverage.lines", 84.0),
    measured("performance.score", 80.0, ""),
    measured("throughput.seeds_per_s", 400.0, "seeds/s", low=390.0, high=410.0),
)


def good(identity: str = "c-2") -> CampaignResult:
    """A campaign in which every gate passes against itself."""
    return campaign(phase(*GOOD_CASES, figures=GOOD_FIGURES), identity=identity)


def with_cases(*more: Case) -> CampaignResult:
    """The good campaign, with cases that take the place of those of their suites."""
    suites = {each.suite for each in more}
    kept = tuple(each for each in GOOD_CASES if each.suite not in suites)
    return campaign(phase(*kept, *more, figures=GOOD_FIGURES))


def with_figures(*more: Measurement, machine: str = "m-1") -> CampaignResult:
    """The good campaign, with figures that take the place of those of their names."""
    names = {each.name for each in more}
    kept = tuple(each for each in GOOD_FIGURES if each.name not in names)
    return campaign(phase(*GOOD_CASES, figures=(*kept, *more)), machine=machine)


def decided(
    result: CampaignResult,
    rules: Rules | None = None,
    *,
    previous: CampaignResult | None = None,
    flaky: Sequence[Flaky] = (),
    today: dt.date = TODAY,
) -> Decision:
    """The decision, against the good campaign before it where no other is given."""
    before = previous or replace(good(), identity="c-1")
    return decide(result, rules or Rules(), previous=before, flaky=flaky, today=today)


def outcome(name: str, result: CampaignResult, rules: Rules | None = None, **known: object) -> GateOutcome:
    """What one gate says."""
    decision = decided(result, rules, **known)  # type: ignore[arg-type]
    return next(each for each in decision.outcomes if each.gate == name)
