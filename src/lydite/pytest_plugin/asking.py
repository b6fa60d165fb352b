"""What a marked test asks for: its marker and the options, checked when the test is collected."""

import inspect
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from lydite.harness import MARKER, OF_A_SWEEP, OF_A_TRIAL, WORLD, Mark, marked, takes_more, told_by
from lydite.model import Fault, LyditeError, Schedule, near
from lydite.pytest_plugin.settled import failures_in, settled
from lydite.runner import ForkedEngine, Opening

SEED_MAX: Final = 2**64 - 1

WORLDS: Final = ("sim",)
"""The kinds of world there are."""

SEEDS_A_WORKER: Final = 50
"""Fewer are done by one process before a second one has started."""

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
    marks = tuple(metafunc.definition.iter_markers(MARKER))
    return (
        *_problems_of_its_shape(metafunc.function),
        *_problems_of_its_marker(metafunc.function, marks, metafunc.config),
    )


def is_fitted(item: pytest.Function) -> bool:
    """Is what it takes made in the process of each run, by the pytest that has collected it there?"""
    return item.cls is not None or takes_more(item.function, item.module)


def wanted_of(item: pytest.Function) -> Wanted:
    """What the marker and the options ask for."""
    told = told_by(tuple(item.iter_markers(MARKER)))
    config = item.config
    seeds = seeds_of(config, told.get("seeds"))
    return Wanted(
        target=f"{_seen_from(config.rootpath, item.path)}::{item.nodeid.partition('::')[2]}",
        seeds=seeds,
        first=_either(config, "lydite_first_seed", told.get("first", 0)),
        workers=workers_of(config, seeds),
        out=out_of(config),
    )


def seeds_of(config: pytest.Config, told: int | None) -> int:
    """How many seeds of a trial are run: what the option says, or its marker, or the settings.

    What the environment says makes the number of a marker smaller, too.
    """
    loaded = settled(config)
    usual = loaded.settings.sweep.seeds
    if told is not None and not (loaded.is_of_now("sweep.seeds") and usual < told):
        usual = told
    return _either(config, "lydite_seeds", usual)


def opening_of(config: pytest.Config, target: str, mutant: str = "") -> Opening:
    """How a target is opened: seen from the root folder, in the weather that the settings want."""
    calm = not settled(config).settings.chaos.enabled
    return Opening(target=target, mutant=mutant, home=str(config.rootpath), calm=calm)


def engine_of(config: pytest.Config, opening: Opening, workers: int = 1) -> ForkedEngine:
    """What carries out runs, each within the time that the settings give it."""
    return ForkedEngine(opening, workers=workers, timeout_s=settled(config).settings.sweep.timeout_s)


def workers_of(config: pytest.Config, seeds: int) -> int:
    """How many processes run a sweep of so many seeds."""
    asked = int(config.getoption("lydite_workers")) or settled(config).settings.lydite.workers
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
    return config.invocation_params.dir / given if given else failures_in(config)


def _either(config: pytest.Config, option: str, told: int) -> int:
    given = config.getoption(option)
    return told if given is None else int(given)


def _seen_from(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _problems_of_its_shape(function: Callable[..., object]) -> Iterator[str]:
    if getattr(function, "is_hypothesis_test", False):
        yield (
            "Hypothesis has it already; a trial draws what varies from its seed: leave @given out, "
            "and draw by random, or explore with lydite.strategies"
        )
        return
    takes = inspect.signature(function).parameters
    named = f"async def {getattr(function, '__name__', 'test')}"
    if not inspect.iscoroutinefunction(function):
        yield f"it is not async; write `{named}({', '.join(takes) or WORLD})`"
    if WORLD not in takes:
        yield f"it takes no world, found {', '.join(takes) or 'nothing'}; write `{named}({', '.join([*takes, WORLD])})`"


def _problems_of_its_marker(
    function: Callable[..., Any], marks: tuple[Mark, ...], config: pytest.Config
) -> Iterator[str]:
    told = told_by(marks)
    if any(mark.args for mark in marks):
        yield "its marker takes keywords only, such as seeds=200"
    for word in told:
        if word not in KNOWN:
            yield f"its marker has no keyword {word!r}; {near(word, KNOWN)}"
    problems = [*_problems_of_its_sweep(told, config), *_problems_of_its_faults(told)]
    yield from problems
    # What is made of values that cannot be says nothing new.
    if not problems and inspect.iscoroutinefunction(function):
        try:
            marked(function, marks)
        except LyditeError as error:
            yield str(error)
        except (TypeError, AttributeError, ValueError) as error:
            yield f"its marker cannot be understood: {error}"


def _problems_of_its_sweep(told: dict[str, Any], config: pytest.Config) -> Iterator[str]:
    world = told.get("world", "sim")
    if world not in WORLDS:
        yield f"there is no world {world!r}; {near(str(world), WORLDS)}"
    seeds, first = told.get("seeds", 1), told.get("first", 0)
    for name, value, least in (("seeds", seeds, 1), ("first", first, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            yield f"{name} is a whole number from {least}, found {value!r}"
            return
    last = _either(config, "lydite_first_seed", first) + seeds_of(config, told.get("seeds")) - 1
    if last > SEED_MAX:
        yield f"a seed is below 2**64, the last one would be {last}"


def _problems_of_its_faults(told: dict[str, Any]) -> Iterator[str]:
    storm, faults, hosts = told.get("storm"), told.get("faults"), told.get("hosts", ())
    if isinstance(hosts, str):
        yield f"hosts are a list of names, found a text; write `hosts=[{hosts!r}]`"
    if storm is not None and not callable(storm):
        yield f"a storm is called with draws and returns a schedule, found {type(storm).__name__}"
    if faults is None or isinstance(faults, Schedule):
        return
    if not isinstance(faults, list | tuple) or not all(isinstance(each, Fault) for each in faults):
        yield f"faults are a Schedule, or a list of Fault, found {faults!r:.80}"
