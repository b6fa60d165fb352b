"""The options that several verbs share, worded once."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

SEED_MAX = 2**64 - 1

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
    Path, typer.Option("--out", metavar="DIR", help="Where failure files are written.")
]
WorkersOption: TypeAlias = Annotated[
    int,
    typer.Option(
        "--workers",
        min=0,
        max=1024,
        metavar="COUNT",
        help="Processes at a time; 0 is one for each core.",
    ),
]
TimeoutOption: TypeAlias = Annotated[
    float, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="Real time that one run may take.")
]
VerboseOption: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Show what the hosts print and what the trial notes.")
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
