"""A rule: what a gate reads, and what it allows."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lydite.model import InputError


class Gauge(StrEnum):
    """What a rule reads."""

    SAFETY = "safety"
    """How many cases failed in safety, wherever they stand."""
    BROKEN = "broken"
    """How many phases could not be carried out, or failed without a case that says why."""
    SURVIVORS = "survivors"
    """How many mutants no check has caught."""
    CASES = "cases"
    """The share of cases that passed in every run, in some suites: a thousand seeds of one do not outweigh another."""
    RUNS = "runs"
    """The share of runs that passed, in some suites."""
    FIGURE = "figure"
    """Figures that were measured, by name."""
    REGRESSION = "regression"
    """By what share figures are worse than in the campaign before."""
    RATCHET = "ratchet"
    """By how much figures are worse than in the campaign before, in their own unit."""
    FLAKY_COUNT = "flaky count"
    """How many cases both pass and fail with the same code."""
    FLAKY_SHARE = "flaky share"
    """The same, as a share of all cases."""


class Demand(StrEnum):
    """Whether a gate decides."""

    ALWAYS = "always"
    """It must pass; without anything to judge by there is no decision either."""
    WHERE_SEEN = "where seen"
    """It must not fail; without anything to judge by it tells so, and decides nothing."""
    NEVER = "never"
    """It tells, and decides nothing."""


RATES: Final = frozenset({Gauge.CASES, Gauge.RUNS})
"""Shares of success."""

ANY: Final = "*"
"""In `of`: for suites all that no other rule names, for figures any text."""

PERCENT: Final = "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one gate reads, and what it allows."""

    name: str
    gauge: Gauge
    asks: str
    """What it asks, for people: `every unit test passes`."""
    limit: float
    """The least or the most that is allowed. Of a ratchet: how much worse a figure may be."""
    of: tuple[str, ...] = ()
    """Suites, or names of figures; all that have a direction, where there is none."""
    at_least: bool = False
    unit: str = ""
    demand: Demand = Demand.ALWAYS
    confidence: float = 0.95
    """How sure a rate must be proven; 0 takes it as it was seen. Where all must pass, the count decides."""
    samples_min: int = 1
    """With fewer samples the gate is not evaluated."""
    any_machine: bool = False
    """May figures be compared with those of another machine?"""
    owner: str = ""
    """Who is asked when it does not pass; empty where nobody is named."""

    def __post_init__(self) -> None:
        problems = _problems(self)
        if problems:
            raise InputError("; ".join(problems), where=f"the gate {self.name}")

    def allows(self, bound: float) -> bool:
        """Is this within the limit?"""
        return bound >= self.limit if self.at_least else bound <= self.limit


def _problems(rule: Rule) -> list[str]:
    problems = []
    if not rule.name:
        problems.append("a gate needs a name")
    if not math.isfinite(rule.limit):
        problems.append(f"limit is a finite number, found {rule.limit}")
    if not 0 <= rule.confidence < 1:
        problems.append(f"confidence is at least 0 and below 1, found {rule.confidence}")
    if rule.samples_min < 1:
        problems.append(f"samples_min is at least 1, found {rule.samples_min}")
    if rule.gauge in RATES and not (rule.at_least and 0 <= rule.limit <= 100):
        problems.append(f"a rate of success is at least something from 0 to 100 %, found {rule.limit}")
    if rule.gauge in RATES | {Gauge.FIGURE, Gauge.RATCHET} and not rule.of:
        problems.append(f"`of` names the {'suites' if rule.gauge in RATES else 'figures'} it reads")
    if rule.gauge not in RATES | {Gauge.FIGURE} and rule.at_least:
        problems.append("it counts what is bad, so its limit is a most: at_least is false")
    if rule.gauge is Gauge.SAFETY and (rule.limit != 0 or rule.demand is not Demand.ALWAYS):
        problems.append("safety is a hard zero that always decides: limit 0, demand always")
    return problems
