"""A test as a trial: what its pytest marker says belongs to it.

The marker is read where pytest leaves it, in `pytestmark` of the function and of its module, so nothing of pytest is
needed to run such a test: the runner finds it as it finds any async function of a world::

    @pytest.mark.lydite(storm=cuts_and_crashes, seeds=200)
    async def test_the_sum_survives(world):
        ...

A test that takes more than its world is a trial as well, once pytest has made what it takes.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final, Protocol

from lydite.harness.trial import Run, Storm, Trial, trial
from lydite.model import Draws, InputError, Schedule

MARKER: Final = "lydite"

WORLD: Final = "world"
"""The argument that is the world of a run."""

FITTING: Final = ("parametrize", "usefixtures")
"""The markers by which pytest makes something for a test."""

OF_A_SWEEP: Final = ("world", "seeds", "first")
"""What a marker says of the sweep; a trial does not know it."""

OF_A_TRIAL: Final = ("storm", "checks", "reaches", "hosts", "codec", "map", "tempo", "limits")
"""What it says of the trial, as `@trial` would."""


class Mark(Protocol):
    """A marker, as pytest keeps it."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def args(self) -> tuple[Any, ...]:
        """What was said by place."""
        ...

    @property
    def kwargs(self) -> Mapping[str, Any]:
        """What was said by name."""
        ...


def marks_of(function: object, module: ModuleType) -> tuple[Mark, ...]:
    """The markers of a test, the closest first: its own, then those of its module."""
    return _marks(function, module, MARKER)


def takes_more(function: Callable[..., object], module: ModuleType) -> bool:
    """Does a marked test take more than its world, so that pytest has to make it?"""
    takes = tuple(inspect.signature(function).parameters)
    return takes != (WORLD,) or bool(_marks(function, module, *FITTING))


def told_by(marks: tuple[Mark, ...]) -> dict[str, Any]:
    """Everything that was said by name; what is closer wins."""
    told: dict[str, Any] = {}
    for mark in reversed(marks):
        told.update(mark.kwargs)
    return told


def marked(function: Run, marks: tuple[Mark, ...], *, name: str = "") -> Trial:
    """The trial that an async function is, with what its markers say, under its own name or another one."""
    told = told_by(marks)
    kept = {name: told[name] for name in OF_A_TRIAL if name in told}
    if "faults" in told:
        if kept.get("storm") is not None:
            raise InputError(
                "a trial has a storm or faults, not both",
                where=getattr(function, "__name__", ""),
                remedy="put the faults into the schedule that the storm returns",
            )
        kept["storm"] = _always(told["faults"])
    made: Trial = trial(**kept, name=name)(function)
    return made


def _always(faults: Any) -> Storm:
    """The same faults with every seed."""
    schedule = faults if isinstance(faults, Schedule) else Schedule.of(faults)

    def storm(_: Draws) -> Schedule:
        return schedule

    return storm


def _marks(function: object, module: ModuleType, *names: str) -> tuple[Mark, ...]:
    return tuple(
        mark for place in (function, module) for mark in _kept(place) if getattr(mark, "name", "") in names
    )


def _kept(place: object) -> Iterator[Mark]:
    kept = getattr(place, "pytestmark", ())
    yield from kept if isinstance(kept, list | tuple) else (kept,)
