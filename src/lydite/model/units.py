"""Units of measure: every time in Lydite is a whole number of nanoseconds.

Integers add up exactly, on every machine and in every order; floats do not. A duration is
written by its unit (`seconds(2)`, `milliseconds(50)`) and stored with `_ns` at the end of its name.

>>> seconds(1.5)
1500000000
>>> format_ns(minutes(2) + milliseconds(30))
'120.030 s'
"""

from typing import Final, NewType

Duration = NewType("Duration", int)
"""A length of time in nanoseconds."""

Instant = NewType("Instant", int)
"""A moment of the world's own clock: nanoseconds since the world began."""

MICROSECOND: Final = 1_000
MILLISECOND: Final = 1_000_000
SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE

KILOBYTE: Final = 1_000
MEGABYTE: Final = 1_000_000
GIGABYTE: Final = 1_000_000_000


def microseconds(amount: float) -> Duration:
    """That many microseconds."""
    return Duration(round(amount * MICROSECOND))


def milliseconds(amount: float) -> Duration:
    """That many milliseconds."""
    return Duration(round(amount * MILLISECOND))


def seconds(amount: float) -> Duration:
    """That many seconds, to the nanosecond."""
    return Duration(round(amount * SECOND))


def minutes(amount: float) -> Duration:
    """That many minutes."""
    return Duration(round(amount * MINUTE))


def hours(amount: float) -> Duration:
    """That many hours."""
    return Duration(round(amount * HOUR))


def format_ns(nanoseconds: int) -> str:
    """Time for people: seconds with three decimals, computed on integers so that it never rounds up a second.

    >>> format_ns(999_999_999)
    '0.999 s'
    """
    sign = "-" if nanoseconds < 0 else ""
    whole, rest = divmod(abs(nanoseconds), SECOND)
    return f"{sign}{whole}.{rest // MILLISECOND:03d} s"
