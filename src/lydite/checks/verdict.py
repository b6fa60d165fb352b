"""The judge of a whole run: its checks, the lines of the trial that check, and how it ended.

What gives a finding, and what each does not see:

* `world.always(name, condition)`: VIOLATED at the first time the condition is false. Says nothing of the
  moments in between, at which the line did not run.
* `world.sometimes(name, condition)`: UNKNOWN as long as it never was true. One run proves little: a sweep
  takes all its runs together.
* an `assert` of the trial that fails: VIOLATED, as `assertion`. One that passes leaves no record, so a
  trial that only asserts has checked nothing that a judge could see: use `world.always`.
* an exception that leaves the trial: VIOLATED, as `exception`. An exception that a program catches, or of
  which it dies, is the program's own affair: it is in the trace, and a check may look for it.
* the checks that are given with the trial.

When the program left the simulated world, or never ended, the run has an ending and proves nothing.
The gravest finding is the verdict, and no finding at all is UNKNOWN: silence is never green.
"""

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lydite.checks.check import Check
from lydite.checks.place import described, leaves, place_of
from lydite.model import (
    Ending,
    Event,
    Facts,
    Finding,
    Kind,
    LyditeError,
    SimulationError,
    Verdict,
    gravest,
)

ASSERTION = "assertion"
EXCEPTION = "exception"
NOTHING = "nothing-checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What all judges say of a run together."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    ending: Ending | None = None


def judge(story: Sequence[Event], checks: Iterable[Check], error: BaseException | None) -> Judged:
    """Judge a run by its story, its checks, and what came out of the trial."""
    findings = [*_lines(story)]
    ending = None
    if error is not None:
        decisive = _decisive(error)
        if isinstance(decisive, SimulationError):
            ending = _ending(decisive)
        else:
            findings.append(_finding(decisive, story))
    for each in checks:
        try:
            findings.append(each.judge(story))
        except Exception as broken:
            ending = ending or _broken_check(each, broken)
    if not findings and ending is None:
        findings.append(_nothing())
    verdict = gravest(finding.verdict for finding in findings)
    if ending is not None and verdict is Verdict.HOLDS:
        verdict = Verdict.UNKNOWN
    return Judged(verdict=verdict, findings=tuple(findings), ending=ending)


def _lines(story: Sequence[Event]) -> list[Finding]:
    """One finding for each name that `always` or `sometimes` was called with, in the order of first calls."""
    calls: dict[tuple[str, str], list[Event]] = {}
    for event in story:
        if event.kind is Kind.CHECK:
            key = (str(event.fields["mode"]), str(event.fields["name"]))
            calls.setdefault(key, []).append(event)
    return [
        _always(name, events) if mode == "always" else _sometimes(name, events)
        for (mode, name), events in calls.items()
    ]


def _always(name: str, events: Sequence[Event]) -> Finding:
    broken = next((event for event in events if not event.fields["holds"]), None)
    if broken is None:
        return Finding(check=name, verdict=Verdict.HOLDS, message=f"held {_times(len(events))}")
    return Finding(
        check=name,
        verdict=Verdict.VIOLATED,
        message="does not hold",
        at_ns=broken.at_ns,
        host=broken.host,
        facts=_facts(broken),
        evidence=(broken.number,),
    )


def _sometimes(name: str, events: Sequence[Event]) -> Finding:
    seen = next((event for event in events if event.fields["holds"]), None)
    if seen is None:
        message = f"was never true: asked {_times(len(events))}"
        return Finding(check=name, verdict=Verdict.UNKNOWN, message=message, facts={"mode": "sometimes"})
    return Finding(
        check=name,
        verdict=Verdict.HOLDS,
        message="was true",
        at_ns=seen.at_ns,
        host=seen.host,
        facts={"mode": "sometimes"},
        evidence=(seen.number,),
    )


def _facts(event: Event) -> Facts:
    facts = event.fields.get("facts")
    return facts if isinstance(facts, dict) else {}


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _decisive(error: BaseException) -> BaseException:
    """Of a group of exceptions the one that says how the run ended."""
    inner = list(leaves(error))
    for wanted in (SimulationError, AssertionError):
        for each in inner:
            if isinstance(each, wanted):
                return each
    return inner[0]


def _ending(error: SimulationError) -> Ending:
    place = place_of(error)
    return Ending(
        error=type(error).__name__,
        message=error.what,
        where=error.where or (str(place) if place.own else ""),
        remedy=error.remedy,
        traceback="".join(traceback.format_exception(error)),
    )


def _finding(error: BaseException, story: Sequence[Event]) -> Finding:
    place = place_of(error)
    at_ns = story[-1].at_ns if story else 0
    facts: Facts = {"where": str(place), "line": place.text}
    if isinstance(error, AssertionError):
        message = str(error).strip().partition("\n")[0] or "it is false"
        return Finding(check=ASSERTION, verdict=Verdict.VIOLATED, message=message, at_ns=at_ns, facts=facts)
    message = f"the trial ended with {described(error)}"
    if isinstance(error, LyditeError):
        message = f"the trial ended with {type(error).__name__}: {error}"
    return Finding(check=EXCEPTION, verdict=Verdict.VIOLATED, message=message, at_ns=at_ns, facts=facts)


def _broken_check(check: Check, error: Exception) -> Ending:
    return Ending(
        error=type(error).__name__,
        message=f"the check {check.name} failed itself: {described(error)}",
        where=str(place_of(error)),
        remedy="a check returns holds(...), unknown(...) or violated(...) for any events it is given",
        traceback="".join(traceback.format_exception(error)),
    )


def _nothing() -> Finding:
    return Finding(
        check=NOTHING,
        verdict=Verdict.UNKNOWN,
        message="nothing was checked: state what must hold with world.always, or give the trial checks",
    )
