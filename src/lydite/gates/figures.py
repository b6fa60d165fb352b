"""Gates over figures that were measured: against a limit, or against the campaign before."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from lydite.gates.matter import Matter, blank, counted, figure, judged, told
from lydite.gates.rule import PERCENT, Rule
from lydite.model import Better, CampaignResult, GateOutcome, Measurement

_SHARES = frozenset({"share", "ratio"})
"""Units in which 1 is 100 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure against the one before it: how much worse it is, below 0 where it is better."""

    now: Measurement
    before: Measurement
    seen: float
    worst: float
    """At the worse end of the interval."""

    @property
    def is_proven(self) -> bool:
        """Is it known what it is worth? A figure without an interval may be anything."""
        return self.now.exact or self.now.low is not None or self.now.high is not None


def within_limit(rule: Rule, matter: Matter) -> GateOutcome:
    """Each figure is within the limit at the worse end of its interval; the worst of them decides."""
    figures = [each for each in matter.result.measurements if _is_wanted(each, rule)]
    told_in_unit = [_in_unit(each, rule.unit) for each in figures]
    fitting = [each for each in told_in_unit if each is not None]
    if not figures:
        return blank(rule, f"no figure {' or '.join(rule.of)} was measured")
    if len(fitting) < len(figures):
        odd = [each for each in figures if _in_unit(each, rule.unit) is None]
        named = told(f"{each.name} in {each.unit!r}" for each in odd)
        sentence = f"the limit is told in {rule.unit!r}, and not so {named}"
        return blank(rule, sentence, evidence=[each.name for each in odd])
    lower_is_worse = Better.HIGHER if rule.at_least else Better.LOWER
    ends = [(worse_end(each, lower_is_worse), each) for each in fitting]
    sign = -1 if rule.at_least else 1
    # A figure that is no number is the worst of all.
    ends.sort(key=lambda end: (not math.isfinite(end[0]), sign * end[0], end[1].name), reverse=True)
    bound, worst = ends[0]
    beyond = [each.name for end, each in ends if not rule.allows(end)]
    return judged(
        rule,
        actual=worst.value,
        bound=bound,
        samples=worst.samples,
        sentence=_seen(worst, bound, len(ends)),
        evidence=beyond or [worst.name],
    )


def _seen(worst: Measurement, bound: float, among: int) -> str:
    told_unit = f" {worst.unit}" if worst.unit else ""
    others = f", the worst of {among:,}" if among > 1 else ""
    at = f", at worst {figure(bound)}{told_unit}" if bound != worst.value else ""
    return f"{worst.name} is {figure(worst.value)}{told_unit}{at}{others}"


def regression(rule: Rule, matter: Matter) -> GateOutcome:
    """No figure is worse than before by more than the limit, as a share of what it was."""
    return _against_before(rule, matter, share=True)


def ratchet(rule: Rule, matter: Matter) -> GateOutcome:
    """No figure is worse than before by more than the limit, in its own unit."""
    return _against_before(rule, matter, share=False)


def _against_before(rule: Rule, matter: Matter, *, share: bool) -> GateOutcome:
    before = matter.previous
    if before is None:
        return blank(rule, "there is no campaign before this one to compare with")
    pairs = list(_pairs(rule, matter.result, before))
    same = matter.result.environment.fingerprint == before.environment.fingerprint
    fair = [pair for pair in pairs if same or rule.any_machine or all(each.exact for each in pair)]
    changes = [_change(now, then, share=share) for now, then in fair]
    gone = _gone(rule, matter.result, before)
    lost = f"; no longer measured: {told(gone)}" if gone else ""
    if not changes:
        return blank(rule, f"{_why_none(pairs, before)}{lost}", evidence=gone)
    bad = [change for change in changes if not rule.allows(change.worst)]
    # A share that may be noise is no proof of anything; what a ratchet guards is counted.
    proven = [change for change in bad if change.is_proven or not share]
    worst = _worst_first(proven or bad or changes)[0]
    left = len(pairs) - len(fair)
    apart = f"; {counted(left, 'figure')} left out, for the machine is another" if left else ""
    noise = ", so that it may be noise" if bad and not proven else ""
    sentence = f"{_moved(worst, before, share=share)}{noise}{_among(changes)}{apart}{lost}"
    names = [*(change.now.name for change in _worst_first(proven or bad)), *gone]
    samples = len(changes)
    if (bad or gone) and not proven:
        return blank(rule, sentence, actual=worst.seen, samples=samples, evidence=names)
    bound = worst.worst
    return judged(rule, actual=worst.seen, bound=bound, samples=samples, sentence=sentence, evidence=names)


def _worst_first(changes: list[Change]) -> list[Change]:
    # A figure that is no number is the worst of all.
    def harm(change: Change) -> tuple[bool, float, str]:
        return not math.isfinite(change.worst), change.worst, change.now.name

    return sorted(changes, key=harm, reverse=True)


def _why_none(pairs: list[tuple[Measurement, Measurement]], before: CampaignResult) -> str:
    if not pairs:
        return f"no figure that can be better or worse was measured both here and in {before.identity}"
    return f"{before.identity} ran on another machine, and no figure may be compared across machines"


def _moved(change: Change, before: CampaignResult, *, share: bool) -> str:
    now, then = change.now, change.before
    unit = PERCENT if share else now.unit
    way = "worse" if change.seen > 0 else "better" if change.seen < 0 else "as it was"
    amount = f"{figure(abs(change.seen))} {unit} " if change.seen else ""
    at = f" (at worst {figure(change.worst)} {unit} worse)" if change.worst != change.seen else ""
    values = f"{figure(now.value)} after {figure(then.value)} {now.unit}".rstrip()
    bare = "" if change.is_proven else ", without an interval"
    return f"{now.name} is {amount}{way}{at} against {before.identity}: {values}{bare}"


def _among(changes: list[Change]) -> str:
    return f"; the worst of {len(changes):,}" if len(changes) > 1 else ""


def _pairs(
    rule: Rule, result: CampaignResult, before: CampaignResult
) -> Iterator[tuple[Measurement, Measurement]]:
    """The figures that can be better or worse and were measured in both, now and before."""
    then = {each.name: each for each in before.measurements}
    for now in result.measurements:
        known = then.get(now.name)
        if known is not None and known.unit == now.unit and _is_compared(now, rule):
            yield now, known


def _gone(rule: Rule, result: CampaignResult, before: CampaignResult) -> list[str]:
    """Figures that were measured before, and are not any more: leaving one out must not make a gate green."""
    here = {(each.name, each.unit) for each in result.measurements}
    wanted = (each for each in before.measurements if _is_compared(each, rule))
    return sorted(each.name for each in wanted if (each.name, each.unit) not in here)


def _change(now: Measurement, then: Measurement, *, share: bool) -> Change:
    sign = 1.0 if now.better is Better.LOWER else -1.0
    scale = 1.0

    def worse_by(value: float) -> float:
        difference = sign * (value - then.value)
        if share and then.value == 0:
            # Of nothing there is no share: whatever is worse than 0 is worse by all of it.
            return math.copysign(100.0, difference) if difference else 0.0
        return scale * difference

    if share and then.value:
        scale = 100.0 / abs(then.value)
    # A difference that is 0 is 0, and never -0.
    seen, worst = worse_by(now.value) + 0.0, worse_by(worse_end(now, now.better)) + 0.0
    return Change(now=now, before=then, seen=seen, worst=worst)


def worse_end(each: Measurement, better: Better) -> float:
    """The end of the interval of a figure at which it is worse; the value itself, where it is exact or bare."""
    if each.exact:
        return each.value
    ends = [each.value, *(end for end in (each.low, each.high) if end is not None)]
    return max(ends) if better is Better.LOWER else min(ends)


def _is_compared(each: Measurement, rule: Rule) -> bool:
    return each.better is not Better.NEITHER and (not rule.of or _is_wanted(each, rule))


def _is_wanted(each: Measurement, rule: Rule) -> bool:
    return any(fnmatchcase(each.name, pattern) for pattern in rule.of)


def _in_unit(each: Measurement, unit: str) -> Measurement | None:
    """The figure in that unit; None where it cannot be told in it."""
    if each.unit == unit:
        return each
    if each.unit in _SHARES and unit == PERCENT:
        low, high = (None if end is None else end * 100 for end in (each.low, each.high))
        return replace(each, value=each.value * 100, low=low, high=high, unit=unit)
    return None
