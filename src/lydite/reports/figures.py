"""Figures in words: how long, how much, how many.

>>> duration(0.0421), duration(7.25), duration(2530), duration(90061)
('42 ms', '7.2 s', '42m 10s', '25h 1m')
>>> figure(1234567.0, "B"), figure(0.000123, "s"), figure(3, ""), counted(1, "test"), counted(2, "test")
('1,234,567 B', '0.000123 s', '3', '1 test', '2 tests')
"""

import math
from datetime import datetime

from lydite.model import Measurement


def duration(seconds: float) -> str:
    """A time that something took."""
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    return f"{whole // 3600}h {whole % 3600 // 60}m"


def figure(value: float | None, unit: str = "") -> str:
    """A figure as exact as it is read: whole ones whole, others with four digits."""
    if value is None:
        return "nothing"
    if not math.isfinite(value):
        told = "unknown"
    elif float(value).is_integer() and abs(value) < 1e15:
        told = f"{value:,.0f}"
    else:
        told = f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    return f"{told} {unit}" if unit else told


def interval(measured: Measurement) -> str:
    """What the figure is worth: its interval, that it was counted, or nothing."""
    if measured.exact:
        return "exact"
    if measured.low is None or measured.high is None:
        return "none"
    return f"{figure(measured.low)} to {figure(measured.high)}"


def percent(part: int, whole: int) -> str:
    """A share; a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "none"


def counted(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def milliseconds_of(seconds: float) -> int:
    """Whole milliseconds; 0 where nobody knows."""
    return round(max(seconds, 0.0) * 1000) if math.isfinite(seconds) else 0


def epoch_ms(moment: str) -> int | None:
    """Milliseconds since 1970 of an ISO 8601 moment; None where it is no moment."""
    try:
        told = datetime.fromisoformat(moment)
        return round(told.timestamp() * 1000) if told.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
