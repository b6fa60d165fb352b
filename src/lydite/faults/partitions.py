"""Troubles of whole networks: how it falls apart into groups, halves, rings and single hosts.

Each of them is made of cuts. A host that is not named keeps all of its roads, and so does the tester, whose workload
goes on asking everybody: whoever wants it cut off as well names it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, Final, Self

from lydite.faults.drawing import millis, several, sides, some
from lydite.faults.network import Between, Cut, OfNetwork, smaller_side
from lydite.faults.shapes import Groups, Hosts, duration, groups, hosts
from lydite.faults.steps import Steps, in_steps
from lydite.faults.trouble import EVERYBODY, Bends, Hands, Harm, Trouble, listed
from lydite.model import MILLISECOND, Draws
from lydite.world import Bend, World

CUTS: Final = ("network.cut",)
RING_LEAST: Final = 4
"""In a smaller ring everybody is everybody's neighbour."""


class OfCuts(OfNetwork):
    """What all that is made of cuts shares."""

    __slots__ = ()
    opposite: ClassVar[str] = "network.heal"
    verbs: ClassVar[tuple[str, ...]] = CUTS
    harm: ClassVar[Harm] = Harm.DOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition(OfCuts):
    """The network falls apart into groups: everything between two of them is lost, both ways.

    Breaks what decides without a majority, and what two groups decided and must agree on when the network is healed.
    A host that no group names is connected with all of them.
    """

    kind: ClassVar[str] = "network.partition"

    groups: Groups = groups()

    def pull(self, hands: Hands) -> Bend:
        pairs = combinations(self.groups, 2)
        return Bends.of(hands.world.network.cut(left, right) for left, right in pairs)

    def holds(self) -> Iterator[tuple[str, str]]:
        for left, right in combinations(self.groups, 2):
            yield from ((one, other) for one in left for other in right)

    def victims(self, everybody: Sequence[str]) -> tuple[str, ...]:
        """All but the largest group, and the first of those where several are."""
        largest = max(self.groups, key=len)
        return tuple(name for group in self.groups if group is not largest for name in group)

    def simpler(self) -> Iterator[Trouble]:
        if len(self.groups) == 2:
            yield Cut(left=self.groups[0], right=self.groups[1])
        yield from self.weaker()

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        if len(everybody) < 2:
            return None
        parts = draws.between(2, min(3, len(everybody)))
        order = list(everybody)
        draws.shuffle(order)
        # One host for each group first, so that none is empty; the others wherever they fall.
        grouped = [[name] for name in order[:parts]]
        for name in order[parts:]:
            draws.choice(grouped).append(name)
        return cls(groups=tuple(tuple(group) for group in grouped))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge(OfCuts):
    """Two halves do not hear each other, and one host between them hears both.

    Breaks majorities that overlap in one host, which then votes on both sides. Healed as a cut is.
    """

    kind: ClassVar[str] = "network.bridge"

    left: Hosts = hosts()
    right: Hosts = hosts()
    over: str = hosts()

    def pull(self, hands: Hands) -> Bend:
        # What names everybody, or a role, may name the bridge as well, which stays open.
        left, right = (_without(each, self.over, hands.world) for each in (self.left, self.right))
        return hands.world.network.cut(left, right)

    def problems(self) -> Iterator[str]:
        if self.over == EVERYBODY or listed(self.over) != (self.over,):
            yield f"argument over is {self.over!r}, expected one host"
        elif self.over in listed(self.left) or self.over in listed(self.right):
            yield f"the bridge {self.over} stands on one of the sides, expected it between them"

    def meets(self, everybody: Sequence[str]) -> bool:
        sides = (_chosen(self.left, everybody), _chosen(self.right, everybody))
        return all(set(side) - {self.over} for side in sides)

    def victims(self, everybody: Sequence[str]) -> tuple[str, ...]:
        return smaller_side(self.left, self.right, [name for name in everybody if name != self.over])

    def simpler(self) -> Iterator[Trouble]:
        yield Cut(left=self.left, right=self.right)
        yield from self.weaker()

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        if len(everybody) < 3:
            return None
        order = list(everybody)
        draws.shuffle(order)
        over, *rest = order
        middle = (len(rest) + draws.below(2)) // 2
        return cls(left=tuple(rest[:middle]), right=tuple(rest[middle:]), over=over)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring(OfCuts):
    """Each host hears only its two neighbours in a ring of at least four.

    Breaks what expects that whoever I hear hears whom I hear: each host sees another set of hosts. All of the ring
    are its victims, for no side of it lives on for certain. Healed as a cut is.
    """

    kind: ClassVar[str] = "network.ring"

    hosts: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        ring = tuple(dict.fromkeys(_chosen(self.hosts, names_of(hands.world))))
        strangers = ((one, tuple(other for two, other in _apart(ring) if two == one)) for one in ring)
        return Bends.of(hands.world.network.cut(one, others) for one, others in strangers if others)

    def problems(self) -> Iterator[str]:
        if self.hosts != EVERYBODY and len(set(listed(self.hosts))) < RING_LEAST:
            yield f"a ring has at least {RING_LEAST} hosts, found {len(set(listed(self.hosts)))}"

    def meets(self, everybody: Sequence[str]) -> bool:
        return len(set(_chosen(self.hosts, everybody))) >= RING_LEAST

    def holds(self) -> Iterator[tuple[str, str]]:
        return iter([(EVERYBODY, EVERYBODY)] if self.hosts == EVERYBODY else _apart(listed(self.hosts)))

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        chosen = several(draws, everybody, least=RING_LEAST)
        return None if chosen is None else cls(hosts=chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolate(OfCuts):
    """Some hosts are cut off from all others, and stay connected among themselves.

    Breaks a leader who goes on leading (`"@leader"`), a minority that goes on deciding, a majority that waits for the
    rest. Healed as a cut is.
    """

    kind: ClassVar[str] = "network.isolate"

    hosts: Hosts = hosts()

    def pull(self, hands: Hands) -> Bend:
        return hands.world.network.cut(self.hosts, others(self.hosts, names_of(hands.world)))

    def problems(self) -> Iterator[str]:
        if self.hosts == EVERYBODY:
            yield "nobody is left of whom everybody could be isolated"

    def meets(self, everybody: Sequence[str]) -> bool:
        return bool(others(self.hosts, everybody))

    def holds(self) -> Iterator[tuple[str, str]]:
        return ((name, EVERYBODY) for name in listed(self.hosts))

    def victims(self, everybody: Sequence[str]) -> tuple[str, ...]:
        return smaller_side(self.hosts, others(self.hosts, everybody), everybody)

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        chosen = some(draws, everybody) if len(everybody) > 1 else None
        return None if chosen is None else cls(hosts=chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flap(Between):
    """Two sides are cut and healed, again and again, until the end.

    Breaks what takes each reconnection for the last one: elections, back-off, and caches that are filled anew.
    """

    kind: ClassVar[str] = "network.flap"
    opposite: ClassVar[str] = "network.heal"
    verbs: ClassVar[tuple[str, ...]] = CUTS
    harm: ClassVar[Harm] = Harm.DOWN

    cut_ns: int = duration(least=MILLISECOND)
    whole_ns: int = duration(least=MILLISECOND)

    def pull(self, hands: Hands) -> Bend:
        return in_steps(hands.world, self.told, self._story(hands.world))

    def _story(self, world: World) -> Steps:
        while True:
            with world.network.cut(self.left, self.right):
                yield self.cut_ns
            yield self.whole_ns

    def simpler(self) -> Iterator[Trouble]:
        yield Cut(left=self.left, right=self.right)
        yield from self.weaker()

    @classmethod
    def drawn(cls, draws: Draws, everybody: Sequence[str]) -> Self | None:
        drawn = sides(draws, everybody)
        if drawn is None:
            return None
        cut_ns, whole_ns = millis(draws, 50, 1_500), millis(draws, 50, 1_500)
        return cls(left=drawn[0], right=drawn[1], cut_ns=cut_ns, whole_ns=whole_ns)


def others(chosen: Hosts, everybody: Sequence[str]) -> tuple[str, ...]:
    """Every host that is not among these."""
    named = everybody if chosen == EVERYBODY else listed(chosen)
    return tuple(name for name in everybody if name not in named)


def _chosen(chosen: Hosts, everybody: Sequence[str]) -> tuple[str, ...]:
    return tuple(everybody) if chosen == EVERYBODY else listed(chosen)


def _without(chosen: Hosts, left_out: str, world: World) -> tuple[str, ...]:
    return tuple(name for name in _chosen(chosen, names_of(world)) if name != left_out)


def names_of(world: World) -> tuple[str, ...]:
    """The hosts of a world, without the tester."""
    return tuple(host.name for host in world.hosts)


def _apart(ring: Sequence[str]) -> list[tuple[str, str]]:
    """All pairs of a ring that are no neighbours, each once."""
    size = len(ring)
    return [
        (ring[one], ring[other])
        for one, other in combinations(range(size), 2)
        if other - one not in (1, size - 1)
    ]


PARTITIONS: Final[tuple[type[Trouble], ...]] = (Partition, Bridge, Ring, Isolate, Flap)
