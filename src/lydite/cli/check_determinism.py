"""`lydite check-determinism`: the same run in three surroundings, compared byte for byte."""

from typing import TYPE_CHECKING, Annotated

import typer

from lydite.cli.exits import Exit, exit_of
from lydite.cli.options import FirstSeedOption, JsonOption, TimeoutOption

if TYPE_CHECKING:
    from lydite.runner import Gated


def check_determinism(
    program: Annotated[
        str,
        typer.Argument(
            metavar="PROGRAM", help="A trial, or a program: package.module:main, path/to/file.py:main"
        ),
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[-- ARGS]", help="The program's own arguments.")
    ] = None,
    *,
    seed: FirstSeedOption = 0,
    seeds: Annotated[int, typer.Option(min=1, metavar="COUNT", help="How many seeds.")] = 1,
    for_: Annotated[
        float,
        typer.Option(
            "--for", min=0.001, metavar="SECONDS", help="Virtual time for a program that does not end."
        ),
    ] = 60.0,
    timeout: TimeoutOption = None,
    as_json: JsonOption = False,
) -> Exit:
    """Run a trial or a program three times (hash seed, memory layout, working directory) and compare."""
    from lydite import runner
    from lydite.cli.settled import settled
    from lydite.model import seconds

    settings = settled(timeout=timeout).settings
    bare = runner.Bare(argv=tuple(arguments or ()), for_ns=seconds(for_))
    opening = runner.Opening(target=program, bare=bare, calm=not settings.chaos.enabled)
    gated = runner.check_determinism(opening, range(seed, seed + seeds), settings.sweep.timeout_s)
    verdict = runner.overall(gated)
    failed = any(each.ending is not None and each.differs is None for each in gated)
    code = exit_of(verdict, failed=failed)
    if as_json:
        _say_json(program, gated, code)
    else:
        for each in gated:
            _say(each)
    return code


def _say(gated: "Gated") -> None:
    from lydite.cli import story
    from lydite.cli.paper import counted, painted, say, short

    run = gated.runs[0]
    digest = short(run.result.digest)
    headline = f"{painted(gated.verdict)}  {gated.listed.label}  seed {gated.seed}"
    if gated.differs is not None:
        left, right = gated.differs
        say((f"{headline}: the traces differ", f"  left:  {left}", f"  right: {right}"))
        if gated.difference is not None:
            say(f"  {line}".rstrip() for line in gated.difference.describe().splitlines())
        say("  look for an order that comes from a set, a hash, an id() or the folder: sort before you walk")
    elif gated.ending is not None:
        say((f"{headline}: the run itself failed", *story.ending(run)))
    elif gated.failed_start:
        say(
            (f"{headline}: the program ended with an error, so little of it was seen", *story.last_words(run))
        )
    else:
        size = counted(run.result.records, "record")
        say(f"{headline}: equal in {len(gated.runs)} surroundings, digest {digest}, {size}")


def _say_json(program: str, gated: "list[Gated]", code: Exit) -> None:
    from lydite import runner
    from lydite.cli.paper import say_json

    say_json(
        {
            "verb": "check-determinism",
            "target": program,
            "seed": gated[0].seed,
            "verdict": str(runner.overall(gated)),
            "digest": gated[0].runs[0].result.digest,
            "trials": [
                {
                    "label": each.listed.label,
                    "seed": each.seed,
                    "verdict": str(each.verdict),
                    "digests": dict(
                        zip(each.surroundings, (run.result.digest for run in each.runs), strict=True)
                    ),
                    "differs": None if each.differs is None else list(each.differs),
                    "first_difference": None if each.difference is None else each.difference.describe(),
                    "ending": None if each.ending is None else runner.ending_as_plain(each.ending),
                }
                for each in gated
            ],
            "exit_code": int(code),
        }
    )
