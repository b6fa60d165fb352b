"""The leak check: what a test leaves behind makes it fail, by name and by the line that has made it.

It looks at child processes, listening ports, open files, and the tables of the database that the tests share. What a
fixture of a wider scope than one test has opened may stay as long as that fixture does.

It does not see sockets that do not listen, threads, files in memory, and processes that have left the family.
"""

import gc
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any, ClassVar, Final

import pytest

from lydite.model import near
from lydite.pytest_plugin.database import shared_url, tables_of
from lydite.pytest_plugin.inventory import Thing, inventory, is_readable
from lydite.pytest_plugin.places import Places
from lydite.pytest_plugin.told import fail, tell_briefly

MARKER: Final = "lydite_leaks"
KINDS: Final = ("processes", "ports", "files", "tables")


def watch_leaks(config: pytest.Config) -> None:
    """Look at each test that wants it, from now on."""
    if not is_readable():
        raise pytest.UsageError(
            "lydite_leaks reads /proc, which this system does not have; leave it out here"
        )
    tell_briefly(config)
    if not config.pluginmanager.has_plugin(Leaks.NAME):
        config.pluginmanager.register(Leaks(config), Leaks.NAME)


def expect_leak_check(metafunc: pytest.Metafunc) -> None:
    """Refuse a marker that cannot be understood; otherwise be ready to look."""
    for mark in metafunc.definition.iter_markers(MARKER):
        problems = [*_problems(mark)]
        if problems:
            told = "; ".join(problems)
            pytest.fail(f"{metafunc.definition.nodeid}, marker {MARKER}: {told}", pytrace=False)
    watch_leaks(metafunc.config)


def _problems(mark: pytest.Mark) -> Iterator[str]:
    if len(mark.args) > 1 or any(not isinstance(each, bool) for each in mark.args):
        yield f"it takes True or False, and allow=(...), found {mark.args!r}"
    for name in mark.kwargs:
        if name not in ("check", "allow"):
            yield f"it has no keyword {name!r}; {near(name, ('check', 'allow'))}"
    allowed = mark.kwargs.get("allow", ())
    if not isinstance(allowed, list | tuple):
        yield f"allow is a tuple of kinds, found {allowed!r}"
        return
    for kind in allowed:
        if kind not in KINDS:
            yield f"there is no kind {kind!r} to allow; {near(str(kind), KINDS)}"


class Leaks:
    """Compares what there is before a test and after it."""

    NAME: ClassVar = "lydite-leaks"

    def __init__(self, config: pytest.Config) -> None:
        self._all = bool(config.getini("lydite_leaks"))
        self._database = shared_url(config)
        self._before: Counter[Thing] | None = None
        self._lasting: Counter[Thing] = Counter()
        self._places = Places()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """See what there is before anything of the test is made."""
        if self._allowed(item) is not None:
            self._lasting = Counter()
            self._before = self._all_things()
            self._places.begin()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
        """What a fixture of a wider scope opens is not the test's."""
        if self._before is None or fixturedef.scope == "function":
            return (yield)
        earlier = self._all_things()
        try:
            return (yield)
        finally:
            self._lasting += self._all_things() - earlier

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """See what there is when everything of the test is gone."""
        try:
            answer = yield
            if self._before is not None:
                self._judge(item, self._before + self._lasting)
            return answer
        finally:
            self._before = None
            self._places.end()

    def _judge(self, item: pytest.Item, allowed: Counter[Thing]) -> None:
        left = self._all_things() - allowed
        if left:
            # What only garbage still holds is let go of.
            gc.collect()
            left = self._all_things() - allowed
        kinds = self._allowed(item) or ()
        told = [
            f"  {thing.words}{self._places.of(thing)}" for thing in left.elements() if thing.kind not in kinds
        ]
        if told:
            remedy = "close it in the test or in a fixture, or mark the test with lydite_leaks(allow=(...))"
            more = f", and {len(told) - 1} more" if len(told) > 1 else ""
            fail(
                item,
                "\n".join([f"{item.nodeid} has left behind:", *told, remedy]),
                brief=f"has left behind: {told[0].strip()}{more}",
            )

    def _all_things(self) -> Counter[Thing]:
        things = inventory()
        if self._database:
            things.update(
                Thing(kind="tables", words=f"the table {name}", key=name)
                for name in tables_of(self._database)
            )
        return things

    def _allowed(self, item: pytest.Item) -> tuple[str, ...] | None:
        """The kinds that the test may leave behind; None where it is not looked at."""
        mark = item.get_closest_marker(MARKER)
        if mark is None:
            return () if self._all else None
        check = mark.args[0] if mark.args else mark.kwargs.get("check", True)
        return tuple(mark.kwargs.get("allow", ())) if check else None
