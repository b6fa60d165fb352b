"""CTRF: what was tried, in the Common Test Report Format.

The format has five words for an outcome: what proves nothing is `other`, what could not be carried out is `failed`,
and `rawStatus` keeps our own word. Whatever the format has no place for stands below `extra`.
"""

import mimetypes
import uuid
from typing import Any, Final

from lydite import __version__
from lydite.model import Artefact, CampaignResult, Case, Outcome, PhaseResult, as_form
from lydite.reports.figures import epoch_ms, milliseconds_of
from lydite.reports.json_text import finite, json_text
from lydite.reports.places import place_of
from lydite.reports.tried import Group, counts, grouped

CTRF_VERSION: Final = "0.0.0"
"""The version whose schema is published, and that its own tools write."""

_SPACE: Final = uuid.uuid5(uuid.NAMESPACE_DNS, "lydite")
"""Identifiers are derived from what they name, so that a test keeps its own in every campaign."""

_TYPES: Final = mimetypes.MimeTypes()
"""What every Python knows, and not what this machine adds to it."""

_STATUS: Final = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.BROKEN: "failed",
    Outcome.SKIPPED: "skipped",
    Outcome.UNKNOWN: "other",
}


def ctrf(result: CampaignResult) -> str:
    """The campaign as CTRF JSON."""
    groups = grouped(result)
    begun = epoch_ms(result.begun)
    report: dict[str, Any] = {
        "reportFormat": "CTRF",
        "specVersion": CTRF_VERSION,
        "reportId": _identifier("report", result.identity),
        **({"timestamp": result.begun} if begun is not None else {}),
        "generatedBy": f"lydite {__version__}",
        "results": {
            "tool": {"name": "lydite", "version": __version__},
            "summary": _summary(result, groups, begun or 0),
            "tests": [_test(entry.case, group, result) for group in groups for entry in group.entries],
            "environment": _environment(result),
            "extra": {"phases": [_phase(phase) for phase in result.phases]},
        },
    }
    return json_text(finite(report))


def _summary(result: CampaignResult, groups: tuple[Group, ...], begun: int) -> dict[str, Any]:
    found = counts(entry for group in groups for entry in group.entries)
    numbers = dict.fromkeys(("passed", "failed", "skipped", "pending", "other"), 0)
    for outcome, count in found.items():
        numbers[_STATUS[outcome]] += count
    lasted = milliseconds_of(result.seconds)
    told = ("identity", "verdict", "sentence", "preset", "begun", "seed", "code", "reproduce", "interrupted")
    return {
        "tests": found.total(),
        **numbers,
        "suites": sum(1 for group in groups if group.entries),
        "start": begun,
        "stop": begun + lasted,
        "duration": lasted,
        "extra": {name: getattr(result, name) for name in told},
    }


def _test(case: Case, group: Group, result: CampaignResult) -> dict[str, Any]:
    file, line = place_of(case.name, case.detail, result.target)
    test: dict[str, Any] = {
        "id": _identifier("test", result.target, case.name),
        "name": case.name or "(no name)",
        "status": _STATUS[case.outcome],
        "duration": milliseconds_of(case.seconds),
        "suite": [group.name, *((case.suite,) if case.suite else ())],
        "rawStatus": str(case.outcome),
        "labels": {"subject": case.subject},
        "extra": {
            "runs": case.runs,
            "failures": case.failures,
            "reproduce": case.reproduce,
            "finding": None if case.finding is None else as_form(case.finding),
            "faults": as_form(case.faults),
        },
    }
    found = {
        "message": case.message,
        "trace": case.detail,
        "tags": ["safety"] if case.safety else [],
        "type": case.suite,
        "filePath": file,
        "line": line,
        "parameters": {} if case.seed is None else {"seed": case.seed},
        "attachments": [_attachment(artefact) for artefact in case.artefacts],
    }
    return test | {name: value for name, value in found.items() if value}


def _attachment(artefact: Artefact) -> dict[str, Any]:
    return {
        "name": artefact.name,
        "contentType": _TYPES.guess_type(artefact.path)[0] or "application/octet-stream",
        "path": artefact.path,
        "extra": {"digest": artefact.digest, "size": artefact.size},
    }


def _environment(result: CampaignResult) -> dict[str, Any]:
    return {
        "reportName": result.identity,
        "appName": result.target,
        "commit": result.commit,
        "testEnvironment": result.environment.fingerprint,
        "healthy": not result.environment.doubts,
        "extra": {"facts": as_form(result.environment.facts), "doubts": list(result.environment.doubts)},
    }


def _phase(phase: PhaseResult) -> dict[str, Any]:
    """What a phase says beside its cases."""
    form: dict[str, Any] = as_form(phase)
    return {name: value for name, value in form.items() if name != "cases"}


def _identifier(*parts: str) -> str:
    name = "\0".join(parts).encode("utf-8", "surrogatepass").hex()
    return str(uuid.uuid5(_SPACE, name))
