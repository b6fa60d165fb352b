"""`lydite replay`: run what a failure file tells of once more."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lydite.cli.exits import Exit, exit_of
from lydite.cli.options import FailureArgument, JsonOption, TimeoutOption, VerboseOption

if TYPE_CHECKING:
    from lydite.runner import Replay


def replay(
    file: FailureArgument,
    *,
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the full trace in this file.")
    ] = None,
    timeout: TimeoutOption = None,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> Exit:
    """Repeat the run of a failure file, and say whether it is still the same."""
    from lydite import runner
    from lydite.cli.settled import settled
    from lydite.model import Level

    order = runner.Order(
        number=0,
        label="",
        seed=0,
        trace="" if trace is None else str(trace.absolute()),
        level=Level.FULL,
        verbose=verbose,
    )
    done = runner.replay(file, order=order, timeout_s=settled(timeout=timeout).settings.sweep.timeout_s)
    code = exit_of(done.run.result.verdict, failed=done.run.result.ending is not None)
    if as_json:
        _say_json(file, done, code)
    else:
        _say(file, done, verbose=verbose)
    return code


def _say(file: Path, done: "Replay", *, verbose: bool) -> None:
    from lydite.cli import story
    from lydite.cli.paper import painted, say

    scene = story.Scene(
        target=done.listed.target,
        label=done.listed.label,
        mutant=done.failure.mutant,
        code_digest=done.code_digest,
        file=str(file),
    )
    if verbose:
        say(story.output(done.run))
    if done.run.result.finding is not None or done.run.result.ending is not None:
        say(list(story.failed(done.run, scene))[:-2])
    else:
        say((scene.frame(done.run), ""))
        say(f"{painted(done.run.result.verdict)}  {scene.label}, seed {done.failure.seed}")
        say(story.findings(done.run))
    say(("", *comparison(done), "", scene.frame(done.run)))


def comparison(done: "Replay") -> list[str]:
    """What a replay is, next to the run that was recorded."""
    from lydite.cli.paper import short
    from lydite.runner import Sameness

    before, now = done.failure, done.run.result
    digests = f"digest {short(before.digest)} then, {short(now.digest)} now"
    headlines = {
        Sameness.REPRODUCED: f"reproduced: the same run, record by record (digest {short(now.digest)})",
        Sameness.SAME_FINDING: f"the same finding ({before.kind}) in another run: {digests}",
        Sameness.OTHER_FINDING: f"another finding than recorded, which was {before.kind}: {digests}",
        Sameness.NO_FINDING: f"not reproduced: {before.kind} was recorded, and nothing fails now: {digests}",
    }
    lines = [headlines[done.sameness]]
    if done.changed:
        lines.append(f"the code has changed since then: {', '.join(done.changed)}")
    if done.surroundings:
        lines.append(f"not as it was: {', '.join(done.surroundings)}")
    if not done.changed and not done.surroundings and done.sameness is not Sameness.REPRODUCED:
        lines.append(
            "the code is the same, so the program is not deterministic: see lydite check-determinism"
        )
    return lines


def _say_json(file: Path, done: "Replay", code: Exit) -> None:
    from lydite.cli.paper import say_json
    from lydite.runner import result_as_plain

    say_json(
        {
            "verb": "replay",
            "file": str(file),
            "target": done.failure.target,
            "mutant": done.failure.mutant,
            "seed": done.failure.seed,
            "verdict": str(done.run.result.verdict),
            "digest": done.run.result.digest,
            "sameness": str(done.sameness),
            "recorded_digest": done.failure.digest,
            "recorded_kind": done.failure.kind,
            "changed_code": list(done.changed),
            "changed_surroundings": list(done.surroundings),
            "run": result_as_plain(done.run.result),
            "exit_code": int(code),
        }
    )
