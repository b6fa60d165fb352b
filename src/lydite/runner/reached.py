"""What a run reached, as a set of small numbers: two runs that went the same ways have the same set.

A sweep that only counts seeds runs the same quiet story again and again. What a run reached tells whether it was worth
it, the way that edges of code do for a fuzzer, without looking into any program: features of the story are

* what happened at all: a program ended so, a check said so, a note of that name with such facts;
* what followed what on the same host, and in the trial;
* what happened while which kinds of fault were in force;
* each of these with the magnitude of how often.

Names of hosts are left out, for a system is the same when its nodes are called differently. Numbers count by
their magnitude, texts only where they are words. A feature is the CRC-32 of its description: equal in every process.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

from lydite.model import Event, Kind, Phase, Plain

WORD_LETTERS_MAX = 24


def reached(story: Sequence[Event]) -> tuple[int, ...]:
    """The features of a story, sorted."""
    counts: Counter[str] = Counter()
    last: dict[str, str] = {}
    active: dict[object, str] = {}
    for event in story:
        if event.kind is Kind.FAULT:
            continue
        if event.kind is Kind.SCHEDULED:
            _turn(event, active)
        said = _said(event)
        weather = "+".join(sorted(set(active.values()))[:3])
        counts[said] += 1
        counts[f"{last.get(event.host, '')} > {said}"] += 1
        counts[f"{weather} | {said}"] += 1
        counts.update(f"{said} {fact}" for fact in _facts(event))
        last[event.host] = said
    return tuple(sorted({crc32(f"{name} x{_magnitude(count)}".encode()) for name, count in counts.items()}))


def _turn(event: Event, active: dict[object, str]) -> None:
    number = event.fields["number"]
    if event.fields["phase"] == Phase.BEGIN:
        active[number] = str(event.fields["fault"])
    else:
        active.pop(number, None)


def _said(event: Event) -> str:
    fields = event.fields
    match event.kind:
        case Kind.NOTE:
            return f"note {fields['name']}"
        case Kind.CHECK:
            return f"check {fields['mode']} {fields['name']} {fields['holds']}"
        case Kind.SCHEDULED:
            return f"fault {fields['fault']} {fields['phase']}"
        case Kind.CRASH:
            return f"crash {fields['cause']}"
        case Kind.EXIT:
            return f"exit {fields['code']}"
        case _:
            return event.kind.name.lower()


def _facts(event: Event) -> Iterator[str]:
    facts = event.fields.get("facts")
    for name, value in facts.items() if isinstance(facts, Mapping) else ():
        told = _told(value)
        if told:
            yield f"{name}={told}"


def _told(value: Plain) -> str:
    """A word, a truth or a magnitude; nothing for what is different each time."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return f"~{_magnitude(int(abs(value)))}{'-' if value < 0 else ''}"
    if isinstance(value, str) and len(value) <= WORD_LETTERS_MAX and value.replace("_", "").isalpha():
        return value
    return ""


def _magnitude(count: int) -> int:
    return count.bit_length()
