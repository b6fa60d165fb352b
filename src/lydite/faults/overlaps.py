"""Overlaps: which faults of a schedule heal which others, wholly or in part.

One that falls into the time of a fault with an end of its own is refused: nobody could say when that ended.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from lydite.faults.trouble import EVERYBODY, Trouble
from lydite.model import SECOND, Fault

ONE_WAY: Final = "network.unblock"

Placed: TypeAlias = tuple[int, Fault, Trouble]
"""A fault's number in its schedule, the fault, and what it does."""


def overlapping(placed: Sequence[Placed]) -> Iterator[str]:
    """What is wrong with faults that heal: each that falls into the time of one that ends by itself."""
    for number, fault, healing in placed:
        for other, healed, trouble in placed if healing.heals else ():
            if _within(fault.at_ns, healed) and _heals(healing, trouble):
                yield (
                    f"fault {number} ({fault.kind} at {_seconds(fault.at_ns)}) heals what fault {other} "
                    f"({healed.kind} from {_seconds(healed.at_ns)} to {_seconds(healed.at_ns + healed.lasting_ns)}) "
                    f"still bends: leave it out, or give fault {other} a lasting_ns of 0 or of at most "
                    f"{fault.at_ns - healed.at_ns}"
                )


def ends(healing: Trouble, trouble: Trouble) -> bool:
    """Does it heal all of the other one?"""
    verbs = trouble.verbs or (trouble.kind,)
    if not (trouble.opposite == healing.kind or all(verb in healing.heals for verb in verbs)):
        return False
    healed = [*_ways(healing)]
    return all(any(_covers(one, other) for one in healed) for other in trouble.holds())


def _covers(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Is the second road, or host, what the first one names, or a part of it?"""
    return one[0] in (other[0], EVERYBODY) and one[1] in ("", other[1], EVERYBODY)


def _within(at_ns: int, healed: Fault) -> bool:
    return healed.at_ns <= at_ns < healed.at_ns + healed.lasting_ns


def _heals(healing: Trouble, trouble: Trouble) -> bool:
    """Does it heal some of the other one?"""
    verbs = trouble.verbs or (trouble.kind,)
    its_own = trouble.opposite == healing.kind or any(verb in healing.heals for verb in verbs)
    return its_own and any(_meets(one, other) for one in _ways(healing) for other in trouble.holds())


def _meets(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """May these be the same road; or the same host, if the first one is a host?"""
    # What has a role is known when the fault begins; until then it is nobody but itself.
    return _match(one[0], other[0]) and (not one[1] or _match(one[1], other[1]))


def _match(mine: str, theirs: str) -> bool:
    return mine == theirs or EVERYBODY in (mine, theirs)


def _ways(healing: Trouble) -> Iterator[tuple[str, str]]:
    """The roads or hosts that it heals; roads both ways, but for the verb that heals one."""
    for one, other in healing.holds():
        yield one, other
        if other and healing.kind != ONE_WAY:
            yield other, one


def _seconds(ns: int) -> str:
    return f"{ns / SECOND:g} s"
