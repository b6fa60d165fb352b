"""Twins: files that are copies of one another, or nearly so.

Two files are compared by what they do, as runs of five tokens in which texts and numbers do not count: a copy with
another port is still a copy. Of each file the smallest hashes are kept, so that thousands of them are soon compared.
"""

import io
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

NEAR: Final = 0.8
"""The share of equal runs from which two files are twins."""

RUN_TOKENS: Final = 5
SKETCH: Final = 200
"""So many hashes of a file are kept."""
RUNS_MIN: Final = 20
"""A file with fewer runs says too little."""

_PLAIN: Final = {tokenize.STRING: "text", tokenize.NUMBER: "number"}
_SILENT: Final = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.NEWLINE, tokenize.ENDMARKER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """Another file that says nearly the same."""

    path: str
    likeness: float
    """From 0.8 to 1, which is the same but for texts, numbers and comments."""


def twins_of(texts: Mapping[str, bytes]) -> dict[str, tuple[Twin, ...]]:
    """The twins of each file, the most alike first; files without any are left out."""
    sketches = {path: _sketch(data) for path, data in texts.items()}
    known = sorted(
        (path for path, (count, _) in sketches.items() if count >= RUNS_MIN),
        key=lambda path: (sketches[path][0], path),
    )
    found: dict[str, list[Twin]] = {}
    for number, path in enumerate(known):
        count, sketch = sketches[path]
        for other in known[number + 1 :]:
            others, other_sketch = sketches[other]
            if count < NEAR * others:
                break
            likeness = _likeness(sketch, other_sketch)
            if likeness >= NEAR:
                found.setdefault(path, []).append(Twin(path=other, likeness=likeness))
                found.setdefault(other, []).append(Twin(path=path, likeness=likeness))
    return {
        path: tuple(sorted(twins, key=lambda each: (-each.likeness, each.path)))
        for path, twins in found.items()
    }


def _sketch(data: bytes) -> tuple[int, frozenset[int]]:
    """How many different runs a file has, and the smallest of their hashes."""
    tokens = _tokens(data)
    runs = {
        crc32(" ".join(tokens[at : at + RUN_TOKENS]).encode()) for at in range(len(tokens) - RUN_TOKENS + 1)
    }
    return len(runs), frozenset(sorted(runs)[:SKETCH])


def _tokens(data: bytes) -> Sequence[str]:
    found: list[str] = []
    try:
        for token in tokenize.tokenize(io.BytesIO(data).readline):
            found += [] if token.type in _SILENT else [_PLAIN.get(token.type, token.string)]
    except (tokenize.TokenError, SyntaxError):
        return ()
    return found


def _likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """The share of what both have among what either has, as far as both sketches reach."""
    if len(one) == len(other) == SKETCH:
        reach = min(max(one), max(other))
        one = frozenset(each for each in one if each <= reach)
        other = frozenset(each for each in other if each <= reach)
    return len(one & other) / len(one | other)
