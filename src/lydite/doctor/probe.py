"""The probe: one thing that is looked at, and what was seen."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LIMIT_S: Final = 10.0
"""Real time that one probe may take."""


class Health(StrEnum):
    """What a probe says."""

    FINE = "fine"
    LACKING = "lacking"
    """It is not there, or too little of it."""
    UNKNOWN = "unknown"
    """It could not be told, or not in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What looking has shown."""

    health: Health
    found: str
    """What is there, in a few words."""
    remedy: str = ""
    """What to do, where something is to be done."""


def fine(found: str) -> Answer:
    """It is there."""
    return Answer(health=Health.FINE, found=found)


def lacking(found: str, remedy: str) -> Answer:
    """It is not there, or too little of it."""
    return Answer(health=Health.LACKING, found=found, remedy=remedy)


def unknown(found: str, remedy: str = "") -> Answer:
    """Nobody can tell."""
    return Answer(health=Health.UNKNOWN, found=found, remedy=remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing to look at."""

    name: str
    """As `git`: unique."""
    group: str
    enables: str
    """What it is good for."""
    look: Callable[[], Answer]
    required: bool = False
    """Does Lydite need it for anything at all?"""
    limit_s: float = LIMIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A probe with its answer."""

    name: str
    group: str
    enables: str
    required: bool
    health: Health
    found: str
    remedy: str
    seconds: float
