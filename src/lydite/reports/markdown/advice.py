"""Recommendations: what to do next, the most urgent first, each with its reason and its command."""

from collections.abc import Iterator

from lydite.model import Dossier, News, Outcome, Standing
from lydite.reports.figures import counted
from lydite.reports.markdown.text import code, prose
from lydite.reports.standings import asked, is_silent
from lydite.reports.tried import Entry, counts, red, tried


def advice(dossier: Dossier) -> list[str]:
    """The recommendations, as list items."""
    return [f"- {each}" for each in _advice(dossier)] or [
        "- Nothing to do: everything that was tried passed, and no gate is in the way."
    ]


def _advice(dossier: Dossier) -> Iterator[str]:
    result = dossier.result
    entries = tried(result)
    bad = red(entries)
    found = counts(entries)
    safety = [entry for entry in bad if entry.case.safety]
    if safety:
        yield f"Mend safety first, which no number of passes outweighs: {_first(safety)}."
    fresh = [told for told in dossier.news if told.news is News.NEW]
    if fresh:
        since = f" since {code(dossier.previous)}" if dossier.previous else ""
        yield f"Look at what is new{since}: {_with(code(fresh[0].case), fresh[0].reproduce, len(fresh))}."
    elif bad and not safety:
        yield f"Begin with the first failure: {_first(bad)}."
    yield from _gates(dossier)
    if result.interrupted:
        yield f"Run it to its end, it was interrupted{_command(result.reproduce)}."
    if broken := found[Outcome.BROKEN]:
        yield f"Make it run: {counted(broken, 'entry')} could not be carried out, and so prove nothing."
    if unknown := found[Outcome.UNKNOWN]:
        yield f"Give more runs or more time to what proves nothing yet: {counted(unknown, 'entry')}."
    yield from _patience(dossier)
    yield from (
        f"Do not compare the figures before this is mended: {prose(doubt)}." for doubt in _doubts(dossier)
    )


def _gates(dossier: Dossier) -> Iterator[str]:
    outcomes = dossier.decision.outcomes if dossier.decision is not None else ()
    for gate in outcomes:
        required = "" if gate.required else " (it only tells)"
        ask = f"; {prose(asked(gate))}" if asked(gate) else ""
        match gate.standing:
            case Standing.FAILED:
                yield f"Bring gate {code(gate.gate)}{required} back within its limit: {prose(gate.sentence)}{ask}."
            case Standing.NOT_EVALUATED if gate.required:
                yield f"Give gate {code(gate.gate)} something to judge by: {prose(gate.sentence)}{ask}."
            case Standing.WAIVED:
                yield f"Keep in mind that gate {code(gate.gate)} is waived: {prose(gate.waiver)}."
            case Standing.NOT_EVALUATED | Standing.PASSED:
                pass
    silent = [code(gate.gate) for gate in outcomes if is_silent(gate)]
    if silent:
        tells, has = ("tells", "it has") if len(silent) == 1 else ("tell", "they have")
        yield (
            f"Let {counted(len(silent), 'gate')} decide that only {tells} so far, once {has} something to judge by: "
            f"{', '.join(silent)}."
        )


def _patience(dossier: Dossier) -> Iterator[str]:
    for told in dossier.news:
        if told.news is News.UNSURE:
            left = max(told.needed - told.quiet, 0)
            yield f"Do not close {code(told.case)} yet: {counted(left, 'more quiet run')} would make its absence sure."
    for each in dossier.flaky:
        yield (
            f"Mend or quarantine {code(each.case)}: it failed {each.failures} of {counted(each.runs, 'run')} "
            "of the same code."
        )


def _doubts(dossier: Dossier) -> tuple[str, ...]:
    return dossier.result.environment.doubts


def _first(entries: list[Entry]) -> str:
    case = entries[0].case
    return _with(code(case.name), case.reproduce, len(entries))


def _with(name: str, reproduce: str, count: int) -> str:
    more = f" and {count - 1:,} more" if count > 1 else ""
    return f"{name}{more}{_command(reproduce)}"


def _command(reproduce: str) -> str:
    return f", with {code(reproduce)}" if reproduce else ""
