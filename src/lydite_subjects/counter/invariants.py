"""What must stay true of a counter, judged from what its clients noted.

The order of the notes is the order of the world: what was noted before an operation began had happened
before it began. No check here decides whether a whole history is linearizable; each follows from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from lydite.checks import Check, Judgement, check, holds, unknown, violated
from lydite.model import Event, Facts, Kind, format_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A read that was answered: the notes of its beginning and its end, and the value between them."""

    began: Event
    ended: Event
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """What a node said that it has on its disk, or nothing, if it did not answer."""

    event: Event
    node: str
    value: int | None
    digest: str | None


@dataclass(slots=True)
class History:
    """What the clients did, by the note in which they said so."""

    attempts: dict[tuple[str, int], Event] = field(default_factory=dict)
    acknowledgements: dict[tuple[str, int], Event] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    """In the order in which they ended."""
    replicas: dict[str, Replica] = field(default_factory=dict)

    def attempted_before(self, event: Event) -> list[Event]:
        """The increments that had begun by then."""
        return [attempt for attempt in self.attempts.values() if attempt.number < event.number]

    def acknowledged_before(self, event: Event) -> list[Event]:
        """The increments whose clients had been told by then that they are counted."""
        return [told for told in self.acknowledgements.values() if told.number < event.number]


@check
def no_acknowledged_increment_is_lost(events: Sequence[Event]) -> Judgement:
    """A read counts at least the increments that were acknowledged before it began.

    Does not check which increments were counted: one that was lost may be hidden by one that failed and
    counts nevertheless.
    """
    history = _history(events)
    compared = 0
    for reading in history.readings:
        acknowledged = history.acknowledged_before(reading.began)
        compared += bool(acknowledged)
        if reading.value < len(acknowledged):
            return violated(
                f"a read that began at {_at(reading.began)} was told {reading.value}, "
                f"and {len(acknowledged)} increments had been acknowledged",
                acknowledged[-1],
                reading.began,
                reading.ended,
                value=reading.value,
                acknowledged=len(acknowledged),
            )
    if not compared:
        return unknown("no read was answered after an acknowledged increment")
    return holds(f"{compared} reads met every increment acknowledged before them")


@check
def no_increment_counts_twice(events: Sequence[Event]) -> Judgement:
    """A read counts at most the increments that had been attempted before it ended.

    Does not check each increment by itself: one that counts twice may be hidden by one that never arrived.
    """
    history = _history(events)
    for reading in history.readings:
        attempted = history.attempted_before(reading.ended)
        if reading.value > len(attempted):
            return violated(
                f"a read that ended at {_at(reading.ended)} was told {reading.value}, "
                f"and {len(attempted)} increments had been attempted",
                reading.began,
                reading.ended,
                value=reading.value,
                attempted=len(attempted),
            )
    if not any(reading.value for reading in history.readings):
        return unknown("no read was told of any increment")
    return holds(f"{len(history.readings)} reads counted no more than was attempted")


@check
def reads_never_go_back(events: Sequence[Event]) -> Judgement:
    """A read that began after another had ended is told no less.

    Does not check reads that overlap, nor whether the values themselves are right.
    """
    readings = _history(events).readings
    compared = 0
    for position, later in enumerate(readings):
        earlier = [reading for reading in readings[:position] if reading.ended.number < later.began.number]
        highest = max(earlier, key=lambda reading: reading.value, default=None)
        if highest is None:
            continue
        compared += 1
        if later.value < highest.value:
            return violated(
                f"a read that ended at {_at(highest.ended)} was told {highest.value}, "
                f"and one that began after it at {_at(later.began)} was told {later.value}",
                highest.ended,
                later.began,
                later.ended,
                earlier=highest.value,
                later=later.value,
            )
    if not compared:
        return unknown("no read began after another had ended")
    return holds(f"{compared} reads were told no less than those before them")


@check
def replicas_converge(events: Sequence[Event]) -> Judgement:
    """After the storm every node answers, and all have the same operations on their disks.

    Does not check how long it took, nor that they agreed at any time before.
    """
    history = _history(events)
    replicas = list(history.replicas.values())
    if len(replicas) < 2:
        return unknown("no two nodes were asked what they have on their disks")
    first = replicas[0]
    for replica in replicas:
        if replica.digest is None:
            return violated(
                f"{replica.node} does not answer after the storm", replica.event, node=replica.node
            )
        if (replica.value, replica.digest) != (first.value, first.digest):
            return violated(
                f"{first.node} has {first.value} operations and the digest {first.digest}, "
                f"{replica.node} has {replica.value} and {replica.digest}",
                first.event,
                replica.event,
            )
    acknowledged = len(history.acknowledged_before(first.event))
    attempted = len(history.attempted_before(first.event))
    if first.value is None or not acknowledged <= first.value <= attempted:
        return violated(
            f"the replicas agree on {first.value} operations; "
            f"{acknowledged} were acknowledged and {attempted} attempted",
            first.event,
        )
    if not acknowledged:
        return unknown("no increment was acknowledged, so that there was nothing to agree on")
    return holds(f"{len(replicas)} replicas agree on {first.value} operations")


INVARIANTS: Final[tuple[Check, ...]] = (
    no_acknowledged_increment_is_lost,
    no_increment_counts_twice,
    reads_never_go_back,
    replicas_converge,
)


def _history(events: Sequence[Event]) -> History:
    history = History()
    begun: dict[tuple[str, int], Event] = {}
    for event in events:
        if event.kind is not Kind.NOTE:
            continue
        facts = event.fields["facts"]
        assert isinstance(facts, dict)
        match event.fields["name"]:
            case "increment":
                _increment(history, event, facts)
            case "read":
                _read(history, begun, event, facts)
            case "replica":
                _replica(history, event, facts)
            case _:
                pass
    return history


def _increment(history: History, event: Event, facts: Facts) -> None:
    match facts:
        case {"phase": "invoke", "client": str(client), "number": int(number)}:
            history.attempts.setdefault((client, number), event)
        case {"phase": "ok", "client": str(client), "number": int(number)}:
            history.acknowledgements.setdefault((client, number), event)
        case _:
            pass


def _read(history: History, begun: dict[tuple[str, int], Event], event: Event, facts: Facts) -> None:
    match facts:
        case {"phase": "invoke", "client": str(client), "tag": int(tag)}:
            begun[client, tag] = event
        case {"phase": "ok", "client": str(client), "tag": int(tag), "value": int(value)}:
            history.readings.append(Reading(began=begun.pop((client, tag)), ended=event, value=value))
        case _:
            pass


def _replica(history: History, event: Event, facts: Facts) -> None:
    match facts:
        case {"node": str(node), "value": int(value), "digest": str(digest)}:
            history.replicas[node] = Replica(event=event, node=node, value=value, digest=digest)
        case {"node": str(node)}:
            history.replicas[node] = Replica(event=event, node=node, value=None, digest=None)
        case _:
            pass


def _at(event: Event) -> str:
    return format_ns(event.at_ns)
