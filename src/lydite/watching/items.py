"""What there is to run: files of tests, and targets with trials; and in which order.

What failed last time comes first, then what a change concerns, then the rest. In each of the three the tests come
first, for they are soonest done.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lydite.watching.graph import Graph, is_test


class Sort(StrEnum):
    """How something is run."""

    TEST = "test"
    """By pytest."""
    TRIAL = "trial"
    """By a sweep."""


class Why(StrEnum):
    """Why it is run now."""

    FAILED = "failed last time"
    AFFECTED = "affected"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file of tests, or a target."""

    sort: Sort
    name: str
    """As pytest or the sweep is told it."""
    file: str
    """The file in which it stands, by its absolute path; empty where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is run by one process: a target, or files of tests."""

    sort: Sort
    why: Why
    items: tuple[Item, ...]

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        if len(self.items) == 1:
            return self.items[0].name
        return f"{len(self.items):,} files of tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is watched, as it was asked for."""

    home: str
    """The folder from which it is seen, by its absolute path."""
    folders: tuple[str, ...] = ()
    """Folders in which everything is taken, by their absolute paths."""
    items: tuple[Item, ...] = ()
    """Files and targets that were named."""


def items_of(wanted: Wanted, graph: Graph) -> tuple[Item, ...]:
    """Everything that is wanted and there now."""
    found: dict[tuple[Sort, str], Item] = {}
    for item in wanted.items:
        found[item.sort, item.name] = item
    for path in sorted(graph.modules):
        if any(path.startswith(f"{folder}/") for folder in wanted.folders):
            name = told(path, wanted.home)
            if is_test(path):
                found[Sort.TEST, name] = Item(sort=Sort.TEST, name=name, file=path)
            elif graph.modules[path].trials:
                found[Sort.TRIAL, name] = Item(sort=Sort.TRIAL, name=name, file=path)
    return tuple(
        item for item in found.values() if not item.file or item.file in graph.modules or item in wanted.items
    )


def told(path: str, home: str) -> str:
    """A path as seen from home, where it lies below it."""
    return path.removeprefix(f"{home}/")


def jobs_of(items: Iterable[Item], why: Mapping[Item, Why]) -> Iterator[Job]:
    """The jobs, in order."""
    items = tuple(items)
    for reason in Why:
        mine = [item for item in items if why.get(item, Why.OTHER) is reason]
        tests = tuple(item for item in mine if item.sort is Sort.TEST)
        if tests:
            yield Job(sort=Sort.TEST, why=reason, items=tests)
        for item in mine:
            if item.sort is Sort.TRIAL:
                yield Job(sort=Sort.TRIAL, why=reason, items=(item,))
