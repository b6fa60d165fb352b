"""A plugin for pytest that tells its parent of each test, and does nothing without one that listens.

Named as `-p lydite.runner.campaign.reporter`. It imports nothing of pytest: what it needs of it, it is handed.
"""

from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from lydite.logs import telling
from lydite.runner.campaign.parent import Parent, parent

SUITES: Final = ("e2e", "integration", "performance", "chaos", "security", "property", "unit")
"""The categories that say what a test is, the more telling ones first; others (slow, network) say what it needs."""

SUITE: Final = "lydite_suite"
DETAIL_LETTERS: Final = 20_000

LOG: Final = "lydite_log"
"""The attribute of a report with what was logged meanwhile, in a worker."""

LOG_MAX: Final = 1_000
"""So much of it is kept, the newest."""

_parent: Parent | None = None

_logged: Final[deque[dict[str, Any]]] = deque(maxlen=LOG_MAX)
"""What a worker has logged and not told yet."""


def pytest_configure(config: Any) -> None:
    """Only the process that leads the tests tells of them: workers tell it, with their reports."""
    global _parent
    is_worker = hasattr(config, "workerinput")
    _parent = None if is_worker else parent()
    until_it_ends = ExitStack()
    config.add_cleanup(until_it_ends.close)
    if is_worker:
        until_it_ends.enter_context(telling(lambda **told: _logged.append(told)))
    elif _parent is not None:
        until_it_ends.enter_context(telling(_parent.tell))


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


def pytest_report_to_serializable(report: Any) -> None:
    """A worker hands a report over: what was logged since the one before goes with it."""
    setattr(report, LOG, [*_logged])
    _logged.clear()


def pytest_collectreport(report: Any) -> None:
    """A file that could not be read is told as a test that could not be carried out."""
    if report.failed:
        _tell(kind="uncollected", name=report.nodeid, detail=str(report.longrepr)[-DETAIL_LETTERS:])


def pytest_runtest_logreport(report: Any) -> None:
    """One of the three steps of a test: its setup, its call, its teardown."""
    for told in getattr(report, LOG, ()):
        _tell(**told)
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
    if _parent is not None:
        _parent.tell(**message)
