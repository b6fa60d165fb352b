"""Phases of tests: pytest in a process of its own, and a case for each test that it tells of."""

import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lydite.logs import FILE_NAME, handed_on, told_again
from lydite.model import Case, InputError, LyditeError, Outcome
from lydite.runner.campaign.child import Child
from lydite.runner.campaign.errands import Errand, Piece
from lydite.runner.campaign.lines import counted, counting

REPORTER: Final = "lydite.runner.campaign.reporter"
TESTS_FAILED: Final = 1
NO_TESTS: Final = 5
"""Exit statuses of pytest that are no trouble of its own, beside 0."""


def suites(errand: Errand) -> Iterator[Piece]:
    """Run pytest over the files and folders of the phase."""
    phase = errand.phase
    gone = [target for target in phase.targets if not is_there(target)]
    if gone:
        raise InputError(
            f"there are no tests at {', '.join(gone)}",
            where=f"seen from {Path.cwd()}",
            remedy="start at the root of the project, or name other files in the phase",
        )
    argv = [sys.executable, "-m", "pytest", "-q", "-p", REPORTER, "-p", "no:cacheprovider"]
    errand.setting.folder.mkdir(parents=True, exist_ok=True)
    name = f"{phase.name}.log"
    # The log of the campaign itself is nobody else's.
    log = errand.setting.folder / (name if name != FILE_NAME else f"{phase.name}-1.log")
    counts = counting(errand)
    words = [*argv, *phase.options, *counts.options, *phase.targets]
    variables = {**errand.setting.variables, **counts.variables, **handed_on()}
    child = Child(words, log=log, seconds=errand.left_s, variables=variables)
    yield from _told(errand, child)
    yield from counted(counts)
    if child.late:
        late = f"the tests took longer than {phase.seconds:g} s and were ended"
        raise LyditeError(late, where=str(log), remedy=child.remedy)
    if child.status not in (0, TESTS_FAILED, NO_TESTS):
        raise LyditeError(
            f"pytest ended with status {child.status}: {child.tail.rpartition(chr(10))[2]}",
            where=str(log),
            remedy=child.remedy
            or f"see what `{shlex.join(['pytest', *phase.options, *phase.targets])}` says",
        )


def is_there(target: str) -> bool:
    """Is there such a file or folder, whichever test of it is meant?"""
    return Path(target.partition("::")[0]).exists()


@dataclass(slots=True, kw_only=True)
class _Test:
    """What is known of a test, step by step."""

    name: str
    suite: str = ""
    outcome: Outcome = Outcome.PASSED
    seconds: float = 0.0
    message: str = ""
    detail: str = ""

    def take(self, told: Mapping[str, Any]) -> None:
        self.seconds += told["seconds"]
        self.suite = self.suite or told["suite"]
        if told["outcome"] == "failed" and self.outcome is not Outcome.FAILED:
            # What fails before or after the test itself says nothing of what is tested.
            self.outcome = Outcome.FAILED if told["step"] == "call" else Outcome.BROKEN
        elif told["outcome"] == "skipped" and self.outcome is Outcome.PASSED:
            self.outcome = Outcome.SKIPPED
        else:
            return
        self.message, self.detail = told["message"], told["detail"]


def _told(errand: Errand, child: Child) -> Iterator[Case]:
    """A case for each test when its last step is over."""
    open_tests: dict[str, _Test] = {}
    wanted = done = failed = 0
    errand.tell("tests")
    for told in child:
        match told["kind"]:
            case "log":
                told_again(told, told["name"], behind=errand.phase.name)
                continue
            case "collected":
                wanted = told["count"]
            case "uncollected":
                yield _case(
                    errand,
                    _Test(
                        name=told["name"],
                        outcome=Outcome.BROKEN,
                        message="it could not be collected",
                        detail=told["detail"],
                    ),
                )
            case "step":
                test = open_tests.setdefault(told["name"], _Test(name=told["name"]))
                test.take(told)
                if told["step"] == "teardown":
                    done += 1
                    failed += test.outcome in (Outcome.FAILED, Outcome.BROKEN)
                    yield _case(errand, open_tests.pop(told["name"]))
        errand.tell("tests", done=done, wanted=wanted, failed=failed)
    for test in open_tests.values():
        test.outcome, test.message = Outcome.BROKEN, "it was not carried out to its end"
        yield _case(errand, test)


def _case(errand: Errand, test: _Test) -> Case:
    return Case(
        name=test.name,
        subject=errand.campaign.target,
        suite=test.suite or errand.phase.category or "unit",
        outcome=test.outcome,
        seconds=test.seconds,
        failures=int(test.outcome in (Outcome.FAILED, Outcome.BROKEN)),
        message=test.message,
        detail=test.detail,
        reproduce=shlex.join(["pytest", test.name]),
    )
