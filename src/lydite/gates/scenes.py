"""Scenes for the self-test of gates: a campaign in which all of them pass, and what spoils it for one of them alone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, assert_never

from lydite.gates.bounds import runs_needed
from lydite.gates.matter import MUTANTS, Matter, named_suites
from lydite.gates.rule import ANY, PERCENT, RATES, Gauge, Rule
from lydite.model import (
    Better,
    CampaignResult,
    Case,
    Environment,
    Flaky,
    Measurement,
    Outcome,
    PhaseResult,
    Verdict,
    Work,
)

SCENE: Final = "selftest"

RUNS_MIN: Final = 100_000
"""So many runs prove what any sensible limit asks, and one failure among them is lost."""

CASES_MAX: Final = 100_000
"""Larger campaigns are not made up, whatever a limit asks."""

_HAIR: Final = 0.001
"""By so much of a limit a figure is beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A campaign that never was, and what is known beside it."""

    cases: tuple[Case, ...] = ()
    figures: tuple[Measurement, ...] = ()
    before: tuple[Measurement, ...] | None = None
    """The figures of the campaign before; None where there was none."""
    flaky: tuple[Flaky, ...] = ()
    outcomes: tuple[Outcome, ...] = (Outcome.PASSED,)
    """One for each phase; cases and figures stand in the first."""

    @property
    def result(self) -> CampaignResult:
        """The campaign."""
        phases = tuple(
            PhaseResult(
                name=f"{SCENE}-{number}",
                work=Work.TRIALS,
                outcome=outcome,
                cases=() if number else self.cases,
                measurements=() if number else self.figures,
            )
            for number, outcome in enumerate(self.outcomes)
        )
        return _campaign(f"{SCENE}-now", phases)

    @property
    def previous(self) -> CampaignResult | None:
        """The campaign before it."""
        if self.before is None:
            return None
        phase = PhaseResult(name=SCENE, work=Work.TRIALS, outcome=Outcome.PASSED, measurements=self.before)
        return _campaign(f"{SCENE}-before", (phase,))


def _campaign(identity: str, phases: tuple[PhaseResult, ...]) -> CampaignResult:
    return CampaignResult(
        identity=identity,
        target=SCENE,
        preset=SCENE,
        begun="2000-01-01T00:00:00Z",
        seconds=0.0,
        verdict=Verdict.UNKNOWN,
        sentence="made up",
        phases=phases,
        environment=Environment(fingerprint=SCENE),
    )


def sound(rules: tuple[Rule, ...]) -> Scene:
    """A campaign in which every gate passes, if there is one."""
    mutants = max(2, _samples(rules, Gauge.SURVIVORS))
    cases = [_case(f"{SCENE}-mutant-{number}", MUTANTS, runs=1) for number in range(mutants)]
    figures: dict[str, Measurement] = {}
    for rule in rules:
        if rule.gauge in RATES:
            cases += _passing(rule)
        elif rule.gauge is Gauge.FIGURE:
            made = _figure(rule, _good(rule))
            known = figures.get(made.name, made)
            choose = max if rule.at_least else min
            figures[made.name] = replace(made, value=choose(made.value, known.value))
    for rule in rules:
        if rule.gauge in {Gauge.REGRESSION, Gauge.RATCHET}:
            made = _figure(rule, 100.0)
            figures.setdefault(made.name, made)
    for number in range(_samples(rules, Gauge.REGRESSION, Gauge.RATCHET) - len(figures)):
        made = replace(figures[next(reversed(figures))], name=f"{SCENE}.more-{number}")
        figures[made.name] = made
    shown = tuple(replace(each, samples=_samples(rules, Gauge.FIGURE)) for each in figures.values())
    more = max(1, _samples(rules, Gauge.FLAKY_COUNT, Gauge.FLAKY_SHARE) + mutants - len(cases))
    runs = max(RUNS_MIN, _samples(rules, Gauge.SAFETY))
    cases += [_case(f"{SCENE}-more-{number}", _quiet_suite(rules), runs=runs) for number in range(more)]
    phases = max(1, _samples(rules, Gauge.BROKEN))
    return Scene(cases=tuple(cases), figures=shown, before=shown, outcomes=(Outcome.PASSED,) * phases)


def spoiled(rule: Rule, rules: tuple[Rule, ...]) -> Scene:
    """The sound campaign, with just what should make this gate fail."""
    scene = sound(rules)
    match rule.gauge:
        case Gauge.SAFETY:
            found = replace(_case(f"{SCENE}-unsafe", _quiet_suite(rules), runs=RUNS_MIN), safety=True)
            return replace(scene, cases=(*scene.cases, replace(found, outcome=Outcome.FAILED, failures=1)))
        case Gauge.BROKEN:
            return replace(scene, outcomes=(*scene.outcomes, *[Outcome.BROKEN] * (_above(rule.limit))))
        case Gauge.SURVIVORS:
            lost = (
                replace(_case(f"{SCENE}-survivor-{number}", MUTANTS, runs=1), outcome=Outcome.FAILED)
                for number in range(_above(rule.limit))
            )
            return replace(scene, cases=(*scene.cases, *lost))
        case Gauge.CASES | Gauge.RUNS:
            return replace(scene, cases=tuple(_failing(case, rule) for case in scene.cases))
        case Gauge.FIGURE:
            bad = replace(_figure(rule, _beyond(rule)), samples=_samples(rules, Gauge.FIGURE))
            # Before it was no better, so that gates on change have nothing to say.
            return _with_figure(scene, now=bad, before=bad)
        case Gauge.REGRESSION | Gauge.RATCHET:
            name = _figure(rule, 0.0).name
            now = next(each for each in scene.figures if each.name == name)
            return _with_figure(scene, now=now, before=replace(now, value=_better_before(rule, now)))
        case Gauge.FLAKY_COUNT | Gauge.FLAKY_SHARE:
            return _flaky(scene, rule, rules)
        case _ as never:
            assert_never(never)


def emptied(rule: Rule, rules: tuple[Rule, ...]) -> Scene:
    """The sound campaign, without all that this gate could judge by."""
    scene = sound(rules)
    match rule.gauge:
        case Gauge.SAFETY:
            return replace(scene, cases=())
        case Gauge.BROKEN:
            return replace(scene, outcomes=())
        case Gauge.SURVIVORS:
            return replace(scene, cases=tuple(case for case in scene.cases if case.suite != MUTANTS))
        case Gauge.CASES | Gauge.RUNS:
            matter = Matter(result=scene.result, previous=None, flaky=(), named=named_suites(rules))
            read = set(matter.of_suites(rule))
            return replace(scene, cases=tuple(case for case in scene.cases if case not in read))
        case Gauge.FIGURE:
            name = _figure(rule, 0.0).name
            return replace(scene, figures=tuple(each for each in scene.figures if each.name != name))
        case Gauge.REGRESSION | Gauge.RATCHET | Gauge.FLAKY_COUNT | Gauge.FLAKY_SHARE:
            return replace(scene, before=None, flaky=())
        case _ as never:
            assert_never(never)


def _case(name: str, suite: str, *, runs: int) -> Case:
    return Case(name=name, subject=SCENE, suite=suite, outcome=Outcome.PASSED, runs=runs)


def _suite(rule: Rule) -> str:
    """A suite that the rule reads."""
    return next((suite for suite in rule.of if suite != ANY), SCENE)


def _quiet_suite(rules: tuple[Rule, ...]) -> str:
    """A suite in which one failure among many runs fails no gate."""
    rates = [rule for rule in rules if rule.gauge in RATES]
    lenient = [_suite(rule) for rule in rates if rule.limit < 100]
    return lenient[0] if lenient else SCENE


def _passing(rule: Rule) -> list[Case]:
    """As many cases or runs as prove the rate, even if one of them failed."""
    needed = runs_needed(1, rate=rule.limit / 100, confidence=rule.confidence) or 0
    count = max(needed, rule.samples_min)
    if rule.gauge is Gauge.RUNS:
        return [_case(rule.name, _suite(rule), runs=max(RUNS_MIN, count))]
    count = min(max(count, 2), CASES_MAX)
    return [_case(f"{rule.name}-{number}", _suite(rule), runs=1) for number in range(count)]


def _failing(case: Case, rule: Rule) -> Case:
    """A case of this rule, spoiled: nothing passes, or but one fails where all must pass."""
    own = (rule.name, f"{rule.name}-0") if rule.limit >= 100 else ()
    if case.suite != _suite(rule) or (own and case.name not in own):
        return case
    failures = 1 if rule.limit >= 100 else case.runs
    # None of them says why: they have no cause in common, for which a rate would not be told.
    return replace(case, outcome=Outcome.FAILED, failures=failures)


def _samples(rules: Iterable[Rule], *gauges: Gauge) -> int:
    """How many samples the rules of these gauges want at least, as far as there are so many."""
    return min(max((rule.samples_min for rule in rules if rule.gauge in gauges), default=0), CASES_MAX)


def _figure(rule: Rule, value: float) -> Measurement:
    """A figure that the rule reads."""
    name = rule.of[0].replace("*", SCENE) if rule.of else f"{SCENE}.{rule.name}"
    higher = rule.at_least or rule.gauge is Gauge.RATCHET
    unit = rule.unit if rule.gauge is not Gauge.REGRESSION else ""
    return Measurement(
        name=name, value=value, unit=unit, better=Better.HIGHER if higher else Better.LOWER, exact=True
    )


def _good(rule: Rule) -> float:
    """Well within the limit; a share of all is no more than all."""
    room = max(abs(rule.limit), 1.0)
    if rule.unit == PERCENT and rule.at_least:
        return max(100.0, rule.limit)
    return rule.limit + room if rule.at_least else rule.limit - room


def _beyond(rule: Rule) -> float:
    """Beyond the limit by a hair; a share is never below 0."""
    hair = max(abs(rule.limit), 1.0) * _HAIR
    if not rule.at_least:
        return rule.limit + hair
    return max(0.0, rule.limit - hair) if rule.unit == PERCENT else rule.limit - hair


def _better_before(rule: Rule, now: Measurement) -> float:
    """What the figure was before, so that it is worse now by a hair more than the rule allows."""
    worse = rule.limit + max(abs(rule.limit), 1.0) * 2 * _HAIR
    down = now.better is Better.LOWER
    if rule.gauge is Gauge.RATCHET:
        return now.value - worse if down else now.value + worse
    share = worse / 100
    if down:
        return now.value / (1 + share)
    return now.value / (1 - share) if share < 1 else now.value


def _with_figure(scene: Scene, *, now: Measurement, before: Measurement) -> Scene:
    def put(figures: tuple[Measurement, ...], one: Measurement) -> tuple[Measurement, ...]:
        return (*(each for each in figures if each.name != one.name), one)

    return replace(scene, figures=put(scene.figures, now), before=put(scene.before or (), before))


def _flaky(scene: Scene, rule: Rule, rules: tuple[Rule, ...]) -> Scene:
    """So many flaky cases as are too many for this rule, among as many as make them too few for the others."""
    others = [each.limit for each in rules if each.gauge is Gauge.FLAKY_SHARE and each is not rule]
    have = sum(case.suite != MUTANTS for case in scene.cases)
    if rule.gauge is Gauge.FLAKY_COUNT:
        count = _above(rule.limit)
        wanted = max([count, *(int(count * 100 / limit) + 1 for limit in others if limit > 0)])
    else:
        wanted = max(have, rule.samples_min)
        count = min(_above(rule.limit * wanted / 100), wanted)
    suite = _quiet_suite(rules)
    more = tuple(_case(f"{SCENE}-{number}", suite, runs=1) for number in range(min(wanted, CASES_MAX) - have))
    cases = (*scene.cases, *more)
    honest = [case for case in cases if case.suite != MUTANTS]
    flaky = tuple(Flaky(case=case.name, runs=10, failures=1, low=0.0, high=0.5) for case in honest[:count])
    return replace(scene, cases=cases, flaky=flaky)


def _above(limit: float) -> int:
    """The smallest count beyond a limit."""
    return int(limit) + 1 if limit >= 0 else 0
