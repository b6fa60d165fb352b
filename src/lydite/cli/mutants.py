"""`lydite mutants`: every planted bug of a subject, what catches it, after how many seeds, and how small it becomes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import (
    FirstSeedOption,
    JsonOption,
    OutOption,
    SeedsOption,
    TimeoutOption,
    WorkersOption,
    refuse_seeds_beyond,
    workers_of,
)

if TYPE_CHECKING:
    from lydite.config import Settings
    from lydite.runner import Caught, Description, Plan, Unplanted

    Step: TypeAlias = Caught | Unplanted

HEAD = ("mutant", "seeds", "faults", "replays", "time", "trial", "caught by")


def mutants(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="A subject, or any target with mutants beside it.")
    ] = "counter",
    *,
    seeds: SeedsOption = None,
    first: FirstSeedOption = 0,
    workers: WorkersOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this one; several where it is given several times."),
    ] = None,
    out: OutOption = None,
    shrink: Annotated[
        bool, typer.Option("--shrink/--no-shrink", help="Shrink the failure of each of them.")
    ] = True,
    timeout: TimeoutOption = None,
    as_json: JsonOption = False,
) -> Exit:
    """Plant every bug in turn, and tell what catches it, after how many seeds; one that survives fails the command."""
    from lydite import runner
    from lydite.cli.paper import say, say_json
    from lydite.cli.settled import failures_in, settled
    from lydite.cli.sweep import SHRINK_SECONDS

    settings = settled(seeds=seeds, workers=workers, timeout=timeout).settings
    _refuse_calm(settings)
    refuse_seeds_beyond(first, settings.sweep.seeds)
    plan = runner.Plan(
        subject=subject,
        seeds=settings.sweep.seeds,
        first=first,
        workers=workers_of(settings.lydite.workers),
        out=failures_in(settings, out),
        timeout_s=settings.sweep.timeout_s,
        only=tuple(only or ()),
        budget=runner.Budget(seconds=SHRINK_SECONDS) if shrink else None,
    )
    found = _hunted(plan, tell=not as_json)
    code = _code(found)
    if as_json:
        say_json(_as_plain(subject, found, code))
        return code
    for step in found.steps:
        if not step.proven and not _interrupted(step):
            say(["", *survived(step)])
    say(("", _closing(subject, found, code)))
    return code


def _refuse_calm(settings: "Settings") -> None:
    """Most bugs come out in a storm only: without any, all of them would seem to survive."""
    from lydite.model import InputError

    if not settings.chaos.enabled:
        raise InputError(
            "planted bugs are looked for in storms, and chaos.enabled is false",
            where="settings",
            remedy="set it to true, as with LYDITE_CHAOS_ENABLED=yes",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of the mutants: of all of them, unless Ctrl-C came before."""

    steps: "tuple[Step, ...]"
    wanted: int
    interrupted: bool


def _hunted(plan: "Plan", *, tell: bool) -> Found:
    """Hunt the mutants of a plan, and tell of each as soon as its fate is known."""
    from lydite import runner
    from lydite.cli.paper import say
    from lydite.cli.progress import ProgressBar

    steps: list[Step] = []
    interrupted = False
    with ProgressBar() as bar:
        bar.watch(plan.subject, runner.STARTING)
        wanted = runner.planted(plan)
        table = Table(wanted)
        bar.clear()
        say([table.row(HEAD)] if tell else ())
        try:
            for step in runner.hunt(plan, wanted.mutants, bar.watch, bar.watch_shrink):
                steps.append(step)
                bar.clear()
                say([table.row(_cells(step)), *_by_the_way(step)] if tell else ())
        except KeyboardInterrupt:
            interrupted = True
    interrupted = interrupted or any(_interrupted(step) for step in steps)
    return Found(steps=tuple(steps), wanted=len(wanted.mutants), interrupted=interrupted)


class Table:
    """Columns that are wide enough for all rows before the first of them is known."""

    def __init__(self, wanted: "Description") -> None:
        names = max(len(mutant.name) for mutant in wanted.mutants)
        self._figures = (5, 8, 7, 7)
        self._name = max(names, len(HEAD[0]))
        self._trial = max(len(trial.name) for trial in wanted.trials)

    def row(self, cells: Sequence[str]) -> str:
        """One line: figures to the right, and the words, which may be long, at the end."""
        name, *figures, trial, check = cells
        told = [f"{cell:>{width}}" for cell, width in zip(figures, self._figures, strict=True)]
        return "  ".join([f"{name:<{self._name}}", *told, f"{trial:<{self._trial}}", check]).rstrip()


def survived(step: "Step") -> Iterator[str]:
    """Which bug was not caught as it should be, what happened instead, and what to do about it."""
    from lydite.cli.paper import counted, painted
    from lydite.model import Verdict
    from lydite.runner import Fate, Unplanted

    mutant = step.mutant
    yield f"{painted(Verdict.UNKNOWN, 'SURVIVED')}  {mutant.name}: {mutant.story}"
    if isinstance(step, Unplanted):
        yield f"  it was not planted: {step.error.what}"
        yield f"  {step.error.remedy}"
        return
    yield f"  {WHAT[step.fate].format(check=mutant.caught_by, runs=counted(step.sweep.runs, 'run'))}"
    for other, count in sorted(step.others.items()):
        if step.fate is Fate.OTHERS:
            yield f"  {other} failed in {count:,} of them, but is not what the mutant names"
    yield f"  {REMEDIES[step.fate]}"


