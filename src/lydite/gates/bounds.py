"""Confidence bounds of a share: what so many successes in so many runs prove, and how many runs it takes.

The bound is the one-sided one of Clopper and Pearson: the smallest rate with which so many successes, or more, still
come by chance in the share `1 - confidence` of all attempts. It is exact: whatever the true rate, it lies below the
bound at most that often. Wilson's bound is narrower and right on average, but just where gates stand, near 100 %, it
promises too much: 52 successes of 52 would prove 95 % to it, though a system of 95 % does as well in 7 of 100 attempts.

>>> round(lower_bound(20, 20, confidence=0.95), 3), round(lower_bound(299, 299, confidence=0.95), 3)
(0.861, 0.99)
>>> runs_needed(0, rate=0.95, confidence=0.95), runs_needed(1, rate=0.95, confidence=0.95)
(59, 93)
"""

import math
from typing import Final

_HALVINGS: Final = 60
"""After so many the bound is known to the last bit that matters."""

_STEPS_MAX: Final = 100_000
_TINY: Final = 1e-300
_CLOSE: Final = 1e-15

RUNS_MAX: Final = 10**7
"""No advice asks for more runs than this."""


def lower_bound(passed: int, runs: int, *, confidence: float) -> float:
    """The rate of success that so many successes in so many runs prove."""
    if passed <= 0:
        return 0.0
    if passed >= runs:
        # The tail is `rate ** runs` alone, which has a root that needs no search.
        return math.exp(math.log(1 - confidence) / runs)
    low, high = 0.0, passed / runs
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if chance_of_at_least(passed, runs, rate=middle) < 1 - confidence:
            low = middle
        else:
            high = middle
    return low


def runs_needed(failures: int, *, rate: float, confidence: float) -> int | None:
    """The fewest runs that prove the rate in spite of so many failures; None where no number in reach does."""
    if not 0 < rate < 1:
        return None if rate >= 1 else failures + 1
    few, many = failures, failures + 1
    while lower_bound(many - failures, many, confidence=confidence) < rate:
        few, many = many, many * 2
        if few > RUNS_MAX:
            return None
    while many - few > 1:
        middle = (few + many) // 2
        if lower_bound(middle - failures, middle, confidence=confidence) < rate:
            few = middle
        else:
            many = middle
    return many


def chance_of_at_least(passed: int, runs: int, *, rate: float) -> float:
    """How likely so many successes, or more, are where each run succeeds with the rate.

    >>> round(chance_of_at_least(2, 3, rate=0.5), 12)
    0.5
    """
    if passed <= 0 or rate >= 1:
        return 1.0
    if passed > runs or rate <= 0:
        return 0.0
    # The upper tail of the binomial distribution is the incomplete beta function, regularised.
    return _beta_share(passed, runs - passed + 1, rate)


def _beta_share(a: int, b: int, x: float) -> float:
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    front = math.exp(log_front)
    # The fraction converges quickly on one side of the mean only; the other side is its mirror image.
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1.0 - front * _beta_fraction(b, a, 1 - x) / b


def _beta_fraction(a: int, b: int, x: float) -> float:
    """The continued fraction of the incomplete beta function, by the method of Lentz."""
    c, d = 1.0, 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS_MAX):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1.0 / _not_zero(1.0 + term * d)
            c = _not_zero(1.0 + term / c)
            change = c * d
            value *= change
        if abs(change - 1.0) < _CLOSE:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
