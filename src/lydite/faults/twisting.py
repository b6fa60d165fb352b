"""Twisting: a schedule a little different, to look around where a run reached something new.

A twist is drawn, like everything else. It joins what was promising with what is new, so that no variety is lost, and
has at most twice as many faults as the storm would draw. It never leaves the storm's budget: what the storm would not
have drawn is taken out again.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from lydite.faults.budget import Ledger
from lydite.faults.catalogue import trouble_of
from lydite.model import Draws, Fault, Schedule

if TYPE_CHECKING:
    from lydite.faults.storm import Storm

TWISTS_MAX: Final = 4


def twisted(storm: "Storm", schedule: Schedule, fresh: Schedule, draws: Draws) -> Schedule:
    """A fresh schedule together with the given one, of which some faults are moved, stretched, dropped or doubled."""
    faults = list(schedule.faults)
    for _ in range(draws.between(0, TWISTS_MAX)):
        faults = draws.choice(_TWISTS)(storm, faults, draws)
    return _affordable(storm, [*faults, *fresh.faults], draws)


def _affordable(storm: "Storm", faults: list[Fault], draws: Draws) -> Schedule:
    """What the budget allows, taken in a random order so that no fault always comes first."""
    ledger, kept = Ledger(storm.budget, storm.hosts), []
    draws.shuffle(faults)
    for fault in faults[: 2 * storm.faults_max]:
        trouble = trouble_of(fault)
        if ledger.allows(trouble, fault):
            ledger.spend(trouble, fault)
            kept.append(fault)
    return Schedule.of(sorted(kept, key=lambda fault: (fault.at_ns, fault.kind)))


def _moved(storm: "Storm", faults: list[Fault], draws: Draws) -> list[Fault]:
    """One begins at another time; half of the time when another one begins or ends."""
    if not faults:
        return faults
    number = draws.below(len(faults))
    edges = [each.at_ns for each in faults] + [each.at_ns + each.lasting_ns for each in faults]
    at_ns = draws.choice(edges) if draws.chance(0.5) else draws.between(storm.from_ns, storm.until_ns)
    return _replaced(storm, faults, number, at_ns, faults[number].lasting_ns)


def _stretched(storm: "Storm", faults: list[Fault], draws: Draws) -> list[Fault]:
    """One lasts twice or half as long."""
    if not faults:
        return faults
    number = draws.below(len(faults))
    lasting_ns = faults[number].lasting_ns
    length_ns = lasting_ns * 2 if draws.chance(0.5) else max(1, lasting_ns // 2)
    return _replaced(storm, faults, number, faults[number].at_ns, length_ns if lasting_ns else 0)


def _dropped(_storm: "Storm", faults: list[Fault], draws: Draws) -> list[Fault]:
    """One is left out."""
    number = draws.below(len(faults)) if faults else 0
    return faults[:number] + faults[number + 1 :]


def _doubled(storm: "Storm", faults: list[Fault], draws: Draws) -> list[Fault]:
    """One happens again at another time."""
    if not faults:
        return faults
    again = draws.choice(faults)
    return _replaced(
        storm, [*faults, again], len(faults), draws.between(storm.from_ns, storm.until_ns), again.lasting_ns
    )


def _replaced(storm: "Storm", faults: list[Fault], number: int, at_ns: int, lasting_ns: int) -> list[Fault]:
    """With one fault at another time, ending with the storm at the latest where it has to."""
    fault = faults[number]
    ending = lasting_ns and storm.must_end
    at_ns = min(max(at_ns, storm.from_ns), storm.until_ns - 1 if ending else storm.until_ns)
    if ending:
        lasting_ns = max(1, min(lasting_ns, storm.until_ns - at_ns))
    changed = Fault(at_ns=at_ns, kind=fault.kind, args=fault.args, lasting_ns=lasting_ns)
    return [*faults[:number], changed, *faults[number + 1 :]]


_TWISTS: Final[tuple[Callable[["Storm", list[Fault], Draws], list[Fault]], ...]] = (
    _moved,
    _stretched,
    _dropped,
    _doubled,
)
