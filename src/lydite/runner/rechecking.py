"""Rechecking: runs that a statement tells of are done again, and compared with what it says.

A digest that comes out equal is the same run, record by record, whatever else has changed. One that does not refutes
the statement only where code, Lydite and dependencies are those of its campaign: else nobody can tell what it was.
"""

import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import lydite
from lydite.model import LyditeError
from lydite.runner.engines import ForkedEngine
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.orders import Opening, Order, Run
from lydite.runner.sweep import kind_of
from lydite.statements import Code, Pick, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """One run, done again."""

    pick: Pick
    run: Run
    changed: tuple[str, ...]
    """What is not as it was when the campaign ran, each told in a few words."""

    @property
    def same(self) -> bool:
        """Is it the same run, with the same verdict?"""
        said, seen = self.pick.run, self.run.result
        told = (said.digest, said.verdict, said.failed)
        return told == (seen.digest, seen.verdict, kind_of(self.run))

    @property
    def refutes(self) -> bool:
        """Is it another run than the statement says, and is there nothing else that explains it?"""
        return not self.same and not self.changed and self.run.result.digest != ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHere:
    """Runs of a target that cannot be done again here, and why."""

    target: str
    runs: int
    why: str
    remedy: str


def recheck(
    statement: Statement,
    picks: Sequence[Pick],
    watch: Callable[[int], None] = lambda done: None,
    *,
    workers: int = 1,
    timeout_s: float = TIMEOUT_S,
) -> Iterator[Rechecked | NotHere]:
    """Do these runs again, target by target, with the code that is found from the current folder."""
    done = 0
    for code in statement.codes:
        wanted = [pick for pick in picks if pick.trial.target == code.target]
        if not wanted:
            continue
        try:
            engine = ForkedEngine(
                Opening(target=code.target, calm=code.calm), workers=workers, timeout_s=timeout_s
            ).__enter__()
        except LyditeError as error:
            why = f"the target {code.target} is not here: {error}"
            yield NotHere(target=code.target, runs=len(wanted), why=why, remedy=_checkout(statement))
            continue
        with closing(engine):
            missing = _not_the_code(statement, code, engine, wanted)
            if missing is not None:
                yield missing
                continue
            for each in _runs(code, engine, wanted):
                done += 1
                watch(done)
                yield each


def _runs(code: Code, engine: ForkedEngine, wanted: Sequence[Pick]) -> Iterator[Rechecked]:
    changed = tuple(_changed(code, engine))
    configurations = {each.label: each.configuration for each in engine.description.trials}
    orders = [
        Order(number=number, label=pick.trial.trial, seed=pick.run.seed) for number, pick in enumerate(wanted)
    ]
    with closing(engine.attempts(orders)) as runs:
        for run in runs:
            pick = wanted[run.order.number]
            other = configurations[pick.trial.trial] != pick.trial.configuration
            limits = ("the trial's map, tempo or limits",) if other else ()
            yield Rechecked(pick=pick, run=run, changed=(*changed, *limits))


def _not_the_code(
    statement: Statement, code: Code, engine: ForkedEngine, wanted: Sequence[Pick]
) -> NotHere | None:
    """Why the code that was found is not the one that is meant; None, where it is."""
    found = engine.description
    if found.code_digest == code.digest:
        known = {each.label for each in found.trials}
        absent = sorted({pick.trial.trial for pick in wanted} - known)
        if not absent:
            return None
        why = f"the code of {code.target} has no trial {', '.join(absent)}"
    else:
        names = sorted({*code.files, *found.code_files})
        others = [name for name in names if code.files.get(name) != found.code_files.get(name)]
        more = f" and {len(others) - 5:,} more" if len(others) > 5 else ""
        modules = f": {', '.join(others[:5])}{more}" if others else ""
        why = f"the code of {code.target} is not the one that was tested{modules}"
    return NotHere(target=code.target, runs=len(wanted), why=why, remedy=_checkout(statement))


def _checkout(statement: Statement) -> str:
    """Where the code is to be had that was tested."""
    configuration = statement.configuration
    commit = configuration.git_commit or configuration.commit.rstrip("+")
    if not commit:
        return "get the code that was tested, and verify from its folder"
    dirty = configuration.commit.endswith("+")
    changed = ", with the changes that were not committed then" if dirty else ""
    return f"check out commit {commit}{changed}, and verify from its folder"


def _changed(code: Code, engine: ForkedEngine) -> Iterator[str]:
    if code.platform != engine.description.platform_digest:
        yield f"Lydite itself ({code.lydite} then, {lydite.__version__} now)"
    if code.python != platform.python_version():
        yield f"Python ({code.python} then, {platform.python_version()} now)"
    now = engine.dependencies()
    for name in sorted({*code.dependencies, *now}):
        old, new = code.dependencies.get(name), now.get(name)
        if old != new:
            yield f"{name} ({old or 'absent'} then, {new or 'absent'} now)"
