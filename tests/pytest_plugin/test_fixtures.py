"""The fixtures for ordinary tests."""

import pytest

from tests.postgres import PostgresServer, postgres  # noqa: F401
from tests.pytest_plugin.conftest import Started

pytest_plugins = ["pytester"]


def test_a_small_network_is_asked_bent_and_healed(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(
        """
        import pytest
        from lydite.model import InputError

        def test_a_cut_heals(network):
            assert network.ping("node-1", "node-2") < 1

            cut = network.cut("node-1", "node-2")
            assert network.ping("node-1", "node-2") is None
            assert network.ping("node-1", "node-3") is not None

            network.heal(cut)
            assert network.ping("node-1", "node-2") is not None

        def test_time_is_virtual_and_the_same_each_time(network):
            network.delay("node-1", "node-2", by_s=2)
            slow = network.ping("node-1", "node-2")
            network.wait(60)

            assert slow > 4
            assert network.now_s > 60
            network.reset()
            assert network.now_s < 60
            network.delay("node-1", "node-2", by_s=2)
            assert network.ping("node-1", "node-2") == slow

        def test_what_crashed_comes_back(network):
            network.crash("node-2")
            assert network.ping("node-1", "node-2") is None
            network.heal()
            network.lose("node-1", "node-2", rate=0.2)
            assert network.ping("node-1", "node-2") is not None

        def test_an_unknown_host_is_told(network):
            with pytest.raises(InputError, match="did you mean node-1"):
                network.ping("node1", "node-2")
            with pytest.raises(InputError, match="did you mean network.cut"):
                network.bend("network.cuts", left="node-1", right="node-2")
        """
    )

    start("-q").assert_outcomes(passed=4)


def test_what_is_refused_is_told_at_the_line_that_asked(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(
        """
        def test_host(network):
            network.crash("node-9")

        def test_target(trial):
            trial("nowhere.py::nothing")
        """
    )

    done = start("-q")

    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(
        [
            '>       network.crash("node-9")',
            "E       lydite.model.errors.InputError: there is no host 'node-9'; did you mean node-*",
            '>       trial("nowhere.py::nothing")',
            "E       lydite.model.errors.TargetNotFound: there is no file nowhere.py *",
        ]
    )
    assert "session.py" not in done.stdout.str()
    assert "keeper.py" not in done.stdout.str()


def test_a_trial_is_run_from_an_ordinary_test(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(
        bank="""
        async def solvent(world):
            world.always("solvent", world.seed != 4)
        """,
        test_bank="""
        import pytest
        from lydite.model import InputError, Verdict

        def test_runs(trial):
            assert trial("bank.py::solvent", seed=3).result.verdict is Verdict.HOLDS
            assert "solvent" in trial("bank.py::solvent", seed=4).failed

        def test_sweeps(trial):
            result = trial.sweep("bank.py::solvent", seeds=9)
            assert [group.first.order.seed for group in result.groups] == [4]
            assert trial.sweep("bank.py::solvent", seeds=4).verdict is Verdict.HOLDS

        def test_one_only(trial):
            with pytest.raises(InputError, match="a run is of one trial"):
                trial("counter")
        """,
    )

    start("-q").assert_outcomes(passed=3)


def test_a_world_is_for_trials_only(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile("def test_it(world):\n    pass\n")

    done = start("-q")

    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(
        ["a world is handed to a trial only: mark the test*`async def test_it(world)`*"]
    )


def test_tests_of_real_processes_find_their_scale_and_trials_have_none(
    pytester: pytest.Pytester, start: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.path.joinpath("lydite.toml").write_text("network.nodes = 4\nsync.chain_size = 40\n")
    monkeypatch.setenv("LYDITE_SYNC_CHAIN_SIZE", "50")
    pytester.makepyfile(
        """
        import pytest

        def test_plain(scale):
            assert (scale.nodes, scale.chain_size, scale.sync_timeout_s) == (4, 50, 60.0)

        @pytest.fixture
        def nodes(scale):
            return scale.nodes

        @pytest.mark.lydite(seeds=2)
        async def test_trial(world, nodes):
            world.always("small", nodes < 9)
        """
    )

    done = start("-q")

    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        ["*`scale` is for tests of real processes: a trial says itself how large it is*"]
    )


def test_wallets_come_from_who_announces_them(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(
        purse="class Purse:\n    def __init__(self, seed):\n        self.seed = seed\n",
        test_purse="""
        seeds = set()

        def test_one(wallets):
            seeds.add(wallets.seed)

        def test_two(wallets):
            seeds.add(wallets.seed)
            assert len(seeds) == 2
        """,
    )
    info = pytester.mkdir("purse-1.0.dist-info")
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: purse\nVersion: 1.0\n")
    info.joinpath("entry_points.txt").write_text(
        "[lydite.wallets]\npurse = purse:Purse\nbroken = gone:Purse\n"
    )

    chosen = start("-q", "-o", "lydite_wallets=purse", "-o", "pythonpath=.")
    mistaken = start("-q", "-o", "lydite_wallets=purses", "-o", "pythonpath=.")
    broken = start("-q", "-o", "lydite_wallets=broken", "-o", "pythonpath=.")

    chosen.assert_outcomes(passed=2)
    mistaken.assert_outcomes(errors=2)
    mistaken.stdout.fnmatch_lines(["*found lydite_wallets = 'purses'; did you mean purse?"])
    broken.stdout.fnmatch_lines(["the wallets of broken need what is not installed: *gone*"])


DATABASES = """
import pytest
from sqlalchemy import create_engine, inspect, text

@pytest.mark.parametrize("turn", [1, 2])
def test_it_is_its_own(database, temp_directory, turn):
    assert database.tables() == BEFORE
    connection = database.connect()
    connection.execute("CREATE TABLE blocks (height INTEGER)")
    connection.commit()
    connection.close()

    engine = create_engine(database.url)
    with engine.begin() as same:
        same.execute(text("INSERT INTO blocks VALUES (1)"))
        assert sorted(inspect(same).get_table_names()) == ["blocks", *BEFORE]
    engine.dispose()
    assert database.tables() == ("blocks", *BEFORE)
"""


def test_a_database_is_empty_for_each_test(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(f"BEFORE = ()\n{DATABASES}")

    start("-q").assert_outcomes(passed=2)


def test_a_database_is_a_copy_of_the_file_that_is_named(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makepyfile(
        f"BEFORE = ('people',)\n{DATABASES}",
        make="import sqlite3\nsqlite3.connect('model.db').execute('CREATE TABLE people (name TEXT)')\n",
    )
    pytester.runpython(pytester.path / "make.py")

    copied = start("-q", "--lydite-database=sqlite:///model.db")
    missing = start("-q", "-o", "lydite_database=sqlite:///nowhere.db")
    foreign = start("-q", "--lydite-database=mysql://somebody:secret@somewhere/db")

    copied.assert_outcomes(passed=2)
    missing.stdout.fnmatch_lines(["lydite_database names *nowhere.db, which is not there"])
    foreign.stdout.fnmatch_lines(["lydite_database is postgresql://*, found mysql:..."])
    assert "secret" not in foreign.stdout.str()


def test_on_postgresql_a_database_is_a_schema_that_goes(
    pytester: pytest.Pytester,
    start: Started,
    postgres: PostgresServer,  # noqa: F811
) -> None:
    name = postgres.create()
    pytester.makepyfile(
        f"BEFORE = ()\n{DATABASES}",
        test_open="def test_open(database):\n    global kept\n    kept = database.connect()\n"
        "    kept.execute('CREATE TABLE a (b INTEGER)')\n",
    )

    done = start("-q", f"--lydite-database={postgres.url(name)}", "-k", "own")
    careless = start("-q", f"--lydite-database={postgres.url(name)}", "-k", "open")
    down = start("-q", "--lydite-database=postgresql://nobody@/nothing?host=/nowhere", "-k", "open")

    done.assert_outcomes(passed=2)
    careless.assert_outcomes(passed=1, errors=1, deselected=2)
    careless.stdout.fnmatch_lines(["the database of the test (lydite_*) cannot go: *a transaction open*"])
    down.stdout.fnmatch_lines(["no database can be made: *"])
    schemas = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'lydite%'"
    assert len(postgres.execute(schemas, name)) == 1
