"""JUnit XML: what was tried, for every tool that shows test reports.

One suite for each phase, and one for the campaign, whose properties tell where and on what it ran. What failed is a
failure; what could not be carried out, and what proves nothing, is an error: none of them is green. All other
facts of a case stand in its output.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from lydite.model import CampaignResult, Case, Measurement, Outcome, PhaseResult, as_form
from lydite.reports.figures import figure, interval, milliseconds_of
from lydite.reports.spelling import spelled_block
from lydite.reports.tried import Entry, Group, counts, grouped

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_IN_TEXT: Final = re.compile("[&<>]")
_IN_VALUE: Final = re.compile('[&<>"\n\t]')

_ELEMENTS: Final = {
    Outcome.FAILED: "failure",
    Outcome.BROKEN: "error",
    Outcome.UNKNOWN: "error",
    Outcome.SKIPPED: "skipped",
}


def junit(result: CampaignResult) -> str:
    """The campaign as JUnit XML."""
    groups = grouped(result)
    numbers = _numbers([entry for group in groups for entry in group.entries])
    numbers.pop("skipped")
    head = _opened("testsuites", name=f"lydite {result.target}", **numbers, time=_time(result.seconds))
    suites = [part for group in groups for part in _suite(group, result)]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *suites, "</testsuites>", ""])


def _suite(group: Group, result: CampaignResult) -> Iterator[str]:
    seconds = group.phase.seconds if group.phase else 0.0
    yield _opened(
        "testsuite",
        name=group.name,
        **_numbers(group.entries),
        time=_time(seconds),
        timestamp=result.begun,
        hostname=result.environment.fingerprint,
    )
    properties = _of_phase(group.phase) if group.phase else _of_campaign(result)
    yield "<properties>"
    yield from (f"{_opened('property', name=name, value=value)[:-1]}/>" for name, value in properties)
    yield "</properties>"
    yield from (_testcase(entry.case) for entry in group.entries)
    if group.phase and group.phase.restarts:
        yield _output("".join(f"{_line(restart)}\n" for restart in group.phase.restarts))
    yield "</testsuite>"


def _testcase(case: Case) -> str:
    classname = ".".join(part for part in (case.suite, case.subject) if part)
    opened = _opened("testcase", classname=classname, name=case.name, time=_time(case.seconds))
    inside = "".join(_verdict(case)) + _output("".join(f"{name}: {told}\n" for name, told in _facts(case)))
    return f"{opened}{inside}</testcase>"


def _verdict(case: Case) -> Iterator[str]:
    element = _ELEMENTS.get(case.outcome)
    if element is not None:
        kind = case.finding.check if case.finding is not None else str(case.outcome)
        message = case.message or str(case.outcome)
        yield f"{_opened(element, type=kind, message=message)}{_text(case.detail)}</{element}>"


def _facts(case: Case) -> Iterator[tuple[str, str]]:
    """What else the case says; its picture is left to formats that can show it."""
    if case.outcome not in _ELEMENTS:
        yield from (("message", told) for told in (case.message, case.detail) if told)
    yield "outcome", str(case.outcome)
    yield "runs", str(case.runs)
    yield "failures", str(case.failures)
    if case.safety:
        yield "safety", "true"
    if case.seed is not None:
        yield "seed", str(case.seed)
    if case.reproduce:
        yield "reproduce", case.reproduce
    if case.finding is not None:
        yield "finding", _line(case.finding)
    yield from (("fault", json.dumps(dict(fault), ensure_ascii=False)) for fault in case.faults)
    yield from (("artefact", _line(artefact)) for artefact in case.artefacts)


def _of_phase(phase: PhaseResult) -> Iterator[tuple[str, str]]:
    yield "work", str(phase.work)
    yield "outcome", str(phase.outcome)
    if phase.message:
        yield "message", phase.message
    yield from ((f"measurement {each.name}", _measured(each)) for each in phase.measurements)


def _measured(each: Measurement) -> str:
    return f"{figure(each.value, each.unit)} (interval: {interval(each)}, samples: {each.samples})"


def _of_campaign(result: CampaignResult) -> Iterator[tuple[str, str]]:
    yield "verdict", str(result.verdict)
    for name in ("identity", "sentence", "target", "preset", "begun", "code", "commit", "seed", "reproduce"):
        yield name, str(getattr(result, name))
    yield "interrupted", "true" if result.interrupted else "false"
    yield "environment.fingerprint", result.environment.fingerprint
    for fact, value in result.environment.facts.items():
        yield (
            f"environment.{fact}",
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
        )
    yield from (("environment.doubt", doubt) for doubt in result.environment.doubts)


def _numbers(entries: Iterable[Entry]) -> dict[str, str]:
    found = counts(entries)
    return {
        "tests": str(found.total()),
        "failures": str(found[Outcome.FAILED]),
        "errors": str(found[Outcome.BROKEN] + found[Outcome.UNKNOWN]),
        "skipped": str(found[Outcome.SKIPPED]),
    }


def _time(seconds: float) -> str:
    return f"{milliseconds_of(seconds) / 1000:.3f}"


def _line(value: object) -> str:
    return json.dumps(as_form(value), ensure_ascii=False)


def _output(text: str) -> str:
    return f"<system-out>{_text(text)}</system-out>"


def _opened(element: str, /, **attributes: str) -> str:
    told = "".join(f' {name}="{_value(value)}"' for name, value in attributes.items())
    return f"<{element}{told}>"


def _text(text: str) -> str:
    return _IN_TEXT.sub(lambda found: _ENTITIES[found[0]], spelled_block(text))


def _value(text: str) -> str:
    return _IN_VALUE.sub(lambda found: _ENTITIES[found[0]], spelled_block(text))
