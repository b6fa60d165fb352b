"""`lydite init`: a project for a system of one's own, ready to be proven, broken and changed."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import JsonOption

if TYPE_CHECKING:
    from lydite.scaffold import Project

NEXT = (
    ("lydite prove", "tests, storms of faults, planted bugs"),
    ("pytest", "the tests alone"),
)


def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar="NAME", help="The project, and the folder that is made for it."),
    ],
    *,
    template: Annotated[
        str,
        typer.Option(metavar="TEMPLATE", help="chain, over TCP; or service, of FastAPI, httpx and SQLite."),
    ] = "chain",
    as_json: JsonOption = False,
) -> Exit:
    """Begin a project: a small system that works, with trials, planted bugs, tests, settings and workflows."""
    from lydite.scaffold import scaffold, template_of

    project = scaffold(folder, template_of(template))
    missing = [name for name in project.template.modules if importlib.util.find_spec(name) is None]
    if as_json:
        _say_json(project, missing)
    else:
        _say(project, missing)
    return Exit.HOLDS


def _commands(project: "Project", missing: list[str]) -> list[tuple[str, str]]:
    """What to type next, each with what it does."""
    import shlex

    there = [] if project.folder.resolve() == Path.cwd() else [(f"cd {shlex.quote(str(project.folder))}", "")]
    setup = [("make setup", f"installs what is not here yet: {', '.join(missing)}")] if missing else []
    return [*there, *setup, *NEXT]


def _say(project: "Project", missing: list[str]) -> None:
    from lydite.cli.paper import counted, say

    say(
        f"{project.name}: {counted(len(project.files), 'file')} in {project.folder}. {project.template.story}"
    )
    commands = _commands(project, missing)
    width = max(len(command) for command, _ in commands)
    say(f"  {command.ljust(width)}  {what}".rstrip() for command, what in commands)
    say("README.md tells what it is and what to change first")


def _say_json(project: "Project", missing: list[str]) -> None:
    from lydite.cli.paper import say_json

    say_json(
        {
            "verb": "init",
            "name": project.name,
            "template": project.template.name,
            "folder": str(project.folder),
            "files": [str(file.path) for file in project.files],
            "missing": missing,
            "next": [command for command, _ in _commands(project, missing)],
            "exit_code": int(Exit.HOLDS),
        }
    )
