"""`lydite history`: the campaigns that were kept, what is new in each, and how figures and failures went."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from lydite.cli.exits import Exit
from lydite.cli.guard import guarded
from lydite.cli.kept import opened
from lydite.cli.options import JsonOption

if TYPE_CHECKING:
    from lydite.history import Comparison
    from lydite.model import Dossier, Told, Trend

PROGRESS_AFTER_S = 1.0
SPARKS = "▁▂▃▄▅▆▇█"
SPARKS_MAX = 40

TargetOption: TypeAlias = Annotated[
    str, typer.Option("--target", metavar="TARGET", help="Only campaigns of this target.")
]
PresetOption: TypeAlias = Annotated[
    str, typer.Option("--preset", metavar="NAME", help="Only campaigns of this preset.")
]
HistoryOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--history",
        "--url",
        metavar="PLACE",
        help="A file, or postgresql://USER@HOST/DATABASE; the setting history.url unless given.",
    ),
]
LimitOption: TypeAlias = Annotated[
    int,
    typer.Option(
        "--limit", min=1, max=10_000, metavar="COUNT", help="Look at so many campaigns, the last ones."
    ),
]


def list_campaigns(
    *,
    target: TargetOption = "",
    preset: PresetOption = "",
    limit: LimitOption = 20,
    history: HistoryOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """List the last campaigns, the newest first."""
    from lydite.cli.paper import say, say_json
    from lydite.model import as_form

    with opened(history) as kept:
        found = kept.list(target, preset, limit)
    if as_json:
        say_json({"verb": "history list", "campaigns": [as_form(each) for each in found]})
        return Exit.HOLDS
    rows = [
        (
            each.begun,
            each.identity,
            f"{each.target} {each.preset}",
            f"{each.verdict}{' (interrupted)' if each.interrupted else ''}",
            each.standing or "not gated",
            f"{each.failures:,} of {each.cases:,} failed",
            each.commit[:12],
        )
        for each in found
    ]
    say(_columns([("begun", "campaign", "target", "verdict", "gates", "cases", "commit"), *rows]))
    return Exit.HOLDS


def show(
    campaign: Annotated[
        str, typer.Argument(metavar="[CAMPAIGN]", help="Its name; the last one unless given.")
    ] = "",
    *,
    target: TargetOption = "",
    preset: PresetOption = "",
    history: HistoryOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """Show a campaign: its verdict, its phases, and what is new in it."""
    from lydite.cli.paper import say, say_json
    from lydite.model import as_form

    with opened(history) as kept, _progress("history show") as watch:
        result = kept.result(campaign or kept.last(target, preset))
        dossier = kept.dossier(result, watch=watch)
    if as_json:
        say_json({"verb": "history show", "dossier": as_form(dossier)})
    else:
        say(_shown(dossier))
    return Exit.HOLDS


def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="The name of a campaign.")],
    after: Annotated[
        str, typer.Argument(metavar="[AFTER]", help="Another one; the last one unless given.")
    ] = "",
    *,
    target: TargetOption = "",
    preset: PresetOption = "",
    history: HistoryOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """Compare two campaigns: failures, cases and figures."""
    from lydite.cli.paper import say, say_json
    from lydite.model import as_form

    with opened(history) as kept:
        comparison = kept.compare(before, after or kept.last(target, preset))
    if as_json:
        say_json({"verb": "history compare", **as_form(comparison)})
    else:
        say(_compared(comparison))
    return Exit.HOLDS


def trends(
    *,
    name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this figure; may be repeated.")
    ] = None,
    target: TargetOption = "",
    preset: PresetOption = "",
    limit: LimitOption = 100,
    history: HistoryOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """Show how figures went over the last campaigns, with a mark where one changed."""
    from lydite.cli.paper import say, say_json
    from lydite.model import InputError, as_form, near

    with opened(history) as kept, _progress("history trends") as watch:
        found = kept.trends(target, preset, names=name or (), limit=limit, watch=watch)
        for missing in sorted({*(name or ())} - {each.name for each in found}):
            known = [each.name for each in kept.trends(target, preset, limit=limit)]
            raise InputError(
                f"no campaign has measured {missing!r:.80}", where="--name", remedy=near(missing, known)
            )
    if as_json:
        say_json({"verb": "history trends", "trends": [as_form(each) for each in found]})
        return Exit.HOLDS
    say(line for each in found for line in _trend(each))
    if not found:
        say("nothing was measured in these campaigns")
    return Exit.HOLDS


def flaky(
    *,
    target: TargetOption = "",
    preset: PresetOption = "",
    limit: LimitOption = 100,
    history: HistoryOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """List the cases that both passed and failed with the same code."""
    from lydite.cli.paper import say, say_json
    from lydite.model import as_form

    with opened(history) as kept:
        found = kept.flaky(target, preset, limit)
    if as_json:
        say_json({"verb": "history flaky", "flaky": [as_form(each) for each in found]})
        return Exit.HOLDS
    rows = [
        (each.case, f"{each.failures:,} of {each.runs:,} failed", f"{each.low:.1%} to {each.high:.1%}")
        for each in found
    ]
    say(_columns([("case", "runs", "rate (95 %)"), *rows]) if rows else "no case was flaky")
    return Exit.HOLDS


def export(
    *,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write them to this file, whole or not at all.")
    ] = None,
    target: TargetOption = "",
    preset: PresetOption = "",
    history: HistoryOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """Print every campaign with its decisions, one JSON document in a line, the oldest first."""
    from lydite.cli.files import writing_text
    from lydite.cli.paper import say, say_json

    with opened(history) as kept, _progress("history export") as watch:
        documents = kept.export(target, preset, watch)
        if out is None and as_json:
            say_json({"verb": "history export", "campaigns": list(documents)})
            return Exit.HOLDS
        lines = (json.dumps(each, ensure_ascii=False, sort_keys=True) for each in documents)
        if out is None:
            # Not fitted to a terminal: who exports wants lines as they are.
            for line in lines:
                print(line)
            return Exit.HOLDS
        count = 0
        with writing_text(out) as file:
            for count, line in enumerate(lines, start=1):  # noqa: B007 -- told below
                file.write(f"{line}\n")
    if as_json:
        say_json({"verb": "history export", "file": str(out), "count": count})
    else:
        say(f"{count:,} campaigns in {out}")
    return Exit.HOLDS


verbs = typer.Typer(
    name="history",
    help="List, compare and export the campaigns that were kept.",
    no_args_is_help=True,
    rich_markup_mode=None,
    subcommand_metavar="VERB ...",
)
verbs.command("list")(guarded(list_campaigns))
verbs.command("show")(guarded(show))
verbs.command("compare")(guarded(compare))
verbs.command("trends")(guarded(trends))
verbs.command("flaky")(guarded(flaky))
verbs.command("export")(guarded(export))


@contextlib.contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar for what takes longer than a second."""
    from lydite.cli.progress import ProgressBar

    begun = time.monotonic()
    with ProgressBar() as bar:

        def watch(done: int, wanted: int) -> None:
            if time.monotonic() - begun >= PROGRESS_AFTER_S:
                bar.show(what, done, wanted, f"{done:,} of {wanted:,}")

        yield watch


