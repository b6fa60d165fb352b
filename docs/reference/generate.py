"""Writes the pages of docs/reference that come from the code: command line, checks, faults, settings: `make docs`."""

import inspect
import json
import runpy
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import typer.main

FOLDER = Path(__file__).parent

HEAD = """<!-- Written by `make docs` from the command line itself. Change the help texts there. -->

# The command line
"""


def page() -> str:
    """The page as it should be."""
    from lydite.cli import app

    root: Any = typer.main.get_command(app)
    return "\n".join([HEAD, *_sections(root, root.context_class(root, info_name="lydite"))]).rstrip() + "\n"


def _sections(command: Any, context: Any) -> Iterator[str]:
    """The section of a command, and those of the verbs below it."""
    yield _section(command, context)
    for name, inner in getattr(command, "commands", {}).items():
        yield from _sections(inner, inner.context_class(inner, info_name=name, parent=context))


def _section(command: Any, context: Any) -> str:
    """Heading, usage, help and options of the command itself or of one of its verbs."""
    lines = [] if context.parent is None else [f"## `{context.command_path}`", ""]
    lines += ["```text", _usage(command, context), "```", ""]
    lines += [line.strip() for line in (command.help or "").replace("\b\n", "").splitlines()]
    rows = [_row(parameter) for parameter in command.params if not getattr(parameter, "hidden", False)]
    if rows:
        lines += ["", "| argument or option | what | unless given |", "|---|---|---|", *rows]
    return "\n".join(lines).strip("\n") + "\n"


def _usage(command: Any, context: Any) -> str:
    arguments = [_value(one) for one in command.params if one.param_type_name == "argument"]
    verb = ["VERB"] if hasattr(command, "commands") else []
    return " ".join([context.command_path, "[OPTIONS]", *verb, *arguments])


def _value(parameter: Any) -> str:
    """The name of a value: as the parameter is called, unless it has a metavar of its own."""
    value: str = parameter.metavar or parameter.name.upper().replace("_", "-")
    may_be_left_out = parameter.param_type_name == "argument" and not parameter.required
    return f"[{value}]" if may_be_left_out and not value.startswith("[") else value


def _row(parameter: Any) -> str:
    """One line of the table of arguments and options."""
    value = _value(parameter)
    if parameter.param_type_name == "argument":
        name = f"`{value}`"
    else:
        spellings = (*parameter.opts, *parameter.secondary_opts)
        name = ", ".join(f"`{spelling}{'' if parameter.is_flag else f' {value}'}`" for spelling in spellings)
    default = parameter.default
    is_told = isinstance(default, int | float | str) and not isinstance(default, bool) and default != ""
    what = " ".join((parameter.help or "").split())
    return f"| {name} | {what} | {f'`{default}`' if is_told else ''} |".replace("  ", " ")


CHECKS_HEAD = """<!-- Written by `make docs` from the docstrings of `lydite.checks`. Change them there. -->

# Checks

The library of judges. Each name is a function that makes a check, for `@trial(checks=...)`. A check reads what the
trial has written down with `world.note`. Every note and every field has a name by default, which an argument
replaces, so that you choose the words. A check that never sees what it needs is UNKNOWN, and so is one that meets a
note that lacks a field or has something else in it: it says which. How to use them:
[judge a run](../how-to/judge-a-run.md).

What is claimed in a line of the trial needs no check: `world.always`, `world.sometimes`, `world.eventually`,
`world.reachable`.
"""


def checks_page() -> str:
    """The page of the checks, as it should be."""
    from lydite.checks import CATALOGUE, entry_of

    entries = [(factory, entry_of(factory)) for factory in CATALOGUE]
    lines = [CHECKS_HEAD, "| check | proves | needs | does not check |", "|---|---|---|---|"]
    for _, entry in entries:
        link = f"[`{entry.name}`](#{entry.name})"
        lines.append(f"| {link} | {entry.proves} | {entry.needs} | {entry.omits} |")
    for factory, entry in entries:
        lines += ["", f"## `{entry.name}`", "", entry.proves, *(f"\n{part}" for part in entry.more), ""]
        lines += ["```text", _signature(factory), "```"]
    return "\n".join(lines) + "\n"


def _signature(factory: Callable[..., object]) -> str:
    parameters = inspect.signature(factory).parameters.values()
    told = ", ".join(f"{each.name}{_default(each)}" for each in parameters)
    name = getattr(factory, "__name__", "")
    return "\n".join(textwrap.wrap(f"{name}({told})", 100, subsequent_indent=" " * (len(name) + 1)))


def _default(parameter: inspect.Parameter) -> str:
    value = parameter.default
    if value is inspect.Parameter.empty:
        return ""
    if isinstance(value, int):
        return f"={value:_}"
    if isinstance(value, str):
        return f'="{value}"'
    return f"={value!r}" if isinstance(value, tuple) or value is None else f"={value.name}()"


def faults_page() -> str:
    """The page of the faults, as it should be."""
    made: str = runpy.run_path(str(FOLDER / "faults_page.py"))["faults_page"]()
    return made


def _of_config(name: str) -> Callable[[], str]:
    """What makes a page of the settings."""

    def made() -> str:
        text: str = runpy.run_path(str(FOLDER / "config_page.py"))[name]()
        return text

    return made


def report_schema() -> str:
    """The schema of the document of a report, as it should be."""
    from lydite.reports import document_schema

    return json.dumps(document_schema(), indent=2, ensure_ascii=False) + "\n"


def statement_schema() -> str:
    """The schema of Lydite's part of a statement, as it should be."""
    from lydite.statements import statement_schema as schema

    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "command-line.md": page,
    "checks.md": checks_page,
    "faults.md": faults_page,
    "configuration.md": _of_config("config_page"),
    "config.schema.json": _of_config("config_schema"),
    "report.schema.json": report_schema,
    "statement.schema.json": statement_schema,
}
"""The generated pages, and what makes each of them."""


if __name__ == "__main__":
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")
