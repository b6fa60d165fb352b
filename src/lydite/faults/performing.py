"""A schedule performed on a world: each fault begins and ends at its time, and what was done is read back.

For each fault the trace tells when it began, with what it was about once roles were known, and when it ended,
by itself or healed by another one (SCHEDULED). What the levers did stands beside it (FAULT), written by the world when
it had done it. A fault that met nobody, because nobody held its role or there is nothing that it could bend, is told as
missed: it must never pass for one that the system survived.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeAlias

from lydite.faults.catalogue import trouble_of, validate
from lydite.faults.codec import Codec
from lydite.faults.overlaps import ends
from lydite.faults.trouble import ROLE, Hands, Trouble
from lydite.model import Fault, Schedule, ScheduleRefused
from lydite.world import Bend, World

BEGIN: Final = "begin"
END: Final = "end"
MISSED: Final = "missed"

Lasting: TypeAlias = dict[int, tuple[Trouble, Bend]]
"""The faults that last, by their number in the schedule."""


def under(
    schedule: Schedule, run: Callable[[World], Awaitable[object]], *, codec: Codec | None = None
) -> Callable[[World], Awaitable[object]]:
    """What a trial does, under a schedule."""

    async def main(world: World) -> None:
        perform(Hands(world, codec), schedule)
        await run(world)

    return main


def perform(hands: Hands, schedule: Schedule) -> None:
    """Let the faults of a schedule happen at their times; refused whole if one of them cannot be."""
    world = hands.world
    validate(schedule, capabilities=world.capabilities, codec=hands.codec)
    lasting: Lasting = {}
    for number, fault in enumerate(schedule.faults, 1):
        world.at(fault.at_ns, partial(_begin, hands, lasting, number, fault))


def _begin(hands: Hands, lasting: Lasting, number: int, fault: Fault) -> None:
    world = hands.world
    trouble = trouble_of(fault).cast(world.holders)
    nobody = any(name.startswith(ROLE) for name in trouble.named)
    if nobody or not trouble.meets([host.name for host in world.hosts]):
        world.scheduled(number, fault.kind, MISSED, trouble.args)
        return
    world.scheduled(number, fault.kind, BEGIN, trouble.args)
    for other, (healed, _) in list(lasting.items()):
        # What it heals wholly is over, also where that goes on in steps, or bends what the verb alone does not heal.
        if ends(trouble, healed):
            _end(hands, lasting, other)
    bend = _pulled(hands, trouble, fault)
    if bend is not None:
        lasting[number] = (trouble, bend)
        if fault.lasting_ns:
            world.at(world.now_ns + fault.lasting_ns, partial(_end, hands, lasting, number))


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


def _end(hands: Hands, lasting: Lasting, number: int) -> None:
    if number in lasting:
        trouble, bend = lasting.pop(number)
        bend.lift()
        hands.world.scheduled(number, trouble.kind, END, trouble.args)
