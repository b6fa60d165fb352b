"""`lydite adopt`: a folder of ad-hoc test scripts, what each of them is, and where it belongs."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import JsonOption
from lydite.model import InputError

if TYPE_CHECKING:
    from lydite.adopting import Plan, Proposal

REASONS_MAX = 4
"""So many reasons are told; all of them are in the JSON."""


def adopt(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="The folder with the scripts.")
    ] = None,
    *,
    move: Annotated[
        bool, typer.Option("--apply", help="Do it: move the files, write and register the markers.")
    ] = False,
    undo: Annotated[
        Path | None, typer.Option("--undo", metavar="JOURNAL", help="Put back what was done before.")
    ] = None,
    as_json: JsonOption = False,
) -> Exit:
    """Read a folder of ad-hoc test scripts, and propose category, markers and place for each, with the reasons."""
    if undo is not None:
        if folder is not None or move:
            raise InputError("a journal knows what to put back", remedy="give --undo and the journal alone")
        return _undone(undo, as_json=as_json)
    if folder is None:
        raise InputError("which folder?", remedy="name the one with the scripts: lydite adopt tests")
    from lydite import adopting

    plan = adopting.propose(adopting.read_folder(folder))
    path = adopting.apply(plan) if move else None
    if as_json:
        _say_json(plan, path)
    else:
        _say(plan, path, folder)
    return Exit.HOLDS


def _undone(path: Path, *, as_json: bool) -> Exit:
    from lydite.adopting import undo
    from lydite.cli.paper import counted, say, say_json

    journal, count = undo(path)
    if as_json:
        say_json({"verb": "adopt", "undone": str(path), "files": count, "exit_code": 0})
    elif count:
        say(f"{counted(count, 'file')} of {len(journal.steps):,} put back, byte for byte")
    else:
        say("nothing to put back: everything is as it was")
    return Exit.HOLDS


def _say(plan: "Plan", path: Path | None, folder: Path) -> None:
    from lydite.adopting import Nature, lines_of, unregistered
    from lydite.cli.paper import counted, say

    quiet = [each for each in plan.proposals if each.nature is Nature.MODULE]
    for proposal in plan.proposals:
        if proposal not in quiet:
            say(_told(proposal))
    if quiet:
        say(("", f"{counted(len(quiet), 'other file')} stay: modules, and what works by its place"))
    by_hand, _ = unregistered(plan)
    if by_hand:
        say(("", "pytest does not know these markers yet; add to what it reads:"))
        say(f"    {line}" for line in lines_of(by_hand))
    elif plan.unregistered:
        told = "registered" if path else "would be registered"
        say(("", f"{told} in {plan.settings.file}: {', '.join(plan.unregistered)}"))
    if not plan.folder.whole:
        say(("", "not all of the project was read, it is too large: who imports a test may have been missed"))
    if plan.collisions:
        say(("", "in each other's way:", *(f"  {each}" for each in plan.collisions)))
    moved = counted(sum(each.moves for each in plan.proposals), "file")
    marked = counted(sum(bool(each.insertions) for each in plan.proposals), "file")
    if path is not None:
        say(
            (
                "",
                f"{moved} moved, {marked} marked in {plan.folder.root}",
                f"  back: lydite adopt --undo {path}",
            )
        )
    else:
        say(("", f"{moved} would be moved, {marked} marked in {plan.folder.root}; nothing was touched"))
        if not plan.collisions and any(each.changes for each in plan.proposals):
            say(f"  do it: lydite adopt {folder} --apply")


def _told(proposal: "Proposal") -> Iterator[str]:
    """One file: where it goes, as what, why, and what stands in the way."""
    from lydite.cli.paper import counted

    place = f" -> {proposal.place}" if proposal.moves else ""
    yield f"{proposal.path}{place}"
    if proposal.category:
        count = f"{counted(proposal.tests, 'test')}, " if proposal.tests else "no test yet, "
        yield f"    {count}{', '.join(proposal.markers)} ({proposal.certainty})"
    else:
        yield f"    {proposal.nature}"
    reasons = proposal.reasons[:REASONS_MAX]
    more = len(proposal.reasons) - len(reasons)
    if reasons:
        yield f"    why: {'; '.join(reasons)}{f'; and {more} more' if more else ''}"
    yield from (f"    stays: {each}" for each in proposal.kept)
    yield from (f"    note: {each}" for each in proposal.notes)
    for twin in proposal.twins[:3]:
        yield f"    twin: {int(twin.likeness * 100)} % like {twin.path}; one of them may be enough"


def _say_json(plan: "Plan", path: Path | None) -> None:
    from lydite.adopting import lines_of, unregistered
    from lydite.cli.paper import say_json

    by_hand, _ = unregistered(plan)
    say_json(
        {
            "verb": "adopt",
            "root": str(plan.folder.root),
            "folder": plan.folder.place,
            "applied": path is not None,
            "journal": None if path is None else str(path),
            "files": [_as_plain(each) for each in plan.proposals],
            "collisions": list(plan.collisions),
            "whole": plan.folder.whole,
            "settings": plan.settings.file,
            "registered": [name for name in plan.unregistered if name not in by_hand],
            "unregistered": list(lines_of(by_hand)),
            "exit_code": 0,
        }
    )


def _as_plain(proposal: "Proposal") -> dict[str, Any]:
    return {
        "path": proposal.path,
        "place": proposal.place,
        "nature": str(proposal.nature),
        "category": proposal.category,
        "markers": list(proposal.markers),
        "missing": list(proposal.missing),
        "certainty": str(proposal.certainty),
        "tests": proposal.tests,
        "reasons": list(proposal.reasons),
        "kept": list(proposal.kept),
        "notes": list(proposal.notes),
        "twins": [{"path": each.path, "likeness": round(each.likeness, 3)} for each in proposal.twins],
    }
