"""Blame: of a history that has no order, the part that shows it.

First the smallest prefix: the earliest answer at which the history, as far as it had been seen by then, has no order.
Then, of the operations that change nothing, those that are needed for that: what can be left out without
an order appearing is no part of the contradiction. Operations that change something stay, for without a write a read
of its value would look wrong that is not.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from lydite.checks.linearizability.models import Model
from lydite.checks.linearizability.operation import Operation
from lydite.checks.linearizability.search import Found, search
from lydite.model import Event

SHOWN_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """Where a history has no order any more."""

    moment: Event
    """The answer that cannot be."""
    prefix: tuple[Operation, ...]
    """What had begun by then, as far as it was known."""
    contradiction: tuple[Operation, ...]
    """The operations that contradict each other, with what they rest on."""


def blame(operations: Sequence[Operation], model: Model, *, budget: int) -> Blame:
    """The part of a history without an order that shows it; each search for it has the same budget."""
    answers = sorted(event.number for each in operations if (event := each.ended) is not None)
    low, high = 0, len(answers) - 1
    while low < high:
        middle = (low + high) // 2
        outcome = search(seen_by(operations, answers[middle], model), model, budget=budget)
        low, high = (low, middle) if outcome.found is Found.NONE else (middle + 1, high)
    prefix = seen_by(operations, answers[high], model)
    moment = next(each.ended for each in prefix if each.ended and each.ended.number == answers[high])
    needed = _needed(prefix, model, budget)
    core = {id(each): each for each in (*needed, *(each for each in prefix if each.ended is moment))}
    others = [each for each in prefix if id(each) not in core and each.action not in model.reads]
    return Blame(
        moment=moment, prefix=tuple(prefix), contradiction=_with_its_ground(list(core.values()), others)
    )


def seen_by(operations: Sequence[Operation], moment: int, model: Model) -> list[Operation]:
    """The history as it was known at a moment: what was answered later is still open."""
    known = []
    for each in operations:
        if each.begun.number > moment:
            break
        if each.ended is not None and each.ended.number > moment:
            each = replace(each, ended=None, result=None)  # noqa: PLW2901 - the same operation, less known
        if each.answered or each.action not in model.reads:
            known.append(each)
    return known


def _needed(prefix: Sequence[Operation], model: Model, budget: int) -> list[Operation]:
    """The operations that change nothing and without which there would be an order."""
    kept = [each for each in prefix if each.action in model.reads]
    chunk = len(kept)
    left = budget
    while chunk and left > 0:
        position = 0
        while position < len(kept) and left > 0:
            fewer = kept[:position] + kept[position + chunk :]
            wanted = {id(each) for each in fewer}
            rest = [each for each in prefix if each.action not in model.reads or id(each) in wanted]
            outcome = search(rest, model, budget=left)
            left -= outcome.tried
            if outcome.found is Found.NONE:
                kept = fewer
            else:
                position += chunk
        chunk //= 2
    return kept


def _with_its_ground(core: Sequence[Operation], others: Sequence[Operation]) -> tuple[Operation, ...]:
    """Those operations, with what they were told, what ran beside them, and what was done last before them."""
    told = {each.result for each in core}
    begin = min(each.begun.number for each in core)
    before = [each for each in others if each.ended is not None and each.ended.number < begin]
    grounds = [
        each
        for each in others
        if each in before[-1:] or each not in before or not told.isdisjoint(_asked(each))
    ]
    room = min(len(grounds), max(0, SHOWN_MAX - len(core)))
    chosen = [*core, *grounds[len(grounds) - room :]]
    return tuple(sorted(chosen, key=lambda each: each.begun.number))


def _asked(operation: Operation) -> tuple[Hashable, ...]:
    argument = operation.argument
    return argument if isinstance(argument, tuple) else (argument,)
