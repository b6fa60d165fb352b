"""Agreement: nodes that hold the same things, call the same things final, and end up with the same.

A node tells its chain by noting one block after the other, each with its height. A block that it notes at a height
is the end of its chain from then on: whatever it had noted at that height or above has been reorganised away.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.honesty import held
from lydite.checks.notes import Note, Spelled, meant, read, reading, shown
from lydite.checks.weather import weather
from lydite.model import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """What a node says stands at a height of its chain, or is final there."""

    event: Event
    note: str
    node: str
    height: int
    value: Spelled


@dataclass(slots=True)
class _Chain:
    """The blocks of a node, and how many of them lie deep enough to count."""

    blocks: list[_Block] = field(default_factory=list)
    deep: int = 0


def agreement(
    *,
    depth: int = 0,
    among: Sequence[str] = (),
    note: str = "block",
    byzantine: str = "byzantine",
    node: str = "node",
    height: str = "height",
    value: str = "value",
    name: str = "agreement",
) -> Check:
    """No two nodes hold different values at a height that lies `depth` or more below both their heads.

    This is the safety of finality at that depth: reorganisations above it are allowed. It is judged at every
    note, for what each node holds at that moment. `among` names the nodes that are held to it; all but traitors, if
    empty.

    Needs: `block` notes with `node`, `height` and `value`, for one node in ascending order. Uses, if there are any,
    `byzantine` notes with `node`.

    Does not check that a block is valid, that anything is ever agreed on, or that a node keeps what it held: two
    nodes that hold different values one after the other are a matter of `finality`.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        blocks = read(events, {note: lambda told: _block(told, node, height, value)})
        is_held = held(events, among, note=byzantine, node=node)
        return _agree([block for block in blocks if is_held(block.node)], depth)

    return reading(agreement, name, judge)


def finality(
    *,
    among: Sequence[str] = (),
    note: str = "final",
    block: str = "block",
    byzantine: str = "byzantine",
    node: str = "node",
    height: str = "height",
    value: str = "value",
    name: str = "finality",
) -> Check:
    """What a node called final never changes and never disappears, and no other node calls something else final.

    It changes when a node calls another value final at that height or takes another block there; it disappears
    when the newest that a node calls final is lower than what it had called final before, also after a restart.
    `among` names the nodes that are held to it; all but traitors, if empty.

    Needs: `final` notes with `node`, `height` and `value`, each telling the newest that the node calls final.
    Uses, if there are any, `block` notes with the same fields, and `byzantine` notes with `node`.

    Does not check that anything becomes final in time, nor heights of which no node ever said that they are final.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def made(told: Note) -> _Block:
            return _block(told, node, height, value)

        told = read(events, {note: made, block: made})
        is_held = held(events, among, note=byzantine, node=node)
        return _stay_final([each for each in told if is_held(each.node)], note)

    return reading(finality, name, judge)


def convergence(
    *,
    among: Sequence[str] = (),
    despite: Sequence[str] = (),
    note: str = "state",
    byzantine: str = "byzantine",
    node: str = "node",
    value: str = "value",
    name: str = "convergence",
) -> Check:
    """After the last heal all nodes report the same; where nothing was ever bent, at the end.

    Each node is judged by its last report. A report of `null` says that the node did not answer, which breaks it.
    `among` names the nodes that must report; without it, every node that ever did, but no traitor. Bends whose
    verb begins with one of `despite` need not be healed.

    Needs: `state` notes with `node` and `value` of two nodes, after the last heal and after the work has stopped.
    Uses, if there are any, `byzantine` notes with `node`.

    Does not check how long it took (`recovery` does), nor that the common value is right.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        told = read(events, {note: lambda told: _state(told, node, value)})
        sky = weather(events, despite=despite)
        is_held = held(events, among, note=byzantine, node=node)
        told = [each for each in told if is_held(each.node)]
        if not told:
            return unknown("no node ever reported its state")
        if sky.still:
            return unknown(f"the world was still bent at the end: {', '.join(sky.still)}")
        return _converge(told, among, sky.last_heal)

    return reading(convergence, name, judge)


def _block(told: Note, node: str, height: str, value: str) -> _Block:
    return _Block(
        event=told.event,
        note=told.name,
        node=told.named(node),
        height=told.whole(height),
        value=told.value(value),
    )


def _state(told: Note, node: str, value: str) -> _Block:
    return _Block(event=told.event, note=told.name, node=told.named(node), height=0, value=told.value(value))


