"""`lydite shrink`: from a failure file to the smallest run that fails by the same check."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import FailureArgument, JsonOption, TimeoutOption, WorkersOption, workers_of

if TYPE_CHECKING:
    from lydite.cli.shrunk import Kept


def shrink(
    file: FailureArgument,
    *,
    replays: Annotated[
        int, typer.Option(min=1, metavar="COUNT", help="How many replays it may take at most.")
    ] = 200,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, metavar="SECONDS", help="How long it may take, where there is a limit."),
    ] = None,
    workers: WorkersOption = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where its files are written; beside FILE unless given."),
    ] = None,
    timeout: TimeoutOption = None,
    as_json: JsonOption = False,
) -> Exit:
    """Leave out faults, nodes and operations as long as the same check fails, and keep the smallest run."""
    from lydite import runner
    from lydite.cli import shrunk
    from lydite.cli.files import ready_for_files
    from lydite.cli.progress import ProgressBar
    from lydite.cli.settled import settled

    settings = settled(workers=workers, timeout=timeout).settings
    failure = runner.read_failure(file)
    ready_for_files(out or file.parent)
    opening = runner.Opening(target=failure.target, mutant=failure.mutant)
    with ProgressBar() as bar:
        bar.watch(failure.label, runner.STARTING)
        crew, limit_s = workers_of(settings.lydite.workers), settings.sweep.timeout_s
        opened = runner.open_near(opening, file, workers=crew, timeout_s=limit_s)
        with closing(opened) as engine:
            done = runner.shrink(
                failure,
                engine,
                budget=runner.Budget(replays=replays, seconds=seconds),
                watch=bar.of_shrink(failure.label, len(failure.schedule or ())),
            )
            kept = shrunk.keep(done, engine, file=file, folder=out or file.parent)
            code_digest = engine.description.code_digest
    code = _code(kept)
    if as_json:
        _say_json(file, kept, code)
    else:
        _say(file, kept, code_digest)
    return code


def _code(kept: "Kept") -> Exit:
    if kept.interrupted:
        return Exit.INTERRUPTED
    return Exit.HOLDS if kept.shrunk.reproduced and kept.shrunk.steady else Exit.UNKNOWN


def _say(file: Path, kept: "Kept", code_digest: str) -> None:
    from lydite.cli import shrunk, story
    from lydite.cli.paper import painted, say
    from lydite.model import Verdict

    done = kept.shrunk
    failure = done.before
    scene = story.Scene(
        target=failure.target,
        label=failure.label,
        mutant=failure.mutant,
        code_digest=code_digest,
        file=kept.failure or str(file),
    )
    name = f"{failure.label}, seed {failure.seed}"
    say((scene.frame(done.run), ""))
    if not done.reproduced:
        say(f"{painted(Verdict.UNKNOWN, 'NOT REPRODUCED')}  {name}: nothing was shrunk")
        now = _says_now(kept)
        say(f"  {failure.kind} was recorded, and {now}")
        say(shrunk.warnings(done) if done.changed else ())
    else:
        say(f"{painted(Verdict.HOLDS, 'SHRUNK')}  {name}: {shrunk.headline(done)}")
        say((*shrunk.table(done), ""))
        say([*story.findings(done.run), *story.ending(done.run), *shrunk.faults(done)])
        say([*story.last_words(done.run), *shrunk.warnings(done), *shrunk.files(kept)])
    say(("", scene.frame(done.run)))


def _says_now(kept: "Kept") -> str:
    """What fails now, where it is not what was recorded."""
    from lydite.runner import kind_of

    run = kept.shrunk.run
    kind = kind_of(run)
    if not kind:
        return "nothing fails now"
    return f"{kind} fails now: {run.failed[kind]}"


def _say_json(file: Path, kept: "Kept", code: Exit) -> None:
    from lydite.cli.paper import say_json
    from lydite.cli.shrunk import as_plain

    failure = kept.shrunk.before
    say_json(
        {
            "verb": "shrink",
            "file": str(file),
            "target": failure.target,
            "mutant": failure.mutant,
            "seed": failure.seed,
            "kind": failure.kind,
            "verdict": str(kept.shrunk.run.result.verdict),
            **as_plain(kept),
            "exit_code": int(code),
        }
    )
