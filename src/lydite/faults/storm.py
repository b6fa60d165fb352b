"""A storm: a schedule drawn from the seed, in the manner of a swarm.

Each seed enables some kinds of trouble only, other ones each time: when everything happens at once, faults hide one
another, and the one that matters is healed by accident. What is enabled is then drawn as often as is asked for, each
fault with its own moment, length and victims::

    @trial(hosts=FIVE, storm=Storm(hosts=FIVE, kinds=("network", "process"), faults=(5, 20)))

Nemeses are drawn beside it: small plans that aim at what protocols get wrong (`nemeses`).

A storm keeps within its budget: what would break more hosts at once than the system promises to survive is drawn
anew, and left out if it still would. In the mode LIVENESS every fault ends before the storm does, so that the trial
can heal the rest and demand that the system comes back; in the mode SAFETY faults may also outlast it, or never end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Self, cast

from lydite.faults.budget import Budget, Ledger
from lydite.faults.catalogue import CATALOGUE, trouble_of
from lydite.faults.codec import Codec
from lydite.faults.nemeses import Nemesis
from lydite.faults.trouble import EVERYBODY, ROLE, Trouble
from lydite.faults.twisting import twisted
from lydite.model import MILLISECOND, SECOND, TESTER, Draws, Fault, InputError, Schedule, near

SAMPLES: Final = 16
"""How many storms are drawn to see whether there is anything to draw."""

ATTEMPTS: Final = 8
"""How often a fault that breaks the budget is drawn anew before it is left out."""


class Mode(Enum):
    """What a storm leaves behind."""

    LIVENESS = "liveness"
    """Every fault that can end has ended when the storm is over."""
    SAFETY = "safety"
    """Some faults outlast the storm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What to draw, for which hosts. Called with draws, it is the storm of a trial."""

    hosts: tuple[str, ...]
    kinds: tuple[str, ...] = ("network", "process", "cpu", "disk", "clock")
    """Kinds (`process.crash`) and whole families (`network`)."""
    without: tuple[str, ...] = ()
    """Kinds and families that are left out again."""
    faults: int | tuple[int, int] = (3, 12)
    """How many, or between which numbers; nemeses come on top."""
    from_ns: int = SECOND
    until_ns: int = 60 * SECOND
    lasting_ns: tuple[int, int] = (500 * MILLISECOND, 6 * SECOND)
    mode: Mode = Mode.LIVENESS
    budget: Budget = Budget()
    nemeses: tuple[Nemesis, ...] = ()

    def __post_init__(self) -> None:
        problems = [*self._problems()] or [*self._idle()]
        if problems:
            raise InputError(f"this storm cannot be: {'; '.join(problems)}", where="Storm")

    def __call__(self, draws: Draws) -> Schedule:
        """The storm of one seed."""
        ledger = Ledger(self.budget, self.hosts)
        drawn = [*self._aimed(draws, ledger), *self._swarm(draws, ledger)]
        return Schedule.of(drawn)

    @property
    def troubles(self) -> tuple[type[Trouble], ...]:
        """The kinds that it draws from: those that its budget allows at all."""
        return tuple(
            each
            for kind, each in CATALOGUE.items()
            if _named(kind, self.kinds)
            and not _named(kind, self.without)
            and self.budget.of(each.harm) != 0
            and each.stormy
        )

    @property
    def faults_max(self) -> int:
        """The most faults that it draws, beside those of its nemeses."""
        return self.faults if isinstance(self.faults, int) else self.faults[1]

    @property
    def must_end(self) -> bool:
        """Does every fault end before the storm does?"""
        return self.mode is Mode.LIVENESS

    def fitting(self, codec: Codec | None) -> Self:
        """The same storm for a system with this codec: of a family it draws only what the codec can do.

        Refused where that leaves nothing of a family, or not a kind that is asked for by its own name.
        """
        lacks = {trouble.kind: "; ".join(trouble.lacks(codec)) for trouble in self._samples()}
        unable = [kind for kind, lack in lacks.items() if lack]
        if not unable:
            return self
        able = [kind for kind, lack in lacks.items() if not lack]
        wanted = [name for name in self.kinds if not any(_named(kind, (name,)) for kind in able)]
        told = [f"{kind} {lacks[kind]}" for kind in unable if _named(kind, tuple(wanted))]
        if told:
            raise InputError(
                f"this storm cannot be for this system: {'; '.join(told)}",
                where="Storm",
                remedy="teach the codec what is lacking, or leave these kinds out",
            )
        return replace(self, without=(*self.without, *unable))

    def twisted(self, schedule: Schedule, draws: Draws) -> Schedule:
        """A schedule a little different, within the same budget."""
        return twisted(self, schedule, self(draws), draws)

    def _swarm(self, draws: Draws, ledger: Ledger) -> Iterator[Fault]:
        troubles = self.troubles
        if not troubles:
            return
        enabled = draws.sample(troubles, draws.between(min(2, len(troubles)), len(troubles)))
        count = self.faults if isinstance(self.faults, int) else draws.between(*self.faults)
        for _ in range(count):
            for _ in range(ATTEMPTS):
                fault = self._fault(draws, draws.choice(enabled), ledger)
                if fault is not None:
                    yield fault
                    break

    def _fault(self, draws: Draws, kind: type[Trouble], ledger: Ledger) -> Fault | None:
        at_ns = draws.between(self.from_ns, max(self.from_ns, self.until_ns - self.lasting_ns[0]))
        lasting_ns = self._length(draws, at_ns)
        trouble = kind.drawn(draws, self.hosts)
        if trouble is None:
            return None
        return _within(trouble, trouble.at(at_ns, lasting_ns=lasting_ns if trouble.opposite else 0), ledger)

    def _length(self, draws: Draws, at_ns: int) -> int:
        length_ns = draws.between(*self.lasting_ns)
        if self.must_end:
            return min(length_ns, max(1, self.until_ns - at_ns))
        return 0 if draws.chance(OUTLASTING) else length_ns

    def _aimed(self, draws: Draws, ledger: Ledger) -> Iterator[Fault]:
        for nemesis in self.nemeses:
            own = Draws(draws.word(), "nemesis")
            if own.chance(0.5):
                for fault in nemesis(own, self.hosts, self.from_ns, self.until_ns):
                    kept = _within(trouble_of(fault), fault, ledger)
                    if kept is not None:
                        yield kept

    def _samples(self) -> Iterator[Trouble]:
        """One of each kind that it draws."""
        for kind in self.troubles:
            drawn = kind.drawn(Draws(0, "storm", "sample"), self.hosts)
            if drawn is not None:
                yield drawn

    def _problems(self) -> Iterator[str]:
        if not self.hosts:
            yield "it names no hosts"
        if isinstance(cast("object", self.hosts), str) or len(set(self.hosts)) != len(self.hosts):
            yield f"its hosts are {self.hosts!r}, expected the names of different hosts"
        for name in self.hosts:
            if name in (EVERYBODY, TESTER) or name.startswith(ROLE):
                yield f"it names {name}, expected hosts of the system under test"
        families = {kind.partition(".")[0] for kind in CATALOGUE}
        for name in (*self.kinds, *self.without):
            if name not in CATALOGUE and name not in families:
                yield f"unknown kind {name}; {near(name, [*CATALOGUE, *families])}"
        if not 0 <= self.from_ns < self.until_ns:
            yield f"it lasts from {self.from_ns} to {self.until_ns} ns, expected a later end"
        if not 0 < self.lasting_ns[0] <= self.lasting_ns[1]:
            yield f"faults last between {self.lasting_ns[0]} and {self.lasting_ns[1]} ns, expected a longer second one"
        low, high = (self.faults, self.faults) if isinstance(self.faults, int) else self.faults
        if not 0 <= low <= high:
            yield f"it has between {low} and {high} faults, expected a larger second number"

    def _idle(self) -> Iterator[str]:
        """A storm that is asked for faults and never has one proves nothing, and looks like calm weather."""
        low = self.faults if isinstance(self.faults, int) else self.faults[0]
        if low and not any(self._drawn_once(number) for number in range(SAMPLES)):
            yield (
                f"there is nothing that it could draw: of its kinds, {len(self.troubles)} are left by `without` and "
                f"the budget, and none of them is possible among {len(self.hosts)} hosts within it"
            )

    def _drawn_once(self, number: int) -> bool:
        draws, ledger = Draws(number, "storm", "sample"), Ledger(self.budget, self.hosts)
        return any(True for _ in self._swarm(draws, ledger))


OUTLASTING: Final = 0.1
"""How many of the faults of a SAFETY storm never end."""


def _within(trouble: Trouble, fault: Fault, ledger: Ledger) -> Fault | None:
    """The fault, paid for; None where the budget does not allow it."""
    if not ledger.allows(trouble, fault):
        return None
    ledger.spend(trouble, fault)
    return fault


def _named(kind: str, names: tuple[str, ...]) -> bool:
    return kind in names or kind.partition(".")[0] in names
