"""Bands: each fault with the time for which it really was in force, and the hosts that it was about.

A schedule tells what was wanted, the records tell what was done: SCHEDULED when a fault of the schedule began and
ended, FAULT when a lever was pulled and let go. The records win; where there are none, the schedule is drawn.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lydite.model import HEALS, OPPOSITES, TESTER, Event, Facts, Fault, Kind, Phase, Plain, Schedule
from lydite.reports.spacetime.wording import fault_in_words, names_in

ONCE: Final = frozenset(verb for verb, opposite in OPPOSITES.items() if not opposite)
"""The verbs that happen once and have nothing to heal."""


@dataclass(slots=True, kw_only=True)
class Band:
    """One fault as it was."""

    number: int
    """Its place in the schedule, counted from 1; 0 where the trial pulled the lever itself."""
    kind: str
    args: Facts
    begin_ns: int
    end_ns: int | None = None
    """None: it was in force until the end."""
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    """The other side, where a fault lies between two."""
    missed: bool = False
    """It met nobody: the records say so."""
    seen: bool = True
    """It stands in the records; else it is drawn as the schedule wants it."""
    pulls: list[tuple[str, Facts]] = field(default_factory=list)
    """The levers that it holds."""

    @property
    def words(self) -> str:
        """What it does to whom."""
        return fault_in_words(self.kind, self.args)

    @property
    def once(self) -> bool:
        """It happened in one moment."""
        return self.end_ns == self.begin_ns

    def until(self, end_ns: int) -> int:
        """When it ended, or the end of everything."""
        return end_ns if self.end_ns is None else self.end_ns


def bands_of(schedule: Schedule, events: Sequence[Event], hosts: Sequence[str], end_ns: int) -> list[Band]:
    """The faults in force, in the order in which they began."""
    reading = _Reading(schedule, hosts)
    for event in events:
        reading.read(event)
    bands = reading.finish()
    known = {band.number for band in bands}
    unseen = [
        _planned(number, fault, hosts)
        for number, fault in enumerate(schedule.faults, 1)
        if number not in known and (not events or fault.at_ns <= end_ns)
    ]
    return sorted([*bands, *unseen], key=lambda band: (band.begin_ns, band.number))


@dataclass(slots=True)
class _Reading:
    """The faults that are known while the records are read."""

    schedule: Schedule
    hosts: Sequence[str]
    bands: list[Band] = field(default_factory=list)
    wanted: dict[tuple[int, str], deque[int]] = field(default_factory=dict)
    told: dict[int, Band] = field(default_factory=dict)
    """Those of the schedule that SCHEDULED records tell of."""

    def __post_init__(self) -> None:
        for number, fault in enumerate(self.schedule.faults, 1):
            self.wanted.setdefault((fault.at_ns, fault.kind), deque()).append(number)

    def read(self, event: Event) -> None:
        """Take in the next record."""
        args = event.fields.get("args")
        facts = args if isinstance(args, Mapping) else {}
        if event.kind is Kind.SCHEDULED:
            self._scheduled(event, facts)
        elif event.kind is Kind.FAULT:
            verb = str(event.fields.get("verb", ""))
            if verb in HEALS:
                self._healed(verb, facts, event.at_ns)
            else:
                self._pulled(verb, facts, event.at_ns)

    def _scheduled(self, event: Event, args: Facts) -> None:
        number, phase = int(str(event.fields["number"])), event.fields["phase"]
        if phase == Phase.END:
            if number in self.told and self.told[number].end_ns is None:
                self.told[number].end_ns = event.at_ns
            return
        band = self._add(number, str(event.fields["fault"]), args, event.at_ns)
        band.missed = phase == Phase.MISSED
        band.end_ns = event.at_ns if band.missed or band.kind in ONCE else None
        self.told[number] = band

    def _pulled(self, verb: str, args: Facts, at_ns: int) -> None:
        owner = self._owner(args, at_ns)
        if owner is None:
            queue = self.wanted.get((at_ns, verb))
            number = queue.popleft() if queue else 0
            owner = self._add(number, verb, args, at_ns)
            owner.end_ns = at_ns if verb in ONCE else None
        if verb not in ONCE:
            owner.pulls.append((verb, args))

    def _healed(self, verb: str, args: Facts, at_ns: int) -> None:
        """The same arguments lift one bend; a lever's own word lifts every bend between those hosts."""
        healed = HEALS[verb]
        for band in self.bands:
            for pull in band.pulls:
                if pull[0] in healed and pull[1] == args:
                    self._lift(band, pull, at_ns)
                    return
        sides = {name for side in _sides(args, self.hosts) for name in side}
        for band in self.bands:
            for pull in tuple(band.pulls):
                held = {name for side in _sides(pull[1], self.hosts) for name in side}
                if pull[0] in healed and held <= sides:
                    self._lift(band, pull, at_ns)

    def _lift(self, band: Band, pull: tuple[str, Facts], at_ns: int) -> None:
        band.pulls.remove(pull)
        # A fault of several pulls may let go and pull again: only its own last word ends it early.
        if not band.pulls and band.end_ns is None and pull[0] == band.kind:
            band.end_ns = at_ns

    def _owner(self, args: Facts, at_ns: int) -> Band | None:
        """The fault of the schedule that pulled this lever: the one that began just now, or one that still goes on."""
        latest = next(reversed(self.told.values()), None)
        if latest is not None and latest.begin_ns == at_ns and not latest.missed:
            return latest
        sides = {name for side in _sides(args, self.hosts) for name in side}
        open_ones = [band for band in self.told.values() if band.end_ns is None]
        return next((band for band in open_ones if sides <= {*band.left, *band.right}), None)

    def _add(self, number: int, kind: str, args: Facts, at_ns: int) -> Band:
        left, right = _sides(args, self.hosts)
        band = Band(number=number, kind=kind, args=args, begin_ns=at_ns, left=left, right=right)
        self.bands.append(band)
        return band

    def finish(self) -> list[Band]:
        """The faults, now that the records are over."""
        for number, band in self.told.items():
            faults = self.schedule.faults
            lasting_ns = faults[number - 1].lasting_ns if 0 < number <= len(faults) else 0
            if band.end_ns is None and not band.pulls and not lasting_ns:
                # It holds no lever and was never to end: it happened once.
                band.end_ns = band.begin_ns
        return self.bands


def _planned(number: int, fault: Fault, hosts: Sequence[str]) -> Band:
    left, right = _sides(fault.args, hosts)
    if fault.lasting_ns:
        end_ns: int | None = fault.at_ns + fault.lasting_ns
    else:
        end_ns = fault.at_ns if fault.kind in ONCE else None
    return Band(
        number=number,
        kind=fault.kind,
        args=fault.args,
        begin_ns=fault.at_ns,
        end_ns=end_ns,
        left=left,
        right=right,
        seen=False,
    )


def _sides(args: Facts, hosts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    for one, other in (("left", "right"), ("source", "target")):
        if one in args and other in args:
            return tuple(_named(args[one], hosts)), tuple(_named(args[other], hosts))
    alone = {name: value for name, value in args.items() if value != "*" or name in {"hosts", "names"}}
    return tuple(dict.fromkeys(name for value in alone.values() for name in _named(value, hosts))), ()


def _named(value: Plain, hosts: Sequence[str]) -> Sequence[str]:
    return [name for name in hosts if name != TESTER] if value == "*" else names_in(value, hosts)
