"""Validity: what nodes accept, verified once more by somebody who does not trust them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.honesty import held
from lydite.checks.notes import Note, Spelled, meant, read, reading, shown
from lydite.model import Event, Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opinion:
    event: Event
    note: str
    node: str
    item: Spelled
    valid: bool = False


def validity(
    verify: Callable[[Facts], str],
    *,
    note: str = "block",
    node: str = "node",
    byzantine: str = "byzantine",
    among: Sequence[str] = (),
    name: str = "validity",
) -> Check:
    """Whatever a node accepts is valid by a function of your own: it returns what is wrong, or nothing.

    `verify` is pure and is given the facts of the note. Write it from the rules and not from the code under test, or
    both will be wrong in the same way. `among` names the nodes that are held to it; all but traitors, if
    empty.

    Needs: `block` notes with `node` and whatever `verify` reads. Uses, if there are any, `byzantine` notes with `node`.

    Does not check what was rejected (`acceptance` does), nor what no note tells.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        told = read(events, {note: lambda told: (told.named(node), told)})
        is_held = held(events, among, note=byzantine, node=node)
        judged = [(who, each) for who, each in told if is_held(who)]
        for who, each in judged:
            if wrong := verify(each.facts):
                return violated(
                    f"{who} accepted what is not valid: {wrong}",
                    each.event,
                    node=who,
                    reason=wrong,
                    accepted=dict(each.facts),
                )
        if not judged:
            return unknown("nothing was ever accepted")
        return holds(f"{len(judged):,} accepted things are valid")

    return reading(validity, name, judge)


def acceptance(
    *,
    accepted: str = "accepted",
    rejected: str = "rejected",
    verified: str = "verified",
    node: str = "node",
    item: str = "item",
    valid: str = "valid",
    byzantine: str = "byzantine",
    among: Sequence[str] = (),
    name: str = "acceptance",
) -> Check:
    """Nodes accept what an independent verifier finds valid, and reject only what it does not.

    The verifier may speak before or after the node. `among` names the nodes that are held to it; all but traitors, if
    empty.

    Needs: `accepted` or `rejected` notes with `node` and `item`, and for each such item a `verified` note with `item`
    and `valid`. An item that nobody verified proves nothing. Uses, if there are any, `byzantine` notes with
    `node`.

    Does not check the verifier, nor that every node decides on every item.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def made(told: Note) -> _Opinion:
            verdict = told.name == verified
            return _Opinion(
                event=told.event,
                note=told.name,
                node="" if verdict else told.named(node),
                item=told.value(item),
                valid=told.truth(valid) if verdict else told.name == accepted,
            )

        told = read(events, dict.fromkeys((accepted, rejected, verified), made))
        verdicts = [each for each in told if each.note == verified]
        is_held = held(events, among, note=byzantine, node=node)
        return _accept(verdicts, [each for each in told if each.note != verified and is_held(each.node)])

    return reading(acceptance, name, judge)


def _accept(verdicts: Sequence[_Opinion], opinions: Sequence[_Opinion]) -> Judgement:
    known: dict[Spelled, _Opinion] = {}
    for each in verdicts:
        before = known.setdefault(each.item, each)
        if before.valid != each.valid:
            return unknown(
                f"the verifier says both of {shown(each.item)}: valid and not", before.event, each.event
            )
    for each in opinions:
        verdict = known.get(each.item)
        if verdict is not None and verdict.valid != each.valid:
            return _mistaken(verdict, each)
    unverified = [each for each in opinions if each.item not in known]
    if not opinions:
        return unknown("nothing was ever accepted or rejected")
    if unverified:
        return unknown(
            f"{shown(unverified[0].item)} was never verified, nor {len(unverified) - 1} others",
            unverified[0].event,
        )
    return holds(f"{len(opinions):,} decisions are as an independent verifier would decide")


def _mistaken(verdict: _Opinion, opinion: _Opinion) -> Judgement:
    word, truth = ("accepted", "not valid") if opinion.valid else ("rejected", "valid")
    first, last = sorted((verdict.event, opinion.event), key=lambda event: event.number)
    return violated(
        f"{opinion.node} {word} {shown(opinion.item)}, which is {truth}",
        first,
        last,
        node=opinion.node,
        item=meant(opinion.item),
        accepted=opinion.valid,
        valid=verdict.valid,
    )
