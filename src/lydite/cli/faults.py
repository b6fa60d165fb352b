"""`lydite faults`: the catalogue, or one kind of it with all its arguments."""

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import JsonOption

if TYPE_CHECKING:
    from lydite.faults import Trouble
    from lydite.model import Plain


def list_faults(
    name: Annotated[
        str,
        typer.Argument(metavar="[KIND]", help="One kind, such as network.cut, or a family, such as disk."),
    ] = "",
    *,
    as_json: JsonOption = False,
) -> Exit:
    """List the kinds of fault that a schedule may name."""
    from lydite.cli.paper import say, say_json
    from lydite.faults import CATALOGUE
    from lydite.model import InputError, near

    families = {kind.partition(".")[0] for kind in CATALOGUE}
    if name and name not in CATALOGUE and name not in families:
        raise InputError(
            f"there is no kind of fault {name!r}", remedy=near(name, [*CATALOGUE, *sorted(families)])
        )
    chosen = [each for kind, each in CATALOGUE.items() if name in ("", kind, kind.partition(".")[0])]
    if as_json:
        say_json({"verb": "faults", "faults": [_as_plain(each) for each in chosen]})
    elif name in CATALOGUE:
        say(_details(chosen[0]))
    else:
        say(f"{each.kind:<28} {each.story()}" for each in chosen)
    return Exit.HOLDS


def _details(trouble: "type[Trouble]") -> list[str]:
    from lydite.faults import shape_of

    lines = [
        trouble.kind,
        *(f"  {line}".rstrip() for line in (trouble.__doc__ or "").splitlines() if line.strip()),
    ]
    for field in dataclasses.fields(trouble):  # type: ignore[arg-type]
        given = "" if field.default is dataclasses.MISSING else f" (unless given: {field.default!r})"
        lines.append(f"  {field.name}: {shape_of(field).words}{given}")
    lines.append(f"  healed by {trouble.opposite}" if trouble.opposite else "  happens once and stays")
    return lines


def _as_plain(trouble: "type[Trouble]") -> "dict[str, Plain]":
    from lydite.faults import shape_of

    return {
        "kind": trouble.kind,
        "story": trouble.story(),
        "opposite": trouble.opposite,
        "harm": trouble.harm.value,
        "args": [
            {
                "name": field.name,
                "expected": shape_of(field).words,
                "required": field.default is dataclasses.MISSING,
            }
            for field in dataclasses.fields(trouble)  # type: ignore[arg-type]
        ],
    }
