"""The repository as the house rules see it: its files by zone, its packages, its modules.

A rule is a function of (path, text) that returns complaints. It reads no file itself, so the same rule
judges the repository and the bad example planted to prove that it bites. A line may be excused from a rule
by a comment that begins with `house:` and gives the reason.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

ZONES = ("src", "tests", "benchmarks", "examples", "docs")


class Source(NamedTuple):
    """One text file: its path from the root of the repository, and its text."""

    path: str
    text: str


Rule = Callable[[str, str], list[str]]


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def parsed(text: str) -> ast.Module:
    """The syntax tree of a source text."""
    return ast.parse(text)


@cache
def nodes(text: str) -> tuple[ast.AST, ...]:
    """Every node of the syntax tree of a source text: many rules walk over it."""
    return tuple(ast.walk(parsed(text)))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(ROOT).parts)


def files(pattern: str, *zones: str) -> Iterator[Source]:
    """Every file that matches, in order of path, below the zones (or anywhere)."""
    starts = [ROOT / zone for zone in zones] if zones else [ROOT]
    for start in starts:
        for path in sorted(start.rglob(pattern)):
            if path.is_file() and not _hidden(path):
                yield Source(path.relative_to(ROOT).as_posix(), _read(path))


def sources(*zones: str) -> Iterator[Source]:
    """Every Python file below the zones (or below all of them)."""
    return files("*.py", *(zones or ZONES))


def documents() -> Iterator[Source]:
    """What a user reads: README and the pages of docs/, and the notes at the root and in subjects."""
    for path in sorted(ROOT.glob("*.md")):
        yield Source(path.name, _read(path))
    yield from files("*.md", "docs", "examples", "src")


def packages() -> tuple[str, ...]:
    """The packages of the platform, such as `model`: each is one folder of src/lydite."""
    return tuple(sorted(init.parent.name for init in (ROOT / "src/lydite").glob("*/__init__.py")))


def module_name(path: str) -> str:
    """The dotted name of a file below src.

    >>> module_name("src/lydite/model/trace.py"), module_name("src/lydite/model/__init__.py")
    ('lydite.model.trace', 'lydite.model')
    """
    parts = Path(path).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def excused(text: str, complaint: str) -> bool:
    """Whether the line complained about says, in a comment that begins with `house:`, why it must be so.

    >>> excused("x = hash(3)  # house: of an int, equal everywhere", "a.py:1: `hash` is banned")
    True
    >>> excused("x = hash(3)  # house:", "a.py:1: `hash` is banned")
    False
    """
    place = re.match(r"[^:]+:(\d+): ", complaint)
    lines = text.splitlines()
    return place is not None and re.search(r"# house: \S", lines[int(place[1]) - 1]) is not None


def judge(rule: Rule, judged: Iterable[Source]) -> None:
    """Fail with every complaint the rule has about the sources, and not just the first."""
    complaints = [
        complaint
        for source in judged
        for complaint in rule(source.path, source.text)
        if not excused(source.text, complaint)
    ]
    assert not complaints, "\n" + "\n".join(complaints)
