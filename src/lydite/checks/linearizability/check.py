"""Linearizability: what clients were told fits an order in which each operation happened at once."""

from collections.abc import Sequence

from lydite.checks.check import Check, Judgement, holds, unknown, violated
from lydite.checks.linearizability.blame import Blame, blame
from lydite.checks.linearizability.models import REGISTER, Model
from lydite.checks.linearizability.operation import Operation, Words, operations
from lydite.checks.linearizability.search import Found, search
from lydite.checks.notes import Malformed, reading
from lydite.model import Event, format_ns

BUDGET = 100_000


def linearizability(
    model: Model = REGISTER,
    *,
    key: str = "",
    budget: int = BUDGET,
    note: str = "operation",
    client: str = "client",
    phase: str = "phase",
    action: str = "action",
    value: str = "value",
    tag: str = "",
    name: str = "linearizability",
) -> Check:
    """What clients were told fits an order in which each operation happened at once, between its two notes.

    `model` is what the object does, as a pure function: `register()`, `counter()`, `unordered_set()`, or a `Model` of
    your own. With `key`, the name of a field, each key is an object of its own: a map of registers. An operation
    that was answered `info`, or not at all, may have happened at any time since it began, or never; one that was
    answered `fail` never.

    The search tries at most `budget` places for each key, and then the check is UNKNOWN. Where there is no
    order it names the smallest prefix of the history without one, and the operations in it that contradict each other.

    Needs: `operation` notes with `client` and `phase` (`invoke`, then `ok`, `fail` or `info`); `invoke` has the
    `action`, and its `value` if it takes one, `ok` has the `value` that was answered. A client has one operation
    open at a time, unless the field named by `tag` tells them apart. One answer must tell something of the state.

    Does not check transactions over several keys, nor the order of what two programs did outside of these notes. Values
    are compared as Python compares them: 1 and true are one value.
    """

    def judge(events: Sequence[Event]) -> Judgement:
        words = Words(note=note, client=client, phase=phase, action=action, key=key, value=value, tag=tag)
        history = operations(events, words)
        wrong = [(each.begun, problem) for each in history if (problem := model.wrong(each))]
        if wrong:
            raise Malformed(
                [(event, f"the note {note} (record {event.number}): expected {p}") for event, p in wrong]
            )
        return _judge(history, model, budget)

    return reading(linearizability, name, judge)


def _judge(history: Sequence[Operation], model: Model, budget: int) -> Judgement:
    answered = [each for each in history if each.answered]
    if not any(each.action in model.tells for each in answered):
        return unknown(
            f"no operation was answered that tells of the state ({', '.join(sorted(model.tells))})"
        )
    keys: dict[str, list[Operation]] = {}
    for each in history:
        if each.answered or each.action not in model.reads:
            keys.setdefault(each.key, []).append(each)
    spent: list[str] = []
    tried = 0
    for key, mine in keys.items():
        outcome = search(mine, model, budget=budget)
        tried += outcome.tried
        if outcome.found is Found.NONE:
            return _contradicted(key, mine, blame(mine, model, budget=budget), model)
        if outcome.found is Found.SPENT:
            spent.append(key)
    if spent:
        where = "" if spent == [""] else f" for the key {', '.join(spent[:5])}"
        return unknown(
            f"no order was found{where} in {budget:,} places, and none was ruled out: the history is too entangled",
            budget=budget,
        )
    return holds(f"{len(answered):,} operations fit an order of a {model.name}", tried=tried)


def _contradicted(key: str, history: Sequence[Operation], blamed: Blame, model: Model) -> Judgement:
    where = f" of the key {key}" if key else ""
    stuck = next(each for each in blamed.prefix if each.ended is blamed.moment)
    shown = {
        event.number: event for each in blamed.contradiction for event in (each.begun, each.ended) if event
    }
    shown.pop(blamed.moment.number, None)
    before = [event for number, event in sorted(shown.items()) if number < blamed.moment.number]
    return violated(
        f"no order{where} fits what was told until {format_ns(blamed.moment.at_ns)}, when {stuck.client} "
        f"{stuck.action} was answered",
        *before,
        blamed.moment,
        model=model.name,
        key=key,
        operations=len(history),
        prefix=len(blamed.prefix),
        contradiction=[str(each) for each in blamed.contradiction],
    )