def _shown(dossier: "Dossier") -> Iterator[str]:
    from lydite.cli.paper import painted

    result = dossier.result
    yield f"{painted(result.verdict)}  {result.identity}: {result.sentence}"
    yield f"  {result.target}, preset {result.preset}, begun {result.begun}, {result.seconds:.1f} s, seed {result.seed}"
    yield f"  commit {result.commit or 'unknown'}, code {result.code[:16] or 'unknown'}"
    yield from (["  interrupted: what is missing says nothing"] if result.interrupted else [])
    for doubt in result.environment.doubts:
        yield f"  doubt: {doubt}"
    for phase in result.phases:
        failed = sum(1 for case in phase.cases if case.outcome in {"failed", "broken"})
        told = f"{phase.outcome}, {failed:,} of {len(phase.cases):,} cases failed, {phase.seconds:.1f} s"
        yield f"  phase {phase.name}: {told}{f'; {phase.message}' if phase.message else ''}"
    if dossier.decision is not None:
        yield f"  gates: {dossier.decision.standing}; {dossier.decision.sentence}"
    yield ""
    yield f"against {dossier.previous}:" if dossier.previous else "there is no campaign before it:"
    yield from _news(dossier.news)
    for each in dossier.flaky:
        yield f"  flaky     {each.case}: {each.failures:,} of {each.runs:,} runs failed with the same code"
    for trend in dossier.trends:
        for mark in trend.marks:
            if mark.at == result.identity:
                yield f"  changed   {trend.name}: {mark.before:g} -> {mark.after:g} {trend.unit}"
    if result.reproduce:
        yield f"replay: {result.reproduce}"


def _news(news: "Sequence[Told]") -> Iterator[str]:
    if not news:
        yield "  no failure, and none that is missed"
    for each in news:
        safety = "SAFETY, " if each.safety else ""
        yield f"  {each.news:<8}  {each.case}: {safety}{each.sentence}"
        if each.reproduce:
            yield f"    replay: {each.reproduce}"


def _compared(comparison: "Comparison") -> Iterator[str]:
    yield f"{comparison.before} -> {comparison.after}"
    for doubt in comparison.doubts:
        yield f"  doubt: {doubt}"
    yield from _news(comparison.news)
    for case in comparison.cases:
        yield f"  case    {case.case}: {case.before or 'absent'} -> {case.after or 'absent'}"
    for figure in comparison.figures:
        ratio = f" ({figure.after / figure.before - 1:+.1%})" if figure.before else ""
        yield f"  figure  {figure.name}: {figure.before:g} -> {figure.after:g} {figure.unit}{ratio}, {figure.turn}"


def _trend(trend: "Trend") -> Iterator[str]:
    count = len(trend.values)
    told = f"{trend.values[-1]:g} {trend.unit} after {count:,} {'campaign' if count == 1 else 'campaigns'}"
    yield f"{trend.name}  {sparks(trend.values)}  {told}"
    for mark in trend.marks:
        yield f"  from {mark.at} on: {mark.before:g} -> {mark.after:g} {trend.unit}, by chance {mark.chance:.2%}"


def sparks(values: "Sequence[float]") -> str:
    """The last values as a line of bars, the lowest and the highest of them at both ends of the scale.

    >>> sparks([1.0, 2.0, 8.0]), sparks([3.0, 3.0])
    ('▁▂█', '▁▁')
    """
    last = values[-SPARKS_MAX:]
    low, high = min(last), max(last)
    scale = (len(SPARKS) - 1) / (high - low) if high > low else 0.0
    return "".join(SPARKS[round((value - low) * scale)] for value in last)


def _columns(rows: "Sequence[Sequence[str]]") -> Iterator[str]:
    """Rows whose cells stand below each other."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
