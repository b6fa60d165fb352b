"""Failed tests: each with its error, its stack trace, what was logged, and the command that does it again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from lydite.model import CampaignResult, Case, Finding, Outcome, as_form
from lydite.reports.figures import counted
from lydite.reports.markdown.text import block, code, prose
from lydite.reports.tried import Entry, red, tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A piece of a section, in full and, where it has one, in a short form."""

    full: str
    brief: str = ""


def failures(result: CampaignResult) -> tuple[Item, ...]:
    """Each failed test, the gravest first."""
    return tuple(_failure(entry) for entry in red(tried(result)))


def _failure(entry: Entry) -> Item:
    brief = "\n".join(_head(entry))
    return Item(full="\n".join([brief, *_evidence(entry.case)]), brief=brief)


def _head(entry: Entry) -> Iterator[str]:
    case = entry.case
    yield f"### {code(case.name) or 'A test without a name'}"
    yield ""
    yield f"- **Error:** {'**SAFETY**, ' if case.safety else ''}{_error(case)}"
    yield f"- **Scenario:** {' › '.join(code(part) for part in (entry.phase, case.suite, case.subject) if part)}"
    if not entry.stands_in:
        yield f"- **Runs:** {case.failures:,} of {counted(case.runs, 'run')} failed{_seed(case)}"
    if case.reproduce:
        yield f"- **Reproduce:** {code(case.reproduce)}"


def _evidence(case: Case) -> Iterator[str]:
    logs = list(_logs(case))
    if case.detail and case.finding is None:
        yield from ("- **Stack Trace:**", "", *block(case.detail, "  "))
    if logs:
        yield from ("- **Logs:**", "", *block("\n".join(logs), "  "))


def _error(case: Case) -> str:
    told = prose(case.message) or "no message"
    match case.outcome:
        case Outcome.BROKEN:
            return f"could not be carried out: {told}"
        case Outcome.UNKNOWN:
            return f"proves nothing: {told}"
        case _:
            return told


def _seed(case: Case) -> str:
    return "" if case.seed is None else f", seed {case.seed}"


def _logs(case: Case) -> Iterator[str]:
    if case.finding is not None:
        # A run of a trial has no trace: what is known of it is what its hosts have said last.
        yield from (*_of_finding(case.finding), *filter(None, case.detail.split("\n")))
    yield from (f"fault {number}: {_json(fault)}" for number, fault in enumerate(case.faults, start=1))
    for artefact in case.artefacts:
        yield f"file: {artefact.path} ({artefact.name}, {artefact.size:,} bytes, {artefact.digest})"


def _of_finding(finding: Finding) -> Iterator[str]:
    where = f" on {finding.host}" if finding.host else ""
    yield f"check: {finding.check} is {finding.verdict}, at {finding.at_ns / 1e9:.3f} s{where}"
    yield f"says: {finding.message}"
    if finding.facts:
        yield f"facts: {_json(finding.facts)}"
    if finding.evidence:
        yield f"evidence: {', '.join(str(number) for number in finding.evidence)}"


def _json(value: object) -> str:
    return json.dumps(as_form(value), ensure_ascii=False)
