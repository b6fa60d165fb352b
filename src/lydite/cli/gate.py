"""`lydite gate`: from the result of a campaign to the decision whether to ship, every gate with its margin."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from lydite.cli.exits import Exit
from lydite.cli.kept import is_a_name, opened, result_in, rules_of
from lydite.cli.options import (
    HistoryOption,
    JsonOption,
    PartialOption,
    PreviousOption,
    TodayOption,
    WaiversOption,
)
from lydite.cli.preview import LEGEND, PREVIEW, preview, signs
from lydite.model import (
    COURSE_MAX,
    CampaignResult,
    Decision,
    Flaky,
    GateCourse,
    GateOutcome,
    InputError,
    Standing,
    Verdict,
    as_form,
    course_up_to,
)

if TYPE_CHECKING:
    from lydite.gates import Proof, Rules

Read = TypeVar("Read")

SELFTEST = "selftest"

# Without a decision the code is that of bad input: whatever went in says nothing, and nothing may be shipped.
CODES = MappingProxyType(
    {
        Standing.PASSED: Exit.HOLDS,
        Standing.FAILED: Exit.VIOLATED,
        Standing.NOT_EVALUATED: Exit.BAD_INPUT,
    }
)

_COLOURS = MappingProxyType(
    {
        Standing.PASSED: Verdict.HOLDS,
        Standing.FAILED: Verdict.VIOLATED,
        Standing.NOT_EVALUATED: Verdict.UNKNOWN,
        Standing.WAIVED: Verdict.UNKNOWN,
    }
)

HEAD = ("gate", "says", "actual", "bound", "limit", "margin", "samples")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is to be judged, wherever it comes from."""

    result: CampaignResult
    previous: CampaignResult | None = None
    flaky: tuple[Flaky, ...] = ()
    courses: tuple[GateCourse, ...] = ()
    """What the gates said of the campaigns before; nothing, where no history knows it."""


def gate(
    what: Annotated[
        str,
        typer.Argument(
            metavar="RESULT",
            help="The JSON file of a campaign's result, its name in the history, selftest, or preview.",
        ),
    ],
    *,
    previous: PreviousOption = None,
    waivers: WaiversOption = None,
    partial: PartialOption = False,
    today: TodayOption = "",
    history: HistoryOption = "",
    last: Annotated[
        int,
        typer.Option("--last", min=1, max=10_000, metavar="COUNT", help="With preview: so many campaigns."),
    ] = 50,
    as_json: JsonOption = False,
) -> Exit:
    """Decide by the gates whether to ship, and tell of each what it saw and how far it is from its limit."""
    from lydite.config import load

    rules = rules_of(load().settings)
    rules = rules.relaxed() if partial else rules
    if what == SELFTEST:
        return _selftest(rules, as_json=as_json)
    if what == PREVIEW:
        return preview(_waived(rules, waivers), history, last=last, as_json=as_json)
    judged, decision = _decided(what, rules, previous=previous, waivers=waivers, today=today, history=history)
    code = CODES[decision.standing]
    if as_json:
        _say_json(what, judged, decision, code)
    else:
        _say(judged, decision)
    return code


def decided(
    what: str, rules: "Rules", *, previous: Path | None, waivers: Path | None, today: str, history: str
) -> tuple[CampaignResult, Decision]:
    """A campaign, by its file or its name, and what the gates say of it."""
    judged, decision = _decided(what, rules, previous=previous, waivers=waivers, today=today, history=history)
    return judged.result, decision


def _decided(
    what: str, rules: "Rules", *, previous: Path | None, waivers: Path | None, today: str, history: str
) -> tuple[Judged, Decision]:
    from lydite.gates import decide

    problems: list[InputError] = []
    judged = _tried(lambda: _judged(what, previous, history), problems)
    waived = _tried(lambda: _waived(rules, waivers), problems)
    day = _tried(lambda: _day(today), problems)
    if judged is None or waived is None or day is None:
        _refuse(problems)
    _refuse_backdated(judged.result, day, given=bool(today))
    decision = decide(judged.result, waived, previous=judged.previous, flaky=judged.flaky, today=day)
    return judged, decision


def _judged(what: str, previous: Path | None, place: str) -> Judged:
    """What a result file says, and that of the campaign before; or what the history knows by this name."""
    if previous is None and is_a_name(what):
        with opened(place) as history:
            known = history.dossier(history.result(what))
            return Judged(
                result=known.result,
                previous=history.baseline(known.result),
                flaky=known.flaky,
                courses=known.courses,
            )
    problems: list[InputError] = []
    result = _tried(lambda: result_in(Path(what)), problems)
    before = None if previous is None else _tried(lambda: result_in(previous), problems)
    if result is None or problems:
        _refuse(problems)
    return Judged(result=result, previous=before)


def _waived(rules: "Rules", path: Path | None) -> "Rules":
    from lydite.cli.files import read_whole
    from lydite.gates import read_waivers

    if path is None:
        return rules
    never = [name for name in rules.names if name not in rules.waivable]
    read = read_waivers(read_whole(path), where=str(path), waivable=rules.waivable, never=never)
    return rules.waived(*read)


def _day(text: str) -> dt.date:
    if not text:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"a day is told as 2026-12-31, found {text!r}", where="--today") from error


