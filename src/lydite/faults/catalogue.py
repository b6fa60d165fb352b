"""The catalogue: every kind of trouble by its name, and schedules checked against it, whole and before a run."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from lydite.faults.byzantine import BYZANTINE
from lydite.faults.clock import CLOCK
from lydite.faults.codec import Codec
from lydite.faults.disk import DISK
from lydite.faults.healing import HEALING
from lydite.faults.network import NETWORK
from lydite.faults.overlaps import Placed, overlapping
from lydite.faults.partitions import PARTITIONS
from lydite.faults.process import PROCESS
from lydite.faults.traffic import TRAFFIC
from lydite.faults.trouble import EVERYBODY, ROLE, Trouble
from lydite.model import TESTER, Fault, InputError, Schedule, ScheduleRefused, near
from lydite.world import Capability

_ALL: Final = (*NETWORK, *PARTITIONS, *TRAFFIC, *PROCESS, *DISK, *CLOCK, *BYZANTINE, *HEALING)

CATALOGUE: Final[Mapping[str, type[Trouble]]] = MappingProxyType({each.kind: each for each in _ALL})
"""Every kind of trouble, in the order of the reference."""


def trouble_of(fault: Fault) -> Trouble:
    """What a fault does, or an error with all that is wrong with it."""
    trouble, problems = _read(fault)
    if trouble is None or problems:
        raise InputError(f"{fault.kind} cannot be performed: {'; '.join(problems)}")
    return trouble


def validate(
    schedule: Schedule, *, hosts: Sequence[str] = (), codec: Codec | None = None
) -> tuple[Trouble, ...]:
    """What each fault of a schedule does; refused with all of its problems at once if it cannot be performed.

    Where it is not yet known which hosts there will be (`hosts` is empty), a host that does not exist is found when
    its fault begins, and ends the run.
    """
    problems: list[str] = []
    placed: list[Placed] = []
    for number, fault in enumerate(schedule.faults, 1):
        trouble, found = _read(fault)
        if trouble is not None:
            placed.append((number, fault, trouble))
            found = (*found, *_problems(fault, trouble, hosts, codec))
        problems += [f"fault {number} ({fault.kind}): {problem}" for problem in found]
    problems += overlapping(placed)
    if problems:
        raise ScheduleRefused(
            f"the schedule cannot be performed: {'; '.join(problems)}",
            remedy="correct these faults; nothing was run",
        )
    return tuple(trouble for _, _, trouble in placed)


def _problems(fault: Fault, trouble: Trouble, hosts: Sequence[str], codec: Codec | None) -> Iterator[str]:
    """What is wrong with a fault whose arguments can be read."""
    yield from trouble.lacks(codec)
    if fault.lasting_ns and not trouble.opposite:
        yield f"it happens once, so lasting_ns is 0, found {fault.lasting_ns}"
    for name in trouble.named:
        if name == TESTER and trouble.needs is Capability.PROCESS:
            yield "the tester cannot be killed, stopped or frozen: the trial itself runs there"
        elif hosts and name not in (*hosts, EVERYBODY, TESTER) and not name.startswith(ROLE):
            yield f"there is no host {name}; {near(name, hosts)}"
    places = [*trouble.holds()]
    if places and all(one == other != EVERYBODY for one, other in places):
        yield f"it bends nothing: {places[0][0]} is on both sides, and there is no road to itself"


def _read(fault: Fault) -> tuple[Trouble | None, tuple[str, ...]]:
    known = CATALOGUE.get(fault.kind)
    if known is None:
        return None, (f"unknown kind; {near(fault.kind, CATALOGUE)}",)
    return known.read(fault.args)
