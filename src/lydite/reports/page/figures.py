"""Figures in words: numbers, shares, lengths of time and sizes, as short as they can be told.

A figure that is none (not finite) is told as such; it never stops a report.
"""

import math
from typing import Final

from lydite.model import SECOND, Plain
from lydite.reports.spacetime.wording import duration, facts_in_words

NONE: Final = "–"
"""What stands where there is no figure."""


def number(value: float | None) -> str:
    """A number with four significant digits, or all of its whole ones.

    >>> [number(value) for value in (0, 3, 41.73512, 0.00123456, 18204, 1234567.8, None, math.nan, -math.inf)]
    ['0', '3', '41.74', '0.001235', '18,204', '1,234,568', '–', 'not a number', '−∞']
    """
    if value is None:
        return NONE
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-6:
        return f"{value:.3g}".replace("-", "−")
    decimals = 0 if size >= 1000 or value == int(value) else 3 - math.floor(math.log10(size))
    told = f"{value:,.{max(0, decimals)}f}".replace("-", "−")
    return told.rstrip("0").rstrip(".") if "." in told else told


def figure(value: float | None, unit: str) -> str:
    """A number with its unit.

    >>> figure(98.8, "%"), figure(3, ""), figure(None, "ms")
    ('98.8 %', '3', '–')
    """
    told = number(value)
    return f"{told} {unit}" if unit and value is not None else told


def signed(value: float | None, unit: str = "") -> str:
    """A difference, which always says in which direction.

    >>> signed(1.3, "%"), signed(-1, ""), signed(0)
    ('+1.3 %', '−1', '0')
    """
    return f"+{figure(value, unit)}" if value is not None and value > 0 else figure(value, unit)


def share(part: float) -> str:
    """A rate in per cent.

    >>> share(0.015), share(1), share(0.00022)
    ('1.5 %', '100 %', '0.022 %')
    """
    if not math.isfinite(part):
        return number(part)
    return f"{number(float(f'{part * 100:.3g}'))} %"


def lasting(amount_s: float) -> str:
    """A length of time.

    >>> lasting(2530.4), lasting(0.0125), lasting(math.inf)
    ('42 min 10 s', '12.5 ms', '∞')
    """
    if not math.isfinite(amount_s) or abs(amount_s) > 1e12:
        return figure(amount_s, "" if not math.isfinite(amount_s) else "s")
    return duration(round(amount_s * SECOND))


def size(amount: int) -> str:
    """A number of bytes.

    >>> size(900), size(18_204), size(33_568_514_048)
    ('900 bytes', '18.2 kB', '33.57 GB')
    """
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if amount >= unit:
            return f"{number(amount / unit)} {name}"
    return f"{amount} bytes"


def fact(name: str, value: Plain) -> tuple[str, str]:
    """A fact of an environment: its name and its value in words.

    >>> fact("memory_bytes", 33_568_514_048), fact("memory_left_after", 900), fact("load_before", 0.41)
    (('memory', '33.57 GB'), ('memory left after', '900 bytes'), ('load before', '0.41'))
    """
    whole = isinstance(value, int) and not isinstance(value, bool)
    if (name.endswith("_bytes") or name.startswith("memory_")) and isinstance(value, int) and whole:
        return name.removesuffix("_bytes").replace("_", " "), size(value)
    if isinstance(value, float) or whole:
        return name.replace("_", " "), number(float(value)) if isinstance(value, int | float) else NONE
    told = value if isinstance(value, str) else facts_in_words({"": value}).removeprefix("=")
    return name.replace("_", " "), told
