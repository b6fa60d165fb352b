"""What a test leaves behind makes it fail, with what it is and which line has made it."""

import pytest

from tests.postgres import PostgresServer, postgres  # noqa: F401
from tests.pytest_plugin.conftest import Started

pytest_plugins = ["pytester"]

LEAKING = """
import os, socket, sqlite3, subprocess, sys, tempfile
import pytest

kept = []
WAITING = "import sys; sys.stdin.read()"

def child():
    return subprocess.Popen([sys.executable, "-c", WAITING], stdin=subprocess.PIPE)

def test_process():
    kept.append(child())

def test_zombie():
    started = child()
    started.stdin.close()
    os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOWAIT)
    kept.append(started)

def test_port():
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    kept.append(listening)

def test_file(tmp_path):
    kept.append((tmp_path / "left.txt").open("w"))

def test_database_file(tmp_path):
    kept.append(sqlite3.connect(tmp_path / "left.db"))

def test_table():
    shared = sqlite3.connect("shared.db")
    shared.execute("CREATE TABLE IF NOT EXISTS left_over (a)")
    shared.close()

def test_tidy(tmp_path):
    with (tmp_path / "closed.txt").open("w"), socket.create_server(("127.0.0.1", 0)), child() as started:
        started.stdin.close()

def test_garbage(tmp_path):
    class Circle: pass
    circle = Circle()
    circle.itself, circle.file = circle, os.fdopen(os.open(tmp_path / "dropped.txt", os.O_CREAT | os.O_RDWR))
    circle.file.close()

@pytest.fixture(scope="module")
def server():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening

@pytest.fixture
def file(tmp_path):
    with (tmp_path / "fixture.txt").open("w") as opened:
        yield opened

def test_wide_fixture(server, file):
    pass

def test_late_fixture(request):
    request.getfixturevalue("server")

@pytest.mark.lydite_leaks(allow=("files",))
def test_allowed(tmp_path):
    kept.append((tmp_path / "allowed.txt").open("w"))

@pytest.mark.lydite_leaks(False)
def test_unwatched(tmp_path):
    kept.append((tmp_path / "unwatched.txt").open("w"))

def test_the_next_one_is_not_blamed():
    pass

def teardown_module():
    for each in kept:
        if isinstance(each, subprocess.Popen):
            each.stdin.close()
            each.wait()
        else:
            each.close()
"""

SAID = {
    "test_process": "  the process * (*sys.stdin.read()), from */test_leaking.py:8",
    "test_zombie": "  the process * which has ended and was not waited for*",
    "test_port": "  the listening port 127.0.0.1:*, from */test_leaking.py:21",
    "test_file": "  the open file */left.txt, from */test_leaking.py:26",
    "test_database_file": "  the open file */left.db, from */test_leaking.py:29",
    "test_table": "  the table left_over",
}


def test_what_is_left_behind_is_told_and_nothing_else(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(test_leaking=LEAKING)
    pytester.makepyfile(
        make="import sqlite3\nsqlite3.connect('shared.db').execute('CREATE TABLE people (name)')\n"
    )
    pytester.runpython(pytester.path / "make.py")

    done = start("-q", "-o", "lydite_leaks=true", "--lydite-database=sqlite:///shared.db", "-W", "default")

    done.assert_outcomes(passed=13, errors=len(SAID))
    for name, words in SAID.items():
        done.stdout.fnmatch_lines(
            [f"test_leaking.py::{name} has left behind:", words, "close it in the test *"]
        )


def test_the_summary_of_what_is_left_behind_is_one_line(
    pytester: pytest.Pytester, start: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makepyfile(
        test_it="import pytest\n\nkept = []\n\n@pytest.mark.lydite_leaks\ndef test_it(tmp_path):\n"
        "    kept.extend((tmp_path / name).open('w') for name in 'ab')\n"
    )

    done = start("-q")

    (line,) = done.stdout.str().rpartition("short test summary")[2].splitlines()[1:-1]
    assert line.startswith("ERROR test_it.py::test_it - has left behind: the open file ")
    assert line.endswith(", and 1 more")


def test_only_who_wants_it_is_looked_at(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(
        """
        import pytest

        kept = []

        def test_unmarked(tmp_path):
            kept.append((tmp_path / "left.txt").open("w"))

        @pytest.mark.lydite_leaks
        def test_marked(tmp_path):
            kept.append((tmp_path / "left.txt").open("w"))

        def test_last():
            pass

        def teardown_module():
            for each in kept:
                each.close()
        """
    )

    plain = start("-q")
    parallel = start("-q", "-p", "xdist", "-n", "1")

    for done in (plain, parallel):
        done.assert_outcomes(passed=3, errors=1)
        done.stdout.fnmatch_lines(["*::test_marked has left behind:"])


def test_a_marker_that_cannot_be_is_refused_at_collection(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(
        "import pytest\n\n@pytest.mark.lydite_leaks('no', alow=1, allow=('file',))\ndef test_it():\n    pass\n"
    )

    done = start("-q")

    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(
        ["*True or False*no keyword 'alow'; did you mean allow?*no kind 'file'*files?*"]
    )


def test_a_table_on_postgresql_is_told_and_the_schemas_of_tests_are_not(
    pytester: pytest.Pytester,
    start: Started,
    postgres: PostgresServer,  # noqa: F811
) -> None:
    name = postgres.create()
    pytester.makepyfile(
        f"""
        import psycopg

        def test_shared():
            with psycopg.connect({postgres.url(name).replace("+psycopg", "")!r}) as connection:
                connection.execute("CREATE TABLE left_over (a INTEGER)")

        def test_own(database):
            with database.connect() as connection:
                connection.execute("CREATE TABLE own (a INTEGER)")
        """
    )

    done = start("-q", "-o", "lydite_leaks=true", f"--lydite-database={postgres.url(name)}")

    done.assert_outcomes(passed=2, errors=1)
    done.stdout.fnmatch_lines(["*::test_shared has left behind:", "  the table public.left_over"])
