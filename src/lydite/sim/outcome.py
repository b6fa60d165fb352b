"""The outcome of one run: what the world saw, before any judge has looked at it."""

from collections.abc import Mapping
from dataclasses import dataclass

from lydite.model import Checkpoint, Event, Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run left behind."""

    digest: str
    records: int
    virtual_ns: int
    events: int
    cpu_ns: int
    story: tuple[Event, ...]
    """The events that judges read: starts and ends, faults, notes, checks."""
    checkpoints: tuple[Checkpoint, ...]
    error: BaseException | None
    """What ended the trial before its last line: an assertion, an exception, a `SimulationError`."""
    last_words: Facts
    """The last lines that each host's programs printed."""
    asked: Mapping[str, tuple[int, int]]
    """Of what the trial asked for several: how many, and the least."""
