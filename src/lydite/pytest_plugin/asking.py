"""What a marked test asks for: its marker and the options, checked when the test is collected."""

import inspect
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

from lydite.harness import OF_A_SWEEP, OF_A_TRIAL, Run, marked, marks_of, told_by
from lydite.model import Fault, LyditeError, Schedule, near

SEEDS: Final = 100
"""How many seeds a trial is run with, unless told otherwise."""

SEED_MAX: Final = 2**64 - 1

WORLDS: Final = ("sim",)
"""The kinds of world there are."""

SEEDS_A_WORKER: Final = 50
"""Fewer are done by one process before a second one has started."""

METHOD: Final = "it is a method; a trial is a function of its module: take it out of the class"

KNOWN: Final = (*OF_A_SWEEP, "faults", *OF_A_TRIAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The sweep that a test is."""

    target: str
    """The test as `lydite` names it, seen from the root folder."""
    seeds: int
    first: int
    workers: int
    out: Path


def problems_of(metafunc: pytest.Metafunc) -> tuple[str, ...]:
    """Everything that is wrong with a marked test."""
    function, module = metafunc.function, metafunc.module
    shape = _problems_of_its_shape(function) if metafunc.cls is None else [METHOD]
    return (*shape, *_problems_of_its_marker(function, module, metafunc.config))


def wanted_of(item: pytest.Function) -> Wanted:
    """What the marker and the options ask for."""
    told = told_by(marks_of(item.function, item.module))
    config = item.config
    seeds = _either(config, "lydite_seeds", told.get("seeds", SEEDS))
    return Wanted(
        target=f"{_seen_from(config.rootpath, item.path)}::{item.function.__name__}",
        seeds=seeds,
        first=_either(config, "lydite_first_seed", told.get("first", 0)),
        workers=workers_of(config, seeds),
        out=out_of(config),
    )


def workers_of(config: pytest.Config, seeds: int) -> int:
    """How many processes run a sweep of so many seeds."""
    asked = int(config.getoption("lydite_workers"))
    if asked:
        return asked
    # Below xdist the other cores have tests of their own.
    if hasattr(config, "workerinput"):
        return 1
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, min(cores, seeds // SEEDS_A_WORKER))


def out_of(config: pytest.Config) -> Path:
    """Where failure files are kept."""
    given = config.getoption("lydite_out")
    return config.invocation_params.dir / given if given else config.rootpath / ".lydite" / "failures"


def _either(config: pytest.Config, option: str, told: int) -> int:
    given = config.getoption(option)
    return told if given is None else int(given)


def _seen_from(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _problems_of_its_shape(function: Run) -> Iterator[str]:
    if not inspect.iscoroutinefunction(function):
        yield f"it is not async; write `async def {getattr(function, '__name__', 'test')}(world)`"
    takes = list(inspect.signature(function).parameters)
    if takes != ["world"]:
        yield (
            f"a trial takes the world alone, found {', '.join(takes) or 'nothing'}; it runs in a process of its own, "
            "where no other fixture and no parameter is: make there what it needs"
        )


def _problems_of_its_marker(function: Run, module: ModuleType, config: pytest.Config) -> Iterator[str]:
    marks = marks_of(function, module)
    told = told_by(marks)
    if any(mark.args for mark in marks):
        yield "its marker takes keywords only, such as seeds=200"
    for word in told:
        if word not in KNOWN:
            yield f"its marker has no keyword {word!r}; {near(word, KNOWN)}"
    yield from _problems_of_its_sweep(told, config)
    yield from _problems_of_its_faults(told)
    if inspect.iscoroutinefunction(function):
        try:
            marked(function, module)
        except LyditeError as error:
            yield str(error)
        except (TypeError, AttributeError, ValueError) as error:
            yield f"its marker cannot be understood: {error}"


def _problems_of_its_sweep(told: dict[str, Any], config: pytest.Config) -> Iterator[str]:
    world = told.get("world", "sim")
    if world not in WORLDS:
        yield f"there is no world {world!r}; {near(str(world), WORLDS)}"
    seeds, first = told.get("seeds", SEEDS), told.get("first", 0)
    for name, value, least in (("seeds", seeds, 1), ("first", first, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            yield f"{name} is a whole number from {least}, found {value!r}"
            return
    last = _either(config, "lydite_first_seed", first) + _either(config, "lydite_seeds", seeds) - 1
    if last > SEED_MAX:
        yield f"a seed is below 2**64, the last one would be {last}"


def _problems_of_its_faults(told: dict[str, Any]) -> Iterator[str]:
    storm, faults = told.get("storm"), told.get("faults")
    if storm is not None and not callable(storm):
        yield f"a storm is called with draws and returns a schedule, found {type(storm).__name__}"
    if faults is None or isinstance(faults, Schedule):
        return
    if not isinstance(faults, list | tuple) or not all(isinstance(each, Fault) for each in faults):
        yield f"faults are a Schedule, or a list of Fault, found {faults!r:.80}"
