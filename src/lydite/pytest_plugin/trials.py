"""Trials as tests: a marked test is a sweep in forked processes, and its first failure is told as an example.

What failed before is run first, so that a test which is red says so at once, with the smallest run known.
"""

from typing import ClassVar

import pytest

from lydite.harness import MARKER
from lydite.model import LyditeError, Skipped, Verdict
from lydite.pytest_plugin.asking import Wanted, engine_of, is_fitted, opening_of, problems_of, wanted_of
from lydite.pytest_plugin.examples import Example, shrunk
from lydite.pytest_plugin.paths import importable
from lydite.pytest_plugin.stored import stored_failures
from lydite.pytest_plugin.story import praised, told, unproven
from lydite.pytest_plugin.told import fail, tell_briefly
from lydite.runner import ForkedEngine, Order, Sweep, SweepResult, kind_of, read_failure


def expect_trial(metafunc: pytest.Metafunc) -> None:
    """Refuse a test that cannot be a trial; otherwise be ready to run it."""
    problems = problems_of(metafunc)
    if problems:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        pytest.fail(f"{metafunc.definition.nodeid} cannot be run as a trial:{lines}", pytrace=False)
    tell_briefly(metafunc.config)
    plugins = metafunc.config.pluginmanager
    if not plugins.has_plugin(Trials.NAME):
        plugins.register(Trials(), Trials.NAME)


class Trials:
    """What pytest calls instead of a test that is marked."""

    NAME: ClassVar = "lydite-trials"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """What a trial takes is made in its own processes: what has a value already is not made here."""
        if isinstance(item, pytest.Function) and item.get_closest_marker(MARKER) and is_fitted(item):
            for name in item.fixturenames:
                item.funcargs.setdefault(name, None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run the trial; None where the test is not one."""
        if pyfuncitem.get_closest_marker(MARKER) is None:
            return None
        try:
            complaint = _carried_out(pyfuncitem)
        except Skipped as skipped:
            pytest.skip(skipped.what)
        except LyditeError as error:
            complaint = str(error)
        if complaint:
            fail(pyfuncitem, complaint, brief=complaint.partition("\n")[0])
        return True


def _carried_out(item: pytest.Function) -> str:
    """What is to be said of a trial that does not hold; nothing of one that does."""
    wanted = wanted_of(item)
    opening = opening_of(item.config, wanted.target)
    with importable(item.config), engine_of(item.config, opening, wanted.workers) as engine:
        example = _replayed(item, wanted, engine)
        if example is None:
            result = _swept(wanted, engine)
            if not result.groups:
                if result.verdict is not Verdict.HOLDS:
                    return unproven(result, wanted)
                item.add_report_section("call", "lydite", praised(result))
                return ""
            example = _first(result, wanted)
        if not item.config.getoption("lydite_no_shrink"):
            example = shrunk(example, engine)
        return told(example, item.config)


def _replayed(item: pytest.Function, wanted: Wanted, engine: ForkedEngine) -> Example | None:
    """The first of the stored failures that still fails."""
    (listed,) = engine.description.trials
    for path, failure in stored_failures(item, wanted, listed.label):
        order = Order(
            number=0, label=listed.label, seed=failure.seed, schedule=failure.schedule, parts=failure.parts
        )
        try:
            run = engine.run(order)
        except LyditeError:
            # Faults of hosts that are no more: of the trial of today it says nothing.
            continue
        if kind_of(run):
            return Example(
                run=run, failure=failure, file=path, found="by a stored failure, which is run first"
            )
    return None


def _swept(wanted: Wanted, engine: ForkedEngine) -> SweepResult:
    """All seeds, or those until the first failure."""
    result = Sweep(first=wanted.first, count=wanted.seeds, out=wanted.out).run(engine)
    if result.interrupted:
        raise KeyboardInterrupt
    return result


def _first(result: SweepResult, wanted: Wanted) -> Example:
    group = result.groups[0]
    file = wanted.out / group.files[0].rpartition("/")[2]
    return Example(
        run=group.first,
        failure=read_failure(file),
        file=file,
        found=f"by run {result.runs:,} of {wanted.seeds:,}",
    )
