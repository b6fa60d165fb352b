"""A schedule performed on a world: each fault begins and ends at its time, and what was done is read back.

For each fault the trace tells when it began, with what it was about once roles were known, and when it ended
(SCHEDULED). What the levers did stands beside it (FAULT), written by the world when it had done it. A fault that met
nobody, because nobody held its role or nothing in the world was changed, is told as missed: it must never pass
for one that the system survived.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from lydite.faults.catalogue import trouble_of, validate
from lydite.faults.trouble import ROLE, Hands, Trouble
from lydite.model import Fault, Schedule, ScheduleRefused
from lydite.world import Bend, World

BEGIN: Final = "begin"
END: Final = "end"
MISSED: Final = "missed"


def under(
    schedule: Schedule, run: Callable[[World], Awaitable[object]], *, codec: object = None
) -> Callable[[World], Awaitable[object]]:
    """What a trial does, under a schedule."""

    async def main(world: World) -> None:
        perform(Hands(world, codec), schedule)
        await run(world)

    return main


def perform(hands: Hands, schedule: Schedule) -> None:
    """Let the faults of a schedule happen at their times; refused whole if one of them cannot be."""
    world = hands.world
    validate(schedule, capabilities=world.capabilities)
    for number, fault in enumerate(schedule.faults, 1):
        world.at(fault.at_ns, partial(_begin, hands, number, fault))


def _begin(hands: Hands, number: int, fault: Fault) -> None:
    world = hands.world
    trouble = trouble_of(fault).cast(world.holders)
    if any(name.startswith(ROLE) for name in trouble.named):
        world.scheduled(number, fault.kind, MISSED, trouble.args)
        return
    world.scheduled(number, fault.kind, BEGIN, trouble.args)
    bend = _pulled(hands, trouble, fault)
    if bend is not None and fault.lasting_ns:
        world.at(world.now_ns + fault.lasting_ns, partial(_end, hands, number, trouble, bend))


def _pulled(hands: Hands, trouble: Trouble, fault: Fault) -> Bend | None:
    try:
        return trouble.pull(hands)
    except Exception as error:
        # A fault that was not performed must never pass for one that the program survived.
        raise ScheduleRefused(
            f"{fault.kind} could not be performed: {getattr(error, 'what', repr(error))}",
            where=f"at {fault.at_ns} ns",
            remedy=getattr(error, "remedy", ""),
        ) from error


def _end(hands: Hands, number: int, trouble: Trouble, bend: Bend) -> None:
    bend.lift()
    hands.world.scheduled(number, trouble.kind, END, trouble.args)
