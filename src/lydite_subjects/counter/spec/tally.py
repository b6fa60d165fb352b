"""A tally: the set of operations that somebody has seen, and so what the counter stands at.

An operation is named by its client and by the number that the client gave it, and it counts one. A
client numbers its operations 1, 2, 3, so all that was seen of it is mostly one span of numbers, and a
tally stays small however high it counts. Tallies are values: nobody changes one that another holds.

>>> size(merge(one("ann", 1), one("ann", 2))), size(merge(one("ann", 1), one("ann", 1)))
(2, 1)
"""

import hashlib
from collections.abc import Mapping
from typing import Final, TypeAlias

Spans: TypeAlias = tuple[tuple[int, int], ...]
"""First and last numbers, both included, ascending, never touching each other."""

Tally: TypeAlias = Mapping[str, Spans]
"""What was seen of each client. The order of the clients says nothing: it is the order of arrival."""

NOTHING: Final[Tally] = {}
"""The tally that a counter begins with."""


def one(client: str, number: int) -> Tally:
    """The tally of a single operation."""
    return {client: ((number, number),)}


def merge(left: Tally, right: Tally) -> Tally:
    """What one or the other has seen; what both have seen counts once."""
    merged = dict(left)
    for client, spans in right.items():
        merged[client] = _union(merged[client], spans) if client in merged else spans
    return merged


def minus(left: Tally, right: Tally) -> Tally:
    """What `left` has seen and `right` has not."""
    rest = {client: _difference(spans, right.get(client, ())) for client, spans in left.items()}
    return {client: spans for client, spans in rest.items() if spans}


def size(tally: Tally) -> int:
    """How many operations that is: the value of the counter."""
    return sum(last - first + 1 for spans in tally.values() for first, last in spans)


def digest(tally: Tally) -> str:
    """A short name for the set: equal sets have equal digests, in whatever order they were learnt."""
    lines = [f"{client} {spans}" for client, spans in sorted(tally.items())]
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()


def _union(left: Spans, right: Spans) -> Spans:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(left + right):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)


def _difference(left: Spans, right: Spans) -> Spans:
    rest: list[tuple[int, int]] = []
    for begin, last in left:
        first = begin
        for start, stop in right:
            if start > last:
                break
            if stop >= first:
                if start > first:
                    rest.append((first, start - 1))
                first = stop + 1
        if first <= last:
            rest.append((first, last))
    return tuple(rest)
