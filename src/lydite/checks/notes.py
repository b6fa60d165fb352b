"""Reading notes: what the trial wrote down, taken field by field, and what is not as expected told by name.

A check of the library says what it needs of a note, and gets values of the right type. A note that lacks a field, or
has something else in it, proves nothing: the check is UNKNOWN and says which note, which field, what was expected
and what was found. It is never an exception and never passed over, for what a passed-over note would have
changed, nobody knows.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from lydite.checks.check import Check, Judge, Judgement, unknown
from lydite.model import Event, InputError, Kind, Plain, canonical_json

Made = TypeVar("Made")

Spelled: TypeAlias = str
"""Any plain value in its one spelling, so that equal means the same: `1`, `true` and `"1"` are three."""

PROBLEMS_SHOWN_MAX: Final = 10
SHOWN_MAX: Final = 60


class Malformed(Exception):
    """Notes that are not as a check needs them, with all that is wrong."""

    def __init__(self, problems: Sequence[tuple[Event, str]]) -> None:
        super().__init__(problems[0][1])
        self.problems = tuple(problems)


class Note:
    """One note, whose fields are asked for by name and type."""

    __slots__ = ("event", "facts", "name")

    def __init__(self, event: Event) -> None:
        facts = event.fields.get("facts")
        self.event = event
        self.name = str(event.fields.get("name"))
        if not isinstance(facts, Mapping):
            raise self.wrong("facts", "an object", facts)
        self.facts = facts

    def named(self, field: str) -> str:
        """What names something: text, or a whole number as text."""
        value = self._value(field, "text or a whole number")
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self.wrong(field, "text or a whole number", value)
        return str(value)

    def all_named(self, field: str) -> tuple[str, ...]:
        """Several names."""
        value = self._value(field, "a list of names")
        if not isinstance(value, list | tuple) or not all(_is_name(each) for each in value):
            raise self.wrong(field, "a list of names", value)
        return tuple(str(each) for each in value)

    def one_of(self, field: str, words: Sequence[str]) -> str:
        """One of these words."""
        value = self._value(field, f"one of {', '.join(words)}")
        if not isinstance(value, str) or value not in words:
            raise self.wrong(field, f"one of {', '.join(words)}", value)
        return value

    def whole(self, field: str, *, least: int | None = None) -> int:
        """A whole number."""
        expected = "a whole number" if least is None else f"a whole number, {least} or more"
        value = self._value(field, expected)
        if isinstance(value, bool) or not isinstance(value, int) or (least is not None and value < least):
            raise self.wrong(field, expected, value)
        return value

    def truth(self, field: str) -> bool:
        """True or false."""
        value = self._value(field, "true or false")
        if not isinstance(value, bool):
            raise self.wrong(field, "true or false", value)
        return value

    def amounts(self, field: str) -> Mapping[str, int]:
        """Whole numbers by name."""
        value = self._value(field, "whole numbers by name")
        if not isinstance(value, Mapping):
            raise self.wrong(field, "whole numbers by name", value)
        for name, amount in value.items():
            if isinstance(amount, bool) or not isinstance(amount, int):
                raise self.wrong(f"{field}.{name}", "a whole number", amount)
        return {str(name): amount for name, amount in value.items() if isinstance(amount, int)}

    def value(self, field: str) -> Spelled:
        """Anything plain, in its one spelling."""
        value = self._value(field, "a plain value")
        try:
            return canonical_json(value).decode()
        except InputError:
            raise self.wrong(field, "a plain value without infinities", value) from None

    def all_values(self, field: str) -> tuple[Spelled, ...]:
        """Several plain values, each in its one spelling."""
        value = self._value(field, "a list")
        if not isinstance(value, list | tuple):
            raise self.wrong(field, "a list", value)
        try:
            return tuple(canonical_json(each).decode() for each in value)
        except InputError:
            raise self.wrong(field, "a list of plain values without infinities", value) from None

    def wrong(self, field: str, expected: str, found: object) -> Malformed:
        """What to raise where a field is not as it should be."""
        return self.refused(f"field {field}: expected {expected}, found {_short(repr(found))}")

    def refused(self, problem: str) -> Malformed:
        """What to raise where the note as a whole cannot be."""
        return Malformed([(self.event, f"the note {self.name} (record {self.event.number}), {problem}")])

    def _value(self, field: str, expected: str) -> Plain:
        if field not in self.facts:
            raise self.refused(f"field {field}: expected {expected}, found no such field")
        value: Plain = self.facts[field]
        return value


def read(events: Sequence[Event], makers: Mapping[str, Callable[[Note], Made]]) -> list[Made]:
    """What the notes of these names say, in their order; all that is wrong with them is raised together."""
    made: list[Made] = []
    problems: list[tuple[Event, str]] = []
    for event in events:
        maker = makers.get(str(event.fields.get("name"))) if event.kind is Kind.NOTE else None
        if maker is None:
            continue
        try:
            made.append(maker(Note(event)))
        except Malformed as found:
            problems += found.problems
    if problems:
        raise Malformed(problems)
    return made


def reading(factory: Callable[..., Check], name: str, judge: Judge) -> Check:
    """A check of the library: notes that it cannot read make it UNKNOWN; its story is that of its factory."""

    def sentence(events: Sequence[Event]) -> Judgement:
        try:
            return judge(events)
        except Malformed as found:
            return _unreadable(found)

    return Check(name=name, sentence=sentence, story=(factory.__doc__ or "").strip().partition("\n")[0])


def meant(spelled: Spelled) -> Plain:
    """The value that was spelled, for the facts of a finding."""
    value: Plain = json.loads(spelled)
    return value


def shown(spelled: Spelled) -> str:
    """The value that was spelled, for a sentence."""
    return _short(spelled)


def _unreadable(found: Malformed) -> Judgement:
    more = len(found.problems) - 1
    event, first = found.problems[0]
    told = f"{first}; and {more} more like it" if more else first
    listed = [problem for _, problem in found.problems[:PROBLEMS_SHOWN_MAX]]
    return unknown(told, event, problems=listed)


def _is_name(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_MAX else f"{text[: SHOWN_MAX - 1]}…"
