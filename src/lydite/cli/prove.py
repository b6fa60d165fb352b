"""`lydite prove`: a subject holds, and every bug that is planted in it is found, replayed and explained."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import JsonOption, OutOption, TimeoutOption, WorkersOption, workers_of

if TYPE_CHECKING:
    from lydite.runner import Caught, Honest


def prove(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="A subject, or any target with mutants beside it.")
    ] = "counter",
    *,
    seeds: Annotated[
        int, typer.Option(min=1, metavar="COUNT", help="How many seeds of each trial, at most.")
    ] = 100,
    workers: WorkersOption = 0,
    out: OutOption = Path(".lydite/failures"),
    timeout: TimeoutOption = 120.0,
    as_json: JsonOption = False,
) -> Exit:
    """Prove that the honest program holds, and that each planted bug is found, replayed and explained."""
    from lydite import runner
    from lydite.cli.paper import say, say_json
    from lydite.cli.progress import ProgressBar

    plan = runner.Plan(subject=subject, seeds=seeds, workers=workers_of(workers), out=out, timeout_s=timeout)
    steps: list[Honest | Caught] = []
    if not as_json:
        say(f"proving {subject}: the honest program first, then each planted bug")
    with ProgressBar() as bar:
        for step in runner.prove(plan, bar.watch):
            steps.append(step)
            bar.clear()
            if not as_json:
                lines = _honest(step) if isinstance(step, runner.Honest) else _caught(step)
                say(["", *lines])
    code = _code(steps)
    if as_json:
        say_json(_as_plain(subject, steps, code))
    else:
        say(("", _closing(subject, steps, code)))
    return code


def _honest(step: "Honest") -> list[str]:
    from lydite.cli import story
    from lydite.cli.paper import counted, painted
    from lydite.cli.sweep import scene_of

    result = step.sweep
    speed = result.runs / result.seconds if result.seconds else 0.0
    labels = ", ".join(listed.label for listed in result.description.trials)
    runs = counted(result.runs, "run")
    lines = [f"{painted(result.verdict)}  the honest program, {runs} of {labels}; {speed:,.0f} seeds/s"]
    for group in result.groups:
        lines += story.failed(group.first, scene_of(group, "", result))
    lines += [f"  {finding.check}: {finding.message}" for finding in result.unproven]
    return lines


def _caught(step: "Caught") -> list[str]:
    from lydite.cli import story
    from lydite.cli.mutants import survived
    from lydite.cli.paper import painted
    from lydite.cli.replay import comparison
    from lydite.cli.sweep import scene_of
    from lydite.model import Verdict

    mutant, group = step.mutant, step.group
    if group is None or step.replay is None:
        return [*survived(step)]
    found = f"{painted(Verdict.HOLDS, 'CAUGHT')}  {mutant.name}: {mutant.story}"
    place = f"  by {mutant.caught_by}, in run {step.sweep.runs:,}, with seed {group.first.order.seed}"
    scene = scene_of(group, mutant.name, step.sweep)
    tale = list(story.failed(group.first, scene, story.BRIEF))
    tale = [*tale[3:-2], comparison(step.replay)[0], tale[-1]]
    return [found, place, *(f"  {line}".rstrip() for line in tale)]


def _code(steps: "list[Honest | Caught]") -> Exit:
    from lydite.model import Verdict

    if any(step.sweep.interrupted for step in steps):
        return Exit.INTERRUPTED
    if all(step.proven for step in steps):
        return Exit.HOLDS
    honest = steps[0].sweep
    if honest.verdict is not Verdict.VIOLATED and honest.endings:
        return Exit.RUN_FAILED
    if honest.verdict is Verdict.UNKNOWN and all(step.proven for step in steps[1:]):
        return Exit.UNKNOWN
    return Exit.VIOLATED


def _closing(subject: str, steps: "list[Honest | Caught]", code: Exit) -> str:
    from lydite.cli.paper import painted
    from lydite.model import Verdict

    mutants = steps[1:]
    caught = sum(step.proven for step in mutants)
    numbers = (
        f"the honest program {'holds' if steps[0].proven else 'is not proven'}, "
        f"{caught} of {len(mutants)} planted bugs found and replayed"
    )
    if code is Exit.INTERRUPTED:
        return f"INTERRUPTED  {subject}: so far {numbers}"
    if code is Exit.HOLDS:
        return f"{painted(Verdict.HOLDS, 'PROVEN')}  {subject}: {numbers}"
    return f"{painted(Verdict.VIOLATED, 'NOT PROVEN')}  {subject}: {numbers}"


def _as_plain(subject: str, steps: "list[Honest | Caught]", code: Exit) -> dict[str, Any]:
    from lydite.cli.sweep import as_plain
    from lydite.runner import Caught

    honest = as_plain(steps[0].sweep)
    return {
        "verb": "prove",
        "target": subject,
        "seed": honest["seed"],
        "verdict": {Exit.HOLDS: "HOLDS", Exit.VIOLATED: "VIOLATED"}.get(code, "UNKNOWN"),
        "digest": honest["digest"],
        "honest": honest,
        "mutants": [
            {
                "name": step.mutant.name,
                "story": step.mutant.story,
                "caught_by": step.mutant.caught_by,
                "caught": step.proven,
                "replay": None if step.replay is None else str(step.replay.sameness),
                "sweep": as_plain(step.sweep),
            }
            for step in steps
            if isinstance(step, Caught)
        ],
        "exit_code": int(code),
    }
