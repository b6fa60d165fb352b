"""GitHub: the summary of a step, and the annotations that a workflow shows beside the code.

An annotation is a line on standard output. GitHub shows ten errors and ten warnings of a step, so the gravest come
first, and the last of them counts the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lydite.model import Dossier, Outcome, Standing
from lydite.reports.markdown import comment
from lydite.reports.places import place_of
from lydite.reports.spelling import spelled_block, spelled_line
from lydite.reports.standings import asked
from lydite.reports.tried import Entry, red, tried

SUMMARY_BYTES: Final = 1_000_000
"""A step may have a mebibyte of summary; what is left is for what else the step says."""

ANNOTATIONS_SHOWN: Final = 10
"""Of each level, in one step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    level: str
    title: str
    message: str
    file: str = ""
    line: int = 0


def summary(dossier: Dossier) -> str:
    """The report for `$GITHUB_STEP_SUMMARY`."""
    return comment(dossier, limit=SUMMARY_BYTES)


def annotations(dossier: Dossier) -> str:
    """The workflow commands, a line each; empty where there is nothing to mark."""
    entries = red(tried(dossier.result))
    safety = sum(1 for entry in entries if entry.case.safety)
    of_entries = [_of_entry(entry, dossier) for entry in entries]
    notes = [*of_entries[:safety], *_of_gates(dossier), *of_entries[safety:]]
    lines = []
    for level in ("error", "warning"):
        found = [note for note in notes if note.level == level]
        shown = found if len(found) <= ANNOTATIONS_SHOWN else found[: ANNOTATIONS_SHOWN - 1]
        lines += [_command(note) for note in shown]
        if more := len(found) - len(shown):
            message = f"{more:,} more {level}s are in the report"
            lines.append(_command(_Note(level=level, title="And more", message=message)))
    return "".join(f"{line}\n" for line in lines)


def _of_gates(dossier: Dossier) -> Iterator[_Note]:
    for gate in dossier.decision.outcomes if dossier.decision is not None else ():
        message = "; ".join(filter(None, (gate.sentence, asked(gate))))
        if gate.required and gate.standing is Standing.FAILED:
            yield _Note(level="error", title=f"Gate {gate.gate} failed", message=message)
        elif gate.required and gate.standing is Standing.NOT_EVALUATED:
            yield _Note(level="warning", title=f"Gate {gate.gate} was not evaluated", message=message)


def _of_entry(entry: Entry, dossier: Dossier) -> _Note:
    case = entry.case
    file, line = place_of(case.name, case.detail, dossier.result.target)
    told = [case.message or str(case.outcome)]
    if case.reproduce:
        told.append(f"reproduce: {case.reproduce}")
    return _Note(
        level="warning" if case.outcome is Outcome.UNKNOWN else "error",
        title=f"{'SAFETY: ' if case.safety else ''}{case.name} {case.outcome}",
        message="\n".join(told),
        file=file,
        line=line,
    )


def _command(note: _Note) -> str:
    given = {"file": note.file, "line": str(note.line or ""), "title": note.title}
    told = ",".join(f"{name}={_property(value)}" for name, value in given.items() if value)
    return f"::{note.level} {told}::{_data(spelled_block(note.message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(spelled_line(text)).replace(":", "%3A").replace(",", "%2C")
