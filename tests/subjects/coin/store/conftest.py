"""Where ledgers are kept in these tests: in memory, in a file of SQLite, on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lydite_subjects.coin.spec.ledger import Ledger
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.store import open_ledger
from tests.postgres import empty_database, postgres

__all__ = ["empty_database", "postgres"]

SQL = ("sqlite", "postgres")


@dataclass
class Place:
    """A place that a ledger can be opened at, and opened again."""

    kind: str
    url: str
    _memory: Memory = field(default_factory=lambda: Memory(DEV.name))
    _opened: list[Ledger] = field(default_factory=list)

    def open(self) -> Ledger:
        """The ledger there; one more connection, if it is in a database."""
        ledger: Ledger = self._memory if self.kind == "memory" else open_ledger(self.url, DEV)
        self._opened.append(ledger)
        return ledger

    def close(self) -> None:
        """Closes whatever was opened."""
        for ledger in self._opened:
            ledger.close()


@pytest.fixture
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    """Makes an empty place of some kind."""
    places: list[Place] = []

    def make(kind: str) -> Place:
        url = f"sqlite:///{tmp_path / 'coin.db'}"
        if kind == "postgres":
            url = request.getfixturevalue("empty_database")
        places.append(Place(kind, url))
        return places[-1]

    yield make
    for each in places:
        each.close()


@pytest.fixture(params=("memory", *SQL))
def place(request: pytest.FixtureRequest, at: Callable[[str], Place]) -> Place:
    """An empty place of each kind."""
    return at(request.param)


@pytest.fixture(params=SQL)
def database(request: pytest.FixtureRequest, at: Callable[[str], Place]) -> Place:
    """An empty place of each kind of database."""
    return at(request.param)
