"""Time is a whole number of nanoseconds, whatever unit it is told in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.model import (
    HOUR,
    MILLISECOND,
    MINUTE,
    SECOND,
    format_ns,
    hours,
    microseconds,
    milliseconds,
    minutes,
    seconds,
)


def test_units_are_multiples_of_each_other() -> None:
    assert hours(1) == minutes(60) == seconds(3_600) == milliseconds(3_600_000) == HOUR
    assert seconds(1) == microseconds(1_000_000) == SECOND
    assert minutes(1) == MINUTE


@given(st.floats(0, 1e6))
def test_a_duration_is_a_whole_number(amount: float) -> None:
    duration = seconds(amount)

    assert isinstance(duration, int)
    assert abs(duration - amount * SECOND) <= 0.5 + amount * SECOND * 1e-15


def test_fractions_of_decimal_units_are_exact() -> None:
    assert seconds(0.1) == 100_000_000
    assert milliseconds(0.3) == 300_000
    assert microseconds(0.001) == 1


@pytest.mark.parametrize(
    ("nanoseconds", "told"),
    [
        (0, "0.000 s"),
        (999_999, "0.000 s"),
        (MILLISECOND, "0.001 s"),
        (2 * SECOND - 1, "1.999 s"),
        (-1_500_000_000, "-1.500 s"),
        (2**63 * 1000, "9223372036854.775 s"),
    ],
)
def test_time_for_people_never_rounds_up(nanoseconds: int, told: str) -> None:
    assert format_ns(nanoseconds) == told
