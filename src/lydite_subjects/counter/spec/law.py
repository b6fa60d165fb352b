"""The law of the counter: what a node does about each thing that happens, as a function of values.

There is no leader. An increment is acknowledged once a majority of the nodes has it on disk; a
read asks a majority and, before it answers, sees to it that a majority has all that it is about to
report. Any two majorities share a node, so a read meets every acknowledged increment and whatever an
earlier read has answered.

What a caller waits for is a **promise**. A read first *gathers* tallies until a majority has answered;
then, as an increment does from the start, it *spreads* a goal until a majority holds it: now the
promise can be given, and the reply goes out.

Effects are carried out in order, and `Append` comes first. If the disk refuses it, then nothing of the
step has happened: the state stays as it was, and nobody is told anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeAlias, assert_never

from lydite_subjects.counter.spec.state import (
    Answered,
    Append,
    Asked,
    Beat,
    Effects,
    Event,
    Gathering,
    Left,
    Linked,
    Promise,
    Reply,
    Send,
    Spreading,
    State,
)
from lydite_subjects.counter.spec.tally import NOTHING, Tally, digest, merge, minus, one, size
from lydite_subjects.counter.spec.wire import (
    Answer,
    Compare,
    Counted,
    Describe,
    Description,
    Holds,
    Increment,
    Read,
    Refused,
    Request,
    Same,
    Store,
    Stored,
    Value,
)

PROMISES_MAX: Final = 1_000
"""No more requests than that are kept waiting at once."""

PROMISE_BEATS_MAX: Final = 3
"""A promise that has found no majority after so many beats is given up."""

CLIENTS_MAX: Final = 400
SPANS_MAX: Final = 50
"""Bounds of a tally, so that all of it fits into one message."""

Step: TypeAlias = tuple[State, Effects]


def step(state: State, event: Event) -> Step:
    """What a node knows after an event, and what it is to do about it."""
    match event:
        case Asked(caller, request):
            return _asked(state, caller, request)
        case Answered(peer, answer):
            return _answered(state, peer, answer)
        case Linked(peer):
            return state, tuple(_asked_again(state, peer))
        case Left(caller):
            left = [number for number, made in state.promises.items() if made.caller == caller]
            return (_without(state, left) if left else state), ()
        case Beat():
            return _beat(state)
        case _:
            assert_never(event)


def _asked(state: State, caller: int, request: Request) -> Step:
    match request:
        case Increment(tag, client, number):
            objection = _busy(state) or _unbounded(state, client, number)
            if objection:
                return state, (Reply(caller, Refused(tag, objection)),)
            goal = one(client, number)
            state, append = _learn(state, goal)
            promise = Spreading(caller, tag, state.beats, goal, (state.name,), Counted(tag))
            return _spread(state, state.number + 1, promise, {}, append)
        case Read(tag):
            objection = _busy(state)
            if objection:
                return state, (Reply(caller, Refused(tag, objection)),)
            return _gather(state, caller, tag)
        case Describe(tag):
            described = Description(tag, state.name, size(state.tally), digest(state.tally))
            return state, (Reply(caller, described),)
        case Store(tag, tally):
            state, append = _learn(state, tally)
            return state, (*append, Reply(caller, Stored(tag)))
        case Compare(tag, theirs):
            same = theirs == digest(state.tally)
            return state, (Reply(caller, Same(tag) if same else Holds(tag, state.tally)),)
        case _:
            assert_never(request)


def _answered(state: State, peer: str, answer: Answer) -> Step:
    promise = state.promises.get(answer.tag)
    match answer, promise:
        case Stored(number), Spreading(holders=holders) if peer not in holders:
            return _settled(state, number, replace(promise, holders=(*holders, peer)), ())
        case Same(number), Gathering(answers=answers):
            return _gathered(
                state, number, replace(promise, answers={**answers, peer: answers[state.name]}), ()
            )
        case Holds(number, tally), Gathering(answers=answers):
            state, append = _learn(state, tally)
            return _gathered(state, number, replace(promise, answers={**answers, peer: tally}), append)
        case Holds(_, tally), _:
            # Nobody waits for this one: it shows what the two can give each other.
            state, append = _learn(state, tally)
            lacking = minus(state.tally, tally)
            return state, (*append, Send(peer, Store(0, lacking))) if lacking else append
        case _:
            return state, ()


def _busy(state: State) -> str:
    return f"{PROMISES_MAX} requests wait already" if len(state.promises) >= PROMISES_MAX else ""


def _unbounded(state: State, client: str, number: int) -> str:
    if client not in state.tally and len(state.tally) >= CLIENTS_MAX:
        return f"this counter has its {CLIENTS_MAX} clients already"
    if len(merge(state.tally, one(client, number))[client]) > SPANS_MAX:
        return f"{client} leaves too many numbers out; count 1, 2, 3"
    return ""


def _learn(state: State, tally: Tally) -> tuple[State, Effects]:
    fresh = minus(tally, state.tally)
    if not fresh:
        return state, ()
    return replace(state, tally=merge(state.tally, fresh)), (Append(fresh),)


def _gather(state: State, caller: int, tag: int) -> Step:
    number = state.number + 1
    promise = Gathering(caller, tag, state.beats, digest(state.tally), {state.name: state.tally})
    asks = tuple(Send(peer, Compare(number, promise.digest)) for peer in state.peers)
    return _gathered(replace(state, number=number), number, promise, asks)


def _gathered(state: State, number: int, promise: Gathering, effects: Effects) -> Step:
    if len(promise.answers) < state.majority:
        return _promising(state, {**state.promises, number: promise}), effects
    goal = NOTHING
    for tally in promise.answers.values():
        goal = merge(goal, tally)
    # This node has learnt all that it was answered. Those who lack some of it are told first.
    holders = [
        name for name, tally in promise.answers.items() if name == state.name or not minus(goal, tally)
    ]
    reply = Value(promise.tag, size(goal))
    spreading = Spreading(promise.caller, promise.tag, promise.since, goal, tuple(holders), reply)
    return _spread(state, number, spreading, promise.answers, effects)


def _spread(
    state: State, number: int, promise: Spreading, known: Mapping[str, Tally], effects: Effects
) -> Step:
    if len(promise.holders) < state.majority:
        lacking = [(peer, minus(promise.goal, known.get(peer, NOTHING))) for peer in state.peers]
        effects = (*effects, *(Send(peer, Store(number, tally)) for peer, tally in lacking if tally))
    if number > state.number:
        state = replace(state, number=number)
    return _settled(state, number, promise, effects)


def _settled(state: State, number: int, promise: Spreading, effects: Effects) -> Step:
    if len(promise.holders) < state.majority:
        return _promising(state, {**state.promises, number: promise}), effects
    return _without(state, [number]), (*effects, Reply(promise.caller, promise.reply))


def _without(state: State, numbers: list[int]) -> State:
    return _promising(state, {n: promise for n, promise in state.promises.items() if n not in numbers})


def _promising(state: State, promises: Mapping[int, Promise]) -> State:
    # What changes most: spelled out, for `replace` takes three times as long.
    return State(
        name=state.name,
        peers=state.peers,
        tally=state.tally,
        promises=promises,
        number=state.number,
        beats=state.beats,
    )


def _asked_again(state: State, peer: str) -> list[Send]:
    again: list[Send] = []
    for number, promise in state.promises.items():
        match promise:
            case Gathering() if peer not in promise.answers:
                again.append(Send(peer, Compare(number, promise.digest)))
            case Spreading() if peer not in promise.holders:
                again.append(Send(peer, Store(number, promise.goal)))
            case _:
                pass
    return again


def _beat(state: State) -> Step:
    """Give up what has waited too long, and compare tallies with one peer: each has its turn."""
    beats = state.beats + 1
    late = [n for n, promise in state.promises.items() if beats - promise.since > PROMISE_BEATS_MAX]
    told = [
        Reply(state.promises[n].caller, Refused(state.promises[n].tag, "no majority answers")) for n in late
    ]
    turn = state.peers[beats % len(state.peers) :][:1] if state.peers else ()
    compare = [Send(peer, Compare(0, digest(state.tally))) for peer in turn]
    return replace(_without(state, late) if late else state, beats=beats), (*told, *compare)