def _agree(blocks: Sequence[_Block], depth: int) -> Judgement:
    chains: dict[str, _Chain] = {}
    deep: dict[int, dict[str, _Block]] = {}
    compared = 0
    for block in blocks:
        chain = chains.setdefault(block.node, _Chain())
        _append(chain, deep, block)
        for settled in _sink(chain, deep, block.height - depth):
            for other in deep.setdefault(settled.height, {}).values():
                compared += 1
                if other.value != settled.value:
                    return _disagreement(other, settled, block, depth)
            deep[settled.height][settled.node] = settled
    if not compared:
        return unknown(f"no two nodes ever held a block at the same height, {depth} below their heads")
    return holds(f"{compared:,} comparisons at a depth of {depth} found equal blocks")


def _append(chain: _Chain, deep: dict[int, dict[str, _Block]], block: _Block) -> None:
    """The chain of a node ends with this block now."""
    same = block
    while chain.blocks and chain.blocks[-1].height >= block.height:
        gone = chain.blocks.pop()
        if len(chain.blocks) < chain.deep:
            chain.deep -= 1
            deep[gone.height].pop(gone.node, None)
        if (gone.height, gone.value) == (block.height, block.value):
            same = gone
    chain.blocks.append(same)


def _sink(chain: _Chain, deep: dict[int, dict[str, _Block]], limit: int) -> list[_Block]:
    """The blocks that lie deep enough only now; those that no longer do are taken out."""
    while chain.deep and chain.blocks[chain.deep - 1].height > limit:
        chain.deep -= 1
        risen = chain.blocks[chain.deep]
        deep[risen.height].pop(risen.node, None)
    before = chain.deep
    while chain.deep < len(chain.blocks) and chain.blocks[chain.deep].height <= limit:
        chain.deep += 1
    return chain.blocks[before : chain.deep]


def _disagreement(one: _Block, other: _Block, head: _Block, depth: int) -> Judgement:
    evidence = sorted({event.number: event for event in (one.event, other.event, head.event)}.items())
    return violated(
        f"{one.node} has {shown(one.value)} and {other.node} has {shown(other.value)} at height {one.height}, "
        f"{depth} or more below both their heads",
        *(event for _, event in evidence),
        height=one.height,
        depth=depth,
        values={one.node: meant(one.value), other.node: meant(other.value)},
    )


def _stay_final(told: Sequence[_Block], note: str) -> Judgement:
    first: dict[int, _Block] = {}
    own: dict[tuple[str, int], _Block] = {}
    newest: dict[str, _Block] = {}
    compared = 0
    for each in told:
        if each.note != note:
            before = own.get((each.node, each.height))
            if before is not None and before.value != each.value:
                return _unfinal(before, each, "took another block")
            compared += before is not None
            continue
        if (last := newest.get(each.node)) is not None:
            compared += 1
            if each.height < last.height:
                return _sunk(last, each)
        known = first.setdefault(each.height, each)
        compared += known is not each and known.node != each.node
        if known.value != each.value:
            return _unfinal(known, each, "called another value final")
        own.setdefault((each.node, each.height), each)
        newest[each.node] = each
    if not newest:
        return unknown("no node ever called anything final")
    if not compared:
        return unknown("what was called final was never told a second time")
    return holds(f"{len(first)} heights stayed as they were called final")


def _unfinal(before: _Block, after: _Block, what: str) -> Judgement:
    return violated(
        f"{before.node} called {shown(before.value)} final at height {before.height}, and then {after.node} "
        f"{what}: {shown(after.value)}",
        before.event,
        after.event,
        height=before.height,
        final=meant(before.value),
        found=meant(after.value),
    )


def _sunk(before: _Block, after: _Block) -> Judgement:
    return violated(
        f"{before.node} had called height {before.height} final, and then only {after.height}",
        before.event,
        after.event,
        node=before.node,
        final=before.height,
        found=after.height,
    )


def _converge(told: Sequence[_Block], among: Sequence[str], healed: Event | None) -> Judgement:
    since = -1 if healed is None else healed.number
    wanted = list(among) or list(dict.fromkeys(each.node for each in told))
    last = {each.node: each for each in told if each.event.number > since and each.node in wanted}
    silent = [node for node in wanted if node not in last]
    reports = sorted(last.values(), key=lambda each: each.event.number)
    for each in reports:
        if meant(each.value) is None:
            return violated(f"{each.node} does not answer", each.event, node=each.node)
        if each.value != reports[0].value:
            return violated(
                f"{reports[0].node} ends with {shown(reports[0].value)}, {each.node} with {shown(each.value)}",
                reports[0].event,
                each.event,
                values={node: meant(state.value) for node, state in last.items()},
            )
    if silent:
        when = "the last heal" if healed else "the beginning"
        return unknown(f"{', '.join(silent)} did not report after {when}")
    if len(reports) < 2:
        return unknown("fewer than two nodes reported their state")
    return holds(f"{len(reports)} nodes end with the same", reports[-1].event)
