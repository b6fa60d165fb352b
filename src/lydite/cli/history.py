"""`lydite history`: the campaigns that were kept, what is new in each, and how figures and failures went."""

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from lydite.cli import past
from lydite.cli.exits import Exit
from lydite.cli.guard import guarded
from lydite.cli.kept import opened
from lydite.cli.options import HistoryOption, JsonOption
from lydite.cli.values import Verb, Verbs

if TYPE_CHECKING:
    from lydite.history import History, Listed
    from lydite.model import Flaky

Watch: TypeAlias = Callable[[int, int], None]
Ask: TypeAlias = "Callable[[History, str, str, int], Sequence[Any]]"
Tell: TypeAlias = Callable[[Sequence[Any]], Iterable[str]]

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


def add(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="A result.json of a campaign, or what `history export` has written."
        ),
    ],
    *,
    history: HistoryOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """Add campaigns that were carried out elsewhere, or could not be kept; those that are there stay as they are."""
    from lydite.cli.adding import add_all
    from lydite.cli.paper import counted

    with _bar("add") as watch:
        added, known = add_all(files, history, watch)
    told = f"{counted(len(added), 'campaign')} added, {len(known):,} were there already"
    return _end("add", {"added": added, "known": known}, [told], as_json)


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
    cls=Verbs,
    help="List, compare, export and add the campaigns that are kept.",
    no_args_is_help=True,
    rich_markup_mode=None,
    subcommand_metavar="VERB ...",
)


def _of_the_last(verb: str, key: str, limit: int, ask: Ask, told: Tell) -> Callable[..., Exit]:
    """A verb that answers with one thing after the other, of the last campaigns."""

    def asked(
        *,
        target: TargetOption = "",
        preset: PresetOption = "",
        limit: LimitOption = limit,
        history: HistoryOption = "",
        as_json: JsonOption = False,
    ) -> Exit:
        from lydite.model import as_form

        with opened(history) as kept:
            found = ask(kept, target, preset, limit)
        return _end(verb, {key: [as_form(each) for each in found]}, told(found), as_json)

    return asked


def _listed(kept: "History", target: str, preset: str, limit: int) -> "Sequence[Listed]":
    return kept.list(target, preset, limit)


def _flaky(kept: "History", target: str, preset: str, limit: int) -> "Sequence[Flaky]":
    return kept.flaky(target, preset, limit)


LISTED = "List the last campaigns, the newest first."
FLAKY = "List the cases that both passed and failed with the same code."

verbs.command("list", cls=Verb, help=LISTED)(
    guarded(_of_the_last("list", "campaigns", 20, _listed, past.listing))
)
verbs.command("show", cls=Verb)(guarded(show))
verbs.command("compare", cls=Verb)(guarded(compare))
verbs.command("trends", cls=Verb)(guarded(trends))
verbs.command("flaky", cls=Verb, help=FLAKY)(
    guarded(_of_the_last("flaky", "flaky", 100, _flaky, past.unsteady))
)
verbs.command("export", cls=Verb)(guarded(export))
verbs.command("add", cls=Verb)(guarded(add))


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
    with opened(place) as kept, _bar(verb) as watch:
        yield kept, watch


@contextlib.contextmanager
def _bar(verb: str) -> Iterator[Watch]:
    """A bar for what takes longer than a second."""
    from lydite.cli.progress import ProgressBar

    begun = time.monotonic()
    with ProgressBar() as bar:

        def watch(done: int, wanted: int) -> None:
            if time.monotonic() - begun >= PROGRESS_AFTER_S:
                bar.show(f"history {verb}", done, wanted, f"{done:,} of {wanted:,}")

        yield watch
