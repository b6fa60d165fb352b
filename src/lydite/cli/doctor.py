"""`lydite doctor`: what this machine has and lacks, what that would enable, and how to get it."""

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import ConfigOption, JsonOption

if TYPE_CHECKING:
    from lydite.doctor import Seen

PATIENCE_S = 1.0
"""What takes longer shows how far it is."""

QUIET_GROUP = "ports"
"""Of this group, what is fine is told in one line."""


def doctor(
    *,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            "--data-dir",
            metavar="DIR",
            help="The folder that must be writable; that of the settings without it.",
        ),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> Exit:
    """Look at this machine: what is there, what is missing, what that would enable, and how to get it."""
    from lydite.cli.paper import say, say_json
    from lydite.config import load
    from lydite.doctor import examine, probes

    folder = data_dir or Path(load(config).settings.lydite.data_dir)
    with _Patience() as patience:
        seen = examine(probes(folder), patience.watch)
    ill = missing(seen)
    code = Exit.VIOLATED if ill else Exit.HOLDS
    if as_json:
        told = [{**dataclasses.asdict(each), "health": str(each.health)} for each in seen]
        say_json({"verb": "doctor", "well": not ill, "probes": told, "exit_code": int(code)})
    else:
        say(_told(seen))
    return code


def missing(seen: "Sequence[Seen]") -> "list[Seen]":
    """What is required and not there."""
    from lydite.doctor import Health

    return [each for each in seen if each.required and each.health is not Health.FINE]


def _told(seen: "Sequence[Seen]") -> Iterator[str]:
    from lydite.doctor import Health

    for group, members in groupby(seen, key=lambda each: each.group):
        yield group
        quiet = []
        for each in members:
            if group == QUIET_GROUP and each.health is Health.FINE:
                quiet.append(each.name.split()[-1])
            else:
                yield from _lines(each)
        if quiet:
            yield f"  {'fine':<8} free: {', '.join(quiet)}"
    ill = [each.name for each in missing(seen)]
    lacking = [each for each in seen if each.health is not Health.FINE and not each.required]
    yield ""
    if ill:
        yield f"missing, and required: {', '.join(ill)}"
    else:
        count = f"{len(lacking)} {'thing' if len(lacking) == 1 else 'things'}"
        more = (
            f"; {count} that {'is' if len(lacking) == 1 else 'are'} not would enable more" if lacking else ""
        )
        yield f"everything that is required is there{more}"


def _lines(each: "Seen") -> Iterator[str]:
    from lydite.doctor import Health

    yield f"  {each.health!s:<8} {each.name}: {each.found}"
    if each.health is not Health.FINE:
        yield f"           {'needed for' if each.required else 'would enable'}: {each.enables}"
        if each.remedy:
            yield f"           remedy: {each.remedy}"


class _Patience:
    """Shows progress, once it has taken a while."""

    def __enter__(self) -> "_Patience":
        import time

        from lydite.cli.progress import ProgressBar

        self._bar = ProgressBar()
        self._begun = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.clear()

    def watch(self, done: int, wanted: int) -> None:
        """So many probes are done."""
        import time

        if time.monotonic() - self._begun > PATIENCE_S:
            self._bar.show("doctor", done, wanted, f"{done} of {wanted} probes")
