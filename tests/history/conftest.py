"""Where histories are kept in these tests: in a file of SQLite, and on a real PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lydite.history import History
from tests.postgres import empty_database, postgres

__all__ = ["empty_database", "postgres"]

KINDS = ("sqlite", "postgres")


@dataclass
class Place:
    """A database that a history can be kept in."""

    kind: str
    url: str
    _opened: list[History] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The file of SQLite."""
        return Path(self.url.removeprefix("sqlite:///"))

    def open(self) -> History:
        """The history there."""
        self._opened.append(History(self.url))
        return self._opened[-1]

    def say(self, *statements: str) -> list[Sequence[Any]]:
        """What the last of these statements answers, said behind the back of the history."""
        rows: list[Sequence[Any]] = []
        if self.kind == "sqlite":
            with closing(sqlite3.connect(self.path, isolation_level=None)) as file:
                for each in statements:
                    rows = file.execute(each).fetchall()
            return rows
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as server:
            for each in statements:
                cursor = server.execute(each.encode())
                rows = list(cursor.fetchall()) if cursor.description else []
        return rows

    def close(self) -> None:
        """Closes whatever was opened."""
        for each in self._opened:
            each.close()


@pytest.fixture
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Place]]:
    """Makes an empty place of some kind."""
    places: list[Place] = []

    def make(kind: str) -> Place:
        url = f"sqlite:///{tmp_path / 'kept' / 'history.db'}"
        if kind == "postgres":
            url = request.getfixturevalue("empty_database")
        places.append(Place(kind, url))
        return places[-1]

    yield make
    for each in places:
        each.close()


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, at: Callable[[str], Place]) -> Place:
    """An empty place of each kind."""
    return at(request.param)
