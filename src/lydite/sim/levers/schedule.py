"""Schedules on a world: checked whole before the run, then pulled lever by lever."""

import inspect
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from lydite.model import Fault, Schedule, ScheduleRefused
from lydite.sim.levers.near import near
from lydite.world import (
    OPPOSITES,
    Bend,
    ClockLever,
    CpuLever,
    DiskLever,
    NetworkLever,
    ProcessLever,
)

if TYPE_CHECKING:
    from lydite.sim.world import SimWorld

_LEVERS: Final[dict[str, type]] = {
    "network": NetworkLever,
    "clock": ClockLever,
    "disk": DiskLever,
    "process": ProcessLever,
    "cpu": CpuLever,
}
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "left": (str, list, tuple),
    "right": (str, list, tuple),
    "source": (str, list, tuple),
    "target": (str, list, tuple),
    "hosts": (str, list, tuple),
    "names": (str, list, tuple),
    "by_ns": (int,),
    "jitter_ns": (int,),
    "bytes_per_second": (int,),
    "bits": (int,),
    "rate": (int, float),
    "factor": (int, float),
    "operation": (str,),
    "path": (str,),
}


def validate(schedule: Schedule) -> None:
    """Refuse a schedule that cannot be performed, with all of its problems at once."""
    problems = [
        f"fault {number} ({fault.kind}): {problem}"
        for number, fault in enumerate(schedule.faults, 1)
        for problem in _problems(fault)
    ]
    if problems:
        raise ScheduleRefused(
            f"the schedule cannot be performed: {'; '.join(problems)}",
            remedy="correct these faults; nothing was run",
        )


def _problems(fault: Fault) -> list[str]:
    if fault.kind not in OPPOSITES:
        return [f"unknown kind; {near(fault.kind, OPPOSITES)}"]
    parameters = _parameters(fault.kind)
    problems = [
        f"unknown argument {name}; {near(name, parameters)}" for name in fault.args if name not in parameters
    ]
    for name, parameter in parameters.items():
        if name not in fault.args:
            if parameter.default is inspect.Parameter.empty:
                problems.append(f"argument {name} is missing")
            continue
        value, kinds = fault.args[name], _KINDS[name]
        if not isinstance(value, kinds) or isinstance(value, bool):
            problems.append(
                f"argument {name} is {value!r}, expected {' or '.join(k.__name__ for k in kinds)}"
            )
    return problems


@cache
def _parameters(kind: str) -> Mapping[str, inspect.Parameter]:
    lever, verb = kind.split(".")
    parameters = dict(inspect.signature(getattr(_LEVERS[lever], verb)).parameters)
    del parameters["self"]
    return parameters


def pull(world: "SimWorld", fault: Fault) -> Bend | None:
    """Pull the lever that a fault names."""
    lever, verb = fault.kind.split(".")
    args: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fault.args.items()
    }
    bend: Bend | None = getattr(getattr(world, lever), verb)(**args)
    return bend
