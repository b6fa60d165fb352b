"""`lydite sweep`: many seeds of each trial of a target, on all cores."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lydite.cli.exits import Exit, exit_of
from lydite.cli.options import (
    SEED_MAX,
    JsonOption,
    MutantOption,
    OutOption,
    TargetArgument,
    TimeoutOption,
    WorkersOption,
    workers_of,
)

if TYPE_CHECKING:
    from lydite.cli.story import Scene
    from lydite.runner import Group, SweepResult


def sweep(
    target: TargetArgument,
    *,
    seeds: Annotated[int, typer.Option(min=1, metavar="COUNT", help="How many seeds of each trial.")] = 100,
    first: Annotated[int, typer.Option(min=0, max=SEED_MAX, metavar="SEED", help="The first of them.")] = 0,
    workers: WorkersOption = 0,
    collect: Annotated[
        bool, typer.Option("--collect", help="Go on after a failure, and collect all of them.")
    ] = False,
    out: OutOption = Path(".lydite/failures"),
    mutant: MutantOption = "",
    timeout: TimeoutOption = 120.0,
    as_json: JsonOption = False,
) -> Exit:
    """Run many seeds on all cores, and stop at the first failure."""
    from lydite.cli.progress import ProgressBar
    from lydite.model import InputError
    from lydite.runner import STARTING, ForkedEngine, Opening, Sweep, Until

    if first + seeds - 1 > SEED_MAX:
        raise InputError(f"a seed is below 2**64, the last one would be {first + seeds - 1}", where="--seeds")
    opening = Opening(target=target, mutant=mutant)
    cores = workers_of(workers)
    with ProgressBar() as bar:
        bar.watch(target, STARTING)
        wanted = Sweep(
            first=first,
            count=seeds,
            until=Until.LAST if collect else Until.FIRST,
            out=out,
            mutant=mutant,
            watch=bar.of(target),
        )
        with ForkedEngine(opening, workers=cores, timeout_s=timeout) as engine:
            result = wanted.run(engine)
    code = exit_of(result.verdict, failed=result.endings > 0, interrupted=result.interrupted)
    if as_json:
        from lydite.cli.paper import say_json

        say_json(
            {"verb": "sweep", "target": target, "mutant": mutant, **as_plain(result), "exit_code": int(code)}
        )
    else:
        say_sweep(target, mutant, result)
    return code


def say_sweep(target: str, mutant: str, result: "SweepResult") -> None:
    """The whole sweep in words: failures by kind, the first of each as a story, then the numbers."""
    from lydite.cli import story
    from lydite.cli.paper import counted, painted, say
    from lydite.model import Verdict

    scenes = [scene_of(group, mutant, result) for group in result.groups]
    if scenes:
        say((scenes[0].frame(result.groups[0].first), ""))
    for group, scene in zip(result.groups, scenes, strict=True):
        say([*list(story.failed(group.first, scene))[2:-2], *_others(group), ""])
    for finding in result.unproven:
        say(f"{painted(Verdict.UNKNOWN)}  {finding.check}: {finding.message}")
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


def as_plain(result: "SweepResult") -> dict[str, Any]:
    """The JSON form of a sweep."""
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
        "findings": [
            {
                "label": group.label,
                "check": group.kind,
                "seeds": [run.order.seed for run in group.runs],
                "failure_files": list(group.files),
                "replay": f"lydite replay {group.files[0]}",
                "first": result_as_plain(group.first.result),
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


def _others(group: "Group") -> list[str]:
    if len(group.runs) == 1:
        return []
    seeds = ", ".join(str(run.order.seed) for run in group.runs[1:11])
    more = f" and {len(group.runs) - 11:,} more" if len(group.runs) > 11 else ""
    return [f"  the same with {len(group.runs) - 1:,} more: seed {seeds}{more}"]
