"""Writes docs/reference/command-line.md from the command line itself: `make docs`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

PAGE = Path(__file__).with_name("command-line.md")

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


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
