"""Stored failures: what a trial failed by before, from the files that its runs have left."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from lydite.model import LyditeError
from lydite.pytest_plugin.asking import Wanted
from lydite.pytest_plugin.examples import FAILURE, SHRUNK
from lydite.runner import Failure, in_file_name, read_failure

STORED_MAX: Final = 20
"""So many are run again at most: the newest ones."""


def stored_failures(item: pytest.Item, wanted: Wanted, label: str) -> Iterator[tuple[Path, Failure]]:
    """Those of this test, the smallest first, then the newest. A damaged file is told as a warning."""
    begun = in_file_name(label)
    read = 0
    for path in sorted(wanted.out.glob(f"{begun}-*{FAILURE}"), key=_order):
        if read == STORED_MAX:
            return
        try:
            failure = read_failure(path)
        except LyditeError as error:
            item.warn(pytest.PytestWarning(f"a stored failure is left out: {error}"))
            continue
        if failure.target == wanted.target and not failure.mutant:
            read += 1
            yield path, failure


def _order(path: Path) -> tuple[bool, int, str]:
    return not path.name.endswith(SHRUNK), -path.stat().st_mtime_ns, path.name
