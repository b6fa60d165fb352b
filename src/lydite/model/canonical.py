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
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes() | bytearray():
            return value.hex()
        case Mapping():
            return {_key(key, where): plain(item, f"{where}.{key}") for key, item in value.items()}
        case list() | tuple():
            return [plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
        case set() | frozenset():
            problem, remedy = "a set has no order that means anything", "sort it into a list"
        case _:
            problem = f"{type(value).__name__} is not a plain value"
            remedy = "give numbers, text, lists and dictionaries with text keys"
    raise InputError(problem, where=where, remedy=remedy)


def _key(key: object, where: str) -> str:
    if not isinstance(key, str):
        raise InputError(f"key {key!r} is not text", where=where, remedy="turn the key into text first")
    return key


def digest_of(value: Plain) -> str:
    """The BLAKE2b digest (32 bytes, hexadecimal) of a value's one spelling."""
    return hashlib.blake2b(canonical_json(value), digest_size=32).hexdigest()
