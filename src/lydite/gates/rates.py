"""Gates over success: which share of cases or runs passed, and what so many of them prove."""

from dataclasses import dataclass, replace

from lydite.gates.bounds import lower_bound, runs_needed
from lydite.gates.matter import Matter, blank, counted, failures_of, figure, judged, proven, runs_of, told
from lydite.gates.rule import Gauge, Rule
from lydite.model import GateOutcome, Outcome, Standing

ALL = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How some cases went, case by case or run by run."""

    noun: str
    """What is counted: `case` or `run`."""
    runs: int
    """Those that passed or failed."""
    failures: int
    unknown: int
    """Those that prove nothing."""
    failed: tuple[str, ...]
    unproven: tuple[str, ...]
    skipped: int
    """Cases, not runs."""


def success(rule: Rule, matter: Matter) -> GateOutcome:
    """Enough runs passed, and they prove it.

    Runs that prove nothing leave the gate open where it depends on them: it fails only if it would fail had all of
    them passed, and passes only if it would pass had all of them failed.
    """
    tally = tallied(rule, matter)
    skipped = f"; {counted(tally.skipped, 'case')} skipped" if tally.skipped else ""
    if tally.runs + tally.unknown == 0:
        return blank(rule, f"no case of {' or '.join(rule.of)} was carried out{skipped}")
    if not tally.unknown:
        return _judged(rule, tally, skipped)
    worst = _judged(rule, _with(tally, failures=tally.failures + tally.unknown), skipped)
    best = _judged(rule, _with(tally, failures=tally.failures), skipped)
    if Standing.FAILED is best.standing:
        return best
    if tally.runs and Standing.PASSED is worst.standing:
        return worst
    sentence = f"{told(tally.unproven)} proves nothing, and the gate depends on it{skipped}"
    actual = ALL * (tally.runs - tally.failures) / tally.runs if tally.runs else None
    return blank(rule, sentence, actual=actual, samples=tally.runs, evidence=tally.unproven)


def tallied(rule: Rule, matter: Matter) -> Tally:
    """How the cases of the suites of a rule went, or their runs."""
    runs = failures = unknown = skipped = 0
    failed, unproven = [], []
    for case in matter.of_suites(rule):
        all_runs, bad = runs_of(case), failures_of(case)
        if rule.gauge is Gauge.CASES:
            all_runs, bad = min(all_runs, 1), min(bad, 1)
        if case.outcome is Outcome.SKIPPED:
            skipped += 1
            continue
        if case.outcome is Outcome.UNKNOWN:
            # Of what failed more is known; all the rest proves nothing.
            unknown += all_runs - bad
            unproven.append(case.name)
            all_runs = bad
        runs += all_runs
        failures += bad
        if bad:
            failed.append(case.name)
    return Tally(
        noun="case" if rule.gauge is Gauge.CASES else "run",
        runs=runs,
        failures=failures,
        unknown=unknown,
        failed=tuple(failed),
        unproven=tuple(unproven),
        skipped=skipped,
    )


def _with(tally: Tally, *, failures: int) -> Tally:
    """The tally, had what proves nothing failed or passed, so that there were so many failures."""
    guilty = tally.unproven if failures > tally.failures else ()
    return replace(
        tally, runs=tally.runs + tally.unknown, failures=failures, unknown=0, failed=(*tally.failed, *guilty)
    )


def _judged(rule: Rule, tally: Tally, skipped: str) -> GateOutcome:
    passed, runs = tally.runs - tally.failures, tally.runs
    actual = ALL * passed / runs
    seen = f"{passed:,} of {counted(runs, tally.noun)} passed"
    names = f": {told(tally.failed)} did not" if tally.failed else ""
    if rule.limit >= ALL or rule.confidence == 0:
        sentence = f"{seen}{names}{skipped}"
        return judged(rule, actual=actual, samples=runs, sentence=sentence, evidence=tally.failed)
    bound = ALL * lower_bound(passed, runs, confidence=rule.confidence)
    worth = f"{seen}, which proves {proven(bound)} %"
    # To ask how many it takes is the dearest part, and pointless where no number of them would help.
    hopeful = rule.allows(actual) and not rule.allows(bound)
    needed = (
        runs_needed(tally.failures, rate=rule.limit / ALL, confidence=rule.confidence) if hopeful else None
    )
    if hopeful and not tally.failures:
        # Nothing failed, and still so few prove little: the count decides, and the sentence says what it is worth.
        takes = "more than anybody runs" if needed is None else f"{needed:,}"
        few = f"too few to prove {figure(rule.limit)} %, which takes {takes}; the count decides"
        return judged(rule, actual=actual, samples=runs, sentence=f"{worth} only: {few}{skipped}")
    advice = ""
    if needed is not None:
        takes = f"it takes {counted(needed, tally.noun)} to prove {figure(rule.limit)} %"
        advice = f"; with as many failures {takes}"
    return judged(
        rule,
        actual=actual,
        bound=bound,
        samples=runs,
        sentence=f"{worth}{names}{advice}{skipped}",
        evidence=tally.failed,
    )
