"""Durability: what was acknowledged is not lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.notes import Note, Spelled, meant, read, reading, shown
from lydite.model import Event

PHASES = ("invoke", "ok", "fail", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A write, a read or a look into a node's store, in one of its phases."""

    event: Event
    note: str
    who: str
    phase: str = "ok"
    items: tuple[Spelled, ...] = ()


def durability(
    *,
    write: str = "write",
    read_back: str = "read",
    stored: str = "stored",
    client: str = "client",
    node: str = "node",
    phase: str = "phase",
    item: str = "item",
    items: str = "items",
    name: str = "durability",
) -> Check:
    """Every acknowledged write is in every answered read that began after it, and in every store looked into later.

    A write that was not acknowledged may be there or not. A client has one read open at a time.

    Needs: `write` notes with `phase` and `item`, of which `ok` acknowledges it; and after one of them a `read` by a
    `client` (`invoke`, then `ok` with all `items` that were read) or a `stored` note with a `node` and its `items`. The
    phases are `invoke`, `ok`, `fail` and `info`.

    Does not check that what is read was ever written, nor the order of writes: `linearizability` does. It knows no
    removal: an item that may be deleted is not lost.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def made(told: Note) -> _Step:
            if told.name == stored:
                return _Step(
                    event=told.event, note=told.name, who=told.named(node), items=told.all_values(items)
                )
            which = told.one_of(phase, PHASES)
            if told.name == write:
                written = (told.value(item),)
                return _Step(event=told.event, note=told.name, who="", phase=which, items=written)
            found = told.all_values(items) if which == "ok" else ()
            who = told.named(client)
            return _Step(event=told.event, note=told.name, who=who, phase=which, items=found)

        return _kept(read(events, dict.fromkeys((write, read_back, stored), made)), write, stored)

    return reading(durability, name, judge)


def _kept(steps: Sequence[_Step], write: str, stored: str) -> Judgement:
    promised: dict[Spelled, Event] = {}
    begun: dict[str, int] = {}
    compared = 0
    for each in steps:
        if each.note == write:
            if each.phase == "ok":
                promised.setdefault(each.items[0], each.event)
            continue
        if each.phase == "invoke":
            begun[each.who] = len(promised)
            continue
        due = len(promised) if each.note == stored else begun.pop(each.who, None)
        if due is None:
            return unknown(f"a read by {each.who} ended that had never begun", each.event)
        if each.phase != "ok":
            continue
        compared += bool(due)
        there = set(each.items)
        lost = [item for item in islice(promised, due) if item not in there]
        if lost:
            return _lost(promised[lost[0]], each, lost, stored)
    if not promised:
        return unknown("no write was ever acknowledged")
    if not compared:
        return unknown("nothing was read after an acknowledged write")
    return holds(f"{len(promised):,} acknowledged writes were in all {compared:,} reads after them")


def _lost(promise: Event, reader: _Step, lost: Sequence[Spelled], stored: str) -> Judgement:
    where = f"in the store of {reader.who}" if reader.note == stored else f"in what {reader.who} read"
    more = f", nor are {len(lost) - 1} others" if len(lost) > 1 else ""
    return violated(
        f"{shown(lost[0])} was acknowledged and is not {where}{more}",
        promise,
        reader.event,
        lost=[meant(item) for item in lost[:10]],
        lost_count=len(lost),
        read=len(reader.items),
    )
