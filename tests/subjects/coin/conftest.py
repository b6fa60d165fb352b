"""The categories of the coin's tests, by their folders: `-m "e2e and not nightly"` runs one of them."""

from pathlib import Path
from typing import Final

import pytest

from lydite_subjects.coin.testing import pytest_configure

__all__ = ["pytest_configure"]

HERE: Final = Path(__file__).parent
CATEGORIES: Final = {
    "api": ("integration", "network"),
    "e2e": ("e2e", "network", "slow"),
    "miner": ("unit", "mining"),
    "node": ("unit", "network"),
    "performance": ("performance",),
    "spec": ("unit",),
    "store": ("integration", "database"),
    "testing": ("integration",),
    "wallet": ("unit",),
    "": ("integration", "slow"),
}
"""What a folder's tests are; the trials in the simulated world stand in no folder."""
MORE: Final = {
    "e2e/test_mining_flow.py": ("mining",),
    "performance/test_database_performance.py": ("database",),
    "performance/test_mining_performance.py": ("mining",),
    "spec/test_keys.py": ("crypto",),
    "spec/test_mining.py": ("mining",),
    "testing/test_databases.py": ("database",),
    "testing/test_local.py": ("network",),
    "wallet/test_file.py": ("crypto",),
}
"""What else the tests of one file are."""


def categories_of(path: Path) -> tuple[str, ...]:
    """The categories of a file of tests."""
    place = path.relative_to(HERE)
    folder = place.parts[0] if len(place.parts) > 1 else ""
    return (*CATEGORIES[folder], *MORE.get(place.as_posix(), ()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks each test with its categories."""
    for item in items:
        if item.path.is_relative_to(HERE):
            for each in categories_of(item.path):
                item.add_marker(each)
