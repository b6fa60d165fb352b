"""Liveness: something is decided again and again, and honest nodes get their share of it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.honesty import traitors
from lydite.checks.notes import Note, read, reading
from lydite.checks.weather import Span, weather
from lydite.model import SECOND, Event, Kind, format_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    event: Event
    node: str
    height: int
    producer: str


def liveness(
    *,
    least: int = 1,
    within_ns: int = 10 * SECOND,
    settle_ns: int = 0,
    despite: Sequence[str] = (),
    note: str = "decided",
    opening: str = "",
    closing: str = "",
    name: str = "liveness",
) -> Check:
    """At least `least` things are decided in every stretch of `within_ns` in which the world is not bent.

    After the start and after each bend the system is granted `settle_ns` before that counts. Bends whose verb
    begins with one of `despite` (`clock.`, `network.tamper`) are no excuse. `opening` and `closing`
    name the notes between which progress is due; without them it is due from the first event of the run to the
    last.

    Needs: `decided` notes, one for each thing decided, and a stretch of calm as long as `within_ns`.

    Does not check what was decided, nor progress while the world is bent. Where nothing was ever decided it is
    UNKNOWN, unless the note named by `opening` said that progress is due.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        decided = read(events, {note: lambda told: told.event})
        whole = observed(events, opening=opening, closing=closing)
        if whole is None:
            return unknown(f"progress was never due: no note {opening or closing} was written")
        if not decided and not opening:
            return unknown("nothing was ever decided")
        begin_ns = whole.begin_ns + settle_ns
        calm = weather(events, despite=despite).calm(
            Span(begin_ns=begin_ns, end_ns=whole.end_ns), settle_ns=settle_ns
        )
        return _live(events, decided, [span for span in calm if _length(span) >= within_ns], least, within_ns)

    return reading(liveness, name, judge)


def chain_quality(
    *,
    window: int = 10,
    percent: int = 50,
    note: str = "block",
    byzantine: str = "byzantine",
    node: str = "node",
    height: str = "height",
    producer: str = "producer",
    name: str = "chain-quality",
) -> Check:
    """Of any `window` blocks in a row, honest nodes have produced at least `percent` in a hundred.

    Judged for the chain that each honest node holds at the end of the run. A block that a node notes at a height
    ends its chain there, as for `agreement`. A producer is a traitor if it was ever noted as such, or if somebody
    tampered with its words.

    Needs: `block` notes with `node`, `height` and `producer`, for one node in ascending order and `window` heights in
    a row, and a `byzantine` note with `node` for each node that misbehaves, unless a `byzantine.*` fault makes it.

    Does not check chains that were given up before the end, nor what is in a block.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        bad = traitors(events, note=byzantine, node=node)
        blocks = read(events, {note: lambda told: _block(told, node, height, producer)})
        if not bad:
            return unknown("no node was byzantine, so that nothing was at stake")
        return _quality(_chains([block for block in blocks if block.node not in bad]), bad, window, percent)

    return reading(chain_quality, name, judge)


def observed(events: Sequence[Event], *, opening: str, closing: str) -> Span | None:
    """From the first `opening` note to the last `closing` one; without a name, from end to end of the story."""
    notes = [event for event in events if event.kind is Kind.NOTE]
    begins = [event for event in notes if event.fields.get("name") == opening] if opening else events[:1]
    ends = [event for event in notes if event.fields.get("name") == closing] if closing else events[-1:]
    if not begins or not ends:
        return None
    return Span(begin_ns=begins[0].at_ns, end_ns=ends[-1].at_ns)


def _length(span: Span) -> int:
    return span.end_ns - span.begin_ns


def _live(
    events: Sequence[Event], decided: Sequence[Event], calm: Sequence[Span], least: int, within_ns: int
) -> Judgement:
    if not calm:
        return unknown(f"the world was never calm for {format_ns(within_ns)}")
    times = [event.at_ns for event in decided]
    fewest = len(times)
    for span in calm:
        within = times[bisect_left(times, span.begin_ns) : bisect_left(times, span.end_ns)]
        # The poorest stretches begin where the calm does, or right after something was decided.
        for begin_ns in (span.begin_ns, *(time + 1 for time in within)):
            end_ns = begin_ns + within_ns
            if end_ns > span.end_ns:
                break
            found = bisect_left(times, end_ns) - bisect_left(times, begin_ns)
            if found < least:
                return _stalled(events, decided, Span(begin_ns=begin_ns, end_ns=end_ns), (found, least))
            fewest = min(fewest, found)
    return holds(f"{fewest} or more were decided in every {format_ns(within_ns)} of calm", fewest=fewest)


def _stalled(
    events: Sequence[Event], decided: Sequence[Event], span: Span, count: tuple[int, int]
) -> Judgement:
    found, least = count
    before = [event for event in decided if event.at_ns < span.end_ns][-1:]
    after = next((event for event in events if event.at_ns >= span.end_ns), events[-1])
    return violated(
        f"{found} decided between {format_ns(span.begin_ns)} and {format_ns(span.end_ns)}, "
        f"in calm weather, expected {least} or more",
        *before,
        after,
        found=found,
        expected=least,
        from_ns=span.begin_ns,
        within_ns=_length(span),
    )


def _block(told: Note, node: str, height: str, producer: str) -> _Block:
    return _Block(
        event=told.event,
        node=told.named(node),
        height=told.whole(height),
        producer=told.named(producer),
    )


def _chains(blocks: Sequence[_Block]) -> dict[str, list[_Block]]:
    """What each node holds at the end."""
    chains: dict[str, list[_Block]] = {}
    for block in blocks:
        chain = chains.setdefault(block.node, [])
        while chain and chain[-1].height >= block.height:
            chain.pop()
        chain.append(block)
    return chains


def _quality(chains: dict[str, list[_Block]], bad: frozenset[str], window: int, percent: int) -> Judgement:
    lowest, judged = window, 0
    for node, chain in chains.items():
        for first in range(len(chain) - window + 1):
            stretch = chain[first : first + window]
            if stretch[-1].height - stretch[0].height != window - 1:
                continue
            judged += 1
            honest = sum(block.producer not in bad for block in stretch)
            lowest = min(lowest, honest)
            if honest * 100 < percent * window:
                return violated(
                    f"in the chain of {node} honest nodes produced {honest} of the {window} blocks from height "
                    f"{stretch[0].height}, expected {percent} in a hundred",
                    *sorted((block.event for block in stretch), key=lambda event: event.number),
                    node=node,
                    height=stretch[0].height,
                    found=honest,
                    expected=-(-percent * window // 100),
                )
    if not judged:
        return unknown(f"no honest node ended with {window} blocks in a row")
    return holds(f"honest nodes produced {lowest} or more of any {window} blocks", lowest=lowest)
