"""The way in: nothing of Lydite is loaded until it is used, and strict projects take its markers."""

import os
import pstats
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import lydite_pytest
from benchmarks.plugin import PLAIN, WITH
from tests.house.tree import ROOT
from tests.pytest_plugin.conftest import Started

pytest_plugins = ["pytester"]

TRIVIAL = "".join(f"def test_{number}():\n    pass\n\n" for number in range(1000))

RATIO = 1.05

UNUSED = 6_000

WATCHFUL = """
import sys

def pytest_sessionfinish(session):
    loaded = sorted(name for name in sys.modules if name.partition(".")[0] in ("lydite", "lydite_subjects"))
    with open("loaded.txt", "w") as file:
        file.write(" ".join(loaded))
"""

CATEGORIES = (
    *("unit", "integration", "performance", "e2e", "chaos", "security", "property", "slow", "database"),
    *("network", "mining", "crypto", "gpu"),
)


def test_a_project_that_uses_nothing_of_it_loads_nothing_of_it(
    pytester: pytest.Pytester, start: Started
) -> None:
    pytester.makeconftest(WATCHFUL)
    pytester.makepyfile("def test_one(tmp_path):\n    assert tmp_path\n")

    unused = start("-q")
    loaded_by_nothing = Path("loaded.txt").read_text()
    pytester.makepyfile("def test_one(network):\n    assert network.hosts\n")
    used = start("-q")
    loaded_by_use = Path("loaded.txt").read_text()

    unused.assert_outcomes(passed=1)
    assert loaded_by_nothing == ""
    used.assert_outcomes(passed=1)
    assert "lydite.runner" in loaded_by_use.split()


def test_importing_it_into_pytest_loads_one_module() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import lydite_pytest; "
        "print(*sorted(set(sys.modules) - before))"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert loaded.split() == ["lydite_pytest"]


def test_every_category_is_known_where_markers_are_strict(pytester: pytest.Pytester, start: Started) -> None:
    marked = "".join(f"@pytest.mark.{name}\ndef test_{name}():\n    pass\n\n" for name in CATEGORIES)
    pytester.makepyfile(f"import pytest\n\n{marked}")
    pytester.makeini(
        "[pytest]\naddopts = --strict-markers -W error -p no:cacheprovider\nmarkers =\n    slow: our own meaning\n"
    )

    done = start("-q", "-m", "unit or gpu")
    unknown = start("-q", "--markers")

    done.assert_outcomes(passed=2, deselected=len(CATEGORIES) - 2)
    unknown.stdout.fnmatch_lines(["@pytest.mark.slow: our own meaning"])
    pytester.makepyfile("import pytest\n\n@pytest.mark.gpus\ndef test_it():\n    pass\n")
    start("-q").stdout.fnmatch_lines(["*'gpus' not found in `markers` configuration option*"])


def test_the_package_announces_it_and_carries_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    announced = project["project"]["entry-points"]["pytest11"]
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

    assert announced == {"lydite": lydite_pytest.__name__}
    assert "src/lydite_pytest.py" in packages


def calls(folder: Path, options: tuple[str, ...]) -> int:
    """How many calls a session is. Seconds of a machine that does other work as well differ by more than is allowed."""
    profile = folder.parent / "profile"
    profiled = [sys.executable, "-m", "cProfile", "-o", str(profile), "-m", "pytest", "-q"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    subprocess.run(
        [*profiled, "--rootdir", str(folder), *options, str(folder)],
        env=environment,
        check=True,
        capture_output=True,
    )
    return int(vars(pstats.Stats(str(profile)))["total_calls"])


def test_a_session_that_uses_nothing_of_it_is_a_few_calls_more(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    folder.joinpath("test_one.py").write_text("def test_one():\n    pass\n")

    added = calls(folder, WITH) - calls(folder, PLAIN)

    assert 100 < added < UNUSED, (
        f"{added:,} calls more, {UNUSED:,} are allowed: five milliseconds are many more"
    )


@pytest.mark.nightly
@pytest.mark.timeout(1200)
def test_a_thousand_trivial_tests_take_as_much_work_as_without_it(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    folder.joinpath("test_trivial.py").write_text(TRIVIAL)

    plain, ours = calls(folder, PLAIN), calls(folder, WITH)

    assert plain > 100_000
    assert ours <= RATIO * plain, f"{ours:,} calls instead of {plain:,}, {RATIO} times as many are allowed"
