"""A budget: how much may be broken at once, so that a schedule stays one that a system can survive.

A protocol promises something as long as no more than so many of its hosts fail. What goes beyond that proves
nothing, and a storm that ignores it finds only what nobody has promised. A budget counts hosts by the harm that
is done to them:

* `down`: how many may be down or unreachable at the same moment;
* `clock`: how many may have a clock that cannot be believed, in the whole run, for a clock that a storm has set
  stays set until the trial heals everything;
* `data`: how many may ever lose what they have promised to keep;
* `byzantine`: how many may ever lie.

What merely makes hosts slow or late is never counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final, Self

from lydite.faults.trouble import Harm, Trouble
from lydite.model import Fault, InputError

FOREVER_NS: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many hosts each harm may meet. None: as many as there are."""

    down: int | None = None
    clock: int | None = None
    data: int | None = 0
    byzantine: int | None = 0

    def __post_init__(self) -> None:
        negative = [
            f"{name} {limit}" for name, limit in asdict(self).items() if limit is not None and limit < 0
        ]
        if negative:
            raise InputError(f"a budget is a number of hosts, found {', '.join(negative)}", where="Budget")

    @classmethod
    def minority(cls, hosts: Sequence[str]) -> Self:
        """Fewer than half are ever down at once: what a majority quorum survives."""
        return cls(down=(len(hosts) - 1) // 2)

    @classmethod
    def third(cls, hosts: Sequence[str]) -> Self:
        """Fewer than a third are down at once, and as many lie: what Byzantine agreement survives."""
        return cls(down=(len(hosts) - 1) // 3, byzantine=(len(hosts) - 1) // 3)

    def of(self, harm: Harm) -> int | None:
        """How many hosts this harm may meet."""
        limit: int | None = None if harm is Harm.NOTHING else getattr(self, harm.value)
        return limit


@dataclass(slots=True)
class Ledger:
    """What a schedule has spent of a budget so far."""

    budget: Budget
    hosts: tuple[str, ...]
    _spent: "list[tuple[Harm, int, int, frozenset[str]]]" = field(default_factory=list)

    def allows(self, trouble: Trouble, fault: Fault) -> bool:
        """Would the schedule still be within its budget with this fault in it?"""
        limit = self.budget.of(trouble.harm)
        return limit is None or self._most(trouble.harm, *self._entry(trouble, fault)) <= limit

    def spend(self, trouble: Trouble, fault: Fault) -> None:
        """The fault is in the schedule."""
        self._spent.append((trouble.harm, *self._entry(trouble, fault)))

    def _entry(self, trouble: Trouble, fault: Fault) -> tuple[int, int, frozenset[str]]:
        # Only what is down comes back: a lost write stays lost, a liar is one for good, and a clock stays set.
        passing = trouble.harm is Harm.DOWN and fault.lasting_ns
        begin_ns, end_ns = (fault.at_ns, fault.at_ns + fault.lasting_ns) if passing else (0, FOREVER_NS)
        return begin_ns, end_ns, frozenset(trouble.victims(self.hosts))

    def _most(self, harm: Harm, begin_ns: int, end_ns: int, victims: frozenset[str]) -> int:
        """The most hosts that this harm meets at one moment between begin and end."""
        others = [
            (start_ns, stop_ns, hosts)
            for each, start_ns, stop_ns, hosts in self._spent
            if each is harm and start_ns < end_ns and begin_ns < stop_ns
        ]
        # The count only grows when something begins.
        moments = [begin_ns, *(start_ns for start_ns, _, _ in others if start_ns > begin_ns)]
        return max(len(victims.union(*_met(at_ns, others))) for at_ns in moments)


def _met(at_ns: int, entries: Iterable[tuple[int, int, frozenset[str]]]) -> Iterable[frozenset[str]]:
    return (hosts for start_ns, stop_ns, hosts in entries if start_ns <= at_ns < stop_ns)
