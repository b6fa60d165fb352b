"""The course of a run: what its hosts sent, how many connections were open, what was broken, and who came up again.

All of it comes from the trace of one run, in virtual seconds: the same run has the same course on every machine.

What it does *not* see: the processor and the memory of a simulated host, which the world gives away for nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from lydite.model import SECOND, Band, Event, Kind, Restart, Schedule, Series
from lydite.reports.spacetime.bands import Band as Fault
from lydite.reports.spacetime.bands import bands_of
from lydite.reports.spacetime.lives import hosts_of

STEPS: Final = 96
"""How many stretches of equal length a run is cut into."""

HOSTS_MAX: Final = 6
"""Of so many hosts what they send is told one by one: of those that send most."""

TOLD_MAX: Final = 60
"""So many faults and so many restarts of a run are told."""

ENDING: Final = frozenset(
    {
        "process.crash",
        "process.power_off",
        "process.stop",
        "process.restart",
        "process.roll",
        "process.cascade",
    }
)
"""The faults that end programs."""

LEADING: Final = ("disk.", "memory.")
"""The faults that may have a program killed: power that goes at a write, memory that is not there."""

Course: TypeAlias = tuple[Series | Band | Restart, ...]


def course(run: str, schedule: Schedule, events: Sequence[Event]) -> Course:
    """The course of a run from its whole trace, told under a name; nothing where no time has passed."""
    end_ns = events[-1].at_ns if events else 0
    if end_ns <= 0:
        return ()
    hosts = hosts_of(events)
    faults = [fault for fault in bands_of(schedule, events, hosts, end_ns) if fault.seen and not fault.missed]
    bands = [
        Band(
            name=fault.words,
            begin_s=fault.begin_ns / SECOND,
            end_s=min(fault.until(end_ns), end_ns) / SECOND,
            run=run,
        )
        for fault in faults[:TOLD_MAX]
    ]
    restarts = _restarts(events, faults, end_ns, run)
    return (*_Tally(end_ns).all_of(events).series(hosts, run), *bands, *restarts[:TOLD_MAX])


@dataclass(slots=True)
class _Tally:
    """Counts by stretches of time."""

    end_ns: int
    sent: dict[str, list[int]] = field(default_factory=dict)
    """Of each host, the bytes that it sent."""
    taken: list[int] = field(default_factory=lambda: [0] * STEPS)
    """Messages that arrived."""
    links: list[int] = field(default_factory=lambda: [0] * STEPS)
    """Connections that are open, the most of the stretch."""
    open: dict[object, tuple[str, str]] = field(default_factory=dict)
    ended: set[object] = field(default_factory=set)
    """Of the open ones those that one side has ended."""

    def all_of(self, events: Sequence[Event]) -> "_Tally":
        """Count all records."""
        step = 0
        for event in events:
            now = min(STEPS - 1, event.at_ns * STEPS // self.end_ns)
            for each in range(step + 1, now + 1):
                self.links[each] = len(self.open)
            step = now
            self._count(event, now)
            self.links[now] = max(self.links[now], len(self.open))
        return self

    def _count(self, event: Event, step: int) -> None:
        link = event.fields.get("connection")
        match event.kind:
            case Kind.SEND | Kind.DATAGRAM:
                self.sent.setdefault(event.host, [0] * STEPS)[step] += int(str(event.fields["size"]))
            case Kind.DELIVER | Kind.ARRIVE:
                self.taken[step] += 1
            case Kind.ACCEPT:
                self.open[link] = (event.host, str(event.fields["peer"]))
            case Kind.FINISH if link in self.ended:
                self.open.pop(link, None)
            case Kind.FINISH:
                self.ended.add(link)
            case Kind.RESET:
                self.open.pop(link, None)
            case Kind.CRASH | Kind.EXIT:
                self.open = {each: ends for each, ends in self.open.items() if event.host not in ends}
            case _:
                pass

    def series(self, hosts: Sequence[str], run: str) -> list[Series]:
        """The lines: each point stands at the end of its stretch."""
        width_s = self.end_ns / SECOND / STEPS
        at_s = tuple(round((step + 1) * width_s, 3) for step in range(STEPS))

        def line(name: str, unit: str, counts: Sequence[int], worth: Callable[[int], float]) -> Series:
            values = tuple(round(worth(count), 3) for count in counts)
            return Series(name=name, unit=unit, at_s=at_s, values=values, run=run)

        busiest = sorted(self.sent, key=lambda host: (-sum(self.sent[host]), host))[:HOSTS_MAX]
        return [
            *(
                line(f"{host}.sent", "kB/s", self.sent[host], lambda count: count / width_s / 1000)
                for host in hosts
                if host in busiest
            ),
            line("messages", "1/s", self.taken, lambda count: count / width_s),
            line("connections", "open", self.links, float),
        ]


def _restarts(events: Sequence[Event], faults: Sequence[Fault], end_ns: int, run: str) -> list[Restart]:
    """Hosts whose last program had ended, and on which one runs again."""
    alive: dict[str, int] = {}
    gone: dict[str, str] = {}
    found = []
    for event in events:
        match event.kind:
            case Kind.START:
                if not alive.get(event.host) and event.host in gone:
                    found.append(
                        Restart(
                            service=event.host, at_s=event.at_ns / SECOND, cause=gone[event.host], run=run
                        )
                    )
                alive[event.host] = alive.get(event.host, 0) + 1
            case Kind.EXIT | Kind.CRASH:
                alive[event.host] = max(0, alive.get(event.host, 0) - 1)
                gone[event.host] = _cause(event, faults, end_ns)
            case _:
                pass
    return found


def _cause(event: Event, faults: Sequence[Fault], end_ns: int) -> str:
    """The fault that ended a program: the last in force on its host that can have done it; else its own end."""
    by_itself = event.kind is Kind.EXIT
    there = [
        fault
        for fault in faults
        if event.host in (*fault.left, *fault.right)
        and (fault.begin_ns == event.at_ns or fault.begin_ns < event.at_ns < fault.until(end_ns))
        and (fault.kind in ENDING or (fault.kind.startswith(LEADING) and not by_itself))
    ]
    if there:
        return max(there, key=lambda fault: (fault.kind in ENDING, fault.begin_ns)).words
    return (
        f"its own end, with code {event.fields.get('code', 0)}"
        if by_itself
        else f"killed: {event.fields.get('cause', '')}"
    )
