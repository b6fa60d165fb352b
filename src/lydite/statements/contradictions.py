"""Contradictions: what a statement cannot say of the same campaign at the same time.

A signature proves who said it, and not that it fits together. What is looked at here needs nothing but the statement.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from lydite.model import Outcome, Standing, Verdict
from lydite.statements.runs import root_of_runs
from lydite.statements.statement import CaseFacts, Statement, TrialFacts, root_of_trials

TOLD_MAX: Final = 8
"""How many contradictions are told; the others are of the same kind."""

_DIGEST: Final = re.compile(r"(?:[0-9a-f]{64})?\Z")
_COMMIT: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})?\Z")


def contradictions(statement: Statement) -> tuple[str, ...]:
    """What does not fit together, each as a sentence."""
    told: list[str] = []
    for problem in _all(statement):
        told.append(problem)
        if len(told) == TOLD_MAX:
            break
    return tuple(told)


def is_nearby(target: str) -> bool:
    """Is it named from the folder in which it is run? No statement may say what else of a machine is imported.

    >>> is_nearby("coin"), is_nearby("tests/shop.py::sells"), is_nearby("/tmp/shop.py"), is_nearby("../shop.py")
    (True, True, False, False)
    """
    path = PurePosixPath(target.partition("::")[0])
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\\" not in target


def _all(statement: Statement) -> Iterator[str]:
    yield from _twice("case", [case.name for case in statement.cases])
    yield from _twice("case with runs", [trial.case for trial in statement.trials])
    yield from _twice("target with code", [code.target for code in statement.codes])
    if not _COMMIT.match(statement.configuration.git_commit):
        yield "its commit is no name of a commit"
    targets = {code.target for code in statement.codes}
    cases = {case.name: case for case in statement.cases}
    for code in statement.codes:
        if not is_nearby(code.target):
            yield f"the target {code.target} is not named from the folder in which it is run"
    for trial in statement.trials:
        if trial.target not in targets:
            yield f"nothing is said of the code of {trial.case}"
        if trial.case in cases:
            yield from _of_trial(trial, cases[trial.case])
            yield from _of_seeds(trial, statement.configuration.seed, interrupted=statement.interrupted)
        else:
            yield f"there are runs of {trial.case}, which is no case"
    if statement.root != root_of_trials(statement.trials):
        yield "the root is not that of the trials"
    yield from _of_verdict(statement)


def _of_trial(trial: TrialFacts, case: CaseFacts) -> Iterator[str]:
    if trial.root != root_of_runs(trial.runs):
        yield f"the root of {trial.case} is not that of its runs"
    for run in trial.runs:
        if not _DIGEST.match(run.digest):
            yield f"seed {run.seed} of {trial.case} has no digest of a trace"
        if not run.failed and (not run.digest or run.verdict is Verdict.VIOLATED):
            yield f"seed {run.seed} of {trial.case} left no trace or is violated, and nothing failed"
    failures = sum(run.failed != "" for run in trial.runs)
    if (case.runs, case.failures) != (len(trial.runs), failures):
        yield (
            f"{trial.case} has {case.failures:,} failures in {case.runs:,} runs, "
            f"and its runs are {len(trial.runs):,} with {failures:,}"
        )
    violated = any(run.verdict is Verdict.VIOLATED for run in trial.runs)
    if violated != (case.outcome is Outcome.FAILED) or (failures and case.outcome is Outcome.PASSED):
        yield f"{trial.case} is {case.outcome}, and its runs say something else"


def _of_seeds(trial: TrialFacts, first: int, *, interrupted: bool) -> Iterator[str]:
    """A campaign runs the seeds one after the other: one that is missing may be one that failed."""
    seeds = [run.seed for run in trial.runs]
    if interrupted:
        in_order = all(one < other for one, other in pairwise([first - 1, *seeds]))
    else:
        in_order = seeds == [*range(first, first + len(seeds))]
    if not in_order:
        yield f"the seeds of {trial.case} are not those from {first} on, each once"


def _of_verdict(statement: Statement) -> Iterator[str]:
    failed = any(case.outcome is Outcome.FAILED for case in statement.cases)
    failed = failed or any(phase.outcome is Outcome.FAILED for phase in statement.phases)
    if failed and statement.verdict is not Verdict.VIOLATED:
        yield f"something failed, and the verdict is {statement.verdict}"
    required = [each.standing for each in statement.decision.outcomes if each.required]
    standing = Standing.PASSED
    if Standing.NOT_EVALUATED in required or not required:
        standing = Standing.NOT_EVALUATED
    if Standing.FAILED in required:
        standing = Standing.FAILED
    if statement.decision.standing is not standing:
        yield f"the gates together are {standing}, and the decision is {statement.decision.standing}"


def _twice(what: str, names: Sequence[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"the {what} {name} stands there {count:,} times"
