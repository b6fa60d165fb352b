"""To ship or not: what each gate says of a campaign, and what all of them say together."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

COURSE_MAX: Final = 10
"""Of so many campaigns, the last one among them, it is told what a gate said."""


class Standing(StrEnum):
    """What a gate says."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_EVALUATED = "not evaluated"
    """There was nothing to judge by: never green."""
    WAIVED = "waived"
    """It failed, and somebody answers for it until a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOutcome:
    """One gate: what it found, against what it allows."""

    gate: str
    """As `safety.violations`."""
    standing: Standing
    required: bool
    """Does it decide, or does it only tell?"""
    actual: float | None
    """The figure as it was seen; None where nothing was."""
    bound: float | None
    """The figure at the worse end of its interval, by which the gate judges; as seen, where it is exact."""
    limit: float
    at_least: bool
    """Must the figure be at least the limit, or at most?"""
    unit: str
    samples: int
    sentence: str
    """Why it stands so, for people."""
    waiver: str = ""
    """Who answers for it, until when, and why."""
    owner: str = ""
    """Who is asked when it does not pass; empty where nobody is named."""
    evidence: tuple[str, ...] = ()
    """Where it did not pass: the first of the cases, figures or phases by which it did not."""
    evidence_count: int = 0
    """How many of them there are."""

    @property
    def margin(self) -> float | None:
        """How far the bound is from the limit; below 0 when it fails."""
        if self.bound is None:
            return None
        return self.bound - self.limit if self.at_least else self.limit - self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the gates say together."""

    standing: Standing
    """FAILED if any that is required failed; else NOT_EVALUATED if any required one was not, or there is none."""
    sentence: str
    outcomes: tuple[GateOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCourse:
    """What a gate said of some campaigns, the oldest first."""

    gate: str
    standings: tuple[Standing, ...]


def courses_of(decisions: Iterable[Decision]) -> tuple[GateCourse, ...]:
    """What each gate said in these decisions; where a gate was not there yet, its course is shorter."""
    said: dict[str, list[Standing]] = {}
    for decision in decisions:
        for outcome in decision.outcomes:
            said.setdefault(outcome.gate, []).append(outcome.standing)
    return tuple(GateCourse(gate=gate, standings=tuple(standings)) for gate, standings in said.items())


def course_up_to(outcome: GateOutcome, before: Iterable[GateCourse]) -> tuple[Standing, ...]:
    """What a gate said of the last ten campaigns, with this outcome at the end."""
    earlier = next((course.standings for course in before if course.gate == outcome.gate), ())
    return (*earlier, outcome.standing)[-COURSE_MAX:]
