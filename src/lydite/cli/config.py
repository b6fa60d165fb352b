"""`lydite config`: the settings, where each comes from, and whether a file of them is right."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import ConfigOption, JsonOption, SetOption
from lydite.cli.settled import flags_of

if TYPE_CHECKING:
    from lydite.config import Loaded, Problem, Value

PresetOption: TypeAlias = Annotated[
    str, typer.Option("--preset", metavar="NAME", help="Begin with this preset: development, ci, nightly.")
]


def show(
    *,
    config: ConfigOption = None,
    preset: PresetOption = "",
    given: SetOption = None,
    as_json: JsonOption = False,
) -> Exit:
    """Show every setting, its value, and where that comes from."""
    from lydite.cli.paper import say, say_json
    from lydite.config import KEYS, load

    loaded = load(config, flags=flags_of(preset, given))
    if as_json:
        say_json(
            {
                "verb": "config show",
                "file": None if loaded.file is None else str(loaded.file),
                "preset": loaded.settings.lydite.preset,
                "settings": [_as_plain(loaded, name) for name in KEYS],
            }
        )
        return Exit.HOLDS
    rows = [(name, _spelled(loaded.shown(name)), str(loaded.origin(name))) for name in KEYS]
    keys, values = (max(len(row[column]) for row in rows) for column in (0, 1))
    say(f"{key:<{keys}}  {value:<{values}}  {origin}" for key, value, origin in rows)
    return Exit.HOLDS


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of settings, such as lydite.toml.")],
    *,
    as_json: JsonOption = False,
) -> Exit:
    """Tell all that is wrong with a file of settings."""
    from lydite.cli.paper import counted, say, say_json
    from lydite.config import ConfigRefused, Source, load

    problems: tuple[Problem, ...] = ()
    keys = 0
    try:
        loaded = load(file, environ={})
        keys = sum(origin.source is Source.FILE for origin in loaded.origins.values())
    except ConfigRefused as error:
        problems = error.problems
    code = Exit.BAD_INPUT if problems else Exit.HOLDS
    if as_json:
        told = [_problem_as_plain(each) for each in problems]
        say_json({"verb": "config check", "file": str(file), "problems": told, "exit_code": int(code)})
    elif not problems:
        say(f"{file}: {counted(keys, 'key')}, and nothing is wrong")
    for problem in problems:
        typer.echo(f"lydite: {problem}", err=True)
    return code


def schema(*, as_json: JsonOption = False) -> Exit:
    """Print the JSON Schema of a file of settings."""
    del as_json  # It is a JSON document in any case, and whoever reads it by a program may say so.
    from lydite.cli.paper import say_json
    from lydite.config import schema as schema_of_settings

    say_json(schema_of_settings())
    return Exit.HOLDS


def _as_plain(loaded: "Loaded", name: str) -> dict[str, Any]:
    from lydite.config import KEYS, variable_of

    key, origin = KEYS[name], loaded.origin(name)
    return {
        "key": name,
        "value": _plain(loaded.shown(name)),
        "unit": key.unit,
        "default": _plain(key.default),
        "variable": variable_of(name),
        "origin": {"source": str(origin.source), "name": origin.name, "line": origin.line or None},
    }


def _problem_as_plain(problem: "Problem") -> dict[str, str]:
    return {
        "where": problem.where,
        "key": problem.key,
        "message": problem.what,
        "expected": problem.expected,
        "found": problem.found,
        "remedy": problem.remedy,
    }


def _plain(value: "Value") -> Any:
    return list(value) if isinstance(value, tuple) else value


def _spelled(value: "Value") -> str:
    """A value as the file would have it."""
    return json.dumps(_plain(value), ensure_ascii=False)
