"""Phases of trials: many seeds of each, a case for each trial, and of what failed the smallest run with its picture."""

import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lydite.checks import EXCEPTION
from lydite.model import SECOND, Artefact, Case, Event, Facts, Finding, Measurement, Outcome, Verdict
from lydite.reports import Course, Scene, course, drawing
from lydite.runner.campaign.artefacts import artefact_of
from lydite.runner.campaign.courses import can_be_made_again, course_of_one, schedule_of
from lydite.runner.campaign.errands import Code, Errand, NotAllTried, Piece
from lydite.runner.campaign.keeping import code_of, keep_runs
from lydite.runner.engines import ForkedEngine
from lydite.runner.failure import Failure, read_failure, write_failure
from lydite.runner.orders import Listed, Run
from lydite.runner.shrinking import Budget, Ended, events_of, shrink, write_regression
from lydite.runner.sweep import Group, Progress, Sweep, SweepResult, Until, kind_of, unproven

KEPT: Final = 3
"""How many failures of one kind are kept as files; the others are counted."""

LIVELY: Final = frozenset({"liveness", "recovery", "resilience"})
"""The checks of the library that tell of what must happen; all others tell of what must never happen."""


def trials(errand: Errand) -> Iterator[Piece]:
    """Sweep the trials of each target."""
    setting = errand.setting
    for target in errand.phase.targets:
        errand.tell(target)
        with ForkedEngine(
            errand.opening(target), workers=setting.workers, timeout_s=setting.timeout_s
        ) as engine:
            yield Code(digest=engine.description.code_digest)
            yield from _swept(errand, target, engine)


def is_safety(finding: Finding) -> bool:
    """Is it one of what must never happen? What only came too late is none, nor is a trial that fell over."""
    if finding.verdict is not Verdict.VIOLATED or finding.check == EXCEPTION:
        return False
    return finding.facts.get("mode") != "eventually" and finding.check not in LIVELY


@dataclass(slots=True, kw_only=True)
class _Book:
    """Every run by its trial, and which failures are kept."""

    runs: dict[str, list[Run]] = field(default_factory=dict)
    kept: dict[tuple[str, str], int] = field(default_factory=dict)

    def is_kept(self, run: Run) -> bool:
        """Write a run down; is it a failure to keep?"""
        self.runs.setdefault(run.order.label, []).append(run)
        key = (run.order.label, kind_of(run))
        if not key[1]:
            return False
        self.kept[key] = self.kept.get(key, 0) + 1
        return self.kept[key] <= KEPT


