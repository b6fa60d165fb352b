"""The categories of the tests, by where they stand: `pytest -m e2e` runs one of them.

Each test is of one kind, which its folder says unless the test itself is marked with one. What it needs and what it is
about comes on top of that. A test of Hypothesis is a `property`, and one that runs in the night only is `slow`.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

import pytest

HERE: Final = Path(__file__).parent
KINDS: Final = ("unit", "integration", "performance", "e2e", "chaos", "security")
NIGHTLY: Final = "nightly"
"""Left out unless the expression of `-m` speaks of it."""

FOLDERS: Final = {
    "": ("unit",),
    "benchmarks": ("performance",),
    "cli": ("integration",),
    "compat": ("integration", "network"),
    "determinism": ("integration",),
    "docs": ("integration",),
    "faults": ("chaos",),
    "history": ("integration", "database"),
    "pytest_plugin": ("integration",),
    "runner": ("integration",),
    "strategies": ("integration",),
    "subjects/coin": ("chaos", "slow"),
    "subjects/coin/api": ("integration", "network"),
    "subjects/coin/e2e": ("e2e", "network", "slow"),
    "subjects/coin/miner": ("unit", "mining"),
    "subjects/coin/node": ("unit", "network"),
    "subjects/coin/performance": ("performance",),
    "subjects/coin/spec": ("unit",),
    "subjects/coin/store": ("integration", "database"),
    "subjects/coin/testing": ("integration",),
    "subjects/coin/wallet": ("unit",),
}
"""What the tests of a folder are; the nearest folder above a test says it. The coin's trials stand in its own."""
FILES: Final = {
    "reports/page/test_size.py": ("performance",),
    "reports/test_many.py": ("performance",),
    "scaffold/test_projects.py": ("integration",),
    "subjects/coin/api/test_fuzz.py": ("security",),
    "subjects/coin/e2e/test_mining_flow.py": ("mining",),
    "subjects/coin/performance/test_database_performance.py": ("database",),
    "subjects/coin/performance/test_mining_performance.py": ("mining",),
    "subjects/coin/spec/test_keys.py": ("crypto",),
    "subjects/coin/spec/test_mining.py": ("mining",),
    "subjects/coin/store/test_speed.py": ("performance",),
    "subjects/coin/testing/test_databases.py": ("database",),
    "subjects/coin/testing/test_local.py": ("network",),
    "subjects/coin/wallet/test_file.py": ("crypto", "security"),
    "subjects/counter/test_faults.py": ("chaos",),
    "subjects/counter/test_trials.py": ("chaos",),
}
"""What the tests of one file are: another kind than their folder's, or more than that."""


def categories_of(path: Path) -> tuple[str, ...]:
    """The categories of a file of tests."""
    place = path.relative_to(HERE)
    own = FILES.get(place.as_posix(), ())
    folders = (FOLDERS.get("" if each == Path() else each.as_posix()) for each in place.parents)
    said = next(filter(None, folders))
    return (*own, *without_kinds(said, own))


def without_kinds(names: tuple[str, ...], own: Collection[str]) -> tuple[str, ...]:
    """Categories of a test from farther away: what kind it is, something closer may have said already."""
    told = any(each in KINDS for each in own)
    return tuple(name for name in names if name not in own and not (told and name in KINDS))


def mark(item: pytest.Item) -> None:
    """Mark a test with its categories."""
    own = {each.name for each in item.iter_markers()}
    for name in without_kinds((*categories_of(item.path), *_by_nature(item, own)), own):
        item.add_marker(name)


def is_for_later(item: pytest.Item, config: pytest.Config) -> bool:
    """Does a test run in the night only, and is it day?"""
    return NIGHTLY not in config.option.markexpr and item.get_closest_marker(NIGHTLY) is not None


def _by_nature(item: pytest.Item, own: set[str]) -> Iterator[str]:
    if getattr(getattr(item, "function", None), "is_hypothesis_test", False):
        yield "property"
    if NIGHTLY in own:
        yield "slow"
