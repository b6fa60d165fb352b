"""Signatures: nobody signs two things for one slot unseen, and nothing is decided with too few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.honesty import traitors
from lydite.checks.notes import Note, Spelled, meant, read, reading, shown
from lydite.checks.weather import weather
from lydite.model import Event, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    event: Event
    signer: str
    slot: Spelled
    value: Spelled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    event: Event
    item: Spelled
    signers: tuple[str, ...]
    weights: Mapping[str, int]
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Charge:
    """Somebody equivocated, or a node says so."""

    event: Event
    note: str
    node: str
    signer: str
    slot: Spelled


def double_signing(
    *,
    note: str = "signed",
    byzantine: str = "byzantine",
    signer: str = "signer",
    slot: str = "slot",
    value: str = "value",
    node: str = "node",
    name: str = "double-signing",
) -> Check:
    """No signer signs two different values for one slot.

    A slot is whatever may be signed once: a height, or a list such as height, round and kind of vote. Signers that
    were noted as byzantine, or with whose words somebody tampered, are not held to it.

    Needs: `signed` notes with `signer`, `slot` and `value`. Uses, if there are any, `byzantine` notes with `node`.

    Does not check the signatures themselves, nor votes that contradict each other across slots (surround votes).
    """

    def judge(events: Sequence[Event]) -> Judgement:
        bad = traitors(events, note=byzantine, node=node)
        told = read(events, {note: lambda told: _signature(told, signer, slot, value)})
        return _sign_once([each for each in told if each.signer not in bad])

    return reading(double_signing, name, judge)


def double_signing_is_detected(
    *,
    among: Sequence[str] = (),
    equivocated: str = "equivocated",
    accused: str = "accused",
    byzantine: str = "byzantine",
    node: str = "node",
    signer: str = "signer",
    slot: str = "slot",
    name: str = "double-signing-is-detected",
) -> Check:
    """Every honest node that stands at the end has accused every signer that equivocated, and no other.

    `among` names the honest nodes; without it, every host on which a program runs at the end, except those that
    were noted as byzantine, were tampered with, or have equivocated. Where the world is still bent at the end, a
    missing accusation proves nothing.

    Needs: an `equivocated` note with `signer` and `slot` from whoever made the signer do it, and `accused` notes with
    `node`, `signer` and `slot`. Uses, if there are any, `byzantine` notes with `node`.

    Does not check how long it took, nor the evidence that a node has; what byzantine nodes say is passed over.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def made(told: Note) -> _Charge:
            accuser = told.named(node) if told.name == accused else ""
            return _Charge(
                event=told.event,
                note=told.name,
                node=accuser,
                signer=told.named(signer),
                slot=told.value(slot),
            )

        told = read(events, {accused: made, equivocated: made})
        guilty = [each for each in told if each.note == equivocated]
        bad = traitors(events, note=byzantine, node=node) | {each.signer for each in guilty}
        honest = [who for who in (among or _standing(events)) if who not in bad]
        charges = [each for each in told if each.note == accused and each.node not in bad]
        return _detect(guilty, charges, honest, (weather(events).still, events))

    return reading(double_signing_is_detected, name, judge)


def threshold(
    *,
    weights: Mapping[str, int] | str = "weights",
    needed: int | str = "needed",
    note: str = "decision",
    item: str = "item",
    signers: str = "signers",
    name: str = "threshold",
) -> Check:
    """Nothing is decided with less weight of signatures than is needed.

    A signer counts once, however often it signs, and one that is unknown counts nothing. `weights` are the weights by
    signer, or the name of the field that has them; `needed` is the weight, or the name of its field.

    Needs: `decision` notes with `item` and `signers`, and unless they are given, `weights` and `needed`.

    Does not check the signatures themselves, nor that what had enough of them is ever decided.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        def made(told: Note) -> _Decision:
            return _Decision(
                event=told.event,
                item=told.value(item),
                signers=told.all_named(signers),
                weights=told.amounts(weights) if isinstance(weights, str) else weights,
                needed=told.whole(needed, least=1) if isinstance(needed, str) else needed,
            )

        return _enough(read(events, {note: made}))

    return reading(threshold, name, judge)


def _signature(told: Note, signer: str, slot: str, value: str) -> _Signature:
    return _Signature(
        event=told.event, signer=told.named(signer), slot=told.value(slot), value=told.value(value)
    )


def _sign_once(told: Sequence[_Signature]) -> Judgement:
    signed: dict[tuple[str, Spelled], _Signature] = {}
    for each in told:
        before = signed.setdefault((each.signer, each.slot), each)
        if before.value != each.value:
            return violated(
                f"{each.signer} signed {shown(before.value)} and {shown(each.value)} for the slot "
                f"{shown(each.slot)}",
                before.event,
                each.event,
                signer=each.signer,
                slot=meant(each.slot),
                values=[meant(before.value), meant(each.value)],
            )
    if not told:
        return unknown("no honest signer ever signed anything")
    return holds(f"{len(signed):,} slots were signed for one value each")


def _standing(events: Sequence[Event]) -> list[str]:
    """The hosts on which as many programs were started as have not ended."""
    running: dict[str, int] = {}
    for event in events:
        if event.kind is Kind.START:
            running[event.host] = running.get(event.host, 0) + 1
        elif event.kind in (Kind.EXIT, Kind.CRASH):
            running[event.host] = running.get(event.host, 0) - 1
    return [host for host, programs in running.items() if programs > 0]


def _detect(
    guilty: Sequence[_Charge],
    charges: Sequence[_Charge],
    honest: Sequence[str],
    ending: tuple[Sequence[str], Sequence[Event]],
) -> Judgement:
    still, events = ending
    crimes = {(each.signer, each.slot): each for each in guilty}
    for each in charges:
        if (each.signer, each.slot) not in crimes:
            return violated(
                f"{each.node} accuses {each.signer}, which did not equivocate for the slot {shown(each.slot)}",
                each.event,
                node=each.node,
                signer=each.signer,
                slot=meant(each.slot),
            )
    if not guilty:
        return unknown("nobody ever equivocated")
    if not honest:
        return unknown("no honest node was left to see it", guilty[0].event)
    said = {(each.node, each.signer, each.slot) for each in charges}
    for (signer, slot), crime in crimes.items():
        blind = [who for who in honest if (who, signer, slot) not in said]
        if blind and still:
            return unknown(f"{blind[0]} has not seen it, but the world was still bent: {', '.join(still)}")
        if blind:
            return violated(
                f"{signer} equivocated for the slot {shown(slot)} and {', '.join(blind)} did not report it",
                crime.event,
                events[-1],
                signer=signer,
                slot=meant(slot),
                expected=list(honest),
                missing=blind,
            )
    return holds(
        f"{len(honest)} honest nodes report {len(crimes)} equivocations", guilty=list(_signers(guilty))
    )


def _signers(guilty: Sequence[_Charge]) -> dict[str, None]:
    return dict.fromkeys(each.signer for each in guilty)


def _enough(decisions: Sequence[_Decision]) -> Judgement:
    for each in decisions:
        once = dict.fromkeys(each.signers)
        weight = sum(each.weights.get(signer, 0) for signer in once)
        if weight < each.needed:
            return violated(
                f"{shown(each.item)} was decided with a weight of {weight}, expected {each.needed} or more",
                each.event,
                item=meant(each.item),
                found=weight,
                expected=each.needed,
                signers=list(once),
                unknown=[signer for signer in once if signer not in each.weights],
            )
    if not decisions:
        return unknown("nothing was ever decided")
    return holds(f"{len(decisions):,} decisions had the weight they need")
