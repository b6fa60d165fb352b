"""Values that every world is made of: names, moments, durations, rates, bytes."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lydite.model import HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND

UNITS = (MICROSECOND, MILLISECOND, SECOND, MINUTE)


def host_names(count: int, prefix: str = "node") -> tuple[str, ...]:
    """So many hosts: `node-1`, `node-2` and on.

    >>> host_names(3)
    ('node-1', 'node-2', 'node-3')
    """
    return tuple(f"{prefix}-{number}" for number in range(1, count + 1))


def seeds() -> SearchStrategy[int]:
    """Seeds of runs; small ones first."""
    return st.integers(min_value=0, max_value=2**64 - 1)


def durations(least_ns: int = 0, most_ns: int = HOUR) -> SearchStrategy[int]:
    """Nanoseconds between two bounds: mostly round, and shrinking to the shortest."""
    rounded = [
        st.integers(min_value=-(-least_ns // unit), max_value=most_ns // unit).map(unit.__mul__)
        for unit in UNITS
        if -(-least_ns // unit) <= most_ns // unit
    ]
    return st.one_of(st.integers(min_value=least_ns, max_value=most_ns), *rounded)


def moments(until_ns: int) -> SearchStrategy[int]:
    """Moments from the beginning of a world on."""
    return durations(0, until_ns)


def rates(least: float = 0.0, most: float = 1.0) -> SearchStrategy[float]:
    """Shares, in whole percent."""
    return st.integers(min_value=round(100 * least), max_value=round(100 * most)).map(lambda each: each / 100)


def payloads(bytes_max: int = 1_024) -> SearchStrategy[bytes]:
    """What a message may carry: nothing, one byte, a run of one byte, anything."""
    runs = st.builds(
        lambda byte, count: bytes([byte]) * count, st.integers(0, 255), st.integers(0, bytes_max)
    )
    return st.one_of(st.binary(max_size=bytes_max), runs)


def some_of(names: "tuple[str, ...]", least: int = 1) -> SearchStrategy[tuple[str, ...]]:
    """Some of these names, each once, in the order in which they stand."""
    return st.sets(st.sampled_from(names), min_size=least).map(
        lambda chosen: tuple(name for name in names if name in chosen)
    )
