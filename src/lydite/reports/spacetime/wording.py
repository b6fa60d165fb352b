"""Values in words: moments, durations, numbers, and what a fault does to whom."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from lydite.model import HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND, Event, Facts, Kind, Plain, format_ns

CUT: Final = "…"
"""What stands where a text was cut."""

_SIDES: Final = ("left", "right", "source", "target", "hosts", "names")

_DEFAULTS: Final[Facts] = {"operation": "*", "burst": 1, "unsynced": "any", "skip": 0}
"""What goes without saying; elsewhere an empty text does."""


def counted(count: int, noun: str) -> str:
    """A number with its noun: `1 fault`, `2 faults`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def clipped(text: str, length: int) -> str:
    """The text, cut with a mark where it is longer.

    >>> clipped("abcdefgh", 5)
    'abcd…'
    """
    return text if len(text) <= length else text[: length - 1] + CUT


def measured(text: str, length: int) -> str:
    """The text, cut where it is longer, with a mark that says how much is missing.

    >>> measured("a" * 1000, 10)
    'aaaaaaaaaa… (990 characters more)'
    """
    missing = len(text) - length
    return text if missing <= 0 else f"{text[:length]}{CUT} ({missing:,} characters more)"


def moment(at_ns: int) -> str:
    """A moment to the microsecond.

    >>> moment(4_470_762_976)
    '4.470762 s'
    """
    whole, rest = divmod(abs(at_ns), SECOND)
    return f"{'-' if at_ns < 0 else ''}{whole}.{rest // MICROSECOND:06d} s"


def duration(length_ns: int) -> str:
    """A length of time in the unit that suits it.

    >>> [duration(amount) for amount in (0, 900, 173_000_000, -7_208_000_000, 95_000_000_000)]
    ['0 s', '900 ns', '173 ms', '−7.208 s', '1 min 35 s']
    """
    size = abs(length_ns)
    sign = "−" if length_ns < 0 else ""
    if size >= HOUR:
        return f"{sign}{size // HOUR} h {size % HOUR // MINUTE} min"
    if size >= MINUTE:
        return f"{sign}{size // MINUTE} min {size % MINUTE // SECOND} s"
    for unit, name in ((SECOND, "s"), (MILLISECOND, "ms"), (MICROSECOND, "µs")):
        if size >= unit:
            return f"{sign}{_number(size / unit)} {name}"
    return f"{sign}{size} ns" if size else "0 s"


def names_in(value: Plain, known: Sequence[str]) -> list[str]:
    """The hosts that a value names, in the order of the lanes.

    >>> names_in({"hosts": ["b", "x"], "of": "a"}, ["a", "b", "c"])
    ['a', 'b']
    """
    found = set(_texts(value))
    return [name for name in known if name in found]


def fault_in_words(kind: str, args: Facts) -> str:
    """What a fault does to whom.

    >>> fault_in_words("network.lose", {"left": ["a", "b"], "right": "c", "rate": 0.36})
    'lose 36 % · a, b ↔ c'
    >>> fault_in_words("network.block", {"source": ["a"], "target": "*"})
    'block a → all hosts'
    >>> fault_in_words("disk.slow", {"hosts": ["a"], "by_ns": 173_000_000})
    'slow disk by 173 ms · a'
    >>> fault_in_words("network.partition", {"groups": [["a", "b"], ["c"]]})
    'partition a, b | c'
    """
    lever, _, verb = kind.partition(".")
    words = verb.replace("_", " ") or lever
    if lever in {"disk", "clock", "cpu", "memory"}:
        words = f"{words} {lever}"
    more = [said for name, value in args.items() if (said := _argument(kind, name, value))]
    whom = whom_in_words(args)
    head = " ".join([words, *more])
    return f"{head}{' · ' if more and whom else ' '}{whom}".strip()


def whom_in_words(args: Facts) -> str:
    """Whom a fault is about: one side, or two and what lies between them."""
    if "left" in args and "right" in args:
        return f"{_hosts(args['left'])} ↔ {_hosts(args['right'])}"
    if "source" in args and "target" in args:
        return f"{_hosts(args['source'])} → {_hosts(args['target'])}"
    return ", ".join(_hosts(args[name]) for name in _SIDES if name in args)


def event_in_words(event: Event) -> str:
    """What an event says: its name first, then its facts."""
    fields = event.fields
    facts = fields.get("facts")
    match event.kind:
        case Kind.NOTE | Kind.CHECK:
            said = [str(fields.get("name", ""))]
            if event.kind is Kind.CHECK:
                said.append("holds" if fields.get("holds") else "DOES NOT HOLD")
            return " ".join([*said, facts_in_words(facts if isinstance(facts, Mapping) else {})]).strip()
        case Kind.FAULT:
            args = fields.get("args")
            return fault_in_words(str(fields.get("verb", "")), args if isinstance(args, Mapping) else {})
        case Kind.SCHEDULED:
            args = fields.get("args")
            told = fault_in_words(str(fields.get("fault", "")), args if isinstance(args, Mapping) else {})
            return f"{fields.get('phase', '')} {fields.get('number', '')}: {told}"
        case _:
            return facts_in_words(fields)


def facts_in_words(facts: Facts) -> str:
    """Facts in one line.

    >>> facts_in_words({"client": "client-1", "value": 0, "why": "too late"})
    'client=client-1 value=0 why="too late"'
    """
    return " ".join(f"{name}={_value(value)}" for name, value in facts.items())


def interval(begin_ns: int, end_ns: int) -> str:
    """From when to when."""
    return f"{format_ns(begin_ns)} to {format_ns(end_ns)}"


def _argument(kind: str, name: str, value: Plain) -> str:
    if name in _SIDES or _DEFAULTS.get(name, "") == value:
        return ""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    match name:
        case "rate" if number is not None and kind != "clock.drift":
            return f"{_number(number * 100)} %"
        case "rate" | "factor" if number is not None:
            return f"× {_number(number)}"
        case "jitter_ns" if isinstance(value, int):
            return f"± {duration(value)}" if value else ""
        case "bytes_per_second" if number is not None:
            return f"to {number:,} bytes/s"
        case "bytes_max" if number is not None:
            return f"to {number:,} bytes"
        case "bits" if number is not None:
            return f"{number} bit{'' if number == 1 else 's'}"
        case "by_ns" if isinstance(value, int):
            return f"by {duration(value)}"
        case "operation" if isinstance(value, str):
            return f"on {value}"
        case "path" if isinstance(value, str):
            return f"below {value}"
        case "groups" if isinstance(value, list | tuple):
            return " | ".join(_hosts(each) for each in value)
    if name.endswith("_ns") and isinstance(value, int):
        return f"{name.removesuffix('_ns').replace('_', ' ')} {duration(value)}"
    return f"{name.replace('_', ' ')}={_value(value)}"


def _hosts(value: Plain) -> str:
    if value == "*":
        return "all hosts"
    if isinstance(value, list | tuple):
        return ", ".join(str(name) for name in value)
    return str(value)


def _texts(value: Plain) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _texts(inner)


def _value(value: Plain) -> str:
    if isinstance(value, str) and value and not any(letter.isspace() for letter in value):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _number(amount: float) -> str:
    return f"{amount:,.3f}".rstrip("0").rstrip(".")
