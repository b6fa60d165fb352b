"""Every test here starts pytest in a folder of its own, with Lydite's plugin and no other unless it is named."""

from collections.abc import Callable

import pytest

Started = Callable[..., pytest.RunResult]
"""Starts pytest with these arguments."""

SETTINGS = """\
[pytest]
addopts = --strict-markers --strict-config -W error -p no:cacheprovider
"""


@pytest.fixture
def start(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Started:
    """What starts it; in a project in which markers are strict and warnings are errors."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makeini(SETTINGS)

    def started(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess("-p", "lydite_pytest", *arguments)

    return started
