"""Checkpoints: every node makes the same ones, in step, and what it restores from others have too."""

from collections.abc import Sequence
from dataclasses import dataclass

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.honesty import held
from lydite.checks.notes import Note, Spelled, meant, read, reading, shown
from lydite.model import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checkpoint:
    event: Event
    note: str
    node: str
    height: int
    digest: Spelled


def checkpoint_consistency(
    *,
    interval: int = 0,
    witnesses: int = 1,
    among: Sequence[str] = (),
    note: str = "checkpoint",
    restored: str = "restored",
    byzantine: str = "byzantine",
    node: str = "node",
    height: str = "height",
    digest: str = "digest",
    name: str = "checkpoint-consistency",
) -> Check:
    """At the same height all nodes have the same checkpoint, each `interval` after the last, and restore from such.

    With `interval=0` the distance of the first two that any node makes is taken. A node that restores goes on
    from the height that it has restored. What it restores must have been noted before by at least `witnesses`
    other nodes; with `witnesses=0` its own is enough. `among` names the nodes that are held to it; all but
    traitors, if empty.

    Needs: `checkpoint` notes with `node`, `height` and `digest`, two of them at the same height. Uses, if there
    are any, `restored` notes with the same fields, and `byzantine` notes with `node`.

    Does not check that a checkpoint is enough to go on from, nor that one is ever made in time.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def made(told: Note) -> _Checkpoint:
            return _Checkpoint(
                event=told.event,
                note=told.name,
                node=told.named(node),
                height=told.whole(height, least=0),
                digest=told.value(digest),
            )

        told = read(events, {restored: made, note: made})
        is_held = held(events, among, note=byzantine, node=node)
        told = [each for each in told if is_held(each.node)]
        made_ones = [each for each in told if each.note == note]
        for said in (_same(made_ones), _in_step(told, note, interval), _witnessed(told, note, witnesses)):
            if said is not None:
                return said
        heights: dict[int, set[str]] = {}
        for each in made_ones:
            heights.setdefault(each.height, set()).add(each.node)
        shared = [at for at, nodes in heights.items() if len(nodes) > 1]
        if not shared:
            return unknown("no two nodes made a checkpoint at the same height")
        return holds(f"at {len(shared)} heights all checkpoints are the same")

    return reading(checkpoint_consistency, name, judge)


def _same(made: Sequence[_Checkpoint]) -> Judgement | None:
    first: dict[int, _Checkpoint] = {}
    for each in made:
        known = first.setdefault(each.height, each)
        if known.digest != each.digest:
            return violated(
                f"at height {each.height} {known.node} has the checkpoint {shown(known.digest)}, "
                f"{each.node} has {shown(each.digest)}",
                known.event,
                each.event,
                height=each.height,
                digests=[meant(known.digest), meant(each.digest)],
                nodes=[known.node, each.node],
            )
    return None


def _in_step(told: Sequence[_Checkpoint], note: str, interval: int) -> Judgement | None:
    last: dict[str, _Checkpoint] = {}
    for each in told:
        before = last.get(each.node)
        last[each.node] = each
        if each.note != note or before is None or each.height == before.height:
            continue
        interval = interval or abs(each.height - before.height)
        if each.height != before.height + interval:
            return violated(
                f"{each.node} made a checkpoint at height {each.height} after one at {before.height}, "
                f"expected {before.height + interval}",
                before.event,
                each.event,
                node=each.node,
                found=each.height,
                expected=before.height + interval,
            )
    return None


def _witnessed(told: Sequence[_Checkpoint], note: str, witnesses: int) -> Judgement | None:
    having: dict[tuple[int, Spelled], dict[str, None]] = {}
    for each in told:
        nodes = having.setdefault((each.height, each.digest), {})
        if each.note == note:
            nodes[each.node] = None
            continue
        others = [node for node in nodes if node != each.node]
        if len(others) < witnesses or not nodes:
            return violated(
                f"{each.node} restored {shown(each.digest)} at height {each.height}, which {len(others)} other "
                f"nodes had, expected {witnesses} or more",
                each.event,
                node=each.node,
                height=each.height,
                digest=meant(each.digest),
                found=len(others),
                expected=witnesses,
            )
    return None
