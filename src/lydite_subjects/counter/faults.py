"""Storms in which a counter is worth watching, each drawn from the seed.

A counter lives by its majority, its disks and its connections, so its storms bend exactly these. They
never let a disk rot or lie about fsync, for no promise of the counter survives that (see its README).
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from lydite.model import Draws, Facts, Fault, Schedule, milliseconds, seconds

THREE: Final = ("node-1", "node-2", "node-3")
FIVE: Final = (*THREE, "node-4", "node-5")

STORM_FAULTS: Final = 40

Kind: TypeAlias = tuple[str, Callable[[Draws, Sequence[str]], Facts]]
"""What is bent, and how its arguments are drawn."""


def partitions(draws: Draws) -> Schedule:
    """The network between three nodes falls apart in every way."""
    return _storm(draws, THREE, _NETWORK, count=6, until_s=14)


def crashes(draws: Draws) -> Schedule:
    """Three nodes crash, freeze and lose their power, alone or together, and their disks fail."""
    return _storm(draws, THREE, (*_PROCESS, *_DISK), count=6, until_s=14)


def clocks(draws: Draws) -> Schedule:
    """The clocks of three nodes are set and run wrong, while some links are slow."""
    return _storm(draws, THREE, (*_CLOCK, *_CLOCK, ("network.delay", _delay)), count=6, until_s=14)


def everything(draws: Draws) -> Schedule:
    """Forty faults of all kinds among five nodes, within 100 seconds."""
    kinds = (*_NETWORK, *_PROCESS, *_DISK, *_CLOCK)
    return _storm(draws, FIVE, kinds, count=STORM_FAULTS, until_s=100)


def _storm(
    draws: Draws, nodes: Sequence[str], kinds: Sequence[Kind], *, count: int, until_s: int
) -> Schedule:
    # Some kinds only, other ones for each seed: faults that all meet at once hide one another.
    chosen = draws.sample(kinds, draws.between(2, len(kinds)))
    return Schedule.of(_fault(draws, nodes, draws.choice(chosen), until_s) for _ in range(count))


def _fault(draws: Draws, nodes: Sequence[str], kind: Kind, until_s: int) -> Fault:
    name, arguments = kind
    return Fault(
        at_ns=draws.between(seconds(1), seconds(until_s)),
        kind=name,
        args=arguments(draws, nodes),
        lasting_ns=0 if name == "clock.step" else draws.between(milliseconds(500), seconds(6)),
    )


def _sides(draws: Draws, nodes: Sequence[str]) -> tuple[list[str], list[str]]:
    left = draws.sample(nodes, draws.between(1, len(nodes) - 1))
    return list(left), [node for node in nodes if node not in left]


def _some(draws: Draws, nodes: Sequence[str]) -> list[str]:
    return list(draws.sample(nodes, draws.between(1, len(nodes) // 2)))


def _groups(draws: Draws, nodes: Sequence[str]) -> Facts:
    left, right = _sides(draws, nodes)
    return {"left": left, "right": right}


def _one_way(draws: Draws, nodes: Sequence[str]) -> Facts:
    source, target = _sides(draws, nodes)
    return {"source": source, "target": target}


def _delay(draws: Draws, nodes: Sequence[str]) -> Facts:
    most = milliseconds(draws.between(20, 800))
    return {**_groups(draws, nodes), "by_ns": most // 2, "jitter_ns": most // 2}


def _lose(draws: Draws, nodes: Sequence[str]) -> Facts:
    return {**_groups(draws, nodes), "rate": draws.between(10, 60) / 100}


def _hosts(draws: Draws, nodes: Sequence[str]) -> Facts:
    return {"hosts": _some(draws, nodes)}


def _some_or_all(draws: Draws, nodes: Sequence[str]) -> Facts:
    # Now and then the power goes for everybody.
    return {"hosts": list(nodes) if draws.chance(0.3) else _some(draws, nodes)}


def _step(draws: Draws, nodes: Sequence[str]) -> Facts:
    return {"hosts": [draws.choice(nodes)], "by_ns": milliseconds(draws.between(-60_000, 60_000))}


def _drift(draws: Draws, nodes: Sequence[str]) -> Facts:
    return {"hosts": [draws.choice(nodes)], "rate": draws.between(25, 300) / 100}


def _fail(draws: Draws, nodes: Sequence[str]) -> Facts:
    operation = draws.choice(["write", "sync"])
    return {"hosts": _some(draws, nodes), "operation": operation, "rate": draws.between(20, 100) / 100}


def _slow(draws: Draws, nodes: Sequence[str]) -> Facts:
    return {"hosts": _some(draws, nodes), "by_ns": milliseconds(draws.between(5, 200))}


_NETWORK: Final[tuple[Kind, ...]] = (
    ("network.cut", _groups),
    ("network.block", _one_way),
    ("network.hold", _groups),
    ("network.delay", _delay),
    ("network.lose", _lose),
)
_PROCESS: Final[tuple[Kind, ...]] = (
    ("process.crash", _hosts),
    ("process.power_off", _some_or_all),
    ("process.pause", _hosts),
)
_DISK: Final[tuple[Kind, ...]] = (
    ("disk.fail", _fail),
    ("disk.fill", _hosts),
    ("disk.slow", _slow),
)
_CLOCK: Final[tuple[Kind, ...]] = (
    ("clock.step", _step),
    ("clock.drift", _drift),
)
