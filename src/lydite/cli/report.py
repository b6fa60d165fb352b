"""`lydite report`: from the document of a campaign to every report that people and machines read."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from lydite.cli.exits import Exit
from lydite.cli.kept import is_a_name, is_a_result, opened, result_in
from lydite.cli.options import HistoryOption, JsonOption

if TYPE_CHECKING:
    from lydite.model import Dossier

Out: TypeAlias = Path | None

SUMMARY = "GITHUB_STEP_SUMMARY"


def report(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="The report.json or the result.json of a campaign, or its name in the history.",
        ),
    ],
    *,
    html: Annotated[Out, typer.Option(metavar="OUT", help="Write the page: one HTML file.")] = None,
    markdown: Annotated[Out, typer.Option(metavar="OUT", help="Write the report in Markdown.")] = None,
    comment: Annotated[
        Out, typer.Option(metavar="OUT", help="Write what fits a comment on a pull request, in Markdown.")
    ] = None,
    junit: Annotated[Out, typer.Option(metavar="OUT", help="Write JUnit XML.")] = None,
    ctrf: Annotated[Out, typer.Option(metavar="OUT", help="Write CTRF JSON.")] = None,
    json_out: Annotated[Out, typer.Option(metavar="OUT", help="Write the document itself.")] = None,
    github: Annotated[
        bool,
        typer.Option(
            "--github", help="Print annotations for a workflow, and add to the summary of its step."
        ),
    ] = False,
    history: HistoryOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """Write the reports of a campaign; without an option, show its first screen."""
    from lydite import reports
    from lydite.cli.files import write_whole

    wanted = {"html": html, "markdown": markdown, "comment": comment, "junit": junit, "ctrf": ctrf}
    wanted["json"] = json_out
    paths = {name: path for name, path in wanted.items() if path is not None}
    _refuse_clashes(file, paths)
    dossier = _dossier_of(file, history)
    # Everything is made before anything is written: what cannot be made leaves no half of a set.
    texts = {name: _makers()[name](dossier) for name in paths}
    for name, path in paths.items():
        write_whole(path, texts[name])
    annotated = reports.annotations(dossier) if github else ""
    summary = _add_summary(reports.summary(dossier)) if github else None
    if as_json:
        _say_json(file, dossier, paths, annotated, summary)
    elif paths or github:
        _say(dossier, paths, annotated, summary)
    else:
        sys.stdout.write(reports.first_screen(dossier))
    return Exit.HOLDS


def _dossier_of(file: Path, place: str) -> "Dossier":
    """What is reported."""
    if is_a_name(str(file)):
        with opened(place) as history:
            return history.dossier(history.result(str(file)))
    from lydite.cli.files import read_whole
    from lydite.model import Dossier
    from lydite.reports import dossier_from

    text = read_whole(file)
    # What a campaign that died has left is its result, and no more.
    return Dossier(result=result_in(file)) if is_a_result(text) else dossier_from(text, where=str(file))


def _makers() -> "dict[str, Callable[[Dossier], str]]":
    """What makes each of the reports."""
    from lydite import reports

    return {
        "html": reports.page,
        "markdown": reports.markdown,
        "comment": reports.comment,
        "junit": lambda dossier: reports.junit(dossier.result),
        "ctrf": lambda dossier: reports.ctrf(dossier.result),
        "json": reports.document,
    }


def _refuse_clashes(file: Path, paths: Mapping[str, Path]) -> None:
    """An error where one report would be written over another one, or over the document that it is made from."""
    from lydite.model import InputError

    taken = {file.resolve(): "the document itself"}
    for name, path in paths.items():
        place = path.resolve()
        if place in taken and not (name == "json" and place == file.resolve()):
            raise InputError(
                f"--{_option(name)} would be written over {taken[place]}",
                where=str(path),
                remedy="name another file",
            )
        taken[place] = f"--{_option(name)}"


def _option(name: str) -> str:
    return "json-out" if name == "json" else name


def _add_summary(text: str) -> Path | None:
    """The file of the step's summary, with this added; None outside of a workflow."""
    from lydite.cli.files import append_text

    named = os.environ.get(SUMMARY)
    if not named:
        return None
    append_text(Path(named), text)
    return Path(named)


def _say(dossier: "Dossier", paths: Mapping[str, Path], annotated: str, summary: Path | None) -> None:
    from lydite.cli.paper import painted, say
    from lydite.reports import is_complete, spelled_line

    result = dossier.result
    name = f"{spelled_line(result.target)}, campaign {spelled_line(result.identity)}"
    say(f"{painted(result.verdict)}  {name}{'' if is_complete(result) else ', incomplete'}")
    say(f"  {option}: {path}" for option, path in paths.items())
    if summary is not None:
        say(f"  summary: {summary}")
    sys.stdout.write(annotated)


def _say_json(
    file: Path, dossier: "Dossier", paths: Mapping[str, Path], annotated: str, summary: Path | None
) -> None:
    from lydite.cli.paper import say_json
    from lydite.reports import is_complete

    result, decision = dossier.result, dossier.decision
    say_json(
        {
            "verb": "report",
            "file": str(file),
            "target": result.target,
            "identity": result.identity,
            "verdict": str(result.verdict),
            "standing": None if decision is None else str(decision.standing),
            "complete": is_complete(result),
            "written": {name: str(path) for name, path in paths.items()},
            "summary": None if summary is None else str(summary),
            "annotations": annotated.splitlines(),
            "exit_code": int(Exit.HOLDS),
        }
    )
