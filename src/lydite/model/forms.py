"""Forms: the JSON form of a frozen value, read from its own fields, and the schema of that form.

What a value says is written down once, as its fields and their types. Its JSON form has the same names; reading
it back refuses whatever the types do not allow, and names the place. The published schemas come from here too,
so neither can say something else than the code.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True, kw_only=True)
... class Point:
...     x: int
...     y: int = 0
>>> as_form(Point(x=1))
{'x': 1, 'y': 0}
>>> from_form(Point, {"x": 1})
Point(x=1, y=0)
>>> from_form(Point, {"x": "one"})
Traceback (most recent call last):
...
lydite.model.errors.InputError: expected a whole number, found 'one' (x)
"""

import math
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, TypeVar

from lydite.model.canonical import plain
from lydite.model.errors import InputError
from lydite.model.near import near

Value = TypeVar("Value")

_SHOWN: Final = 60
"""Characters of what was found that an error repeats."""

_FLOAT_MAX: Final = 1 << 1023
"""Whole numbers beyond this are no floats."""

_SCALARS: Final[dict[type, tuple[str, str]]] = {
    bool: ("true or false", "boolean"),
    int: ("a whole number", "integer"),
    float: ("a number", "number"),
    str: ("text", "string"),
}


def as_form(value: object) -> Any:
    """The JSON form of a value."""
    if is_dataclass(value):
        return {field.name: as_form(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, tuple):
        return [as_form(each) for each in value]
    return plain(value)


def from_form(kind: type[Value], form: object, where: str = "") -> Value:
    """The value that has this JSON form; an error that names the place, where it is none."""
    made: Value = _read(kind, form, where)
    return made


def schema_of(kind: type, title: str) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of the forms of a kind of value."""
    named: dict[str, Any] = {}
    root = _schema(kind, named)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **root,
        "$defs": {name: named[name] for name in sorted(named)},
    }


@lru_cache(maxsize=256)
def _hints(kind: type) -> dict[str, Any]:
    return {field.name: field.type for field in fields(kind)}


def _read(hint: Any, form: object, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType) and type(None) in arguments:
        if form is None:
            return None
        return _read(next(each for each in arguments if each is not type(None)), form, where)
    if origin is tuple:
        if not isinstance(form, list):
            raise _refused("a list", form, where)
        return tuple(_read(arguments[0], each, f"{where}[{index}]") for index, each in enumerate(form))
    if _is_mapping(hint):
        if not isinstance(form, dict):
            raise _refused("an object", form, where)
        return plain(form, where or "value")
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        if not isinstance(form, str) or form not in list(hint):
            raise _refused(f"one of {', '.join(hint)}", form, where)
        return hint(form)
    if is_dataclass(hint):
        return _read_fields(hint, form, where)  # type: ignore[arg-type]
    return _read_scalar(hint, form, where)


def _read_fields(kind: type, form: object, where: str) -> Any:
    if not isinstance(form, dict):
        raise _refused(f"an object ({kind.__name__})", form, where)
    known = {field.name: field for field in fields(kind)}
    for name in form:
        if name not in known:
            raise InputError(
                f"{kind.__name__} has no field {name!r:.{_SHOWN}}", where=where, remedy=near(str(name), known)
            )
    given = {}
    for name, field in known.items():
        place = f"{where}.{name}" if where else name
        if name in form:
            given[name] = _read(_hints(kind)[name], form[name], place)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise InputError(f"{kind.__name__} lacks its field {name!r}", where=where)
    return kind(**given)


def _read_scalar(hint: Any, form: object, where: str) -> Any:
    said, _ = _SCALARS[hint]
    if hint is float and type(form) is int and abs(form) < _FLOAT_MAX:
        return float(form)
    if type(form) is not hint or (hint is float and not math.isfinite(form)):  # type: ignore[arg-type]
        raise _refused(said, form, where)
    return form


def _refused(expected: str, form: object, where: str) -> InputError:
    shown = repr(form)
    return InputError(
        f"expected {expected}, found {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '…'}", where=where
    )


def _is_mapping(hint: Any) -> bool:
    return typing.get_origin(hint) is Mapping or typing.get_origin(hint) is dict


def _schema(hint: Any, named: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType) and type(None) in arguments:
        inner = _schema(next(each for each in arguments if each is not type(None)), named)
        return {"anyOf": [inner, {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0], named)}
    if _is_mapping(hint):
        return {"type": "object"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [str(each) for each in hint]}
    if is_dataclass(hint):
        return _schema_of_fields(hint, named)  # type: ignore[arg-type]
    return {"type": _SCALARS[hint][1]}


def _schema_of_fields(kind: type, named: dict[str, Any]) -> dict[str, Any]:
    if kind.__name__ not in named:
        named[kind.__name__] = {}
        properties = {field.name: _schema(_hints(kind)[field.name], named) for field in fields(kind)}
        named[kind.__name__] = {
            "type": "object",
            "description": (kind.__doc__ or "").split("\n", maxsplit=1)[0],
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{kind.__name__}"}
