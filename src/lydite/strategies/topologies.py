"""Topologies: maps of regions and links, and who knows whom."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from lydite.model import MILLISECOND, SECOND
from lydite.strategies.values import durations
from lydite.world import Link, Map

Peers: TypeAlias = Mapping[str, tuple[str, ...]]
"""Of each host those that it knows."""


def links(latency_ns_max: int = SECOND) -> SearchStrategy[Link]:
    """Roads of all lengths and widths."""
    return st.builds(
        Link,
        latency_ns=durations(0, latency_ns_max),
        jitter_ns=durations(0, latency_ns_max // 2),
        bytes_per_second=st.sampled_from((0, 10_000_000, 1_000_000, 125_000, 12_500)),
    )


def maps(regions: Sequence[str] = (), latency_ns_max: int = 300 * MILLISECOND) -> SearchStrategy[Map]:
    """A map of these regions: some pairs have a road of their own."""
    pairs = [(left, right) for left in regions for right in regions if left <= right]
    own = st.lists(st.sampled_from(pairs), unique=True, max_size=len(pairs)) if pairs else st.just([])
    roads = own.flatmap(
        lambda chosen: st.tuples(
            *(st.tuples(st.just(left), st.just(right), links(latency_ns_max)) for left, right in chosen)
        )
    )
    return st.builds(Map, otherwise=links(latency_ns_max), links=roads)


def rings(hosts: Sequence[str]) -> Peers:
    """Each knows the next one, and is known by the one before it.

    >>> rings(("a", "b", "c"))
    {'a': ('b', 'c'), 'b': ('a', 'c'), 'c': ('a', 'b')}
    """
    edges = [(hosts[number - 1], host) for number, host in enumerate(hosts)] if len(hosts) > 1 else []
    return _peers(hosts, edges)


def stars(hosts: Sequence[str]) -> Peers:
    """All know the first one only.

    >>> stars(("a", "b", "c"))
    {'a': ('b', 'c'), 'b': ('a',), 'c': ('a',)}
    """
    return _peers(hosts, [(hosts[0], host) for host in hosts[1:]])


def meshes(hosts: Sequence[str]) -> Peers:
    """Everybody knows everybody."""
    return _peers(hosts, list(combinations(hosts, 2)))


@st.composite
def connected(draw: DrawFn, hosts: Sequence[str]) -> Peers:
    """Any graph in which everybody can be reached: a tree, and some roads more. Shrinks towards a star."""
    edges = [(hosts[draw(st.integers(0, number - 1))], hosts[number]) for number in range(1, len(hosts))]
    rest = [pair for pair in combinations(hosts, 2) if pair not in edges]
    if rest:
        edges += draw(st.lists(st.sampled_from(rest), unique=True, max_size=len(rest)))
    return _peers(hosts, edges)


def topologies(hosts: Sequence[str]) -> SearchStrategy[Peers]:
    """A star, a ring, a mesh, or any connected graph."""
    fixed: list[Any] = [stars(hosts), rings(hosts), meshes(hosts)]
    return st.one_of(st.sampled_from(fixed), connected(hosts))


def _peers(hosts: Sequence[str], edges: Sequence[tuple[str, str]]) -> Peers:
    known: dict[str, set[str]] = {host: set() for host in hosts}
    for left, right in edges:
        if left != right:
            known[left].add(right)
            known[right].add(left)
    return {host: tuple(sorted(peers)) for host, peers in known.items()}
