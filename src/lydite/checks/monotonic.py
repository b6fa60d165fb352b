"""What only rises: heights, times, counters, as each node tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.honesty import held
from lydite.checks.notes import Note, read, reading
from lydite.model import Event, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    event: Event
    node: str
    number: int


def monotonic(
    field: str = "height",
    *,
    rise: int = 0,
    anew: Sequence[Kind] = (),
    among: Sequence[str] = (),
    note: str = "block",
    byzantine: str = "byzantine",
    node: str = "node",
    name: str = "monotonic",
) -> Check:
    """What a node tells of a field is never less than what it told before, by at least `rise`.

    With `rise=0` it may stay as it is, with `rise=1` it must grow. It holds across restarts, unless `anew` names
    kinds of events, such as `Kind.START`, after which a node begins anew; the node is then called as its host is.
    `among` names the nodes that are held to it; all but traitors, if empty.

    Needs: `block` notes with `node` and `height`, or whatever other field is given: a whole number. Uses, if there are
    any, `byzantine` notes with `node`.

    Does not check gaps, nor one node against another: each is measured by itself.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        told = read(events, {note: lambda told: _reading(told, node, field)})
        is_held = held(events, among, note=byzantine, node=node)
        told = [each for each in told if is_held(each.node)]
        restarts = [event for event in events if event.kind in anew and event.kind is not Kind.NOTE]
        return _rise(told, restarts, field, rise)

    return reading(monotonic, name, judge)


def _reading(told: Note, node: str, field: str) -> _Reading:
    return _Reading(event=told.event, node=told.named(node), number=told.whole(field))


def _rise(told: Sequence[_Reading], restarts: Sequence[Event], field: str, rise: int) -> Judgement:
    last: dict[str, _Reading] = {}
    compared = 0
    for each in told:
        before = last.get(each.node)
        if before is not None and not _between(restarts, before, each):
            compared += 1
            if each.number < before.number + rise:
                return violated(
                    f"{field} of {each.node} was {before.number} and then {each.number}, "
                    f"expected {before.number + rise} or more",
                    before.event,
                    each.event,
                    node=each.node,
                    before=before.number,
                    found=each.number,
                    expected=before.number + rise,
                )
        last[each.node] = each
    if not compared:
        return unknown(f"no node told its {field} twice")
    return holds(f"{field} rose {compared:,} times out of {compared:,}", **_highest(last))


def _between(restarts: Sequence[Event], before: _Reading, after: _Reading) -> bool:
    return any(
        restart.host == after.node and before.event.number < restart.number < after.event.number
        for restart in restarts
    )


def _highest(last: Mapping[str, _Reading]) -> dict[str, dict[str, int]]:
    return {"last": {node: each.number for node, each in last.items()}}
