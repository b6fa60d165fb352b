"""`lydite history`: the campaigns that were kept, what is new in each, and how figures and failures went."""

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from lydite.cli import past
from lydite.cli.exits import Exit
from lydite.cli.guard import guarded
from lydite.cli.kept import opened
from lydite.cli.options import HistoryOption, JsonOption

if TYPE_CHECKING:
    from lydite.history import History

Watch: TypeAlias = Callable[[int, int], None]

PROGRESS_AFTER_S = 1.0

TargetOption: TypeAlias = Annotated[
    str, typer.Option("--target", metavar="TARGET", help="Only campaigns of this target.")
]
PresetOption: TypeAlias = Annotated[
    str, typer.Option("--preset", metavar="NAME", help="Only campaigns of this preset.")
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
    from lydite.model import as_form

    with opened(history) as kept:
        found = kept.list(target, preset, limit)
    return _end("list", {"campaigns": [as_form(each) for each in found]}, past.listing(found), as_json)


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
    from lydite.model import as_form

    with _watched("show", history) as (kept, watch):
        result = kept.result(campaign or kept.last(target, preset))
        dossier = kept.dossier(result, watch=watch)
    return _end("show", {"dossier": as_form(dossier)}, past.shown(dossier), as_json)


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
    from lydite.model import as_form

    with opened(history) as kept:
        comparison = kept.compare(before, after or kept.last(target, preset))
    return _end("compare", as_form(comparison), past.compared(comparison), as_json)


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
    from lydite.model import InputError, as_form, near

    with _watched("trends", history) as (kept, watch):
        found = kept.trends(target, preset, names=name or (), limit=limit, watch=watch)
        for missing in sorted({*(name or ())} - {each.name for each in found}):
            known = [each.name for each in kept.trends(target, preset, limit=limit)]
            raise InputError(
                f"no campaign has measured {missing!r:.80}", where="--name", remedy=near(missing, known)
            )
    return _end("trends", {"trends": [as_form(each) for each in found]}, past.courses(found), as_json)


def flaky(
    *,
    target: TargetOption = "",
    preset: PresetOption = "",
    limit: LimitOption = 100,
    history: HistoryOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """List the cases that both passed and failed with the same code."""
    from lydite.model import as_form

    with opened(history) as kept:
        found = kept.flaky(target, preset, limit)
    return _end("flaky", {"flaky": [as_form(each) for each in found]}, past.unsteady(found), as_json)


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
    with _watched("export", history) as (kept, watch):
        documents = kept.export(target, preset, watch)
        if out is None and as_json:
            return _end("export", {"campaigns": list(documents)}, (), as_json)
        lines = (json.dumps(each, ensure_ascii=False, sort_keys=True) for each in documents)
        if out is None:
            # Not fitted to a terminal: who exports wants lines as they are.
            for line in lines:
                print(line)
            return Exit.HOLDS
        count = _written(lines, out)
    told = {"file": str(out), "count": count}
    return _end("export", told, [f"{count:,} campaigns in {out}"], as_json)


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


def _end(verb: str, form: Mapping[str, Any], lines: Iterable[str], as_json: bool) -> Exit:
    """What every verb ends with: one document, or its lines."""
    from lydite.cli.paper import say, say_json

    if as_json:
        say_json({"verb": f"history {verb}", **form})
    else:
        say(lines)
    return Exit.HOLDS


def _written(lines: Iterable[str], path: Path) -> int:
    """How many lines were written to a file."""
    from lydite.cli.files import writing_text

    count = 0
    with writing_text(path) as file:
        for line in lines:
            file.write(f"{line}\n")
            count += 1
    return count


@contextlib.contextmanager
def _watched(verb: str, place: str) -> "Iterator[tuple[History, Watch]]":
    """The history, and a bar for what takes longer than a second."""
    from lydite.cli.progress import ProgressBar

    begun = time.monotonic()
    with opened(place) as kept, ProgressBar() as bar:

        def watch(done: int, wanted: int) -> None:
            if time.monotonic() - begun >= PROGRESS_AFTER_S:
                bar.show(f"history {verb}", done, wanted, f"{done:,} of {wanted:,}")

        yield kept, watch
