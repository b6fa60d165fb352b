"""Trials that take more than a world: fixtures, parameters, methods."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import Started

pytest_plugins = ["pytester"]

LYDITE = Path(sys.executable).with_name("lydite")

CONFTEST = """
import os
import pytest

def log(word):
    with open("log.txt", "a") as file:
        file.write(f"{word} {os.getpid()}\\n")

class Bank:
    def __init__(self, folder):
        self.rates = folder / "rates.txt"
        self.rates.write_text("3")

    def rate(self):
        return int(self.rates.read_text())

@pytest.fixture
def bank(tmp_path):
    log("open")
    yield Bank(tmp_path)
    log("close")

@pytest.fixture(autouse=True)
def always():
    log("always")
"""


def words(path: str = "log.txt") -> list[str]:
    return [line.split()[0] for line in Path(path).read_text().splitlines()]


def test_fixtures_are_made_for_each_run_in_its_own_process_and_nowhere_else(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.lydite(seeds=3)
        async def test_rate(bank, world):
            world.always("rate", bank.rate() == 3)
            bank.rate = lambda: 4
        """
    )

    start("-q").assert_outcomes(passed=1)

    assert words() == ["always", "open", "close"] * 3
    processes = [line.split()[1] for line in Path("log.txt").read_text().splitlines()]
    assert len(set(processes)) == 3
    assert all(len(set(processes[at : at + 3])) == 1 for at in (0, 3, 6))


def test_each_case_is_a_trial_of_its_own_and_its_failure_is_replayed_as_such(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makepyfile(
        test_limit="""
        import pytest

        @pytest.mark.parametrize("limit", [5, pytest.param(50, id="far / away"), 6])
        @pytest.mark.parametrize("word", ["a b"])
        @pytest.mark.lydite(seeds=9)
        async def test_small(world, limit, word):
            world.always("small", limit < 10 or world.seed < 4, limit=limit, word=word)
        """
    )

    done = start("-q")
    again = start("-q", "-k", "far")

    done.assert_outcomes(passed=2, failed=1)
    done.stdout.fnmatch_lines(["VIOLATED with seed 4: small: does not hold", "    limit=50 word=a b"])
    again.assert_outcomes(failed=1, deselected=2)
    again.stdout.fnmatch_lines(["Found by a stored failure, which is run first."])
    commands = re.findall(r"^replay: lydite (replay .*?)  # seed 4", done.stdout.str(), re.MULTILINE)
    assert len(commands) == 2
    replayed = subprocess.run(
        [str(LYDITE), *shlex.split(commands[0])], capture_output=True, text=True, check=False
    )
    assert replayed.returncode == 1, replayed.stdout + replayed.stderr
    assert "reproduced: the same run" in replayed.stdout


def test_methods_are_trials_with_what_their_class_sets_up(pytester: pytest.Pytester, start: Started) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.lydite(seeds=2)
        class TestBank:
            def setup_method(self):
                self.limit = 3

            async def test_rate(self, world, bank):
                world.always("rate", bank.rate() == self.limit)

            @pytest.mark.lydite(seeds=9)
            async def test_late(self, world):
                world.always("early", world.seed < self.limit)
        """
    )

    done = start("-q", "-p", "xdist", "-n", "1", "--durations=1")

    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        [
            "VIOLATED with seed 3: early: does not hold",
            "*s call *TestBank*",
            "FAILED *::TestBank::test_late - VIOLATED*",
        ]
    )


def test_a_fixture_that_skips_skips_and_one_that_breaks_is_told(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.lydite(seeds=2)

        @pytest.fixture
        def absent():
            pytest.skip("there is no bank here")

        @pytest.fixture
        def broken():
            raise ValueError("the bank is closed")

        @pytest.fixture
        def untidy():
            yield
            raise ValueError("the bank stays open")

        @pytest.mark.usefixtures("absent")
        async def test_absent(world): pass

        async def test_broken(world, broken): pass

        async def test_untidy(world, untidy): pass

        async def test_unknown(world, bnak): pass
        """
    )

    done = start("-q", "-rs")

    done.assert_outcomes(skipped=1, failed=3)
    done.stdout.fnmatch_lines(
        [
            "test_broken is broken by a fixture in its setup: ValueError: the bank is closed (*.py:11)",
            "test_untidy is broken by a fixture in its teardown: ValueError: the bank stays open (*.py:16)",
            "test_unknown takes 'bnak', and there is no such fixture (*); *pytest --fixtures*",
            "SKIPPED *: there is no bank here",
        ]
    )


def test_what_the_project_says_for_all_its_tests_is_in_nobodys_way(
    pytester: pytest.Pytester, start: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini(
        "[pytest]\naddopts = -n 1 --strict-markers -m 'not slow' --cov\nstrict_config = true\n"
        "timeout = 100\nasyncio_mode = auto\nfilterwarnings = error\n"
    )
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        async def answer():
            return 42

        @pytest.mark.slow
        @pytest.mark.lydite(seeds=3)
        async def test_it(world, tmp_path, answer):
            world.always("asked", answer == 42 and not list(tmp_path.iterdir()))
        """
    )
    plugins = ("xdist.plugin", "pytest_asyncio.plugin", "pytest_timeout", "pytest_cov.plugin")
    monkeypatch.setenv("PYTEST_PLUGINS", ",".join(plugins))

    done = start("-q", "-m", "slow", "--no-cov", "-W", "ignore")

    done.assert_outcomes(passed=1)


def test_runs_at_the_same_time_have_files_of_their_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_two="""
        import os
        import time
        from pathlib import Path

        import pytest

        @pytest.fixture
        def own(tmp_path):
            (tmp_path / "own.txt").write_text(str(os.getpid()))
            with open("log.txt", "a") as log:
                log.write("here\\n")
            while len(Path("log.txt").read_text().splitlines()) < 2:
                time.sleep(0.01)
            return [file.read_text() == str(os.getpid()) for file in tmp_path.iterdir()]

        @pytest.mark.lydite
        async def test_it(own, world):
            world.always("its own file and no other", own == [True])
        """
    )
    words = "sweep test_two.py::test_it --seeds 2 --workers 2"

    done = subprocess.run([LYDITE, *words.split()], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert Path("log.txt").read_text().splitlines() == ["here"] * 2


def test_a_run_that_is_stopped_leaves_no_files(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_stuck="""
        import pytest

        @pytest.fixture
        def folder(tmp_path):
            with open("log.txt", "w") as log:
                log.write(str(tmp_path))

        @pytest.mark.lydite
        async def test_it(folder, world):
            while True:
                pass
        """
    )

    done = subprocess.run(
        [LYDITE, "run", "test_stuck.py::test_it", "--timeout", "1"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "TimedOut" in done.stdout
    folder = Path(Path("log.txt").read_text())
    assert str(folder).startswith("/var/tmp/lydite-")
    assert not folder.parent.exists()
