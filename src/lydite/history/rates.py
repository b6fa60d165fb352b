"""How often something fails, as far as is known, and how long a silence must be before it says something.

A rate that was seen is not the rate: three failures in a hundred runs may come from a rate of one in a hundred.
*Wilson's interval* holds the true rate with a confidence of 95 %, also where few runs were made or hardly any failed.
Where silence is to be judged, its lower end is taken: the seldomer something fails, the less a silence proves.
"""

import math
from typing import Final

Z: Final = 1.959963984540054
"""Between this many standard errors on both sides lie 95 %."""

LUCK: Final = 0.05
"""What chance may explain one time in twenty is not yet proven."""


def wilson(failures: int, runs: int) -> tuple[float, float]:
    """The interval that holds the rate of failure with a confidence of 95 %.

    >>> low, high = wilson(3, 100)
    >>> round(low, 4), round(high, 4)
    (0.0103, 0.0845)
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if runs == 0:
        return 0.0, 1.0
    rate = failures / runs
    spread = Z * math.sqrt(rate * (1 - rate) / runs + Z * Z / (4 * runs * runs))
    middle, scale = rate + Z * Z / (2 * runs), 1 + Z * Z / runs
    low = (middle - spread) / scale if failures else 0.0
    high = (middle + spread) / scale if failures < runs else 1.0
    return max(0.0, low), min(1.0, high)


def needed(rate: float) -> int:
    """The fewest runs without a failure that a rate explains no more than one time in twenty.

    >>> [needed(rate) for rate in (0.2, 0.1, 0.05, 0.01)]
    [14, 29, 59, 299]
    >>> needed(1.0)
    1
    """
    if rate >= 1 - LUCK:
        return 1
    return math.ceil(math.log(LUCK) / math.log1p(-rate))
