"""The decision: every gate's outcome, and whether to ship.

A gate that failed may be waived: somebody answers for it until a day. Safety is never waived, and a gate that had
nothing to judge by is not either, for nobody can answer for what is not known.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeAlias

from lydite.gates import counts, figures, rates
from lydite.gates.matter import Matter, counted, figure, named_suites
from lydite.gates.rule import PERCENT, RATES, Demand, Gauge, Rule
from lydite.gates.rules import Rules
from lydite.gates.void import CommonCause, common_cause, voided
from lydite.model import CampaignResult, Decision, Flaky, GateOutcome, Outcome, Standing

Judge: TypeAlias = Callable[[Rule, Matter], GateOutcome]

JUDGES: Final[Mapping[Gauge, Judge]] = MappingProxyType(
    {
        Gauge.SAFETY: counts.safety,
        Gauge.BROKEN: counts.broken,
        Gauge.SURVIVORS: counts.survivors,
        Gauge.CASES: rates.success,
        Gauge.RUNS: rates.success,
        Gauge.FIGURE: figures.within_limit,
        Gauge.REGRESSION: figures.regression,
        Gauge.RATCHET: figures.ratchet,
        Gauge.FLAKY_COUNT: counts.flaky_count,
        Gauge.FLAKY_SHARE: counts.flaky_share,
    }
)


def decide(
    result: CampaignResult,
    rules: Rules,
    *,
    previous: CampaignResult | None = None,
    flaky: Sequence[Flaky] = (),
    today: dt.date,
) -> Decision:
    """What the gates say of a campaign, and all of them together, on a day."""
    comparable = previous if previous is not None and previous.target == result.target else None
    matter = Matter(result=result, previous=comparable, flaky=tuple(flaky), named=named_suites(rules.rules))
    cause = common_cause(result)
    judged = ((rule, _judged(rule, matter, cause)) for rule in rules.rules)
    outcomes = tuple(_waived(found, rule, rules, today) for rule, found in judged)
    standing = _standing(outcomes)
    return Decision(standing=standing, sentence=_sentence(standing, outcomes), outcomes=outcomes)


def _judged(rule: Rule, matter: Matter, cause: CommonCause | None) -> GateOutcome:
    """What a gate says, and whether it decides."""
    found = JUDGES[rule.gauge](rule, matter)
    seen = found.standing is not Standing.NOT_EVALUATED
    if cause is not None and _is_void(rule, found, matter):
        # It was looked at, so that it decides also where only what was seen does: it is green nowhere.
        found, seen = voided(found, cause), True
    required = rule.demand is Demand.ALWAYS or (rule.demand is Demand.WHERE_SEEN and seen)
    return replace(found, required=required, owner=rule.owner)


def _is_void(rule: Rule, found: GateOutcome, matter: Matter) -> bool:
    """Would it judge by what did not pass for a common cause? What was found in safety counts in any case."""
    if rule.gauge is Gauge.SAFETY:
        return found.standing is Standing.PASSED
    tried = (case for case in matter.of_suites(rule) if case.outcome is not Outcome.SKIPPED)
    return rule.gauge in RATES and any(tried)


def _waived(found: GateOutcome, rule: Rule, rules: Rules, today: dt.date) -> GateOutcome:
    """The outcome with what its waivers change, and what they do not."""
    waivers = [waiver for waiver in rules.waivers if waiver.gate == rule.name]
    if not waivers:
        return found
    days = rules.waiver_days
    # Of several the one that counts speaks, and of those the one that lasts longest.
    waiver = max(waivers, key=lambda each: (not each.why_not(today, days), each.expires, each.owner))
    if found.standing is Standing.PASSED:
        return replace(found, waiver=waiver.told(), sentence=f"{found.sentence}; it needs no waiver")
    if rule.gauge is Gauge.SAFETY:
        note = f"the waiver of {waiver.owner} does not count, for safety is never waived"
    elif found.standing is Standing.NOT_EVALUATED:
        note = f"the waiver of {waiver.owner} does not count, for nobody can answer for what was not seen"
    elif why_not := waiver.why_not(today, days):
        note = f"the waiver of {waiver.owner} {why_not}"
    else:
        return replace(found, standing=Standing.WAIVED, waiver=waiver.told())
    return replace(found, waiver=waiver.told(), sentence=f"{found.sentence}; {note}")


def _standing(outcomes: Sequence[GateOutcome]) -> Standing:
    required = [outcome.standing for outcome in outcomes if outcome.required]
    if Standing.FAILED in required:
        return Standing.FAILED
    if Standing.NOT_EVALUATED in required or not required:
        return Standing.NOT_EVALUATED
    return Standing.PASSED


def _sentence(standing: Standing, outcomes: Sequence[GateOutcome]) -> str:
    """The decision with its cause."""
    required = [outcome for outcome in outcomes if outcome.required]
    causes = [outcome for outcome in required if outcome.standing is standing]
    if standing is Standing.PASSED:
        return f"passed: {_all_hold(required)}{_aside(outcomes)}"
    if not causes:
        return "not evaluated: no gate that decides is there"
    first, *others = causes
    also = f"; so did {', '.join(outcome.gate for outcome in others)}" if others else ""
    if standing is Standing.NOT_EVALUATED:
        also = f"; nor was {', '.join(outcome.gate for outcome in others)}" if others else ""
    return f"{standing}: {first.gate}: {first.sentence}{also}{_aside(outcomes)}"


def _all_hold(required: Sequence[GateOutcome]) -> str:
    held = [outcome for outcome in required if outcome.standing is Standing.PASSED]
    if not held:
        return "every gate that decides is waived"
    # Where nothing bad is allowed a gate that holds has no margin, and is never the closest.
    close = [outcome for outcome in held if not _is_absolute(outcome)]
    text = f"{counted(len(held), 'gate holds', 'gates hold')}"
    if not close:
        return text
    # How much of its limit a margin is, for margins in different units cannot be compared.
    nearest = min(close, key=lambda outcome: (outcome.margin or 0.0) / (abs(outcome.limit) or 1.0))
    unit = f" {nearest.unit}" if nearest.unit else ""
    return f"{text}, the closest is {nearest.gate} with a margin of {figure(nearest.margin or 0.0)}{unit}"


def _is_absolute(outcome: GateOutcome) -> bool:
    """Must all be well, or nothing be bad?"""
    if outcome.at_least:
        return outcome.unit == PERCENT and outcome.limit >= 100
    return outcome.limit == 0


def _aside(outcomes: Sequence[GateOutcome]) -> str:
    """What the decision rests on but does not say: waivers, and what could not be looked at."""
    waived = [
        f"{outcome.gate} ({outcome.waiver})" for outcome in outcomes if outcome.standing is Standing.WAIVED
    ]
    idle = [outcome for outcome in outcomes if not outcome.required]
    unseen = [outcome.gate for outcome in idle if outcome.standing is Standing.NOT_EVALUATED]
    failed = [outcome.gate for outcome in idle if outcome.standing is Standing.FAILED]
    return "".join(
        f"; {what} {', '.join(names)}"
        for what, names in (
            ("waived:", waived),
            ("not evaluated, and not decisive:", unseen),
            ("failed, and not decisive:", failed),
        )
        if names
    )
