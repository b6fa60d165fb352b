"""The options that several verbs share, worded once."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

SEED_MAX = 2**64 - 1

CALM = "no storm raged: chaos.enabled is false"
"""What is told of runs without the faults of their storms."""

TargetArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="counter, counter.some_trial, path/to/file.py, path/to/file.py::trial, package.module:trial",
    ),
]
MutantOption: TypeAlias = Annotated[
    str, typer.Option("--mutant", metavar="NAME", help="Plant this bug of the subject first.")
]
JsonOption: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON document instead of text.")
]
OutOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Where failure files are written; `failures` in lydite.data_dir unless given.",
    ),
]
WorkersOption: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=0,
        max=1024,
        metavar="COUNT",
        help="Processes at a time, 0 is one for each core; lydite.jobs unless given.",
    ),
]
TimeoutOption: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        min=0.1,
        metavar="SECONDS",
        help="Real time that one run may take; sweep.timeout_s unless given.",
    ),
]
ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Read this file, not LYDITE_CONFIG and not lydite.toml.",
    ),
]
SetOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set this key, such as sweep.seeds=50; may be repeated."),
]
HistoryOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--history",
        "--url",
        metavar="PLACE",
        help="A file, or postgresql://USER@HOST/DATABASE; the setting history.url unless given.",
    ),
]
PreviousOption: TypeAlias = Annotated[
    Path | None, typer.Option("--previous", metavar="FILE", help="The result of the campaign before it.")
]
WaiversOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--waivers", metavar="FILE", help="Who answers for which gate until when, as TOML."),
]
PartialOption: TypeAlias = Annotated[
    bool,
    typer.Option("--partial", help="What the campaign did not look at decides nothing, but for safety."),
]
TodayOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--today", metavar="DAY", help="The day on which waivers must count; today in UTC without it."
    ),
]
VerboseOption: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show what the hosts print and what the trial notes.")
]
SeedsOption: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--seeds",
        min=1,
        metavar="COUNT",
        help="How many seeds of each trial, at most; sweep.seeds unless given.",
    ),
]
FirstSeedOption: TypeAlias = Annotated[
    int, typer.Option(min=0, max=SEED_MAX, metavar="SEED", help="The first seed.")
]
FailureArgument: TypeAlias = Annotated[
    Path, typer.Argument(metavar="FILE", help="A failure file, NAME-SEED.failure.json.")
]


def workers_of(wanted: int) -> int:
    """That many, or as many as this process has cores."""
    import os

    if wanted:
        return wanted
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def refuse_seeds_beyond(first: int, seeds: int) -> None:
    """An error if the last of so many seeds were none any more."""
    from lydite.model import InputError

    if first + seeds - 1 > SEED_MAX:
        raise InputError(f"a seed is below 2**64, the last one would be {first + seeds - 1}", where="--seeds")
