"""Evidence: what of a test says which category and topics it has, and how strongly.

Each clue is a number of points for one marker, and the reason in words. What a person has said counts more than
anything that can be guessed: a marker that stands there, then the folder.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from lydite.adopting.facts import Facts
from lydite.adopting.markers import CATEGORIES, TOPICS
from lydite.adopting.words import FILE_WORDS, IMPORTS, TEXTS

MARKED: Final = 100
PLACED: Final = 50
LONG_S: Final = 10.0
"""From here on a test is slow."""
TIMEOUT_S: Final = 60.0
PORTS_OF_A_SYSTEM: Final = 3

_LOCAL: Final = re.compile(
    r"(?:https?|wss?|tcp|grpc)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(?P<port>\d{1,5}))?"
)
_REMOTE: Final = re.compile(r"(?:https?|wss?)://(?!localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])[\w{]")
_SEPARATORS: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One thing that speaks for one marker."""

    marker: str
    points: int
    reason: str


def clues(path: str, facts: Facts, marks: frozenset[str]) -> tuple[Clue, ...]:
    """Everything that speaks for a marker, the strongest first; each reason once for each marker."""
    found = (
        *_from_marks(facts, marks),
        *_from_place(path),
        *_from_name(path),
        *_from_imports(facts),
        *_from_texts(facts),
        *_from_calls(facts),
        *_from_tests(facts),
    )
    once = {(each.marker, each.reason): each for each in reversed(found)}
    return tuple(sorted(once.values(), key=lambda each: (-each.points, each.marker, each.reason)))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters.

    >>> words_of("test_p2pSync_of_nodes")
    ('test', 'p2p', 'sync', 'of', 'nodes')
    """
    return tuple(word.lower() for word in _SEPARATORS.split(name) if word)


def _from_marks(facts: Facts, marks: frozenset[str]) -> Iterator[Clue]:
    everywhere = frozenset.intersection(*(each.marks for each in facts.tests)) if facts.tests else frozenset()
    for marker in sorted(marks | everywhere):
        if marker in CATEGORIES or marker in TOPICS:
            yield Clue(marker=marker, points=MARKED, reason=f"it is marked {marker}")


def _from_place(path: str) -> Iterator[Clue]:
    for part in PurePosixPath(path).parts[:-1]:
        if part in CATEGORIES:
            yield Clue(marker=part, points=PLACED, reason=f"it lies in a folder {part}")


def _from_name(path: str) -> Iterator[Clue]:
    words = words_of(PurePosixPath(path).stem)
    pairs = {f"{first} {second}" for first, second in pairwise(words)}
    for word in dict.fromkeys((*words, *sorted(pairs))):
        for marker, points in FILE_WORDS.get(word, {}).items():
            yield Clue(marker=marker, points=points, reason=f"its name says {word}")


def _from_imports(facts: Facts) -> Iterator[Clue]:
    """Each import once, where it stands first."""
    lines: dict[str, int] = {}
    for each in facts.imports:
        known = next((name for name in _heads(each.name) if name in IMPORTS), "")
        if known and not each.level:
            lines[known] = min(each.line, lines.get(known, each.line))
    for known, line in lines.items():
        for marker, points in IMPORTS[known].items():
            yield Clue(marker=marker, points=points, reason=f"imports {known} (line {line})")


def _heads(name: str) -> Iterator[str]:
    """`a.b.c`, `a.b`, `a`."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _from_texts(facts: Facts) -> Iterator[Clue]:
    yield from _from_addresses(facts)
    for pattern, points, what in TEXTS:
        line = min((line for text, line in facts.texts if pattern.search(text)), default=0)
        for marker, weight in points.items() if line else ():
            yield Clue(marker=marker, points=weight, reason=f"{what} (line {line})")


def _from_addresses(facts: Facts) -> Iterator[Clue]:
    ports: dict[str, int] = {}
    for text, line in facts.texts:
        for found in _LOCAL.finditer(text):
            ports.setdefault(found["port"] or found.group(), line)
    remote = min((line for text, line in facts.texts if _REMOTE.search(text)), default=0)
    if remote and any(word in facts.names for word in ("get", "post", "request", "connect")):
        yield Clue(marker="integration", points=2, reason=f"asks a service by its address (line {remote})")
    if ports:
        told = f"talks to localhost, {_counted(len(ports), 'port')} (line {min(ports.values())})"
        yield Clue(marker="integration", points=3, reason=told)
        yield Clue(marker="network", points=3, reason=told)
    if len(ports) >= PORTS_OF_A_SYSTEM:
        yield Clue(marker="e2e", points=3, reason=f"needs {len(ports)} services at once")


def _from_calls(facts: Facts) -> Iterator[Clue]:
    sleeps = [each for each in facts.calls if each.name in ("time.sleep", "asyncio.sleep", "sleep")]
    slept = sum(max(0.0, each.number or 0.0) for each in sleeps)
    if slept >= LONG_S:
        yield Clue(
            marker="slow",
            points=5,
            reason=f"sleeps {slept:g} s altogether (line {min(each.line for each in sleeps)})",
        )
    polls = [each for each in sleeps if each.in_loop]
    if polls:
        told = f"sleeps in a loop until something has happened (line {min(each.line for each in polls)})"
        yield Clue(marker="slow", points=2, reason=told)
        yield Clue(marker="integration", points=1, reason=told)
    patience = max(facts.calls, key=lambda each: each.timeout_s, default=None)
    if patience is not None and patience.timeout_s >= TIMEOUT_S:
        told = f"waits for up to {patience.timeout_s:g} s (line {patience.line})"
        yield Clue(marker="slow", points=3, reason=told)
    clocks = [
        each for each in facts.calls if each.name.rpartition(".")[2] in ("perf_counter", "perf_counter_ns")
    ]
    if len(clocks) > 1:
        yield Clue(
            marker="performance", points=3, reason=f"takes the time (line {min(c.line for c in clocks)})"
        )
    kills = [each for each in facts.calls if each.name == "os.kill" or each.name.endswith(".kill")]
    if kills:
        yield Clue(marker="chaos", points=3, reason=f"kills a process (line {min(k.line for k in kills)})")
    cuda = [each for each in facts.calls if each.name.endswith((".cuda", ".is_available"))]
    if cuda and "cuda" in facts.names:
        yield Clue(marker="gpu", points=4, reason=f"asks for CUDA (line {min(c.line for c in cuda)})")


def _from_tests(facts: Facts) -> Iterator[Clue]:
    """What the names of the tests say, and the fixtures that they take."""
    said: dict[str, tuple[int, str]] = {}
    for test in facts.tests:
        if "benchmark" in test.parameters:
            yield Clue(marker="performance", points=6, reason="takes the fixture benchmark")
        for word in words_of(test.name):
            for marker, points in FILE_WORDS.get(word, {}).items():
                best = said.get(marker, (0, ""))
                said[marker] = max(best, ((points + 1) // 2, f"has a test called {test.name}"), key=_points)
    for marker, (points, reason) in said.items():
        yield Clue(marker=marker, points=points, reason=reason)


def _points(said: tuple[int, str]) -> int:
    return said[0]


def totals(found: tuple[Clue, ...]) -> Mapping[str, int]:
    """The points of each marker."""
    points: dict[str, int] = {}
    for each in found:
        points[each.marker] = points.get(each.marker, 0) + each.points
    return points


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
