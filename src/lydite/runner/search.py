"""The search of a sweep: which run to try next, so that runs go where none has been.

Plain counting tries each seed with the storm that it draws. The search does the same with half of its runs. To the
storms of the other half it adds the schedule of a run that reached something new (see `reached`), twisted a little: a
fault moved, stretched, dropped or doubled, never beyond the storm's budget.

Runs are planned in generations of a fixed size, and a generation is planned from what all earlier ones reached. So
which runs there are depends on the first seed and nothing else: not on how many workers there were, nor on which of
them was faster.

It needs a storm that can be twisted (`lydite.faults.Storm`). A trial whose storm is a function of its own, or that has
none, is swept seed by seed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from lydite.model import Draws
from lydite.runner.orders import Listed, Order, Run

GENERATION: Final = 16
"""How many runs of each trial are planned at once: few, to learn soon, and enough to keep all cores busy."""

RARE: Final = 3
"""A run is worth another look as long as no more than so many have reached something that it reached."""


LEADS_MAX: Final = 64
"""How many runs are kept to be followed, for each trial."""


@dataclass(slots=True)
class Lead:
    """A run that reached something new, and how often it was followed."""

    run: Run
    features: tuple[int, ...]
    followed: int = 0


@dataclass(slots=True)
class Search:
    """Plans the runs of one sweep, and learns from what they reached."""

    trials: Sequence[Listed]
    first: int
    """The first seed."""
    count: int
    """How many runs for each trial."""
    _leads: dict[str, list[Lead]] = field(default_factory=dict)
    _seen: dict[str, Counter[int]] = field(default_factory=dict)
    _planned: int = 0

    @property
    def wanted(self) -> int:
        """How many runs there will be."""
        return len(self.trials) * self.count

    def generations(self) -> Iterator[list[Order]]:
        """The runs of one generation after the other; what they reached is to be learned in between."""
        while self._planned < self.wanted:
            size = min(GENERATION * len(self.trials), self.wanted - self._planned)
            yield [self._order(self._planned + place) for place in range(size)]
            self._planned += size

    def learn(self, runs: Sequence[Run]) -> None:
        """Remember what a generation reached, in the order of its numbers."""
        for run in sorted(runs, key=lambda run: run.order.number):
            seen = self._seen.setdefault(run.order.label, Counter())
            if any(feature not in seen for feature in run.reached):
                self._leads.setdefault(run.order.label, []).append(Lead(run, run.reached))
            seen.update(run.reached)
        for label, leads in self._leads.items():
            # The promising ones stay, in the order in which they were found.
            worth = {id(lead): self._worth(lead, self._seen[label]) for lead in leads}
            best = sorted(leads, key=lambda lead: -worth[id(lead)])[:LEADS_MAX]
            self._leads[label] = sorted(best, key=lambda lead: lead.run.order.number)

    def _order(self, number: int) -> Order:
        listed = self.trials[number % len(self.trials)]
        leads = self._leads.get(listed.label, [])
        seed = self.first + number // len(self.trials)
        if not listed.twistable or not leads or not seed % 2:
            return Order(number=number, label=listed.label, seed=seed, reached=True)
        seen = self._seen[listed.label]
        draws = Draws(self.first, "search", f"{listed.label}/{number}")
        lead = leads[_weighted(draws, [self._worth(lead, seen) for lead in leads])]
        lead.followed += 1
        # The seed is a new one: only the schedule is taken over, everything else may go another way.
        return Order(
            number=number,
            label=listed.label,
            seed=seed,
            schedule=lead.run.schedule,
            twist=number + 1,
            reached=True,
        )

    @staticmethod
    def _worth(lead: Lead, seen: Counter[int]) -> float:
        """More for what few have reached, less the more often it was followed."""
        rare = sum(1 for feature in lead.features if seen[feature] <= RARE)
        return (1 + rare) / (1 + lead.followed)


def _weighted(draws: Draws, weights: Sequence[float]) -> int:
    """A place, as often as its weight says."""
    left = draws.unit() * sum(weights)
    for place, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return place
    return len(weights) - 1
