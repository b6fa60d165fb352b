"""What is typed behind options, read and checked here, where every error says what was expected and what was found.

Typer would have pydantic do it, whose import is a third of what it takes to start a verb.
"""

import math
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, get_args, get_origin

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

_SHOWN: Final = 60
"""Of what was typed an error shows no more."""


class Value:
    """How the value of a parameter is read: its type, and its limits."""

    def __init__(self, wanted: type, low: float | None, high: float | None) -> None:
        self._wanted, self._low, self._high = wanted, low, high

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value of what was typed, or of each of it; what is none is told."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        try:
            if param.multiple or param.nargs == -1:
                return [self._read(each) for each in value]
            return self._read(value)
        except ValueError as error:
            raise typer.BadParameter(str(error), ctx=ctx, param=param) from error

    def _read(self, value: Any) -> Any:
        if isinstance(value, self._wanted) and not isinstance(value, str):
            # A default is what it shall be.
            return value
        if issubclass(self._wanted, Enum):
            return _chosen(str(value), self._wanted)
        read, noun = _READERS[self._wanted]
        try:
            found = read(value)
        except ValueError:
            found = None
        if found is None or not self._allows(found):
            raise ValueError(f"expected {noun}{self._limits()}, found {str(value)[:_SHOWN]!r}")
        return found

    def _allows(self, found: Any) -> bool:
        if not isinstance(found, int | float):
            return True
        low = -math.inf if self._low is None else self._low
        high = math.inf if self._high is None else self._high
        return math.isfinite(found) and low <= found <= high

    def _limits(self) -> str:
        if self._low is None:
            return "" if self._high is None else f" of at most {self._high}"
        return f" of at least {self._low}" if self._high is None else f" from {self._low} to {self._high}"


class Argument(TyperArgument):
    """An argument whose value is read here."""

    def get_runtime_param(self) -> Any:
        """What reads its value."""
        return _value_of(self) or super().get_runtime_param()


class Option(TyperOption):
    """An option whose value is read here."""

    def get_runtime_param(self) -> Any:
        """What reads its value."""
        return _value_of(self) or super().get_runtime_param()


class Verb(TyperCommand):
    """A verb whose values are read here."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All that may be typed behind it."""
        return _taken(super().get_params(ctx))


class Verbs(TyperGroup):
    """Verbs under one name; the values of what may be typed before them are read here."""

    def get_params(self, ctx: Any) -> list[Any]:
        """All that may be typed before the verb."""
        return _taken(super().get_params(ctx))


def _taken(params: list[Any]) -> list[Any]:
    """Parameters, as Typer has made them, of the classes that are read here: it makes no others."""
    for param in params:
        if type(param) is TyperOption:
            param.__class__ = Option
        elif type(param) is TyperArgument:
            param.__class__ = Argument
    return params


def _value_of(param: Any) -> Value | None:
    """How a parameter is read; None, where its type is not one of those that are."""
    wanted = param.type_descriptor.annotation
    if get_origin(wanted) is list:
        (wanted,) = get_args(wanted)
    if wanted not in _READERS and not (isinstance(wanted, type) and issubclass(wanted, Enum)):
        return None
    told = param.type_descriptor.parameter_info
    return Value(wanted, told.min, told.max)


def _chosen(text: str, among: type[Enum]) -> Enum:
    known = {str(each.value): each for each in among}
    if text not in known:
        raise ValueError(f"expected {' or '.join(known)}, found {text[:_SHOWN]!r}")
    return known[text]


def _no_word(value: Any) -> bool:
    """A flag is there or not, and takes no value."""
    raise ValueError(value)


_READERS: Final[Mapping[type, tuple[Callable[[Any], Any], str]]] = MappingProxyType(
    {
        bool: (_no_word, "no value"),
        str: (str, "text"),
        int: (int, "a whole number"),
        float: (float, "a number"),
        Path: (Path, "a path"),
    }
)
