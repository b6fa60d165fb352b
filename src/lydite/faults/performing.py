"""A schedule performed on a world: each fault begins and ends at its time, and what was done is read back.

For each fault the trace tells when it began, with what it was about once roles were known, and when it ended,
by itself or healed by another one (SCHEDULED). What the levers did stands beside it (FAULT), written by the world when
it had done it. A fault that met nobody, because nobody held its role or there was nothing that it could bend,
kill, flip or reset, is told as missed, and not performed: it must never pass for one that the system survived.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from lydite.faults.catalogue import validate
from lydite.faults.codec import Codec
from lydite.faults.overlaps import ends
from lydite.faults.trouble import ROLE, Hands, Trouble
from lydite.model import Fault, Phase, Schedule, ScheduleRefused
from lydite.world import Bend, World

Done = TypeVar("Done")

Lasting: TypeAlias = dict[int, tuple[Trouble, Bend]]
"""The faults that last, by their number in the schedule."""


def under(
    schedule: Schedule,
    run: Callable[[World], Awaitable[object]],
    *,
    hosts: Sequence[str] = (),
    codec: Codec | None = None,
) -> Callable[[World], Awaitable[object]]:
    """What a trial does, under a schedule, which is checked at once and refused whole if it cannot be performed."""
    troubles = validate(schedule, hosts=hosts, codec=codec)

    async def main(world: World) -> None:
        _appoint(Hands(world, codec), schedule, troubles)
        await run(world)

    return main


def _appoint(hands: Hands, schedule: Schedule, troubles: Sequence[Trouble]) -> None:
    """Let the faults happen at their times; refused whole if this world has no lever for one of them."""
    world = hands.world
    planned = list(zip(schedule.faults, troubles, strict=True))
    lacking = sorted({str(trouble.needs) for trouble in troubles if trouble.needs not in world.capabilities})
    if lacking:
        kinds = ", ".join(
            dict.fromkeys(fault.kind for fault, trouble in planned if str(trouble.needs) in lacking)
        )
        raise ScheduleRefused(
            f"the schedule cannot be performed: this world has no {' and no '.join(lacking)} lever",
            remedy=f"leave out {kinds}; nothing was run",
        )
    lasting: Lasting = {}
    for number, (fault, trouble) in enumerate(planned, 1):
        world.at(fault.at_ns, partial(_begin, hands, lasting, number, fault, trouble))


def _begin(hands: Hands, lasting: Lasting, number: int, fault: Fault, asked: Trouble) -> None:
    world = hands.world
    trouble = asked.cast(world.holders)
    nobody = any(name.startswith(ROLE) for name in trouble.named)
    met = not nobody and trouble.meets([host.name for host in world.hosts])
    if not met or not _performed(fault, partial(trouble.finds, world)):
        world.scheduled(number, fault.kind, Phase.MISSED, trouble.args)
        return
    world.scheduled(number, fault.kind, Phase.BEGIN, trouble.args)
    for other, (healed, _) in list(lasting.items()):
        # What it heals wholly is over, also where that goes on in steps, or bends what the verb alone does not heal.
        if ends(trouble, healed):
            _end(hands, lasting, other)
    bend = _performed(fault, partial(trouble.pull, hands))
    if bend is not None:
        lasting[number] = (trouble, bend)
        if fault.lasting_ns:
            world.at(world.now_ns + fault.lasting_ns, partial(_end, hands, lasting, number))


def _performed(fault: Fault, action: Callable[[], Done]) -> Done:
    try:
        return action()
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
        hands.world.scheduled(number, trouble.kind, Phase.END, trouble.args)
