"""What every test may count on: its categories, and Hypothesis that is the same on every run and never impatient."""

import gc
import os

import pytest
from hypothesis import settings

from tests import categories

settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")

IN_CHILDREN = "-p no:hypothesispytest -p no:anyio -p no:time_machine"
"""Plugins of others, which no test here starts a pytest for: half of the start of one is theirs."""


# What is imported and collected stays: to look for garbage in it, now and in every test, is in vain.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on there is garbage, and it is looked for in what comes new."""
    gc.freeze()
    gc.enable()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let every pytest that a test starts begin without them; not the workers that xdist starts."""
    if hasattr(session.config, "workerinput") or not session.config.getoption("numprocesses", None):
        os.environ["PYTEST_ADDOPTS"] = IN_CHILDREN


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with its categories, and leave those of the night out unless `-m` speaks of them."""
    for item in items:
        categories.mark(item)
    later = [item for item in items if categories.is_for_later(item, config)]
    if later:
        config.hook.pytest_deselected(items=later)
        items[:] = [item for item in items if item not in later]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have to say though they passed: which Pythons were compared, what was left out."""
    said = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in getattr(report, "user_properties", ())
        if name == "said"
    ]
    if said:
        terminalreporter.section("said by tests that passed")
        for line in said:
            terminalreporter.write_line(str(line))
