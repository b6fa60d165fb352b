"""Where two traces part: the first record that is not the same, with what led up to it.

Two runs of one seed must be equal to the byte. When they are not, everything behind the first
different record is consequence; the cause lies there or just before. When the claims differ too
(another seed, one more fault), that is said first, for then the runs were never meant to be equal.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from lydite.model.canonical import Plain, canonical_json
from lydite.model.event import Event, Kind
from lydite.model.trace.reader import TraceReader, TraceSource, read_full_trace
from lydite.model.trace.schema import HEAD

BEFORE: Final = 5
"""How many events before the difference are shown."""

_COLUMN: Final = 44
_CHANGES_SHOWN: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value in the headers that is not the same: `schedule[3].at_ns`; a side without it has None."""

    part: str
    left: Plain
    right: Plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two traces differ. A side that has no such record has no event there: it ended."""

    claims: tuple[Change, ...]
    """Where they claim to be different runs: seed, schedule, configuration."""
    provenance: tuple[Change, ...]
    """Where they were made by other code or on another Python: a hint, and no difference by itself."""
    number: int | None
    """The first record that is not the same; None when only the claims differ."""
    left: Event | None
    right: Event | None
    before: tuple[Event, ...]
    """The last events that both have."""

    def describe(self) -> str:
        """All of it for people, the two sides next to each other."""
        lines = [*self._headline(), *_changes("The headers claim different runs:", self.claims)]
        if self.number is not None:
            lines += [*self._lead_up(), *self._sides()]
        lines += _changes("Made by different code or on another Python:", self.provenance)
        return "\n".join(lines)

    def _headline(self) -> Iterator[str]:
        if self.number is None:
            yield "Every record is the same; only what the headers claim is not."
        elif self.left is None or self.right is None:
            ended = "left" if self.left is None else "right"
            yield f"The {ended} trace ends after {self.number} records; the other one goes on."
        else:
            yield f"The traces part at record {self.number}."

    def _lead_up(self) -> Iterator[str]:
        yield ""
        if self.before:
            yield "Before it, the same in both:"
            yield from (f"  {describe_event(event)}" for event in self.before)
        else:
            yield "Nothing comes before it."

    def _sides(self) -> Iterator[str]:
        left, right = _rows(self.left), _rows(self.right)
        names = list(dict.fromkeys([*left, *right]))
        width = max(map(len, names))
        yield ""
        yield f"  {'':{width}}   {'left':{_COLUMN}}   right"
        for name in names:
            one, other = _window(left.get(name, ""), right.get(name, ""))
            mark = " " if left.get(name) == right.get(name) else "≠"
            yield f"{mark} {name:{width}}   {one:{_COLUMN}}   {other}".rstrip()


def first_difference(left: TraceSource, right: TraceSource) -> Difference | None:
    """Where the two traces part; None when claims and records are the same.

    Both are read to their ends, so that damage in a file is told as damage and never as a difference.
    """
    with ExitStack() as stack:
        one = stack.enter_context(read_full_trace(left, "a comparison"))
        other = stack.enter_context(read_full_trace(right, "a comparison"))
        claims = tuple(_differences(one.header.claim(), other.header.claim(), ""))
        found = _first_unequal(one, other)
        if found is None and not claims:
            return None
        number, left_event, right_event, before = found or (None, None, None, ())
        return Difference(
            claims=claims,
            provenance=tuple(_differences(one.header.provenance(), other.header.provenance(), "")),
            number=number,
            left=left_event,
            right=right_event,
            before=before,
        )


def describe_event(event: Event) -> str:
    """One event in one line: number, time, host, kind, fields."""
    fields = " ".join(f"{name}={_told(value)}" for name, value in event.fields.items())
    return (
        f"{event.number:>7}  {_clock(event.at_ns)}  {event.host:<10} {event.kind.name:<8} {fields}".rstrip()
    )


_Unequal = tuple[int, Event | None, Event | None, tuple[Event, ...]]


def _first_unequal(one: TraceReader, other: TraceReader) -> _Unequal | None:
    recent: deque[tuple[int, bytes]] = deque(maxlen=BEFORE)
    pairs = enumerate(zip_longest(one.records(), other.records()))
    for number, (left, right) in pairs:
        if left != right:
            before = tuple(one.event(record, earlier) for earlier, record in recent)
            left_event = None if left is None else one.event(left, number)
            right_event = None if right is None else other.event(right, number)
            for _ in pairs:
                pass  # to the ends: only a whole trace is a proven one
            return number, left_event, right_event, before
        recent.append((number, left))
        if left[HEAD.size - 1] == Kind.HOST:
            one.event(left, number)
            other.event(left, number)
    return None


def _differences(left: Plain, right: Plain, part: str) -> Iterator[Change]:
    """The smallest parts of two values that are not the same, depth first."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in sorted({*left, *right}):
            yield from _differences(left.get(key), right.get(key), f"{part}.{key}" if part else key)
    elif isinstance(left, list) and isinstance(right, list):
        for index, (one, other) in enumerate(zip_longest(left, right)):
            yield from _differences(one, other, f"{part}[{index}]")
    elif canonical_json(left) != canonical_json(right):
        yield Change(part=part, left=left, right=right)


def _changes(title: str, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield title
    width = max(len(change.part) for change in changes[:_CHANGES_SHOWN])
    for change in changes[:_CHANGES_SHOWN]:
        one, other = _window(_told(change.left), _told(change.right))
        yield f"≠ {change.part:{width}}   {one:{_COLUMN}}   {other}"
    if len(changes) > _CHANGES_SHOWN:
        yield f"  and {len(changes) - _CHANGES_SHOWN} more"


def _rows(event: Event | None) -> dict[str, str]:
    if event is None:
        return {"time": "(ended)"}
    fields = {name: _told(value) for name, value in event.fields.items()}
    return {"time": _clock(event.at_ns), "host": event.host, "kind": event.kind.name, **fields}


def _window(left: str, right: str) -> tuple[str, str]:
    """Both texts, cut to the column around their first difference where they are too long for it."""
    if max(len(left), len(right)) <= _COLUMN:
        return left, right
    same = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
    if not same and left != right and (left.startswith(right) or right.startswith(left)):
        same = min(len(left), len(right))
    start = max(0, same - _COLUMN // 2)
    return _cut(left, start), _cut(right, start)


def _cut(text: str, start: int) -> str:
    front = "…" if start else ""
    rest = text[start + len(front) :]
    room = _COLUMN - len(front)
    return front + (rest if len(rest) <= room else rest[: room - 1] + "…")


def _told(value: Plain) -> str:
    if value is None:
        return "none"
    # Control characters and lone surrogates are spelled out: the text goes to a terminal.
    text = value if isinstance(value, str) else canonical_json(value).decode()
    return text if text.isprintable() and text else ascii(text)


def _clock(at_ns: int) -> str:
    whole, rest = divmod(abs(at_ns), 1_000_000_000)
    return f"{'-' if at_ns < 0 else ''}{whole}.{rest:09d} s"
