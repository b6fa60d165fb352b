"""`lydite sweep`: many seeds of each trial of a target, on all cores."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from lydite.cli.exits import Exit, exit_of
from lydite.cli.options import (
    CALM,
    FirstSeedOption,
    JsonOption,
    MutantOption,
    OutOption,
    SeedsOption,
    TargetArgument,
    TimeoutOption,
    WorkersOption,
    refuse_seeds_beyond,
    workers_of,
)

if TYPE_CHECKING:
    from lydite.cli.progress import ProgressBar
    from lydite.cli.shrunk import Kept
    from lydite.cli.story import Scene
    from lydite.runner import ForkedEngine, Group, Idle, SweepResult

Smallest: TypeAlias = "Mapping[str, Kept]"
"""What became of failures when they were shrunk, by their failure files."""

NOTHING_SHRUNK: Smallest = MappingProxyType({})

SHRINK_SECONDS = 20.0
"""How long a sweep may take at most to shrink what it has found."""

SHRINK_CPU_NS_MAX = 2_000_000_000
"""What takes longer than this is left for `lydite shrink`."""


def sweep(
    target: TargetArgument,
    *,
    seeds: SeedsOption = None,
    first: FirstSeedOption = 0,
    workers: WorkersOption = None,
    collect: Annotated[
        bool, typer.Option("--collect", help="Go on after a failure, and collect all of them.")
    ] = False,
    search: Annotated[
        bool,
        typer.Option("--search", help="Spend half of the runs where earlier ones reached something new."),
    ] = False,
    out: OutOption = None,
    mutant: MutantOption = "",
    shrink: Annotated[
        bool, typer.Option("--shrink/--no-shrink", help="Shrink the first failure of each kind.")
    ] = True,
    timeout: TimeoutOption = None,
    as_json: JsonOption = False,
) -> Exit:
    """Run many seeds on all cores, and stop at the first failure."""
    from lydite.cli.paper import say, say_json
    from lydite.cli.progress import ProgressBar
    from lydite.cli.settled import failures_in, settled
    from lydite.runner import STARTING, ForkedEngine, Opening, Sweep, Until

    settings = settled(seeds=seeds, workers=workers, timeout=timeout).settings
    count, folder = settings.sweep.seeds, failures_in(settings, out)
    refuse_seeds_beyond(first, count)
    opening = Opening(target=target, mutant=mutant, calm=not settings.chaos.enabled)
    until = Until.LAST if collect else Until.FIRST
    wanted = Sweep(first=first, count=count, until=until, out=folder, mutant=mutant, search=search)
    with ProgressBar() as bar:
        bar.watch(target, STARTING)
        wanted.watch = bar.of(target)
        crew, limit_s = workers_of(settings.lydite.workers), settings.sweep.timeout_s
        with ForkedEngine(opening, workers=crew, timeout_s=limit_s) as engine:
            result = wanted.run(engine)
            bar.clear()
            smallest, stopped = _shrunk(result, engine, bar) if shrink else ({}, False)
    code = exit_of(result.verdict, failed=result.endings > 0, interrupted=result.interrupted or stopped)
    if as_json:
        head = {"verb": "sweep", "target": target, "mutant": mutant}
        say_json(head | as_plain(result, smallest) | {"exit_code": int(code)})
    else:
        say_sweep(target, mutant, result, smallest)
        say(CALM if opening.calm else ())
    return code


def _shrunk(result: "SweepResult", engine: "ForkedEngine", bar: "ProgressBar") -> "tuple[Smallest, bool]":
    """The first failure of each group, shrunk; and whether Ctrl-C has put an end to that."""
    from lydite.cli.shrunk import keep
    from lydite.runner import Budget, read_failure, shrink

    smallest: dict[str, Kept] = {}
    left_s = SHRINK_SECONDS
    for group in result.groups if not result.interrupted else ():
        if left_s <= 0 or not _can_be_shrunk(group) or not _is_soon_shrunk(group):
            continue
        file = Path(group.files[0])
        failure = read_failure(file)
        watch = bar.of_shrink(f"{group.label}, shrinking", len(failure.schedule or ()))
        try:
            done = shrink(failure, engine, label=group.label, budget=Budget(seconds=left_s), watch=watch)
            smallest[str(file)] = keep(done, engine, file=file, folder=file.parent)
        except KeyboardInterrupt:
            return smallest, True
        if smallest[str(file)].interrupted:
            return smallest, True
        left_s -= done.seconds
    return smallest, False


def _can_be_shrunk(group: "Group") -> bool:
    """Is there anything that could be left out?"""
    run = group.first
    return bool(run.schedule or run.asked)


def _is_soon_shrunk(group: "Group") -> bool:
    """Does a replay take so little that hundreds of them surprise nobody?"""
    result = group.first.result
    # Of a run that was stopped from outside there is no digest; each replay would have to be stopped as well.
    return result.digest != "" and result.cpu_ns <= SHRINK_CPU_NS_MAX


def say_sweep(target: str, mutant: str, result: "SweepResult", smallest: "Smallest") -> None:
    """The whole sweep in words: failures by kind, the first of each as a story, then the numbers."""
    from lydite.cli import story
    from lydite.cli.paper import counted, painted, say
    from lydite.model import Verdict

    scenes = [scene_of(group, mutant, result) for group in result.groups]
    if scenes:
        say((scenes[0].frame(result.groups[0].first), ""))
    for group, scene in zip(result.groups, scenes, strict=True):
        kept = smallest.get(group.files[0])
        say([*list(story.failed(group.first, scene))[2:-2], *_others(group), *_smallest(group, kept), ""])
    for finding in result.unproven:
        say(f"{painted(Verdict.UNKNOWN)}  {finding.check}: {finding.message}")
    say(_never_happened(idle) for idle in result.idle)
    counts = ", ".join(f"{result.verdicts[verdict]:,} {verdict}" for verdict in Verdict)
    failed = f", {result.endings:,} failed themselves" if result.endings else ""
    speed = result.runs / result.seconds if result.seconds else 0.0
    verdict = "INTERRUPTED" if result.interrupted else painted(result.verdict)
    say(f"{verdict}  {target}: {counted(result.runs, 'run')}: {counts}{failed}; {speed:,.0f} seeds/s")
    if result.interrupted:
        found = "what was found until then stands above, and its failure files are kept"
        say(f"interrupted; {found if scenes else 'nothing was found until then'}")
    if scenes:
        say(("", scenes[0].frame(result.groups[0].first)))


def _never_happened(idle: "Idle") -> str:
    """A kind of fault that no run has survived, for it never happened."""
    from lydite.cli.paper import counted

    tally = idle.tally
    why = [f"{tally.missed:,} met nobody"] if tally.missed else []
    why += [f"{tally.late:,} were due after the end"] if tally.late else []
    asked = f"{idle.fault} in {idle.label}, asked for {counted(tally.asked, 'time')}"
    return f"never happened: {asked}: {', '.join(why)}"


def as_plain(result: "SweepResult", smallest: "Smallest" = NOTHING_SHRUNK) -> dict[str, Any]:
    """The JSON form of a sweep, with what became of its failures when they were shrunk."""
    from lydite.cli import shrunk
    from lydite.model import Verdict
    from lydite.runner import finding_as_plain, result_as_plain

    firsts = [group.first.order for group in result.groups]
    return {
        "seed": firsts[0].seed if firsts else None,
        "verdict": str(result.verdict),
        "digest": result.digest,
        "runs": result.runs,
        "holds": result.verdicts[Verdict.HOLDS],
        "violated": result.verdicts[Verdict.VIOLATED],
        "unknown": result.verdicts[Verdict.UNKNOWN],
        "errors": result.endings,
        "seconds": round(result.seconds, 3),
        "seeds_per_second": round(result.runs / result.seconds, 1) if result.seconds else 0.0,
        "interrupted": result.interrupted,
        "unproven": [finding_as_plain(finding) for finding in result.unproven],
        "idle_faults": [
            {
                "label": idle.label,
                "fault": idle.fault,
                "asked": idle.tally.asked,
                "missed": idle.tally.missed,
                "late": idle.tally.late,
            }
            for idle in result.idle
        ],
        "findings": [
            {
                "label": group.label,
                "check": group.kind,
                "seeds": [run.order.seed for run in group.runs],
                "failure_files": list(group.files),
                "replay": f"lydite replay {group.files[0]}",
                "first": result_as_plain(group.first.result),
                "shrunk": shrunk.as_plain(smallest[group.files[0]]) if group.files[0] in smallest else None,
            }
            for group in result.groups
        ],
    }


def scene_of(group: "Group", mutant: str, result: "SweepResult") -> "Scene":
    """Where the first failure of a group stands."""
    from lydite.cli.story import Scene

    listed = next(each for each in result.description.trials if each.label == group.label)
    return Scene(
        target=listed.target,
        label=group.label,
        mutant=mutant,
        code_digest=result.description.code_digest,
        file=group.files[0],
    )


def _smallest(group: "Group", kept: "Kept | None") -> list[str]:
    """What became of the first failure of a group when it was shrunk, or how to shrink it."""
    from lydite.cli import shrunk
    from lydite.runner import Ended

    command = f"  shrink: lydite shrink {shlex.quote(group.files[0])}"
    if kept is None:
        return [command] if _can_be_shrunk(group) else []
    done = kept.shrunk
    if not done.reproduced:
        return ["  not shrunk, for it did not come again: see lydite check-determinism", command]
    return [
        f"  shrunk {shrunk.headline(done)}",
        *(f"  {line}" for line in (*shrunk.table(done), *shrunk.faults(done), *shrunk.warnings(done))),
        f"    replay: {kept.replay}",
        *(f"  {line}" for line in shrunk.files(kept)),
        *([] if done.ended is Ended.SMALLEST else [command]),
    ]


def _others(group: "Group") -> list[str]:
    if len(group.runs) == 1:
        return []
    seeds = ", ".join(str(run.order.seed) for run in group.runs[1:11])
    more = f" and {len(group.runs) - 11:,} more" if len(group.runs) > 11 else ""
    return [f"  the same with {len(group.runs) - 1:,} more: seed {seeds}{more}"]