def _refuse_backdated(result: CampaignResult, day: dt.date, *, given: bool) -> None:
    """An error where waivers were to count as they did before there was anything to waive."""
    begun = result.begun[:10]
    if given and day.isoformat() < begun:
        raise InputError(
            f"the campaign {result.identity} began on {begun}, and {day} is before that",
            where="--today",
            remedy="a waiver that had expired by then cannot be made to count: leave --today out",
        )


def _tried(read: Callable[[], Read], problems: list[InputError]) -> Read | None:
    """What was read; or None, and the problem among the others."""
    try:
        return read()
    except InputError as error:
        problems.append(error)
        return None


def _refuse(problems: Sequence[InputError]) -> NoReturn:
    """One error for all problems."""
    if len(problems) == 1:
        raise problems[0]
    raise InputError("; ".join(str(problem) for problem in problems))


def _say(judged: Judged, decision: Decision) -> None:
    from lydite.cli.paper import painted, say

    head = (*HEAD, f"last {COURSE_MAX}") if judged.courses else HEAD
    rows = [(*_cells(outcome), *_course(outcome, judged)) for outcome in decision.outcomes]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    say(_row(head, widths))
    for outcome, row in zip(decision.outcomes, rows, strict=True):
        line = _row(row, widths)
        says = str(outcome.standing)
        say(line.replace(f"  {says}", f"  {painted(_COLOURS[outcome.standing], says)}", 1))
        aside = "" if outcome.required else " (does not decide)"
        say(f"    {outcome.sentence}{aside}")
        if outcome.waiver:
            say(f"    waiver: {outcome.waiver}")
        if outcome.owner and outcome.standing is not Standing.PASSED:
            say(f"    owner: {outcome.owner}")
    say([f"  {LEGEND}"] if judged.courses else [])
    told = decision.sentence.removeprefix(f"{decision.standing}: ")
    word = painted(_COLOURS[decision.standing], str(decision.standing).upper())
    say(("", f"{word}  {judged.result.target}, campaign {judged.result.identity}: {told}"))


def _course(outcome: GateOutcome, judged: Judged) -> tuple[str, ...]:
    """What the gate said last, where a history knows it."""
    return (signs(course_up_to(outcome, judged.courses)),) if judged.courses else ()


def _cells(outcome: GateOutcome) -> tuple[str, ...]:
    sign = ">=" if outcome.at_least else "<="
    return (
        outcome.gate,
        str(outcome.standing),
        _figure(outcome.actual, outcome.unit),
        _figure(outcome.bound, outcome.unit),
        f"{sign} {_figure(outcome.limit, outcome.unit)}",
        _figure(outcome.margin, outcome.unit, sign="+"),
        f"{outcome.samples:,}",
    )


def _figure(value: float | None, unit: str, sign: str = "") -> str:
    """A figure with at most two decimals; a dash, where there is none."""
    if value is None:
        return "-"
    shown = f"{value:{sign},.2f}".rstrip("0").rstrip(".")
    if float(shown.replace(",", "")).is_integer() and not float(value).is_integer():
        # Rounding must not hide what a gate fails by: 99.996 % is not 100 %.
        shown = f"{value:{sign},.6g}"
    return f"{shown} {unit}".rstrip()


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    told = [
        cell.ljust(width) if column < 2 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(told).rstrip()


def _say_json(what: str, judged: Judged, decision: Decision, code: Exit) -> None:
    from lydite.cli.paper import say_json

    gates = [
        as_form(outcome)
        | {"margin": outcome.margin, "course": [str(each) for each in course_up_to(outcome, judged.courses)]}
        for outcome in decision.outcomes
    ]
    say_json(
        {
            "verb": "gate",
            "file": what,
            "target": judged.result.target,
            "identity": judged.result.identity,
            "standing": str(decision.standing),
            "sentence": decision.sentence,
            "gates": gates,
            "exit_code": int(code),
        }
    )


def _selftest(rules: "Rules", *, as_json: bool) -> Exit:
    from lydite.cli.paper import counted, painted, say, say_json
    from lydite.gates import selftest

    proofs = selftest(rules)
    unproven = [proof.gate for proof in proofs if not proof.proven]
    code = Exit.VIOLATED if unproven else Exit.HOLDS
    if as_json:
        say_json(_proofs_as_plain(proofs, code))
        return code
    width = max(len(proof.gate) for proof in proofs)
    for proof in proofs:
        say(f"{proof.gate.ljust(width)}  {proof.sound}, {proof.spoiled}, {proof.emptied}")
        say(f"    {problem}" for problem in proof.problems)
        say([f"    fails together with {', '.join(proof.also)}"] if proof.also else [])
    if unproven:
        head = painted(Verdict.VIOLATED, "NOT PROVEN")
        say(("", f"{head}  {counted(len(unproven), 'gate')} of {len(proofs)}: {', '.join(unproven)}"))
    else:
        head = painted(Verdict.HOLDS, "PROVEN")
        each = "each can pass, can fail, and is not green without data"
        say(("", f"{head}  {counted(len(proofs), 'gate')}: {each}"))
    return code


def _proofs_as_plain(proofs: "Sequence[Proof]", code: Exit) -> dict[str, Any]:
    return {
        "verb": "gate",
        "file": SELFTEST,
        "proven": code is Exit.HOLDS,
        "gates": [as_form(proof) | {"proven": proof.proven} for proof in proofs],
        "exit_code": int(code),
    }
