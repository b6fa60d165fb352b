"""A real PostgreSQL for tests: started by them, in a folder of its own, reached by a socket in that folder.

Use it from a `conftest.py`:

    from tests.postgres import empty_database, postgres  # noqa: F401

`postgres` is one server for each process that runs tests; `empty_database` is the URL of a new database on it. Nothing
listens on a port. Without PostgreSQL's programs a test that wants it fails, and says what to install: a suite that
is green because half of it was left out is no suite.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import psycopg
import pytest

USER: Final = "postgres"
PLACES: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
)
"""Where packages put the programs when they are not on the PATH."""
REMEDY: Final = "apt-get install postgresql (any version from 13 on)"

SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "max_connections": "50",
    "shared_buffers": "32MB",
    # The server is never killed here, only its clients are. Whoever measures turns it on.
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class PostgresMissing(Exception):
    """There is no PostgreSQL here."""


def programs() -> Path:
    """The folder with `initdb`, `pg_ctl` and `postgres`; the newest one, if there are several."""
    found = [Path(place) for place in os.environ.get("PATH", "").split(os.pathsep) if place]
    for pattern in PLACES:
        found += sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True)
    for folder in found:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise PostgresMissing(
        f"a PostgreSQL to test on: expected initdb and pg_ctl, found neither; install it: {REMEDY}"
    )


class PostgresServer:
    """A server in a folder of its own."""

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self._bin = programs()
        # PostgreSQL refuses to run as root, so root starts it as the user that its package has made.
        self._as: str | None = USER if os.geteuid() == 0 else None
        # Not below pytest's folders: they are closed to other users.
        self.folder = Path(tempfile.mkdtemp(prefix="lydite-postgres-"))
        self._databases = 0
        try:
            if self._as is not None:
                self._give_folder(self._as)
            data = str(self.folder / "data")
            self._run(
                "initdb", "--no-sync", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "-D", data
            )
            chosen = {**SETTINGS, **(settings or {}), "unix_socket_directories": str(self.folder)}
            lines = [f"{name} = '{value}'\n" for name, value in chosen.items()]
            with (self.folder / "data" / "postgresql.conf").open("a") as file:
                file.writelines(lines)
            self._run("pg_ctl", "-D", data, "-l", str(self.folder / "log"), "-w", "-t", "60", "start")
        except BaseException:
            self.stop()
            raise

    def url(self, database: str) -> str:
        """How a database on it is named."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def create(self) -> str:
        """A new database; its name."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def drop(self, name: str) -> None:
        """A database goes, whoever is connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Says something to the server, as its owner."""
        with psycopg.connect(self._conninfo(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """The server ends, and nothing of it is left."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _conninfo(self, database: str) -> str:
        return f"host={self.folder} user={USER} dbname={database}"

    def _give_folder(self, user: str) -> None:
        try:
            account = pwd.getpwnam(user)
        except KeyError:
            raise PostgresMissing(
                f"a user to run PostgreSQL as: expected {user}, as root may not, found none; install it: {REMEDY}"
            ) from None
        os.chown(self.folder, account.pw_uid, account.pw_gid)

    def _run(self, name: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self._bin / name), *arguments]
        # A server keeps what it inherits: with our standard output it would keep whoever waits for us waiting.
        log = self.folder / f"{name}.out"
        with log.open("wb") as output:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                user=self._as,
                group=None if self._as is None else pwd.getpwnam(self._as).pw_gid,
                extra_groups=None if self._as is None else [],
                check=False,
            )
        if done.returncode:
            parts = [each.read_text(errors="replace") for each in (log, self.folder / "log") if each.exists()]
            raise RuntimeError(f"{name} ended with {done.returncode}: {' '.join(parts)[-2000:]}")


def _version(folder: Path) -> tuple[int, ...]:
    digits = "".join(letter if letter.isdecimal() else " " for letter in str(folder))
    return tuple(int(each) for each in digits.split())


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server for all tests of this process."""
    try:
        server = PostgresServer()
    except PostgresMissing as error:
        pytest.fail(str(error), pytrace=False)
    yield server
    server.stop()


@pytest.fixture
def empty_database(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a new database on it."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)
