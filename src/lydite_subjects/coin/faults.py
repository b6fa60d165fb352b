"""Storms in which a coin is worth watching, each drawn from the seed.

What a coin survives is told by `PROMISED`: any number of nodes may be down, cut off, or late, at once and again and
again. It promises nothing about disks that lose what they have confirmed to be safe (`data=0`): a node whose database
is damaged says so and stays away. Of liars it survives any number but for those who are lied to by everybody: the
trials with liars keep one honest neighbour. Clocks may be wrong by less than two hours, which is what the law takes
for the present; a node whose clock is farther off is on a chain of its own until its clock is right.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from lydite.faults import Budget, Storm, clog_and_release, crash_before_sync, split_at_quorum
from lydite.model import Draws, Facts, Fault, Schedule, seconds

THREE: Final = ("node-1", "node-2", "node-3")
FOUR: Final = (*THREE, "node-4")
LIAR: Final = "node-4"
HONEST: Final = THREE

STORM_S: Final = 45
"""How long storms last."""
FROM_NS: Final = seconds(4)
"""When they begin: by then there is something to lose."""
UNTIL_NS: Final = seconds(STORM_S)

PROMISED: Final = Budget(down=None, clock=None, data=0, byzantine=0)
"""What a coin survives."""

CLOCK_S_MAX: Final = 3_000
"""How far a clock may be off: two of them together less than what the law takes for the present."""
DATABASE: Final = "data/coin.db"


def blackout(draws: Draws, hosts: Sequence[str], from_ns: int, until_ns: int) -> Iterator[Fault]:
    """The power goes everywhere at once: what no disk has is gone, however many nodes had it."""
    at_ns, lasting_ns = draws.between(from_ns, until_ns - seconds(4)), draws.between(seconds(1), seconds(4))
    yield Fault(at_ns=at_ns, kind="process.power_off", args={"hosts": [*hosts]}, lasting_ns=lasting_ns)


def crash_in_a_reorganisation(
    draws: Draws, hosts: Sequence[str], from_ns: int, until_ns: int
) -> Iterator[Fault]:
    """One node is cut off for a while, and falls when it has to give up what it had meanwhile.

    The sync that takes the power is one of the first after it hears of the longer chain.
    """
    victim = draws.choice(hosts)
    others = [host for host in hosts if host != victim]
    length_ns = draws.between(seconds(8), seconds(16))
    at_ns = draws.between(from_ns, max(from_ns, until_ns - length_ns - seconds(9)))
    back_ns = at_ns + length_ns
    yield Fault(
        at_ns=at_ns, kind="network.cut", args={"left": victim, "right": [*others]}, lasting_ns=length_ns
    )
    args: Facts = {"hosts": victim, "path": DATABASE, "skip": draws.between(0, 4)}
    yield Fault(
        at_ns=back_ns - seconds(0.1),
        kind="disk.trip",
        args=args,
        lasting_ns=draws.between(seconds(4), seconds(8)),
    )


partitions: Final = Storm(
    hosts=FOUR,
    kinds=("network",),
    without=("network.forget", "network.flap"),
    faults=(3, 6),
    from_ns=FROM_NS,
    until_ns=UNTIL_NS,
    lasting_ns=(seconds(3), seconds(15)),
    budget=PROMISED,
    nemeses=(split_at_quorum(), split_at_quorum(), clog_and_release()),
)
"""The network falls apart, and both sides go on mining."""

restarts: Final = Storm(
    hosts=THREE,
    kinds=("process.crash", "process.power_off", "disk.tear", "disk.lose_unsynced", "network.partition"),
    faults=(2, 4),
    from_ns=FROM_NS,
    until_ns=UNTIL_NS,
    budget=PROMISED,
    nemeses=(crash_in_a_reorganisation, crash_in_a_reorganisation, blackout, crash_before_sync(DATABASE)),
)
"""Nodes fall while they change from one chain to another."""

disks: Final = Storm(
    hosts=THREE,
    kinds=("disk", "network.partition", "process.crash"),
    without=("disk.lie", "disk.rot", "disk.swap"),
    faults=(3, 6),
    from_ns=FROM_NS,
    until_ns=UNTIL_NS,
    lasting_ns=(seconds(2), seconds(12)),
    budget=PROMISED,
    nemeses=(crash_before_sync(DATABASE),),
)
"""Disks are full, fail, and lose their power in the middle of a write."""

everything: Final = Storm(
    hosts=FOUR,
    kinds=("network", "process", "cpu", "disk", "clock"),
    without=(
        *("network.forget", "network.flap", "process.roll", "process.cascade", "clock.strobe", "clock.step"),
        *("clock.offset", "disk.lie", "disk.rot", "disk.swap"),
    ),
    faults=(4, 10),
    from_ns=FROM_NS,
    until_ns=UNTIL_NS,
    lasting_ns=(seconds(2), seconds(12)),
    budget=PROMISED,
    nemeses=(crash_in_a_reorganisation, split_at_quorum(), blackout, crash_before_sync(DATABASE)),
)
"""All families. Clocks that are set have a trial of their own, where nobody sets them farther than the law allows."""

in_a_row: Final = Storm(
    hosts=FOUR,
    kinds=(
        *("network.flap", "network.forget", "network.partition", "process.roll", "process.cascade"),
        *("clock.step", "clock.strobe"),
    ),
    faults=(4, 10),
    from_ns=FROM_NS,
    until_ns=UNTIL_NS,
    lasting_ns=(seconds(2), seconds(12)),
    budget=PROMISED,
    nemeses=(split_at_quorum(), crash_in_a_reorganisation),
)
"""Nodes that fall one after the other, links that come and go, names that are forgotten, and clocks that jump: none of
them, with all others together, as far as the law allows."""

LIES: Final[tuple[tuple[str, Facts], ...]] = (
    ("byzantine.double_sign", {}),
    ("byzantine.fake_proposal", {}),
    ("byzantine.spoil_signature", {}),
    ("byzantine.sybil", {}),
    ("byzantine.replay", {"rate": 0.5}),
    ("byzantine.garble", {"rate": 0.3}),
    ("byzantine.withhold", {"roles": ["block"]}),
    ("byzantine.withhold", {"roles": ["headers", "inv"]}),
    ("byzantine.withhold", {"rate": 0.5}),
    ("byzantine.delay", {"by_ns": seconds(3)}),
    ("byzantine.delay", {"by_ns": seconds(12), "roles": ["block"]}),
)
"""What a liar may do."""


def lies(draws: Draws) -> Schedule:
    """One node lies and dawdles in a few ways, from the beginning or from later on; another one has a slow link."""
    faults = []
    for kind, args in draws.sample(LIES, draws.between(1, 3)):
        at_ns = 0 if draws.chance(0.3) else draws.between(FROM_NS, seconds(STORM_S // 2))
        faults.append(
            Fault(at_ns=at_ns, kind=kind, args={"hosts": LIAR, **args}, lasting_ns=UNTIL_NS - at_ns)
        )
    if draws.chance(0.5):
        slow = draws.choice(HONEST)
        args = {"left": slow, "right": "*", "by_ns": draws.between(seconds(0.2), seconds(2))}
        faults.append(Fault(at_ns=FROM_NS, kind="network.delay", args=args, lasting_ns=UNTIL_NS - FROM_NS))
    return Schedule.of(faults)


def clocks(draws: Draws) -> Schedule:
    """Each clock may be wrong by most of an hour, is set again at some moment, and some run fast or slow."""
    faults = []
    for host in FOUR:
        if draws.chance(0.7):
            by_ns = seconds(draws.between(-CLOCK_S_MAX, CLOCK_S_MAX))
            at_ns = 0 if draws.chance(0.5) else draws.between(FROM_NS, UNTIL_NS)
            lasting_ns = max(seconds(1), draws.between(seconds(10), UNTIL_NS - at_ns))
            faults.append(
                Fault(
                    at_ns=at_ns,
                    kind="clock.offset",
                    args={"hosts": host, "by_ns": by_ns},
                    lasting_ns=lasting_ns,
                )
            )
        if draws.chance(0.3):
            rate = draws.choice((0.5, 0.9, 1.1, 3.0))
            faults.append(
                Fault(
                    at_ns=FROM_NS, kind="clock.drift", args={"hosts": host, "rate": rate}, lasting_ns=UNTIL_NS
                )
            )
    return Schedule.of(faults)


FOUNDER: Final = "node-1"
NEWCOMER: Final = "newcomer"
WITH_NEWCOMER: Final = (*THREE, NEWCOMER)
JOINS_S: Final = 8
"""When the newcomer starts."""


def newcomers(draws: Draws) -> Schedule:
    """All whom a newcomer knows but one lie from the beginning, and it may lose its power while it catches up."""
    until_ns = seconds(JOINS_S + 100)
    faults = []
    for liar in THREE[1:]:
        for kind, args in draws.sample(LIES, draws.between(1, 2)):
            faults.append(Fault(at_ns=0, kind=kind, args={"hosts": liar, **args}, lasting_ns=until_ns))
    if draws.chance(0.6):
        skip, at_ns = draws.between(0, 20), seconds(JOINS_S - 1)
        trip: Facts = {"hosts": NEWCOMER, "path": DATABASE, "skip": skip}
        faults.append(Fault(at_ns=at_ns, kind="disk.trip", args=trip, lasting_ns=seconds(8)))
    return Schedule.of(faults)
