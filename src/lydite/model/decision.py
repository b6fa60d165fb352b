"""To ship or not: what each gate says of a campaign, and what all of them say together."""

from dataclasses import dataclass
from enum import StrEnum


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
