"""Storms in which a counter is worth watching, each drawn from the seed.

A counter promises nothing about disks that lose what they had kept, and nothing about nodes that lie (see its README),
so both are beyond its budget. Everything else may happen, and to any number of nodes at once: without a
majority it answers nobody, but what it has promised stays.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from lydite.faults import (
    Budget,
    Storm,
    clog_and_release,
    crash_before_sync,
    split_at_quorum,
    step_at_epoch,
)
from lydite.model import Draws, Fault, seconds

THREE: Final = ("node-1", "node-2", "node-3")
FIVE: Final = (*THREE, "node-4", "node-5")

STORM_FAULTS: Final = 40

PROMISED: Final = Budget(down=None, clock=None, data=0, byzantine=0)
"""What a counter survives."""

BEAT_NS: Final = seconds(1)
"""How often the nodes of a small storm look at each other."""


def blackout(draws: Draws, hosts: Sequence[str], from_ns: int, until_ns: int) -> Iterator[Fault]:
    """The power goes everywhere at once: what no disk has is gone, however many nodes had it.

    No single host that loses its power shows that: the others still know.
    """
    at_ns, lasting_ns = draws.between(from_ns, until_ns - seconds(4)), draws.between(seconds(1), seconds(4))
    yield Fault(at_ns=at_ns, kind="process.power_off", args={"hosts": [*hosts]}, lasting_ns=lasting_ns)


partitions: Final = Storm(
    hosts=THREE,
    kinds=("network",),
    faults=6,
    until_ns=seconds(18),
    budget=PROMISED,
    nemeses=(split_at_quorum(), clog_and_release()),
)
"""The network between three nodes falls apart in every way."""

crashes: Final = Storm(
    hosts=THREE,
    kinds=("process", "disk", "memory"),
    faults=6,
    until_ns=seconds(18),
    budget=PROMISED,
    nemeses=(blackout, crash_before_sync("data/journal")),
)
"""Three nodes crash, freeze, lose their power and run out of memory, alone or together, and their disks fail."""

clocks: Final = Storm(
    hosts=THREE,
    kinds=("clock", "cpu", "network.delay", "network.slow"),
    faults=6,
    until_ns=seconds(18),
    budget=PROMISED,
    nemeses=(step_at_epoch(period_ns=BEAT_NS),),
)
"""The clocks of three nodes are set and run wrong, while some links and some processors are slow."""

everything: Final = Storm(
    hosts=FIVE,
    kinds=("network", "process", "cpu", "memory", "disk", "clock"),
    without=("process.stop", "process.restart", "process.roll", "process.cascade", "clock.strobe"),
    faults=STORM_FAULTS,
    until_ns=seconds(100),
    budget=PROMISED,
)
"""Forty faults of nearly all kinds among five nodes, within 100 seconds.

What repeats itself, and more ways to start a node again, are left to the small storms: they take most of the time of a
run, and the nodes would do little else.
"""