def _swept(errand: Errand, target: str, engine: ForkedEngine) -> Iterator[Piece]:
    book = _Book()

    def watch(progress: Progress) -> None:
        failed = sum(book.kept.values())
        errand.tell(target, done=progress.done, wanted=progress.wanted, failed=failed)

    sweep = Sweep(
        first=errand.campaign.seed,
        count=errand.phase.seeds,
        until=Until.LAST,
        out=errand.folder,
        watch=watch,
        fails=book.is_kept,
        is_over=lambda: errand.is_late,
    )
    result = sweep.run(engine)
    until_s = time.monotonic() + (0.0 if result.interrupted else errand.phase.shrink_s)
    code = code_of(errand.opening(target), engine)
    for listed in engine.description.trials:
        runs = sorted(book.runs.get(listed.label, []), key=lambda run: run.order.number)
        kept = keep_runs(errand.setting.folder / "runs", code, listed, runs)
        group = next((each for each in result.groups if each.label == listed.label), None)
        least = _least(errand, engine, group, until_s)
        yield _case(errand, listed, runs, least, kept)
        yield from least.course if least is not None else ()
    yield from _measured(target, result, book)
    if result.interrupted:
        raise KeyboardInterrupt
    if not result.groups:
        yield from course_of_one(engine, book.runs)
    missed = [listed.label for listed in engine.description.trials if not book.runs.get(listed.label)]
    if missed:
        raise NotAllTried(f"the time was over before the first run of {', '.join(missed)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Least:
    """What there is to show of a trial that failed."""

    run: Run
    faults: tuple[Facts, ...]
    picture: str
    course: Course
    reproduce: str
    artefacts: tuple[Artefact, ...]


def _case(
    errand: Errand, listed: Listed, runs: list[Run], least: _Least | None, kept: tuple[Artefact, ...]
) -> Case:
    failed = [run for run in runs if kind_of(run)]
    finding = least.run.result.finding if least is not None else None
    outcome, message = _judged(runs, failed)
    known = f"lydite run {shlex.quote(listed.target)} --seed {errand.campaign.seed}"
    return Case(
        name=listed.label,
        subject=listed.label.partition(".")[0],
        suite=errand.phase.category or ("storm" if listed.storm else "simulation"),
        outcome=outcome,
        seconds=sum(run.result.cpu_ns for run in runs) / SECOND,
        runs=len(runs),
        failures=len(failed),
        message=message,
        detail=_detail(failed),
        finding=finding,
        faults=least.faults if least is not None else (),
        picture=least.picture if least is not None else "",
        safety=any(is_safety(each) for run in failed for each in run.result.findings),
        seed=failed[0].order.seed if failed else errand.campaign.seed,
        reproduce=least.reproduce if least is not None else known,
        artefacts=(*(least.artefacts if least is not None else ()), *kept),
    )


def _judged(runs: list[Run], failed: list[Run]) -> tuple[Outcome, str]:
    """What became of a trial, and why."""
    if not runs:
        return Outcome.SKIPPED, "no run of it was begun before the time was over"
    worst = next((run for run in failed if run.result.finding is not None), failed[0] if failed else None)
    if worst is not None:
        result = worst.result
        if result.finding is not None:
            return Outcome.FAILED, f"{result.finding.check}: {result.finding.message}"
        assert result.ending is not None
        return Outcome.BROKEN, f"{result.ending.error}: {result.ending.message}"
    for finding in unproven(runs):
        return Outcome.UNKNOWN, f"{finding.check}: {finding.message}"
    return Outcome.PASSED, ""


def _detail(failed: list[Run]) -> str:
    """The last words of the hosts of the first failure, and its traceback."""
    if not failed:
        return ""
    first = failed[0]
    lines = [
        f"{host} | {line}"
        for host, said in first.last_words.items()
        for line in (said if isinstance(said, list) else [said])
    ]
    ending = first.result.ending
    return "\n".join([*([ending.traceback] if ending is not None else []), *lines])


def _least(errand: Errand, engine: ForkedEngine, group: Group | None, until_s: float) -> _Least | None:
    """The smallest run that fails as the first failure of a trial did, as far as time allows."""
    if group is None:
        return None
    file, run = Path(group.files[0]), group.first
    artefacts = [artefact_of("failure file", file)]
    failure = read_failure(file)
    left_s = until_s - time.monotonic()
    if left_s > 0 and _can_be_shrunk(run):
        errand.tell(f"{group.label}, shrinking")
        shrunk = shrink(failure, engine, label=group.label, budget=Budget(seconds=left_s))
        if shrunk.after is not None:
            stem = file.name.removesuffix(".failure.json")
            file = write_failure(shrunk.after, file.parent, name=f"{stem}.shrunk.failure.json")
            artefacts.append(artefact_of("smallest failure file", file))
            test = write_regression(shrunk, file.parent, stem=stem, replay=_replay(file))
            artefacts.append(artefact_of("pytest file", test))
            run, failure = shrunk.run, shrunk.after
        if shrunk.ended is Ended.INTERRUPTED:
            raise KeyboardInterrupt
    events = events_of(engine, run) if can_be_made_again(run) else ()
    return _Least(
        run=run,
        faults=tuple(fault.as_plain() for fault in schedule_of(run).faults),
        picture=_picture(events, run, failure, file) if events else "",
        course=course(group.label, schedule_of(run), events),
        reproduce=_replay(file),
        artefacts=tuple(artefacts),
    )


def _can_be_shrunk(run: Run) -> bool:
    return can_be_made_again(run) and bool(run.schedule or run.asked)


def _picture(events: Sequence[Event], run: Run, failure: Failure, file: Path) -> str:
    """The diagram of a failed run."""
    finding = run.result.finding
    return drawing(
        Scene(
            title=f"{failure.label}, seed {failure.seed}",
            sentence=f"{finding.check}: {finding.message}" if finding is not None else failure.kind,
            finding=finding,
            schedule=run.order.schedule or run.schedule or failure.schedule,  # type: ignore[arg-type]
            events=events,
            last_words=run.last_words,
            replay=_replay(file),
        )
    )


def _replay(file: Path) -> str:
    return f"lydite replay {shlex.quote(str(file))}"


def _measured(target: str, result: SweepResult, book: _Book) -> Iterator[Measurement]:
    if not result.runs:
        return
    virtual_h = sum(run.result.virtual_ns for runs in book.runs.values() for run in runs) / SECOND / 3600
    yield Measurement(
        name=f"throughput.{target}.seeds_per_s",
        value=result.runs / result.seconds,
        unit="seeds/s",
        samples=result.runs,
    )
    yield Measurement(
        name=f"throughput.{target}.virtual_h",
        value=virtual_h,
        unit="h",
        samples=result.runs,
    )
