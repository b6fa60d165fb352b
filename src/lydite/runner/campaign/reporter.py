"""A plugin for pytest that tells of each test on the pipe of its parent, and does nothing without one.

Named as `-p lydite.runner.campaign.reporter`. It imports nothing of pytest: what it needs of it, it is handed.
"""

import json
import os
from pathlib import Path
from typing import Any, Final

from lydite.runner.campaign.child import PIPE

SUITES: Final = ("e2e", "integration", "performance", "chaos", "security", "property", "unit")
"""The categories that say what a test is, the more telling ones first; others (slow, network) say what it needs."""

SUITE: Final = "lydite_suite"
DETAIL_LETTERS: Final = 20_000

_pipe: int | None = None


def pytest_configure(config: Any) -> None:
    """Only the process that leads the tests tells of them: workers tell it."""
    global _pipe
    number = os.environ.pop(PIPE, None)
    _pipe = None
    if number is not None and not hasattr(config, "workerinput"):
        _pipe = int(number)
        os.set_inheritable(_pipe, False)


def pytest_runtest_setup(item: Any) -> None:
    """Its category goes with what is told of it, also from another process."""
    item.user_properties.append(
        (SUITE, suite_of({mark.name for mark in item.iter_markers()}, Path(item.path)))
    )


def suite_of(marks: set[str], path: Path) -> str:
    """The category of a test, by its markers, or else by the folder that it is in; nothing where neither tells.

    >>> suite_of({"slow", "e2e"}, Path("tests/test_a.py")), suite_of(set(), Path("tests/unit/test_a.py"))
    ('e2e', 'unit')
    """
    for names in (marks, set(path.parts)):
        for suite in SUITES:
            if suite in names:
                return suite
    return ""


def pytest_collection_finish(session: Any) -> None:
    """So many tests there are."""
    _tell(kind="collected", count=len(session.items))


def pytest_collectreport(report: Any) -> None:
    """A file that could not be read is told as a test that could not be carried out."""
    if report.failed:
        _tell(kind="uncollected", name=report.nodeid, detail=str(report.longrepr)[-DETAIL_LETTERS:])


def pytest_runtest_logreport(report: Any) -> None:
    """One of the three steps of a test: its setup, its call, its teardown."""
    _tell(
        kind="step",
        name=report.nodeid,
        step=report.when,
        outcome="passed" if hasattr(report, "wasxfail") and report.skipped else report.outcome,
        seconds=report.duration,
        suite=dict(report.user_properties).get(SUITE, ""),
        message=_message(report),
        detail=str(report.longrepr)[-DETAIL_LETTERS:] if report.failed else "",
    )


def _message(report: Any) -> str:
    """One line of why it did not pass."""
    if report.passed:
        return ""
    if report.skipped:
        told = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        return str(told).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash is not None else report.longrepr).strip().partition("\n")[0]


def _tell(**message: object) -> None:
    if _pipe is not None:
        octets = json.dumps(message).encode() + b"\n"
        while octets:
            octets = octets[os.write(_pipe, octets) :]
