"""The JSON form of what a run says: results, findings, endings, events, errors.

The keys are those of `--json` and of failure files, and are documented in docs/reference: to rename one is
to break somebody's script.
"""

from typing import Any

from lydite import model
from lydite.model import Ending, Event, Finding, Kind, LyditeError, Result, Verdict
from lydite.runner.wire import Message


def result_as_plain(result: Result) -> dict[str, Any]:
    """A result; the deciding finding stands among the findings."""
    return {
        "trial": result.trial,
        "seed": result.seed,
        "verdict": str(result.verdict),
        "digest": result.digest,
        "records": result.records,
        "findings": [finding_as_plain(finding) for finding in result.findings],
        "ending": None if result.ending is None else ending_as_plain(result.ending),
        "virtual_ns": result.virtual_ns,
        "events": result.events,
        "cpu_ns": result.cpu_ns,
        "measurements": dict(result.measurements),
    }


def result_from_plain(value: Message) -> Result:
    """A result from its JSON form."""
    ending = value["ending"]
    return Result(
        trial=value["trial"],
        seed=value["seed"],
        verdict=Verdict(value["verdict"]),
        digest=value["digest"],
        records=value["records"],
        findings=tuple(finding_from_plain(each) for each in value["findings"]),
        ending=None if ending is None else Ending(**ending),
        virtual_ns=value["virtual_ns"],
        events=value["events"],
        cpu_ns=value["cpu_ns"],
        measurements=value["measurements"],
    )


def finding_as_plain(finding: Finding) -> dict[str, Any]:
    """What one judge says."""
    return {
        "check": finding.check,
        "verdict": str(finding.verdict),
        "message": finding.message,
        "at_ns": finding.at_ns,
        "host": finding.host,
        "facts": model.plain(finding.facts),
        "evidence": list(finding.evidence),
    }


def finding_from_plain(value: Message) -> Finding:
    """A finding from its JSON form."""
    return Finding(
        check=value["check"],
        verdict=Verdict(value["verdict"]),
        message=value["message"],
        at_ns=value["at_ns"],
        host=value["host"],
        facts=value["facts"],
        evidence=tuple(value["evidence"]),
    )


def ending_as_plain(ending: Ending) -> dict[str, Any]:
    """How a run failed."""
    return {
        "error": ending.error,
        "message": ending.message,
        "where": ending.where,
        "remedy": ending.remedy,
        "traceback": ending.traceback,
    }


def event_as_plain(event: Event) -> dict[str, Any]:
    """One record of a trace, as an export spells it."""
    return {**model.event_as_line(event), "metadata": model.plain(event.fields)}


def event_from_plain(value: Message) -> Event:
    """An event from its JSON form."""
    return Event(
        number=value["id"],
        at_ns=value["t_ns"],
        host=value["source"],
        kind=Kind[value["type"].upper()],
        fields=value["metadata"],
    )


def error_as_plain(error: LyditeError) -> dict[str, Any]:
    """An error, its parts apart."""
    return {
        "error": type(error).__name__,
        "message": error.what,
        "where": error.where,
        "remedy": error.remedy,
    }


def error_from_plain(value: Message) -> LyditeError:
    """The same error on this side of the pipe: of the same class where the class is one of the model's."""
    kind = getattr(model, str(value["error"]), None)
    if not (isinstance(kind, type) and issubclass(kind, LyditeError)):
        kind = model.InputError
    return kind(value["message"], where=value["where"], remedy=value["remedy"])
