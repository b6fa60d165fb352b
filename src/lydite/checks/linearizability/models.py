"""Models: what an object does when one operation follows the other, as pure functions of its state."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from lydite.checks.linearizability.operation import Operation

State: TypeAlias = Hashable

Step: TypeAlias = Callable[[State, Operation], tuple[bool, State]]
"""Whether the operation can have been answered as it was in that state, and the state after it."""


def _nothing_wrong(operation: Operation) -> str:
    del operation
    return ""


def _all(operations: Sequence[Operation]) -> list[Operation]:
    return list(operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """An object: its first state, its step, and which of its actions tell of its state.

    `step` is also asked about operations without an answer (`operation.answered` is false): any answer will do then.
    States are compared as Python compares them, and must be hashable.
    """

    name: str
    initial: State
    step: Step
    reads: frozenset[str]
    """The actions that change nothing."""
    tells: frozenset[str]
    """The actions whose answers depend on the state: without one of them a history proves nothing."""
    wrong: Callable[[Operation], str] = _nothing_wrong
    """What is wrong with an operation that the model does not know: an empty text if it knows it."""
    needed: Callable[[Sequence[Operation]], list[Operation]] = _all
    """The history without those operations that have no answer and cannot have mattered: a shorter search."""


def register(initial: State = None) -> Model:
    """One value: `read`, `write` with the value, and `cas` with a list of the old and the new value.

    A `cas` that is answered `ok` found the old value; one that did not is noted as `fail`.
    """
    return Model(
        name="register",
        initial=initial,
        step=_step_register,
        reads=frozenset({"read"}),
        tells=frozenset({"read", "cas"}),
        wrong=_wrong_for_a_register,
        needed=_needed_of_a_register,
    )


def counter(initial: int = 0) -> Model:
    """A whole number: `read`, and `add` with the amount."""
    return Model(
        name="counter",
        initial=initial,
        step=_step_counter,
        reads=frozenset({"read"}),
        tells=frozenset({"read"}),
        wrong=_wrong_for_a_counter,
    )


def unordered_set() -> Model:
    """A set of values: `add` and `remove` with a value, `contains` with a value, and `read`, which lists all."""
    return Model(
        name="set",
        initial=frozenset(),
        step=_step_set,
        reads=frozenset({"read", "contains"}),
        tells=frozenset({"read", "contains"}),
        wrong=_wrong_for_a_set,
    )


def _step_register(state: State, operation: Operation) -> tuple[bool, State]:
    match operation.action:
        case "read":
            return not operation.answered or operation.result == state, state
        case "write":
            return True, operation.argument
        case _:
            old, new = _pair(operation.argument)
            return (True, new) if old == state else (not operation.answered, state)


def _wrong_for_a_register(operation: Operation) -> str:
    match operation.action:
        case "read" | "write":
            return ""
        case "cas":
            pair = isinstance(operation.argument, tuple) and len(operation.argument) == 2
            return (
                "" if pair else f"a list of the old and the new value for cas, found {operation.argument!r}"
            )
    return f"read, write or cas, found {operation.action!r}"


def _needed_of_a_register(operations: Sequence[Operation]) -> list[Operation]:
    """Without what was never answered and leaves a value that nobody was told and no `cas` expects.

    In an order that has such an operation nothing rests on it: without it the order is as good.
    """
    kept, dropped = list(operations), True
    while dropped:
        wanted = {each.result for each in kept if each.answered and each.action == "read"}
        wanted |= {_pair(each.argument)[0] for each in kept if each.action == "cas"}
        fewer = [each for each in kept if each.answered or _left_by(each) in wanted]
        kept, dropped = fewer, len(fewer) < len(kept)
    return kept


def _left_by(operation: Operation) -> Hashable:
    return _pair(operation.argument)[1] if operation.action == "cas" else operation.argument


def _pair(argument: Hashable) -> tuple[Hashable, Hashable]:
    assert isinstance(argument, tuple)
    return argument[0], argument[1]


def _step_counter(state: State, operation: Operation) -> tuple[bool, State]:
    assert isinstance(state, int)
    if operation.action == "read":
        return not operation.answered or operation.result == state, state
    assert isinstance(operation.argument, int)
    return True, state + operation.argument


def _wrong_for_a_counter(operation: Operation) -> str:
    match operation.action:
        case "read":
            return ""
        case "add":
            number = isinstance(operation.argument, int) and not isinstance(operation.argument, bool)
            return "" if number else f"a whole number for add, found {operation.argument!r}"
    return f"read or add, found {operation.action!r}"


def _step_set(state: State, operation: Operation) -> tuple[bool, State]:
    assert isinstance(state, frozenset)
    match operation.action:
        case "add":
            return True, state | {operation.argument}
        case "remove":
            return True, state - {operation.argument}
        case "contains":
            return not operation.answered or operation.result == (operation.argument in state), state
        case _:
            if not operation.answered:
                return True, state
            listed = operation.result
            return isinstance(listed, tuple) and len(listed) == len(state) and set(listed) == state, state


def _wrong_for_a_set(operation: Operation) -> str:
    known = ("add", "remove", "contains", "read")
    return "" if operation.action in known else f"add, remove, contains or read, found {operation.action!r}"


REGISTER: Final = register()
"""A register that begins with nothing in it."""
