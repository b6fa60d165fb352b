"""Workloads: what users do, in which order, and with which pauses.

An operation is a name and arguments, plain values that a trial carries out::

    works = workloads({"pay": {"amount": st.integers(1, 9)}, "ask": {}}, users=("ann", "bob"))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lydite.model import SECOND, Facts
from lydite.strategies.values import durations


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that a user does, after a pause."""

    name: str
    user: str = ""
    args: Facts = field(default_factory=dict)
    pause_ns: int = 0


def operations(
    kinds: Mapping[str, Mapping[str, SearchStrategy[Any]]],
    *,
    users: Sequence[str] = ("user-1",),
    pause_ns_max: int = SECOND,
) -> SearchStrategy[Operation]:
    """One operation of these kinds, each with strategies for its arguments."""
    return st.one_of(
        *(
            st.builds(
                Operation,
                name=st.just(name),
                user=st.sampled_from(list(users)),
                args=st.fixed_dictionaries(dict(args)),
                pause_ns=durations(0, pause_ns_max),
            )
            for name, args in kinds.items()
        )
    )


def workloads(
    kinds: Mapping[str, Mapping[str, SearchStrategy[Any]]],
    *,
    users: Sequence[str] = ("user-1",),
    operations_max: int = 20,
    pause_ns_max: int = SECOND,
) -> SearchStrategy[tuple[Operation, ...]]:
    """Up to so many operations, one after the other."""
    each = operations(kinds, users=users, pause_ns_max=pause_ns_max)
    return st.lists(each, max_size=operations_max).map(tuple)
