"""`lydite run`: one seed of each trial of a target."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from lydite.cli.exits import Exit, exit_of
from lydite.cli.options import (
    CALM,
    SEED_MAX,
    JsonOption,
    MutantOption,
    OutOption,
    TargetArgument,
    TimeoutOption,
    VerboseOption,
)


class TraceLevel(StrEnum):
    """How much of a trace is kept."""

    DIGEST = "digest"
    CHECKPOINTS = "checkpoints"
    FULL = "full"


def run(
    target: TargetArgument,
    *,
    seed: Annotated[
        int, typer.Option(min=0, max=SEED_MAX, metavar="SEED", help="The seed: everything follows from it.")
    ] = 0,
    schedule: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Faults to perform instead of the trial's storm, as JSON."),
    ] = None,
    mutant: MutantOption = "",
    trace: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the trace in this file.")] = None,
    trace_level: Annotated[TraceLevel, typer.Option(help="How much of it to keep.")] = TraceLevel.FULL,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Remember payloads by BLAKE2b, which nobody can forge.")
    ] = False,
    out: OutOption = None,
    timeout: TimeoutOption = None,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> Exit:
    """Run one seed of a trial, or of each trial of a target."""
    from lydite.cli.paper import say
    from lydite.cli.settled import failures_in, settled
    from lydite.model import InputError, Level, Payload
    from lydite.runner import Opening, Order, read_schedule, run_seed

    if trace is not None and not trace.absolute().parent.is_dir():
        raise InputError(
            "the folder for the trace is not there", where=str(trace), remedy="make it, or name another"
        )
    wanted = Order(
        number=0,
        label="",
        seed=seed,
        schedule=None if schedule is None else read_schedule(schedule),
        trace="" if trace is None else str(trace.absolute()),
        level=Level(trace_level.value),
        payload=Payload.BLAKE2B if evidence else Payload.CRC32,
        verbose=verbose,
    )
    settings = settled(timeout=timeout).settings
    opening = Opening(target=target, mutant=mutant, calm=not settings.chaos.enabled)
    done = []
    for each in run_seed(opening, wanted, out=failures_in(settings, out), timeout_s=settings.sweep.timeout_s):
        done.append(each)
        if not as_json:
            _say(each, mutant, verbose=verbose)
    say(CALM if opening.calm and schedule is None and not as_json else ())
    return _end(done, target, mutant, as_json=as_json)


def _say(done: Any, mutant: str, *, verbose: bool) -> None:
    from lydite.cli import story
    from lydite.cli.paper import counted, painted, say, short
    from lydite.model import Verdict, format_ns

    run, listed = done.run, done.listed
    if verbose:
        say(story.output(run))
    if done.file:
        lines = list(story.failed(run, story.scene_of(done, mutant)))
        say([*lines[:-2], f"  shrink: lydite shrink {shlex.quote(done.file)}", *lines[-2:]])
        return
    result = run.result
    say(f"{painted(result.verdict)}  {listed.label}  seed {result.seed}")
    if result.verdict is Verdict.UNKNOWN:
        say(story.findings(run))
    else:
        say(f"  {finding.check}: {finding.message}" for finding in result.findings)
    if run.order.schedule is not None:
        say(story.idle_faults(run))
    say(
        f"  digest {short(result.digest)}, {counted(result.records, 'record')}, {format_ns(result.virtual_ns)}"
    )


def _end(done: list[Any], target: str, mutant: str, *, as_json: bool) -> Exit:
    from lydite.cli import story
    from lydite.cli.paper import say_json
    from lydite.model import digest_of, gravest
    from lydite.runner import result_as_plain

    verdict = gravest(each.run.result.verdict for each in done)
    code = exit_of(verdict, failed=any(each.run.result.ending is not None for each in done))
    if as_json:
        digests = [each.run.result.digest for each in done]
        say_json(
            {
                "verb": "run",
                "target": target,
                "mutant": mutant,
                "seed": done[0].run.order.seed,
                "verdict": str(verdict),
                "digest": digests[0] if len(digests) == 1 else digest_of(digests),
                "exit_code": int(code),
                "runs": [
                    {
                        "label": each.listed.label,
                        "target": each.listed.target,
                        **result_as_plain(each.run.result),
                        "failure_file": each.file or None,
                        "trace": each.run.order.trace or None,
                        "replay": story.scene_of(each, mutant).command(each.run),
                        "last_words": each.run.last_words,
                    }
                    for each in done
                ],
            }
        )
    return code
