"""Canonical JSON: one value, one spelling, so that its bytes can be hashed and compared.

Keys are sorted, nothing is padded, text is UTF-8, and only what JSON can carry without loss is
allowed: a float that is not finite, a key that is not text, or an object of another kind is
refused by name instead of being spelled somehow.

>>> canonical_json({"b": 1, "a": [True, None, "é"]})
b'{"a":[true,null,"\\xc3\\xa9"],"b":1}'
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from lydite.model.errors import InputError

Plain: TypeAlias = "bool | int | float | str | Sequence[Plain] | Mapping[str, Plain] | None"
"""What canonical JSON can say."""

Facts: TypeAlias = Mapping[str, Plain]
"""Named values that go with an event, a fault or a finding."""


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical_json(value: Plain) -> bytes:
    """The one spelling of a value."""
    try:
        text = _encode(plain(value))
    except ValueError as error:
        raise InputError(f"a number that JSON cannot carry: {error}", remedy="use finite numbers") from error
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"text that UTF-8 cannot spell: {error.object[error.start : error.end]!a}",
            remedy="decode bytes with errors='backslashreplace'",
        ) from error


def plain(value: object, where: str = "value") -> Plain:
    """The same value in JSON's own types, or an error that names the part that is not plain.

    >>> plain((1, {"a": (2,)}))
    [1, {'a': [2]}]
    """
    try:
        return _plain(value)
    except _NotPlainError as found:
        raise InputError(found.problem, where=where + found.path, remedy=found.remedy) from None


class _NotPlainError(Exception):
    """Something is not plain. Its path is put together on the way out, so that plain values pay nothing."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.path = ""


_SCALARS = frozenset({str, int, float, bool, type(None)})


def _plain(value: object) -> Plain:
    # Every note, check and fault of a run comes through here: the common types are asked for first.
    if value.__class__ in _SCALARS:
        return value  # type: ignore[return-value]
    step: object = None
    try:
        match value:
            case dict() | Mapping():
                made: dict[str, Plain] = {}
                for key, item in value.items():
                    if key.__class__ is not str and not isinstance(key, str):
                        step = None
                        raise _NotPlainError(f"key {key!r} is not text", "turn the key into text first")
                    step = key
                    made[key] = item if item.__class__ in _SCALARS else _plain(item)
                return made
            case list() | tuple():
                items: list[Plain] = []
                for item in value:
                    step = len(items)
                    items.append(item if item.__class__ in _SCALARS else _plain(item))
                return items
    except _NotPlainError as found:
        if step is not None:
            found.path = f".{step}{found.path}" if isinstance(step, str) else f"[{step}]{found.path}"
        raise
    return _unusual(value)


def _unusual(value: object) -> Plain:
    match value:
        case bool() | int() | float() | str():
            return value
        case bytes() | bytearray():
            return value.hex()
        case set() | frozenset():
            raise _NotPlainError("a set has no order that means anything", "sort it into a list")
    problem = f"{type(value).__name__} is not a plain value"
    raise _NotPlainError(problem, "give numbers, text, lists and dictionaries with text keys")


def digest_of(value: Plain) -> str:
    """The BLAKE2b digest (32 bytes, hexadecimal) of a value's one spelling."""
    return hashlib.blake2b(canonical_json(value), digest_size=32).hexdigest()
