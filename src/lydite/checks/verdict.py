"""The judge of a whole run: its checks, the lines of the trial that check, and how it ended.

What gives a finding, and what each does not see:

* `world.always(name, condition)`: VIOLATED at the first time the condition is false. Says nothing of the
  moments in between, at which the line did not run.
* `world.eventually(name, probe, within_ns=)`: VIOLATED when it was not true although nothing was bent for that
  long; UNKNOWN when time was up and something was still bent, or bent again. Says nothing of what came after it was
  true, and what came true while something was bent holds as well.
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
    format_ns,
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


def judge(
    story: Sequence[Event],
    checks: Iterable[Check],
    error: BaseException | None,
    *,
    reaches: Sequence[str] = (),
) -> Judged:
    """Judge a run by its story, its checks, what it must reach, and what came out of the trial."""
    findings = [*_lines(story), *_missed(story, reaches)]
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
    """One finding for each mode and name that the trial claimed something in, in the order of first calls."""
    calls: dict[tuple[str, str], list[Event]] = {}
    for event in story:
        if event.kind is Kind.CHECK:
            key = (str(event.fields["mode"]), str(event.fields["name"]))
            calls.setdefault(key, []).append(event)
    return [_claim(mode, name, events) for (mode, name), events in calls.items()]


def _claim(mode: str, name: str, events: Sequence[Event]) -> Finding:
    match mode:
        case "always":
            return _always(name, events)
        case "sometimes":
            return _sometimes(name, events)
        case "eventually":
            return _eventually(name, events)
        case "reachable":
            return _reachable(name, events[0])
    message = f"a claim of a kind that this version does not know: {mode}"
    return Finding(check=name, verdict=Verdict.UNKNOWN, message=message, evidence=(events[0].number,))


def _missed(story: Sequence[Event], reaches: Sequence[str]) -> list[Finding]:
    """One finding for each name that must be reached and was not."""
    reached = {
        str(event.fields["name"])
        for event in story
        if event.kind is Kind.CHECK and event.fields["mode"] == "reachable"
    }
    return [
        Finding(check=name, verdict=Verdict.UNKNOWN, message="was never reached", facts={"mode": "reachable"})
        for name in dict.fromkeys(reaches)
        if name not in reached
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


def _eventually(name: str, events: Sequence[Event]) -> Finding:
    late = [event for event in events if not event.fields["holds"]]
    broken = next((event for event in late if not _excuse(event)), None)
    if broken is not None:
        return _told(name, broken, Verdict.VIOLATED, f"did not come true{_in_time(broken)}")
    if late:
        return _told(name, late[0], Verdict.UNKNOWN, _excuse(late[0]))
    slowest = max(events, key=_took_ns)
    return _told(name, slowest, Verdict.HOLDS, f"came true {_times(len(events))}")


def _reachable(name: str, event: Event) -> Finding:
    return _told(name, event, Verdict.HOLDS, "was reached")


def _told(name: str, event: Event, verdict: Verdict, message: str) -> Finding:
    """A finding that one event shows, with what the trial said there."""
    return Finding(
        check=name,
        verdict=verdict,
        message=message,
        at_ns=event.at_ns,
        host=event.host,
        facts={**_facts(event), "mode": event.fields["mode"]},
        evidence=(event.number,),
    )


def _excuse(event: Event) -> str:
    """Why what did not come true proves nothing: it has not had its time in a whole world. Empty where it has."""
    facts = _facts(event)
    bent = facts.get("bent")
    if bent and isinstance(bent, list | tuple):
        return f"the world was still bent: {', '.join(str(each) for each in bent)}"
    until_ns, within_ns = facts.get("bent_until_ns"), facts.get("within_ns")
    if isinstance(until_ns, int) and isinstance(within_ns, int) and event.at_ns < until_ns + within_ns:
        return f"the world was bent again while it waited, at {format_ns(until_ns)}"
    return ""


def _took_ns(event: Event) -> int:
    took_ns = _facts(event).get("took_ns")
    return took_ns if isinstance(took_ns, int) else 0


def _in_time(event: Event) -> str:
    within_ns, until_ns = _facts(event).get("within_ns"), _facts(event).get("bent_until_ns")
    if not isinstance(within_ns, int):
        return ""
    within = f" within {format_ns(within_ns)}"
    if not isinstance(until_ns, int):
        return within
    return f"{within}, counted from {format_ns(until_ns)}, when something was bent last"


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
