"""Faults, schedules and storms, drawn and shrunk by Hypothesis.

The catalogue knows how to draw each kind of trouble from a stream of words; here Hypothesis gives the words. So what it
draws is what a storm would draw, and its own shrinking leads to the first host, the shortest time, the mildest rate.
"""

from collections.abc import MutableSequence, Sequence
from math import comb
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lydite.faults import CATALOGUE, Budget, Ledger, Storm, Trouble, trouble_of
from lydite.model import MILLISECOND, MINUTE, SECOND, Draws, Fault, InputError, Schedule, near

Element = TypeVar("Element")

ATTEMPTS = 4
WORDS = st.integers(min_value=0, max_value=2**12 - 1)
"""The upper bits of a word decide what comes of it; the fewer there are, the sooner it is shrunk."""


class DrawnByHypothesis(Draws):
    """A stream of draws whose words Hypothesis chooses."""

    __slots__ = ("_draw",)

    def __init__(self, draw: DrawFn) -> None:
        super().__init__(0, "hypothesis")
        self._draw = draw

    def word(self) -> int:
        """The next draw."""
        return self._draw(WORDS) << 52

    def sample(self, options: Sequence[Element], count: int) -> tuple[Element, ...]:
        """That many different options, in one word; a word of zero takes the first ones."""
        left = self.below(comb(len(options), count))
        chosen: list[Element] = []
        for place, option in enumerate(options):
            with_it = comb(len(options) - place - 1, count - len(chosen) - 1) if len(chosen) < count else 0
            if left < with_it:
                chosen.append(option)
            else:
                left -= with_it
        return tuple(chosen)

    def shuffle(self, items: MutableSequence[Element]) -> None:
        """Put the items in a random order; words of zero leave each where it is."""
        for last in range(len(items) - 1, 0, -1):
            other = last - self.below(last + 1)
            items[last], items[other] = items[other], items[last]


def faults(
    hosts: Sequence[str],
    kinds: Sequence[str] = ("network", "process"),
    *,
    until_ns: int = MINUTE,
    lasting_ns: tuple[int, int] = (SECOND, 10 * SECOND),
) -> SearchStrategy[Fault]:
    """One fault among these hosts, of these kinds (`process.crash`) or families (`network`)."""
    kind, at, lasting = st.sampled_from(_chosen(kinds)), _ticks(0, until_ns), _ticks(*lasting_ns)

    def drawn(draw: DrawFn) -> Fault:
        stream = DrawnByHypothesis(draw)
        for _ in range(ATTEMPTS):
            trouble = draw(kind).drawn(stream, hosts)
            if trouble is not None:
                length_ns = draw(lasting) if trouble.opposite else 0
                return trouble.at(draw(at), lasting_ns=length_ns)
        raise InputError(
            f"nothing of {', '.join(kinds)} can happen among {len(hosts)} hosts",
            remedy="name more hosts or kinds",
        )

    return st.composite(drawn)()


def schedules(
    hosts: Sequence[str],
    kinds: Sequence[str] = ("network", "process"),
    *,
    faults_max: int = 8,
    until_ns: int = MINUTE,
    lasting_ns: tuple[int, int] = (SECOND, 10 * SECOND),
    budget: Budget | None = None,
) -> SearchStrategy[Schedule]:
    """Up to so many faults, in the order of time; with a budget, only as much as it allows."""
    each = faults(hosts, kinds, until_ns=until_ns, lasting_ns=lasting_ns)
    drawn = st.lists(each, max_size=faults_max).map(Schedule.of)
    return drawn if budget is None else drawn.map(lambda schedule: _within(schedule, budget, hosts))


def storms(storm: Storm) -> SearchStrategy[Schedule]:
    """The schedules of a storm."""
    return st.composite(lambda draw: storm(DrawnByHypothesis(draw)))()


def _ticks(least_ns: int, most_ns: int) -> SearchStrategy[int]:
    """Durations in steps of ten milliseconds: a single choice each, so that whole faults are soon left out."""
    tick_ns = 10 * MILLISECOND
    return st.integers(-(-least_ns // tick_ns), max(-(-least_ns // tick_ns), most_ns // tick_ns)).map(
        tick_ns.__mul__
    )


def _within(schedule: Schedule, budget: Budget, hosts: Sequence[str]) -> Schedule:
    ledger, kept = Ledger(budget, tuple(hosts)), []
    for fault in schedule.faults:
        trouble = trouble_of(fault)
        if ledger.allows(trouble, fault):
            ledger.spend(trouble, fault)
            kept.append(fault)
    return Schedule(tuple(kept))


def _chosen(kinds: Sequence[str]) -> list[type[Trouble]]:
    families = {kind.partition(".")[0] for kind in CATALOGUE}
    for name in kinds:
        if name not in CATALOGUE and name not in families:
            raise InputError(f"unknown kind {name}", remedy=near(name, [*CATALOGUE, *sorted(families)]))
    return [
        each
        for kind, each in CATALOGUE.items()
        if each.stormy and (kind in kinds or kind.partition(".")[0] in kinds)
    ]
