"""Pytest's way into Lydite: options, markers and fixtures, and nothing behind them until one is used.

Pytest loads this module in every project of an environment in which Lydite is installed. So it imports nothing of
Lydite: whoever uses a marker, a fixture or an option of it gets the rest then.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lydite.harness import Scale
    from lydite.pytest_plugin import Database, SmallNetwork, Trying

MARKERS = (
    "lydite(seeds=100, first=0, world='sim', storm, faults, checks, ...): run the async function with many seeds",
    "lydite_leaks(check=True, allow=()): fail if the test leaves processes, ports, files or tables behind",
    "unit: one part by itself",
    "integration: several parts together",
    "performance: how fast something is",
    "e2e: whole systems of real processes",
    "chaos: faults while it runs",
    "security: attacks, and what must withstand them",
    "property: laws for any input",
    "slow: more than ten seconds",
    "database: needs a database",
    "network: needs nodes that talk with each other",
    "mining: blocks are looked for",
    "crypto: keys, signatures and addresses",
    "gpu: needs a graphics processor",
)

SAID_BY = ("LYDITE_CONFIG", "LYDITE_PRESET", "LYDITE_PROPERTY_CASES", "LYDITE_CHAOS_ENABLED")
"""The variables that change what becomes of tests which know nothing of Lydite."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the command line and of the configuration."""
    group = parser.getgroup("lydite", "Lydite: trials as tests")
    group.addoption(
        "--lydite-seeds", type=_positive, metavar="COUNT", help="seeds of each trial, instead of its marker's"
    )
    group.addoption(
        "--lydite-first-seed",
        type=_natural,
        metavar="SEED",
        help="the first of them, instead of its marker's",
    )
    group.addoption(
        "--lydite-workers",
        type=_natural,
        default=0,
        metavar="COUNT",
        help="processes at a time for each trial; lydite.jobs unless given: one for each core, one below pytest-xdist",
    )
    group.addoption(
        "--lydite-out",
        metavar="DIR",
        help="where failure files are kept (`failures` in lydite.data_dir, seen from the root folder)",
    )
    group.addoption("--lydite-no-shrink", action="store_true", help="do not shrink what fails")
    group.addoption(
        "--lydite-database",
        metavar="URL",
        help="where the database of each test is made: postgresql://... or a file to copy, sqlite:///FILE",
    )
    parser.addini("lydite_leaks", "check every test for what it leaves behind", type="bool", default=False)
    parser.addini("lydite_database", "as --lydite-database", default="")
    parser.addini("lydite_wallets", "whose wallets the fixture `wallets` makes", default="")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """What settings say of properties is said before any conftest, which may say otherwise."""
    if _has_settings(early_config):
        from lydite.pytest_plugin import tell_hypothesis

        tell_hypothesis(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, so that strict projects take them."""
    for each in MARKERS:
        config.addinivalue_line("markers", each)
    if config.getini("lydite_leaks"):
        from lydite.pytest_plugin import watch_leaks

        watch_leaks(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What a marker asks for is checked when the test is collected."""
    for mark in metafunc.definition.iter_markers():
        if mark.name == "lydite":
            from lydite.pytest_plugin import expect_trial

            expect_trial(metafunc)
            return
        if mark.name == "lydite_leaks":
            from lydite.pytest_plugin import expect_leak_check

            expect_leak_check(metafunc)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where no chaos is wanted, its tests are left out."""
    if _has_settings(config):
        from lydite.pytest_plugin import leave_out_chaos

        leave_out_chaos(config, items)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> None:
    """The simulated world of a run: in a test that is marked with `lydite`."""
    if request.node.get_closest_marker("lydite") is None:
        pytest.fail(
            "a world is handed to a trial only: mark the test with @pytest.mark.lydite and write "
            f"`async def {request.node.name}(world)`; an ordinary test may take `network` or `trial`",
            pytrace=False,
        )


@pytest.fixture
def trial(pytestconfig: pytest.Config) -> "Trying":
    """Runs any trial from an ordinary test: `trial("counter.storm", seed=3)` is one run, `trial.sweep` are many."""
    from lydite.pytest_plugin import Trying

    return Trying(pytestconfig)


@pytest.fixture(scope="session")
def scale(pytestconfig: pytest.Config) -> "Scale":
    """How large and how patient tests of real processes are, as the settings say: nodes, time-outs, chain, chaos."""
    from lydite.pytest_plugin import scale_for_tests

    return scale_for_tests(pytestconfig)


@pytest.fixture(scope="session")
def lydite_stage() -> Iterator[Any]:
    """The warm process from which the small networks of a session are forked."""
    from lydite.pytest_plugin import open_stage

    with open_stage() as stage:
        yield stage


@pytest.fixture
def network(lydite_stage: Any) -> "Iterator[SmallNetwork]":
    """A simulated network of three hosts, told step by step: ping, cut, heal, delay, lose, crash, wait."""
    from lydite.pytest_plugin import SmallNetwork

    with SmallNetwork(lydite_stage) as opened:
        yield opened


@pytest.fixture
def wallets(request: pytest.FixtureRequest) -> Any:
    """A factory of wallets of this test's own: `wallets.make()`, `wallets.batch(3)`."""
    from lydite.pytest_plugin import wallets_of

    return wallets_of(request.config, request.node.nodeid)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[Database]":
    """A database of this test's own, gone after it: SQLite, or PostgreSQL where the option says so."""
    from lydite.pytest_plugin import opened_database

    with opened_database(request.config, tmp_path) as opened:
        yield opened


@pytest.fixture
def temp_directory(tmp_path: Path) -> Path:
    """A folder of this test's own."""
    return tmp_path


def _has_settings(config: pytest.Config) -> bool:
    """Does anybody here say anything about Lydite?"""
    return (config.rootpath / "lydite.toml").is_file() or any(name in os.environ for name in SAID_BY)


def _natural(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 0, found {text!r}")


def _positive(text: str) -> int:
    if text.isdecimal() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a number from 1, found {text!r}")
