"""A scene: what a picture shows, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lydite.model import Event, Facts, Finding, Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One run, ready to be drawn. Whoever has a run and its trace puts it together."""

    title: str
    """What was run: `counter.storm, seed 17, mutant stale_read`."""
    sentence: str
    """What the judges say of it, in one sentence."""
    finding: Finding | None = None
    """The finding that decided, if there is one: the picture leads up to it."""
    schedule: Schedule = field(default_factory=Schedule)
    """The faults in force. Their numbers in the picture count from 1, in this order."""
    events: Sequence[Event] = ()
    """All records of the trace; of a story alone there are no messages to be drawn, and the picture says so."""
    last_words: Facts = field(default_factory=dict)
    """Of each host the last lines that it printed, as a run has them."""
    replay: str = ""
    """The command that repeats the run."""
    facts: Facts = field(default_factory=dict)
    """What else belongs to the run: its seed, its digest, the versions."""
