"""The shapes of a fault's arguments: what each may be, how it is read from JSON, and what a simpler one is.

A trouble is a frozen dataclass whose fields are made by the functions below. Everything that the platform does with
arguments follows from their shapes: reading them strictly, drawing them, weakening them, naming their hosts,
and the generated reference::

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Cut(Trouble):
        left: Hosts = hosts()
        right: Hosts = hosts()

Durations are whole nanoseconds, rates lie between 0 and 1.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass
from typing import Any, Final, Protocol, TypeAlias

from lydite.model import MICROSECOND, MILLISECOND, SECOND, Plain

Hosts: TypeAlias = "str | tuple[str, ...]"
"""One host, several, `"*"` for all, or `"@leader"` for whoever has that role when the fault begins."""

Groups: TypeAlias = "tuple[tuple[str, ...], ...]"

ROUND_NS: Final = (
    60 * SECOND,
    10 * SECOND,
    SECOND,
    100 * MILLISECOND,
    10 * MILLISECOND,
    MILLISECOND,
    MICROSECOND,
)
"""Round durations, longest first."""


class Shape(Protocol):
    """What a field may hold."""

    @property
    def words(self) -> str:
        """What is expected, for errors and for the reference."""
        ...

    def read(self, value: Plain) -> object:
        """The value from its JSON form; a `ValueError` that says what is expected."""
        ...

    def simpler(self, value: Any) -> Iterator[object]:
        """Values that say less, the simplest first."""
        ...


@dataclass(frozen=True, slots=True)
class HostsShape:
    """One host, several, or all."""

    words: str = "a host, a list of hosts, * for all, or @role"

    def read(self, value: Plain) -> object:
        if isinstance(value, str) and value:
            return value
        if (
            isinstance(value, list | tuple)
            and value
            and all(isinstance(each, str) and each not in ("", "*") for each in value)
        ):
            return tuple(str(each) for each in value)
        raise ValueError(self.words)

    def simpler(self, value: Hosts) -> Iterator[object]:
        if isinstance(value, tuple) and len(value) > 1:
            yield from _halves(value)
            for left_out in range(len(value)) if len(value) > 2 else ():
                yield value[:left_out] + value[left_out + 1 :]


@dataclass(frozen=True, slots=True)
class GroupsShape:
    """Groups of hosts that share no host."""

    words: str = "a list of at least two lists of hosts that share no host"

    def read(self, value: Plain) -> object:
        if not isinstance(value, list | tuple) or len(value) < 2:
            raise ValueError(self.words)
        groups = []
        for each in value:
            if (
                not isinstance(each, list | tuple)
                or not each
                or not all(isinstance(name, str) and name not in ("", "*") for name in each)
            ):
                raise ValueError(self.words)
            groups.append(tuple(str(name) for name in each))
        names = [name for group in groups for name in group]
        if len(set(names)) != len(names):
            raise ValueError(self.words)
        return tuple(groups)

    def simpler(self, value: Groups) -> Iterator[object]:
        if len(value) > 2:
            yield (value[0], tuple(name for group in value[1:] for name in group))
        for number, group in enumerate(value):
            if len(group) > 1:
                for half in _halves(group):
                    yield (*value[:number], half, *value[number + 1 :])


@dataclass(frozen=True, slots=True)
class DurationShape:
    """Nanoseconds."""

    least: int = 0
    most: int = 3_600 * SECOND

    @property
    def words(self) -> str:
        return f"a whole number of nanoseconds from {self.least:,} to {self.most:,}"

    def read(self, value: Plain) -> object:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise ValueError(self.words)
        return value

    def simpler(self, value: int) -> Iterator[object]:
        return (each for each in rounder(value) if each >= self.least)


@dataclass(frozen=True, slots=True)
class CountShape:
    """A whole number."""

    least: int = 1
    most: int = 1_000_000_000

    @property
    def words(self) -> str:
        return f"a whole number from {self.least:,} to {self.most:,}"

    def read(self, value: Plain) -> object:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            raise ValueError(self.words)
        return value

    def simpler(self, value: int) -> Iterator[object]:
        tried = {value}
        for each in (self.least, value // 2, value - 1):
            if self.least <= each and each not in tried:
                tried.add(each)
                yield each


@dataclass(frozen=True, slots=True)
class NumberShape:
    """A real number between two bounds, the one that bends least being `mild`."""

    least: float
    most: float
    mild: float

    @property
    def words(self) -> str:
        return f"a number from {self.least:g} to {self.most:g}"

    def read(self, value: Plain) -> object:
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not self.least <= value <= self.most
        ):
            raise ValueError(self.words)
        return value

    def simpler(self, value: float) -> Iterator[object]:
        """Nearer to the mild one: with fewer digits, and half as far."""
        tried = {value, self.mild}
        for each in (round(value, 0), round(value, 1), round(self.mild + (value - self.mild) / 2, 2)):
            nearer = abs(each - self.mild) < abs(value - self.mild)
            if nearer and self.least <= each <= self.most and each not in tried:
                tried.add(each)
                yield each


@dataclass(frozen=True, slots=True)
class WordShape:
    """One of some words, or any text where there are none."""

    choices: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return " or ".join(self.choices) if self.choices else "a text"

    def read(self, value: Plain) -> object:
        if not isinstance(value, str) or (self.choices and value not in self.choices):
            raise ValueError(self.words)
        return value

    def simpler(self, value: str) -> Iterator[object]:
        return iter(())


def hosts(default: Any = MISSING) -> Any:
    """A field for hosts."""
    return _field(HostsShape(), default)


def groups() -> Any:
    """A field for groups of hosts."""
    return _field(GroupsShape(), MISSING)


def duration(default: Any = MISSING, *, least: int = 0, most: int = 3_600 * SECOND) -> Any:
    """A field for nanoseconds; its name ends in `_ns`."""
    return _field(DurationShape(least, most), default)


def count(default: Any = MISSING, *, least: int = 1, most: int = 1_000_000_000) -> Any:
    """A field for a whole number."""
    return _field(CountShape(least, most), default)


def rate(default: Any = MISSING) -> Any:
    """A field for a share between 0 and 1."""
    return _field(NumberShape(0.0, 1.0, 0.0), default)


def factor(default: Any = MISSING, *, least: float, most: float, mild: float = 1.0) -> Any:
    """A field for a number between bounds, of which `mild` bends nothing."""
    return _field(NumberShape(least, most, mild), default)


def word(default: Any = MISSING, *choices: str) -> Any:
    """A field for one of some words, or for any text."""
    return _field(WordShape(choices), default)


def rounder(value: int) -> Iterator[int]:
    """Shorter durations with rounder figures, the simplest first: a tenth, a half, and cut at each unit."""
    tried = {value}
    sign = -1 if value < 0 else 1
    size = abs(value)
    for unit in ROUND_NS:
        for each in (size // 10 // unit * unit, size // 2 // unit * unit, size // unit * unit):
            if each and sign * each not in tried:
                tried.add(sign * each)
                yield sign * each


def shape_of(field: "dataclasses.Field[Any]") -> Shape:
    """The shape that a field was made with."""
    shape: Shape = field.metadata["shape"]
    return shape


def _field(shape: Shape, default: Any) -> Any:
    return dataclasses.field(default=default, metadata={"shape": shape})


def _halves(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    middle = len(names) // 2
    return tuple(names[:middle]), tuple(names[middle:])
