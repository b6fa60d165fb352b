"""What is said to a node and what it answers: values, and their spelling as one line of JSON each.

A request carries a tag, which its answers carry too. Clients ask `Increment`, `Read` and `Describe`;
nodes say `Hello` and ask each other `Store` and `Compare`. What comes from outside is checked here, once.

>>> encode(Increment(tag=1, client="ann", number=7))
b'{"kind":"increment","tag":1,"client":"ann","number":7}\\n'
>>> decode(b'{"kind":"read","tag":2}')
Read(tag=2)
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from json.encoder import encode_basestring_ascii
from typing import Final, TypeAlias

from lydite_subjects.counter.spec.tally import Spans, Tally

FRAME_BYTES_MAX: Final = 1_000_000
"""A longer line is no message."""

NUMBER_MAX: Final = 2**53
"""Numbers beyond are not the same in every reader of JSON."""

_spell: Final = json.JSONEncoder(separators=(",", ":")).encode
_read: Final = json.JSONDecoder().decode

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Hello:
    """I am the node of that name, and what follows here is between us two."""

    tag: int
    node: str


@dataclass(frozen=True, slots=True)
class Increment:
    """Count one, once: however often this client says this number."""

    tag: int
    client: str
    number: int


@dataclass(frozen=True, slots=True)
class Read:
    """What does the counter stand at, for everybody?"""

    tag: int


@dataclass(frozen=True, slots=True)
class Describe:
    """What do you yourself have on your disk?"""

    tag: int


@dataclass(frozen=True, slots=True)
class Store:
    """Put these operations on your disk, and say so."""

    tag: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Compare:
    """This is the digest of mine: tell me yours where it differs."""

    tag: int
    digest: str


@dataclass(frozen=True, slots=True)
class Counted:
    """The increment is on the disks of a majority and stays."""

    tag: int


@dataclass(frozen=True, slots=True)
class Value:
    """What the counter stands at."""

    tag: int
    value: int


@dataclass(frozen=True, slots=True)
class Description:
    """What one node has on its disk."""

    tag: int
    node: str
    value: int
    digest: str


@dataclass(frozen=True, slots=True)
class Stored:
    """All of it is on my disk."""

    tag: int


@dataclass(frozen=True, slots=True)
class Same:
    """Mine has that digest too."""

    tag: int


@dataclass(frozen=True, slots=True)
class Holds:
    """Mine differs: this is all of it."""

    tag: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Refused:
    """No promise is made, and why. An increment may still come to be counted."""

    tag: int
    why: str


Request: TypeAlias = Increment | Read | Describe | Store | Compare
Answer: TypeAlias = Counted | Value | Description | Stored | Same | Holds | Refused
Message: TypeAlias = Hello | Request | Answer


class BadMessage(ValueError):
    """A line that is no message: what was expected, and what was found."""


def encode(message: Message) -> bytes:
    """The line that says it."""
    line, fields = _SPELLINGS[type(message)]
    return (line % tuple([spell(getattr(message, name)) for name, spell in fields])).encode()


def decode(line: bytes) -> Message:
    """The message that a line says, or `BadMessage` with all that is wrong with it."""
    try:
        found = _read(line.decode())
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"a message is one line of JSON, found {line[:40]!r}") from error
    kind = found.pop("kind", None) if isinstance(found, dict) else None
    shape = _SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise BadMessage(f"a message is an object of a kind ({', '.join(_SHAPES)}), found {line[:40]!r}")
    message, parsers = shape
    problems = [f"{name} is no field of {kind}" for name in found if name not in parsers]
    values: list[object] = []
    for name, parse in parsers.items():
        try:
            values.append(parse(found.get(name)))
        except BadMessage as problem:
            problems.append(f"{name} {problem}")
    if problems:
        raise BadMessage("; ".join(problems))
    return message(*values)


def _whole(value: object) -> int:
    if type(value) is int and 0 <= value <= NUMBER_MAX:
        return value
    raise BadMessage(f"is a whole number from 0 to {NUMBER_MAX}, found {value!r:.40}")


def _number(value: object) -> int:
    if type(value) is int and 1 <= value <= NUMBER_MAX:
        return value
    raise BadMessage(f"is a whole number from 1 to {NUMBER_MAX}, found {value!r:.40}")


def _name(value: object) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise BadMessage(f"is a name of 1 to 64 letters, digits, '.', '_' or '-', found {value!r:.40}")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise BadMessage(f"is text, found {value!r:.40}")


def tally_of(value: object) -> Tally:
    """A tally from its JSON form: an object of client to spans."""
    if not isinstance(value, dict):
        raise BadMessage(f"is an object of client to spans, found {value!r:.40}")
    return {_name(client): _spans(spans) for client, spans in value.items()}


def _spans(value: object) -> Spans:
    spans: list[tuple[int, int]] = []
    free = 1
    for item in value if isinstance(value, list) and value else [None]:
        match item:
            case [first, last] if type(first) is type(last) is int and free <= first <= last <= NUMBER_MAX:
                spans.append((first, last))
                free = last + 2
            case _:
                raise BadMessage(f"has ascending spans [first, last], found {value!r:.40}")
    return tuple(spans)


_REQUEST_TYPES: Final = (Increment, Read, Describe, Store, Compare)
_ANSWER_TYPES: Final = (Counted, Value, Description, Stored, Same, Holds, Refused)
_MESSAGE_TYPES: Final = (*_REQUEST_TYPES, *_ANSWER_TYPES, Hello)
_PARSERS: Final[Mapping[str, Callable[[object], object]]] = {
    "tag": _whole,
    "client": _name,
    "number": _number,
    "value": _whole,
    "node": _name,
    "digest": _text,
    "why": _text,
    "tally": tally_of,
}
_SPELLERS: Final[Mapping[str, Callable[..., str]]] = {
    name: _spell if parse is tally_of else str if parse in (_whole, _number) else encode_basestring_ascii
    for name, parse in _PARSERS.items()
}
_FIELDS: Final[Mapping[Callable[..., Message], tuple[str, ...]]] = {
    message: tuple(field.name for field in fields(message)) for message in _MESSAGE_TYPES
}
_SHAPES: Final[Mapping[str, tuple[Callable[..., Message], Mapping[str, Callable[[object], object]]]]] = {
    message.__name__.lower(): (message, {name: _PARSERS[name] for name in _FIELDS[message]})
    for message in _MESSAGE_TYPES
}
"""Of each kind: what it is, and how its fields are read."""
_SPELLINGS: Final[Mapping[object, tuple[str, tuple[tuple[str, Callable[..., str]], ...]]]] = {
    message: (
        "".join((f'{{"kind":"{kind}"', *(f',"{name}":%s' for name in parsers), "}\n")),
        tuple((name, _SPELLERS[name]) for name in parsers),
    )
    for kind, (message, parsers) in _SHAPES.items()
}
"""Of each message: its line, and how its fields are written into it."""
