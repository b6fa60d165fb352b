"""Gates that count what is bad: findings of safety, broken phases, planted bugs that survived, flaky cases."""

from lydite.gates.matter import Matter, blank, counted, failures_of, is_violation, judged, runs_of, told
from lydite.gates.rule import Rule
from lydite.model import Case, GateOutcome, Outcome, PhaseResult, Work

_UNPROVEN = frozenset({Outcome.BROKEN, Outcome.UNKNOWN})


def safety(rule: Rule, matter: Matter) -> GateOutcome:
    """No case may fail in safety; one is too many, however many runs pass."""
    violations = [case for case in matter.honest if is_violation(case)]
    timed = {
        case.name for phase in matter.result.phases if phase.work is Work.BENCHMARKS for case in phase.cases
    }
    # What measures speed looks at no promise, so it is no evidence that one was kept.
    looked = [case for case in matter.honest if case.name not in timed and case.outcome not in _UNPROVEN]
    samples = sum(runs_of(case) for case in looked)
    if violations:
        sentence = f"{counted(len(violations), 'case')} failed in safety: {told(map(_violation, violations))}"
        names = [case.name for case in violations]
        samples = max(samples, 1)
        return judged(rule, actual=len(names), samples=samples, sentence=sentence, evidence=names)
    open_cases = [case for case in matter.honest if case.safety and case.outcome in _UNPROVEN]
    if open_cases:
        names = [case.name for case in open_cases]
        sentence = f"{told(names)} guards safety, and proves nothing"
        return blank(rule, sentence, samples=samples, evidence=names)
    if not samples:
        return blank(rule, "nothing was carried out that could fail in safety")
    return judged(
        rule, actual=0, samples=samples, sentence=f"nothing failed in safety in {counted(samples, 'run')}"
    )


def _violation(case: Case) -> str:
    check = f" by {case.finding.check}" if case.finding else ""
    seed = "" if case.seed is None else f" with seed {case.seed}"
    return f"{case.name}{check}{seed}"


def broken(rule: Rule, matter: Matter) -> GateOutcome:
    """Every phase is carried out; an interrupted campaign leaves open what would have come."""
    phases = matter.result.phases
    begun = [phase for phase in phases if phase.outcome is not Outcome.SKIPPED]
    bad = [phase for phase in begun if _is_broken(phase)]
    skipped = len(phases) - len(begun)
    left = f"; {counted(skipped, 'phase')} skipped" if skipped else ""
    if bad:
        why = told(f"{phase.name} ({phase.message or 'without a case that says why'})" for phase in bad)
        sentence = f"{counted(len(bad), 'phase')} broken: {why}{left}"
        names = [phase.name for phase in bad]
        return judged(rule, actual=len(bad), samples=len(begun), sentence=sentence, evidence=names)
    if matter.result.interrupted:
        sentence = "the campaign was interrupted, and what would have come is not known"
        return blank(rule, sentence, actual=0, samples=len(begun))
    if not begun:
        return blank(rule, f"no phase was carried out{left}")
    sentence = f"{counted(len(begun), 'phase')} carried out to the end{left}"
    return judged(rule, actual=0, samples=len(begun), sentence=sentence)


def _is_broken(phase: PhaseResult) -> bool:
    if phase.outcome is Outcome.FAILED:
        # A failure that no case accounts for would be seen by no other gate.
        return not any(failures_of(case) for case in phase.cases)
    return phase.outcome is Outcome.BROKEN


def survivors(rule: Rule, matter: Matter) -> GateOutcome:
    """Every planted bug that was hunted is caught."""
    planted = list(matter.planted)
    hunted = [case for case in planted if case.outcome in {Outcome.PASSED, Outcome.FAILED}]
    survived = [case.name for case in hunted if case.outcome is Outcome.FAILED]
    unknown = [case.name for case in planted if case.outcome in _UNPROVEN]
    skipped = len(planted) - len(hunted) - len(unknown)
    left = f"; {skipped:,} skipped" if skipped else ""
    if len(survived) > rule.limit or (survived and not unknown):
        sentence = f"{counted(len(survived), 'mutant')} of {len(hunted):,} survived: {told(survived)}{left}"
        actual, samples = len(survived), len(hunted)
        return judged(rule, actual=actual, samples=samples, sentence=sentence, evidence=survived)
    if unknown:
        sentence = f"not hunted to an end: {told(unknown)}"
        actual, samples = len(survived), len(hunted)
        return blank(rule, sentence, actual=actual, samples=samples, evidence=[*survived, *unknown])
    if not hunted:
        return blank(rule, f"no bug was planted{left}")
    sentence = f"all of {counted(len(hunted), 'mutant')} caught{left}"
    return judged(rule, actual=0, samples=len(hunted), sentence=sentence)


def flaky_count(rule: Rule, matter: Matter) -> GateOutcome:
    """How many cases are flaky."""
    return _flaky(rule, matter, unit=1.0)


def flaky_share(rule: Rule, matter: Matter) -> GateOutcome:
    """How many of a hundred cases are flaky."""
    cases = sum(1 for _ in matter.honest)
    return _flaky(rule, matter, unit=100.0 / cases if cases else 0.0)


def _flaky(rule: Rule, matter: Matter, *, unit: float) -> GateOutcome:
    cases = {case.name for case in matter.honest}
    if not cases:
        return blank(rule, "there is no case that could be flaky")
    if not matter.flaky and matter.previous is None:
        return blank(rule, "there is no history that could tell what is flaky", samples=0)
    found = sorted(
        (each for each in matter.flaky if each.case in cases), key=lambda each: (-each.low, each.case)
    )
    names = told(f"{each.case} ({each.failures:,} of {each.runs:,})" for each in found)
    of = f"{len(found):,} of {counted(len(cases), 'case')}"
    sentence = f"{of} both pass and fail with the same code: {names}" if found else f"{of} known to be flaky"
    return judged(
        rule,
        actual=len(found) * unit,
        samples=len(cases),
        sentence=sentence,
        evidence=[each.case for each in found],
    )