WHAT = {
    "missed": "{check} did not catch it in {runs}",
    "others": "{check} did not catch it in {runs}",
    "honest": "{check} fails in the same run of the honest program, too: it has found something else",
    "unsteady": "{check} caught it, but the same run did not fail again in that way",
}

REMEDIES = {
    "missed": "try more seeds, or write a trial or a storm in which it matters; "
    "if no promise forbids what it does, it is no bug",
    "others": "name that check in `caught_by` if it is the right one, or make the named check see this bug",
    "honest": "see whether the honest program holds: lydite prove",
    "unsteady": "see lydite check-determinism",
}


def _cells(step: "Step") -> tuple[str, ...]:
    from lydite.cli.paper import painted
    from lydite.model import Verdict
    from lydite.runner import Unplanted

    time = f"{step.seconds:.1f} s"
    if _interrupted(step):
        return (step.mutant.name, "", "", "", time, "", "interrupted")
    if not step.proven:
        return (step.mutant.name, "", "", "", time, "", painted(Verdict.UNKNOWN, "SURVIVED"))
    assert not isinstance(step, Unplanted)
    group = step.group
    assert group is not None
    faults, replays = f"{len(group.first.schedule or ()):,}", ""
    if step.shrunk is not None:
        before, left = step.shrunk.faults
        faults, replays = f"{before:,} -> {left:,}", f"{step.shrunk.replays:,}"
    trial = group.label.rpartition(".")[2]
    return (step.mutant.name, f"{step.seeds:,}", faults, replays, time, trial, group.kind)


def _by_the_way(step: "Step") -> Iterator[str]:
    from lydite.cli.paper import counted
    from lydite.runner import Unplanted

    if not isinstance(step, Unplanted) and step.proven and step.others:
        others = [f"{name} ({counted(count, 'run')})" for name, count in sorted(step.others.items())]
        yield f"  failed as well: {', '.join(others)}"


def _interrupted(step: "Step") -> bool:
    from lydite.runner import Unplanted

    return not isinstance(step, Unplanted) and step.interrupted


def _code(found: Found) -> Exit:
    if found.interrupted:
        return Exit.INTERRUPTED
    return Exit.HOLDS if all(step.proven for step in found.steps) else Exit.VIOLATED


def _closing(subject: str, found: Found, code: Exit) -> str:
    from lydite.cli.paper import counted, painted
    from lydite.model import Verdict
    from lydite.runner import Unplanted

    caught = [step for step in found.steps if step.proven and not isinstance(step, Unplanted)]
    numbers = f"{len(caught):,} of {counted(found.wanted, 'planted bug')} caught"
    seconds = f"{sum(step.seconds for step in found.steps):.1f} s"
    if code is Exit.INTERRUPTED:
        return f"INTERRUPTED  {subject}: so far {numbers}; {seconds}"
    if code is Exit.VIOLATED:
        names = ", ".join(step.mutant.name for step in found.steps if not step.proven)
        return f"{painted(Verdict.VIOLATED, 'SURVIVED')}  {subject}: {numbers}, {names} survived; {seconds}"
    most = max(step.seeds for step in caught)
    took = f"each within {counted(most, 'seed')}"
    return f"{painted(Verdict.HOLDS, 'CAUGHT')}  {subject}: {numbers}, {took}; {seconds}"


def _as_plain(subject: str, found: Found, code: Exit) -> dict[str, Any]:
    return {
        "verb": "mutants",
        "target": subject,
        "verdict": {Exit.HOLDS: "HOLDS", Exit.VIOLATED: "VIOLATED"}.get(code, "UNKNOWN"),
        "survivors": [step.mutant.name for step in found.steps if not step.proven and not _interrupted(step)],
        "mutants": [_step_as_plain(step) for step in found.steps],
        "exit_code": int(code),
    }


def _step_as_plain(step: "Step") -> dict[str, Any]:
    from lydite.cli import shrunk
    from lydite.runner import Fate, Unplanted, error_as_plain

    plain: dict[str, Any] = {
        "name": step.mutant.name,
        "story": step.mutant.story,
        "caught_by": step.mutant.caught_by,
        "caught": step.proven,
        "seconds": round(step.seconds, 3),
    }
    if isinstance(step, Unplanted):
        nothing = dict.fromkeys(("label", "seed", "seeds", "failure_file", "shrunk"))
        return {
            **plain,
            "fate": str(Fate.IDLE),
            "error": error_as_plain(step.error),
            "runs": 0,
            "others": {},
            **nothing,
        }
    group = step.group
    return {
        **plain,
        "fate": str(step.fate),
        "error": None,
        "runs": step.sweep.runs,
        "others": dict(sorted(step.others.items())),
        "label": group.label if group is not None else None,
        "seed": group.first.order.seed if group is not None else None,
        "seeds": step.seeds or None,
        "failure_file": group.files[0] if group is not None else None,
        "shrunk": None if step.shrunk is None else shrunk.as_plain(shrunk.Kept(shrunk=step.shrunk)),
    }
