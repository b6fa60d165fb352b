"""Nemeses: small plans that aim at what protocols get wrong, where a storm would hit it by luck only.

Each is a function of draws, the hosts and the time of the storm, and gives the faults of one attempt. They are made by
the functions below, so that a trial can say what it is about::

    Storm(hosts=FIVE, nemeses=(isolate_leader(), split_at_quorum(), step_at_epoch(period_ns=seconds(12))))
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from lydite.faults.trouble import ROLE
from lydite.model import MILLISECOND, SECOND, Draws, Facts, Fault, InputError, format_ns

Nemesis: TypeAlias = Callable[[Draws, Sequence[str], int, int], Iterator[Fault]]
"""Draws, hosts, begin and end of the storm: the faults of one attempt."""

LEADER: Final = "@leader"


def isolate_leader(role: str = LEADER, *, times: int = 2) -> Nemesis:
    """Cut off whoever leads, again and again: the next one too, once it has been chosen.

    Finds leaders that go on leading when nobody hears them, and elections that lose what the old one had promised.
    """
    if not role.startswith(ROLE):
        raise InputError(
            f"a role begins with {ROLE}, found {role!r}", where="isolate_leader", remedy=f"use {LEADER}"
        )

    def nemesis(draws: Draws, _hosts: Sequence[str], from_ns: int, until_ns: int) -> Iterator[Fault]:
        for _ in range(draws.between(1, times)):
            at_ns, lasting_ns = _span(draws, from_ns, until_ns)
            yield Fault(at_ns=at_ns, kind="network.isolate", args={"hosts": role}, lasting_ns=lasting_ns)

    return nemesis


def split_at_quorum(quorum: int = 0) -> Nemesis:
    """Split the hosts so that one side has a quorum, or just misses it, or has one more.

    Finds counts that are off by one. Without a number the quorum is a majority.
    """

    def nemesis(draws: Draws, hosts: Sequence[str], from_ns: int, until_ns: int) -> Iterator[Fault]:
        wanted = (quorum or len(hosts) // 2 + 1) + draws.between(-1, 1)
        size = min(max(1, wanted), len(hosts) - 1)
        if len(hosts) < 2:
            return
        order = list(hosts)
        draws.shuffle(order)
        at_ns, lasting_ns = _span(draws, from_ns, until_ns)
        sides = [sorted(order[:size], key=hosts.index), sorted(order[size:], key=hosts.index)]
        yield Fault(at_ns=at_ns, kind="network.partition", args={"groups": [*sides]}, lasting_ns=lasting_ns)

    return nemesis


def crash_before_sync(path: str = "") -> Nemesis:
    """Take the power of a host between a write and the sync that would have made it last.

    Finds answers that are given before what they promise is on the disk.
    """

    def nemesis(draws: Draws, hosts: Sequence[str], from_ns: int, until_ns: int) -> Iterator[Fault]:
        at_ns, lasting_ns = _span(draws, from_ns, until_ns)
        args: Facts = {"hosts": draws.choice(hosts), "path": path, "skip": draws.between(0, 3)}
        yield Fault(at_ns=at_ns, kind="disk.trip", args=args, lasting_ns=lasting_ns)

    return nemesis


def step_at_epoch(*, period_ns: int) -> Nemesis:
    """Set the clock of a host across an edge of the system's own time, there and perhaps back.

    Finds what an epoch, a slot or a lease decides twice, or never.
    """
    if period_ns < 2:
        raise InputError(f"the system's own time has a period, found {period_ns} ns", where="step_at_epoch")

    def nemesis(draws: Draws, hosts: Sequence[str], from_ns: int, until_ns: int) -> Iterator[Fault]:
        if from_ns // period_ns == until_ns // period_ns:
            raise InputError(
                f"no edge of a period of {format_ns(period_ns)} lies in a storm from {format_ns(from_ns)} "
                f"to {format_ns(until_ns)}",
                where="step_at_epoch",
                remedy="let the storm last longer, or leave this nemesis out",
            )
        edge = draws.between(from_ns // period_ns + 1, until_ns // period_ns)
        host, near_ns = draws.choice(hosts), draws.between(MILLISECOND, 200 * MILLISECOND)
        step_ns = near_ns + draws.between(MILLISECOND, period_ns // 2 or MILLISECOND)
        yield Fault(
            at_ns=max(0, edge * period_ns - near_ns),
            kind="clock.step",
            args={"hosts": host, "by_ns": step_ns},
        )
        back_ns = edge * period_ns + near_ns
        if draws.chance(0.5) and back_ns <= until_ns:
            back: Facts = {"hosts": host, "by_ns": -2 * step_ns}
            yield Fault(at_ns=back_ns, kind="clock.step", args=back)

    return nemesis


def clog_and_release() -> Nemesis:
    """Hold everything between a host and the others, and let it all arrive at once.

    Finds what takes late messages for new ones, and queues without an end.
    """

    def nemesis(draws: Draws, hosts: Sequence[str], from_ns: int, until_ns: int) -> Iterator[Fault]:
        victim = draws.choice(hosts)
        others = [host for host in hosts if host != victim]
        at_ns, lasting_ns = _span(draws, from_ns, until_ns)
        if others:
            args: Facts = {"left": victim, "right": [*others]}
            yield Fault(at_ns=at_ns, kind="network.hold", args=args, lasting_ns=lasting_ns)

    return nemesis


def _span(draws: Draws, from_ns: int, until_ns: int) -> tuple[int, int]:
    """A moment of the storm, and a length that ends within it."""
    at_ns = draws.between(from_ns, max(from_ns, until_ns - SECOND))
    most_ns = max(1, min(10 * SECOND, until_ns - at_ns))
    return at_ns, draws.between(min(SECOND, most_ns), most_ns)
