"""The law of the gossip: what follows from what a node knows and hears. Functions of values, and nothing else.

A rumour has a name, such as `ann-3`, and a text. The name is made by the node that was told, and never used again.
"""

import json
from collections.abc import Iterable, Mapping

TEXT_LETTERS_MAX = 500

MISSES_MAX = 2
"""A peer that has not answered so often is set aside."""

COMPARE_BEATS = 3
"""At every such beat a node compares what it knows with one peer."""

RETRY_BEATS = 4
"""At every such beat a node calls those again that it has set aside."""


def last_number(node: str, names: Iterable[str]) -> int:
    """How many rumours a node has named so far."""
    parted = (name.rpartition("-") for name in names)
    return max((int(number) for who, _, number in parted if who == node), default=0)


def news(seen: Mapping[str, str], heard: Mapping[str, str]) -> dict[str, str]:
    """What is new in what was heard: everything else is dropped here, and goes no further."""
    return {name: text for name, text in heard.items() if name not in seen}


def gift(seen: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """What somebody lacks who has these."""
    there = {*names}
    return {name: text for name, text in seen.items() if name not in there}


def wanted(seen: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Which of these are not known here."""
    return [name for name in names if name not in seen]


def is_near(misses: int) -> bool:
    """Is a peer told everything at once?"""
    return misses < MISSES_MAX


def to_compare(peers: Mapping[str, int], beat: int, chance: float) -> list[str]:
    """With whom to compare at this beat: one that is near, in good time, and those that were set aside."""
    near = [peer for peer, misses in peers.items() if is_near(misses)]
    chosen = [near[int(chance * len(near))]] if near and beat % COMPARE_BEATS == 0 else []
    aside = [peer for peer, misses in peers.items() if not is_near(misses)]
    return chosen + (aside if beat % RETRY_BEATS == 0 else [])


def are_names(names: Iterable[object]) -> bool:
    """Can these be names of rumours? They come from outside."""
    return all(isinstance(name, str) and name.rpartition("-")[2].isdecimal() for name in names)


def are_rumours(value: Mapping[object, object]) -> bool:
    """Can a node have told this: names, each with a text?"""
    return are_names(value) and all(is_text(text) for text in value.values())


def is_text(text: object) -> bool:
    """Can this be told?"""
    return isinstance(text, str) and 0 < len(text) <= TEXT_LETTERS_MAX


def written(rumours: Mapping[str, str]) -> bytes:
    """Rumours as lines of a journal."""
    return b"".join(json.dumps([*each]).encode() + b"\n" for each in rumours.items())


def whole(journal: bytes) -> bytes:
    """A journal without the half line at its end that a loss of power may have left."""
    return journal[: journal.rfind(b"\n") + 1]


def read(journal: bytes) -> list[tuple[str, str]]:
    """What a whole journal tells, in the order in which it was delivered."""
    return [(name, text) for name, text in map(json.loads, journal.splitlines())]
