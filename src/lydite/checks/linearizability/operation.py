"""Operations: what clients asked for and were told, from the notes of a run."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

from lydite.checks.notes import Note, meant, read
from lydite.model import Event, Plain, format_ns

PHASES: Final = ("invoke", "ok", "fail", "info")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """One operation of a client. What was never answered may have happened at any time since, or never."""

    client: str
    key: str
    action: str
    argument: Hashable
    """What was asked with; a list is a tuple, and what JSON calls an object is a tuple of pairs."""
    result: Hashable = None
    """What was answered, in the same form; None while there is no answer."""
    begun: Event
    ended: Event | None = None

    @property
    def answered(self) -> bool:
        """Whether it was answered, so that it has happened between its two events."""
        return self.ended is not None

    def __str__(self) -> str:
        argument = "" if self.argument is None else f" {self.argument!r}"
        if self.ended is None:
            return f"{self.client} {self.action}{argument}, from {format_ns(self.begun.at_ns)} on, unanswered"
        answer = "" if self.result is None else f" → {self.result!r}"
        span = f"{format_ns(self.begun.at_ns)} to {format_ns(self.ended.at_ns)}"
        return f"{self.client} {self.action}{argument}{answer}, {span}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the notes of operations, and the fields in them, are called."""

    note: str
    client: str
    phase: str
    action: str
    key: str
    value: str
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    told: Note
    client: str
    tag: str
    phase: str
    action: str
    key: str
    value: Hashable


def operations(events: Sequence[Event], words: Words) -> list[Operation]:
    """The operations in the order in which they began, without those that failed: these did not happen."""
    done: list[Operation] = []
    under_way: dict[tuple[str, str], _Step] = {}
    for step in read(events, {words.note: lambda told: _step(told, words)}):
        who = (step.client, step.tag)
        begun = under_way.pop(who, None)
        if step.phase == "invoke":
            if begun is not None:
                raise step.told.refused(
                    f"{step.client} begins an operation while another is open: expected its ok, fail or info first, "
                    "or a tag that tells them apart"
                )
            under_way[who] = step
        elif begun is None:
            raise step.told.refused(
                f"{step.phase} of {step.client}: expected an invoke before it, found none"
            )
        elif step.phase != "fail":
            done.append(_operation(begun, step if step.phase == "ok" else None))
    done += [_operation(begun, None) for begun in under_way.values()]
    return sorted(done, key=lambda operation: operation.begun.number)


def frozen(value: Plain) -> Hashable:
    """The same value, so that it can be a state."""
    if isinstance(value, list | tuple):
        return tuple(frozen(each) for each in value)
    if isinstance(value, dict):
        return tuple((name, frozen(each)) for name, each in sorted(value.items()))
    assert isinstance(value, Hashable)
    return value


def _step(told: Note, words: Words) -> _Step:
    phase = told.one_of(words.phase, PHASES)
    begins = phase == "invoke"
    return _Step(
        told=told,
        client=told.named(words.client),
        tag=told.named(words.tag) if words.tag else "",
        phase=phase,
        action=told.named(words.action) if begins else "",
        key=told.named(words.key) if words.key and begins else "",
        value=frozen(meant(told.value(words.value))) if words.value in told.facts else None,
    )


def _operation(begun: _Step, ended: _Step | None) -> Operation:
    return Operation(
        client=begun.client,
        key=begun.key,
        action=begun.action,
        argument=begun.value,
        result=None if ended is None else ended.value,
        begun=begun.told.event,
        ended=None if ended is None else ended.told.event,
    )
