"""The search for an order: one in which each operation happens at once, between its beginning and its end.

The algorithm is that of Wing and Gong with the memory of Lowe: go depth first through the orders, and never enter twice
a place, which is what has been ordered so far and the state that this leads to. What may come next has begun before the
first of all answers that are still owed. An operation without an answer may be put anywhere after its beginning, or
left out. Three observations keep the search small, and none of them loses an order:

* a read that fits the state may come next at once: later it could only fit less;
* an operation without an answer that would change nothing here is not needed here;
* of several without an answer that ask for the same the oldest goes first, for it may stand wherever the others may.

The effort is counted in places that are tried, never in time: the same history gives the same verdict on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from lydite.checks.linearizability.models import Model, State
from lydite.checks.linearizability.operation import Operation


class Found(Enum):
    """How a search ended."""

    ORDER = "there is an order"
    NONE = "there is no order"
    SPENT = "the budget was spent first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a search ended, and how many places it tried."""

    found: Found
    tried: int


@dataclass(slots=True)
class _Place:
    """A place in the search: what was put in order on the way to it, and what may come next, the best last."""

    taken: list[int]
    options: list[tuple[int, State]]


class _History:
    """Operations by number, in the order in which they began, and which of them are not ordered yet.

    The answered ones that are left form a list with links in both directions, so that taking one out and putting
    it back costs the same however long the history is.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations
        self.begins = [operation.begun.number for operation in operations]
        self.ends = [0 if each.ended is None else each.ended.number for each in operations]
        self.answered = [each.answered for each in operations]
        self.owed = sum(self.answered)
        self.ordered = 0
        """A bit for each operation."""
        numbers = [number for number, answered in enumerate(self.answered) if answered]
        self._open = [number for number, answered in enumerate(self.answered) if not answered]
        self._open_bits = sum(1 << number for number in self._open)
        self._head = len(operations)
        self._next = [self._head] * (self._head + 1)
        self._previous = [self._head] * (self._head + 1)
        for before, after in zip([self._head, *numbers], [*numbers, self._head], strict=True):
            self._next[before], self._previous[after] = after, before

    def candidates(self) -> tuple[list[int], int]:
        """The answered operations that may come next, the first that is owed first; and when that one ends."""
        found = []
        number, first_answer = self._next[self._head], -1
        while number != self._head and (first_answer < 0 or self.begins[number] < first_answer):
            found.append(number)
            if first_answer < 0 or self.ends[number] < first_answer:
                first_answer = self.ends[number]
            number = self._next[number]
        found.sort(key=self.ends.__getitem__)
        return found, first_answer

    def unanswered(self, first_answer: int) -> list[int]:
        """The operations without an answer that may come next."""
        asked: dict[tuple[str, object], int] = {}
        for number in self._open:
            if self.begins[number] > first_answer:
                break
            if not self.ordered >> number & 1:
                operation = self.operations[number]
                asked.setdefault((operation.action, operation.argument), number)
        return list(asked.values())

    def take(self, number: int) -> None:
        """Put an operation next in the order."""
        self.ordered |= 1 << number
        if self.answered[number]:
            self.owed -= 1
            before, after = self._previous[number], self._next[number]
            self._next[before], self._previous[after] = after, before

    def put_back(self, numbers: Sequence[int]) -> None:
        """Take the last operations of the order out of it again, given in the order in which they were put there."""
        for number in reversed(numbers):
            self.ordered &= ~(1 << number)
            if self.answered[number]:
                self.owed += 1
                before, after = self._previous[number], self._next[number]
                self._next[before] = self._previous[after] = number

    def progress(self) -> tuple[int, int, int]:
        """What has been ordered, in numbers that stay small however long the history is.

        All answered operations before the first one that is left are ordered, so their bits say nothing.
        """
        first = self._next[self._head]
        return first, self.ordered >> first, self.ordered & self._open_bits


def search(operations: Sequence[Operation], model: Model, *, budget: int) -> Outcome:
    """Look for an order of these operations, trying at most `budget` places."""
    history = _History(model.needed(operations))
    places = [_Place(_read(history, model, model.initial), _options(history, model, model.initial))]
    seen: set[tuple[tuple[int, int, int], State]] = set()
    tried = 0
    while history.owed:
        if not places[-1].options:
            history.put_back(places.pop().taken)
            if not places:
                return Outcome(found=Found.NONE, tried=tried)
            continue
        if tried == budget:
            return Outcome(found=Found.SPENT, tried=tried)
        tried += 1
        number, state = places[-1].options.pop()
        history.take(number)
        taken = [number, *_read(history, model, state)]
        place = (history.progress(), state)
        if place in seen:
            history.put_back(taken)
            continue
        seen.add(place)
        places.append(_Place(taken, _options(history, model, state)))
    return Outcome(found=Found.ORDER, tried=tried)


def _read(history: _History, model: Model, state: State) -> list[int]:
    """Put every read in order that fits the state, and say which."""
    taken: list[int] = []
    while True:
        fitting = [
            number
            for number in history.candidates()[0]
            if history.operations[number].action in model.reads
            and model.step(state, history.operations[number]) == (True, state)
        ]
        if not fitting:
            return taken
        for number in fitting:
            history.take(number)
        taken += fitting


def _options(history: _History, model: Model, state: State) -> list[tuple[int, State]]:
    """What may come next and the state after it, the most promising last.

    That is what makes a read fit that waits for its answer; then what is owed soonest; last of all, what need
    not have happened.
    """
    answered, first_answer = history.candidates()
    waiting = [history.operations[number] for number in answered]
    waiting = [operation for operation in waiting if operation.action in model.reads]
    ranked = []
    for rank, number in enumerate([*answered, *history.unanswered(first_answer)]):
        fits, after = model.step(state, history.operations[number])
        if fits and (history.answered[number] or after != state):
            helps = any(model.step(after, operation)[0] for operation in waiting)
            ranked.append((not helps, rank, number, after))
    ranked.sort(key=lambda each: each[:2], reverse=True)
    return [(number, after) for _, _, number, after in ranked]
