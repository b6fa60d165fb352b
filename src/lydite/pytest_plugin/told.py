"""A failure that is told in full where it happened, and in one line where pytest repeats it.

Pytest ends with a summary of what failed. In a terminal it cuts each line to fit; on a machine of CI it would repeat
the whole story.
"""

from collections.abc import Callable, Generator
from functools import wraps
from typing import Any, ClassVar, Final, NoReturn, ParamSpec, TypeVar

import pytest

from lydite.model import LyditeError
from lydite.runner import StepFailed

P = ParamSpec("P")
R = TypeVar("R")

BRIEF: Final = pytest.StashKey[str]()


def fail(item: pytest.Item, story: str, *, brief: str) -> NoReturn:
    """Fail a test by a story, which is shown as it is."""
    item.stash[BRIEF] = brief
    pytest.fail(story, pytrace=False)


def plainly(method: Callable[P, R]) -> Callable[P, R]:
    """What is refused is told at the line of the test that asked for it, and not along the way that it went."""

    @wraps(method)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        __tracebackhide__ = True
        try:
            return method(*args, **kwargs)
        except (LyditeError, StepFailed) as error:
            raise error.with_traceback(None) from None

    return asked


class Summary:
    """What pytest calls when it has made the report of a step of a test."""

    NAME: ClassVar = "lydite-summary"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Let the line that a summary takes be the brief one."""
        report = yield
        brief = item.stash.get(BRIEF, "")
        crash = getattr(report.longrepr, "reprcrash", None)
        if brief and crash is not None:
            crash.message = brief
            del item.stash[BRIEF]
        return report


def tell_briefly(config: pytest.Config) -> None:
    """See to it that what is told is repeated in one line."""
    if not config.pluginmanager.has_plugin(Summary.NAME):
        config.pluginmanager.register(Summary(), Summary.NAME)
