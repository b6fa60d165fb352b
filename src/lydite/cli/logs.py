"""`lydite logs`: what a campaign and the programs that it started have said, by component, level and text."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import ConfigOption

if TYPE_CHECKING:
    from lydite.logs import Found, Wanted

LinesAsJsonOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--json", help="Print one JSON document instead of text; with --follow one for each line, in a line."
    ),
]

LAST = 200

COMPONENT_COLUMNS = 12
"""So much room the name of a component has at least, where nobody knows who will speak."""
COMPONENT_COLUMNS_MAX = 28
"""A longer name of a component moves its own text only."""


def logs(
    campaign: Annotated[
        str,
        typer.Argument(
            metavar="[CAMPAIGN]",
            help="Its name, or its folder; the last one in lydite.data_dir unless given.",
        ),
    ] = "",
    *,
    component: Annotated[
        list[str] | None,
        typer.Option(
            "--component", metavar="NAME", help="Only this one, such as engine or a phase; may be repeated."
        ),
    ] = None,
    level: Annotated[
        str,
        typer.Option("--level", metavar="LEVEL", help="From this level on: debug, info, warning, error."),
    ] = "",
    grep: Annotated[
        str, typer.Option("--grep", metavar="REGEX", help="Only lines in which this is found.")
    ] = "",
    last: Annotated[
        int, typer.Option("--last", min=0, metavar="COUNT", help="So many lines, the newest; 0 is all.")
    ] = LAST,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with each line as it comes, until the campaign is over.")
    ] = False,
    config: ConfigOption = None,
    as_json: LinesAsJsonOption = False,
) -> Exit:
    """Read what a campaign and its programs said: its own log, its tests, its harnesses, their processes."""
    from lydite.cli.paper import say_json
    from lydite.config import load
    from lydite.logs import logs_in

    wanted = _wanted(component or [], level, grep, last)
    folder = _folder(campaign, Path(load(config).settings.lydite.data_dir))
    if follow:
        _follow(folder, wanted, as_json=as_json)
        return Exit.HOLDS
    found = logs_in(folder, wanted)
    if as_json:
        say_json(_as_plain(found, folder))
    else:
        _say(found, folder)
    return Exit.HOLDS


def _follow(folder: Path, wanted: "Wanted", *, as_json: bool) -> None:
    """The lines as they come."""
    from lydite.cli.paper import say_aside
    from lydite.logs import followed, shown

    for line in followed(folder, wanted):
        if as_json:
            print(json.dumps({"verb": "logs", **asdict(line)}, ensure_ascii=False))
        else:
            print(shown(line, COMPONENT_COLUMNS))
        # Whoever reads along in a pipe must not wait until there is more.
        sys.stdout.flush()
    if not as_json:
        say_aside(f"the campaign is over: {folder}")


def _wanted(components: list[str], level: str, grep: str, last: int) -> "Wanted":
    """What was asked for; one error with all that is wrong with it."""
    from lydite.logs import LEVELS, Wanted, near_level
    from lydite.model import InputError

    problems = []
    levels = [word for word in LEVELS if word != "off"]
    if level and level not in levels:
        problems.append(
            InputError(
                f"expected a level out of {', '.join(levels)}, found {level!r:.80}",
                where="--level",
                remedy=near_level(level) if level != "off" else "",
            )
        )
    pattern = None
    try:
        pattern = re.compile(grep) if grep else None
    except (re.error, RecursionError, OverflowError) as error:
        problems.append(
            InputError(
                f"expected a regular expression, found {grep!r:.80}: {error}",
                where="--grep",
                remedy="put a backslash before a sign that is meant as itself",
            )
        )
    if problems:
        raise problems[0] if len(problems) == 1 else InputError("; ".join(map(str, problems)))
    return Wanted(components=tuple(components), level=level, pattern=pattern, last=last)


def _folder(campaign: str, home: Path) -> Path:
    """The folder of a campaign, by itself, by its name, or the last one."""
    from lydite.model import InputError, near

    campaigns = home / "campaigns"
    if campaign and Path(campaign).is_dir():
        return Path(campaign)
    known = sorted(path.name for path in campaigns.glob("*/") if path.is_dir())
    if campaign in known:
        return campaigns / campaign
    if campaign:
        raise InputError(
            f"there is no campaign {campaign!r:.80}", where=str(campaigns), remedy=near(campaign, known[::-1])
        )
    if not known:
        raise InputError(
            "there is no campaign here yet",
            where=str(campaigns),
            remedy="`lydite prove` makes one; or name the folder of one",
        )
    return campaigns / max(known, key=lambda name: (name[:16], (campaigns / name).stat().st_mtime_ns))


def _as_plain(found: "Found", folder: Path) -> dict[str, Any]:
    return {
        "verb": "logs",
        "campaign": folder.name,
        "folder": str(folder),
        "lines": [asdict(line) for line in found.lines],
        "older": found.older,
        "without_level": found.without_level,
        "damaged": found.damaged,
        "cut": [str(path) for path in found.cut],
    }


def _say(found: "Found", folder: Path) -> None:
    """The lines on standard output as they are, and beside it what is to be known of the others."""
    from lydite.cli.paper import counted, say_aside
    from lydite.logs import shown

    columns = min(COMPONENT_COLUMNS_MAX, max((len(line.component) for line in found.lines), default=0))
    for line in found.lines:
        # Not fitted to a terminal: who searches wants lines as they are.
        print(shown(line, columns))
    for told in _aside(found, folder):
        say_aside(told)
    if not found.lines:
        say_aside(f"nothing of what was said meets this: {folder}")
    elif found.older:
        say_aside(f"{counted(found.older, 'older line')} not shown; --last 0 shows all")


def _aside(found: "Found", folder: Path) -> Iterator[str]:
    from lydite.cli.paper import counted

    if found.without_level:
        yield f"{counted(found.without_level, 'line')} of programs that tell no level left out, by --level"
    if found.damaged:
        yield f"{counted(found.damaged, 'line')} of the log cannot be read: half written, or damaged"
    for path in found.cut:
        yield f"of {path.relative_to(folder)} only the end was read"
