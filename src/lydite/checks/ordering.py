"""Order: messages come as they were sent, and what is urgent comes first."""

from collections.abc import Sequence
from dataclasses import dataclass

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.notes import Note, read, reading
from lydite.model import Event, format_ns

PRIORITIES = ("critical", "high", "normal", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    event: Event
    node: str
    sender: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    event: Event
    note: str
    node: str
    item: str
    priority: str = ""


def fifo(
    *,
    gap: int | None = 0,
    note: str = "processed",
    node: str = "node",
    sender: str = "sender",
    sequence: str = "sequence",
    name: str = "fifo",
) -> Check:
    """What one sender sends is processed by each node in the order of its numbers, none twice and none left out.

    Up to `gap` numbers in a row may be left out, any number of them with `gap=None`. The first one may be any.

    Needs: `processed` notes with `node`, `sender` and `sequence`, two of them from one sender at one node.

    Does not check the order between two senders, nor that the last numbers ever arrive.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def made(told: Note) -> _Arrival:
            return _Arrival(
                event=told.event,
                node=told.named(node),
                sender=told.named(sender),
                sequence=told.whole(sequence),
            )

        return _in_turn(read(events, {note: made}), gap)

    return reading(fifo, name, judge)


def priority(
    *,
    order: Sequence[str] = PRIORITIES,
    slack_ns: int = 0,
    queued: str = "queued",
    processed: str = "processed",
    node: str = "node",
    item: str = "item",
    level: str = "priority",
    name: str = "priority",
) -> Check:
    """Nothing is processed while something more urgent waits; among equals what waits longest comes first.

    `order` names the priorities, the most urgent first. What has waited for less than `slack_ns` may be passed
    over: the node may have chosen before it came.

    Needs: `queued` notes with `node`, `item` and `priority`, and `processed` notes with `node` and `item`, one of them
    written while something else waits at that node. An item is not queued again while it waits.

    Does not check that what waits is ever processed (`liveness` does), nor items that wait at different nodes.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def made(told: Note) -> _Step:
            return _Step(
                event=told.event,
                note=told.name,
                node=told.named(node),
                item=told.named(item),
                priority=told.one_of(level, order) if told.name == queued else "",
            )

        return _urgent(read(events, {processed: made, queued: made}), queued, order, slack_ns)

    return reading(priority, name, judge)


def _in_turn(arrivals: Sequence[_Arrival], gap: int | None) -> Judgement:
    last: dict[tuple[str, str], _Arrival] = {}
    compared = 0
    for each in arrivals:
        before = last.get((each.node, each.sender))
        last[each.node, each.sender] = each
        if before is None:
            continue
        compared += 1
        left_out = each.sequence - before.sequence - 1
        if left_out < 0 or (gap is not None and left_out > gap):
            what = f"leaves out {left_out}" if left_out > 0 else "comes too late or twice"
            return violated(
                f"{each.node} processed number {each.sequence} of {each.sender} after number "
                f"{before.sequence}, which {what}",
                before.event,
                each.event,
                node=each.node,
                sender=each.sender,
                before=before.sequence,
                found=each.sequence,
            )
    if not compared:
        return unknown("no node processed two messages of one sender")
    return holds(f"{compared:,} messages came after the one before them")


def _urgent(steps: Sequence[_Step], queued: str, order: Sequence[str], slack_ns: int) -> Judgement:
    waiting: dict[str, dict[str, dict[str, _Step]]] = {}
    compared = 0
    for each in steps:
        lines = waiting.setdefault(each.node, {level: {} for level in order})
        found = next((level for level in order if each.item in lines[level]), None)
        if each.note == queued:
            if found is not None:
                return unknown(f"{each.item} was queued at {each.node} while it waited already", each.event)
            lines[each.priority][each.item] = each
            continue
        if found is None:
            return unknown(f"{each.node} processed {each.item}, which was never queued there", each.event)
        mine = lines[found].pop(each.item)
        fronts = [next(iter(lines[level].values())) for level in order if lines[level]]
        rivals = [front for front in fronts if _goes_before(front, mine, order)]
        compared += any(lines.values())
        for rival in rivals:
            if each.event.at_ns - rival.event.at_ns >= slack_ns:
                return _passed_over(rival, mine, each)
    if not compared:
        return unknown("nothing was ever processed while something else waited")
    return holds(f"{compared:,} times the most urgent was chosen")


def _goes_before(one: _Step, other: _Step, order: Sequence[str]) -> bool:
    mine, yours = order.index(one.priority), order.index(other.priority)
    return (mine, one.event.number) < (yours, other.event.number)


def _passed_over(rival: _Step, mine: _Step, done: _Step) -> Judgement:
    waited = format_ns(done.event.at_ns - rival.event.at_ns)
    return violated(
        f"{done.node} processed {mine.item} ({mine.priority}) while {rival.item} ({rival.priority}) had waited "
        f"for {waited}",
        *sorted((rival.event, mine.event), key=lambda event: event.number),
        done.event,
        node=done.node,
        processed=mine.item,
        priority=mine.priority,
        waiting=rival.item,
        waiting_priority=rival.priority,
    )
