"""`lydite watch`: runs tests and trials again when a file changes, the affected first."""

import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import SeedsOption, WorkersOption
from lydite.model import InputError, TargetNotFound, near

if TYPE_CHECKING:
    from lydite.cli.progress import ProgressBar
    from lydite.watching import Command, Ended, Event, Job, Wanted

FILES_TOLD_MAX = 5
LINES_MAX = 60
"""So much is told of what a failed job has printed."""


def watch(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TARGET|PATH]...",
            help="Targets with trials, files of tests, folders; everything below this folder without any.",
        ),
    ] = None,
    *,
    seeds: SeedsOption = None,
    workers: WorkersOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object for each event, in a line.")
    ] = False,
) -> Exit:
    """Run tests and trials again when a file changes, the affected first, until Ctrl-C."""
    from lydite.cli.progress import ProgressBar
    from lydite.watching import Graph, Tree, Vigil

    home = Path.cwd()
    wanted, outside = _wanted(what or [], home)
    folders = (home, *outside)
    roots = (str(home), str(home / "src"), *(str(each.parent) for each in outside))
    vigil = Vigil(
        wanted=wanted,
        tree=Tree(folders=folders),
        graph=Graph(roots=roots),
        order=_Orders(seeds=seeds, workers=workers),
    )
    with ProgressBar() as bar:
        teller = _say_json if as_json else _Teller(bar)
        try:
            with _ended_by_signals(), closing(vigil.keep()) as events:
                for event in events:
                    _refuse_nothing(event)
                    teller(event)
                    sys.stdout.flush()
        except KeyboardInterrupt:
            bar.clear()
            _say_over(as_json=as_json)
    return Exit.HOLDS


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Whatever ends a watch ends it as Ctrl-C does, so that nothing is left behind that it has started.

    A shell that starts us in the background would have us ignore Ctrl-C.
    """
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _wanted(words: list[str], home: Path) -> "tuple[Wanted, tuple[Path, ...]]":
    """What was asked for, and the folders outside of this one that have to be watched for it."""
    from lydite.watching import Item, Sort, Wanted, is_test, told

    folders: list[str] = [] if words else [str(home)]
    items: list[Item] = []
    outside: dict[Path, None] = {}
    for word in words:
        name, _, inside = word.partition("::")
        path = Path(name).absolute()
        if path.is_dir():
            path = path.resolve()
            folders.append(str(path))
            file, folder = path, path
        elif path.is_file():
            path = path.resolve()
            file, folder = path, path.parent
            sort = Sort.TEST if is_test(str(path)) and not inside else Sort.TRIAL
            items.append(Item(sort=sort, name=word if inside else told(str(path), str(home)), file=str(path)))
        else:
            file, folder = _located(word, home)
            items.append(Item(sort=Sort.TRIAL, name=word, file=str(file)))
        if not file.is_relative_to(home):
            outside[folder] = None
    return Wanted(home=str(home), folders=tuple(folders), items=tuple(items)), tuple(outside)


def _located(target: str, home: Path) -> tuple[Path, Path]:
    """The file of a subject or a module, found without importing it, and the folder of its package."""
    from lydite.runner import subjects

    known = {entry.name: entry.module for entry in subjects()}
    module = known.get(target.partition(".")[0], target.partition(":")[0])
    parts = module.split(".")
    if all(part.isidentifier() for part in parts):
        for root in (home, home / "src", *map(Path, filter(None, sys.path))):
            whole = root.joinpath(*parts)
            for file in (whole.with_suffix(".py"), whole / "__init__.py"):
                if file.is_file():
                    return file.resolve(), (root / parts[0]).resolve()
    raise TargetNotFound(
        f"there is nothing called {target!r} to watch",
        where=f"looked for a file, a folder, a subject and a module, from {home}",
        remedy=near(target, [*known, *(path.name for path in sorted(home.glob("*.py")))]),
    )


class _Orders:
    """How jobs are started: tests by pytest, trials by a sweep."""

    def __init__(self, *, seeds: int | None, workers: int | None) -> None:
        given = {"--seeds": seeds, "--workers": workers}
        told = [word for name, count in given.items() if count is not None for word in (name, str(count))]
        self._sweep = (*told, "--no-shrink")

    def __call__(self, job: "Job") -> "Command":
        from lydite.runner import PIPE, REPORTER
        from lydite.watching import Command, Sort

        names = tuple(item.name for item in job.items)
        if job.sort is Sort.TRIAL:
            main = "from lydite.cli import main; main()"
            return Command(argv=(sys.executable, "-P", "-c", main, "sweep", *names, *self._sweep))
        options = ("-q", "--no-header", "--tb=short", "--continue-on-collection-errors")
        plugins = ("-p", REPORTER, "-p", "no:cacheprovider")
        return Command(argv=(sys.executable, "-m", "pytest", *options, *plugins, *names), pipe=PIPE)


def _refuse_nothing(event: "Event") -> None:
    from lydite.watching import Ready

    if isinstance(event, Ready) and not event.tests and not event.trials:
        raise InputError(
            "there is nothing to run: no file of tests, and none with a trial",
            where=f"below {Path.cwd()}",
            remedy="name a target or a folder",
        )


class _Teller:
    """Tells what happens, in lines that stay; how far a job is stands in a bar that does not."""

    def __init__(self, bar: "ProgressBar") -> None:
        self._bar = bar

    def __call__(self, event: "Event") -> None:
        """One more event."""
        from lydite.cli.paper import say
        from lydite.watching import Began, Going

        if isinstance(event, Began):
            self._bar.show(event.job.title, 0, 0, str(event.job.why))
        elif isinstance(event, Going):
            found = f"{event.failed:,} failed" if event.failed else "no failure"
            words = f"{event.done:,}/{event.wanted:,} tests, {found}" if event.wanted else "collecting"
            self._bar.show(event.job.title, event.done, event.wanted, words)
        else:
            self._bar.clear()
            say(_lines(event))


def _lines(event: "Event") -> Iterator[str]:
    """An event in words."""
    from lydite.cli.paper import counted, painted
    from lydite.watching import Changed, Ended, Idle, Ready, Stopped, Waiting

    match event:
        case Ready():
            tests = f"{event.tests:,} {'file' if event.tests == 1 else 'files'} of tests"
            yield f"watching {counted(event.files, 'file')}: {tests}, {counted(event.trials, 'target')} with trials"
            if event.left_out:
                yield f"  {counted(event.left_out, 'file')} more are not watched: there are too many"
        case Changed():
            more = len(event.files) - FILES_TOLD_MAX
            files = ", ".join(event.files[:FILES_TOLD_MAX]) + (f" and {more:,} more" if more > 0 else "")
            yield f"changed: {files}; {event.affected:,} affected"
        case Waiting():
            yield from (f"waiting: {file} does not parse: {problem}" for file, problem in event.problems)
        case Stopped():
            yield f"stopped  {event.job.title}"
        case Ended():
            yield from _ended(event)
        case Idle():
            if event.failed:
                names = ", ".join(event.failed)
                total = event.passed + len(event.failed)
                yield f"{painted('VIOLATED', 'FAILED')}  {len(event.failed):,} of {total:,}: {names}"
            else:
                yield f"{painted('HOLDS', 'PASSED')}  all {event.passed:,}"
        case _:
            return


def _ended(event: "Ended") -> Iterator[str]:
    from lydite.cli.paper import painted

    what = f"{event.job.title} ({event.job.why}, {event.seconds:.1f} s)"
    if not event.failed:
        yield f"{painted('HOLDS', 'passed')}  {what}"
        return
    worst = next(
        outcome for outcome in ("broken", "failed", "unknown") if outcome in _outcomes(event).values()
    )
    verdict = "UNKNOWN" if worst == "unknown" else "VIOLATED"
    names = f": {', '.join(event.failed)}" if len(event.job.items) > 1 else ""
    yield f"{painted(verdict, worst)}  {what}{names}"
    left_out = len(event.output) - LINES_MAX
    if left_out > 0:
        yield f"    ... {left_out:,} lines before"
    yield from (f"    {line}".rstrip() for line in event.output[-LINES_MAX:])


def _outcomes(event: "Ended") -> Mapping[str, str]:
    return {item.name: str(outcome) for item, outcome in event.outcomes}


def _say_over(*, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"verb": "watch", "event": "over"}))
    else:
        print("not watched any more")


def _say_json(event: "Event") -> None:
    print(json.dumps({"verb": "watch", **_as_plain(event)}, ensure_ascii=False))


def _as_plain(event: "Event") -> dict[str, Any]:
    from lydite.watching import Began, Changed, Ended, Going, Idle, Ready, Stopped, Waiting

    match event:
        case Ready():
            counts = {"files": event.files, "left_out": event.left_out}
            return {"event": "ready", **counts, "tests": event.tests, "trials": event.trials}
        case Changed():
            return {"event": "changed", "files": list(event.files), "affected": event.affected}
        case Waiting():
            told = [{"file": file, "problem": problem} for file, problem in event.problems]
            return {"event": "waiting", "problems": told}
        case Began():
            return {"event": "began", **_job(event.job)}
        case Going():
            counts = {"done": event.done, "wanted": event.wanted, "failed": event.failed}
            return {"event": "going", **_job(event.job), **counts}
        case Stopped():
            return {"event": "stopped", **_job(event.job)}
        case Ended():
            seconds = round(event.seconds, 3)
            more = {"outcomes": _outcomes(event), "seconds": seconds, "output": list(event.output)}
            return {"event": "ended", **_job(event.job), **more}
        case Idle():
            return {"event": "idle", "passed": event.passed, "failed": list(event.failed)}


def _job(job: "Job") -> dict[str, Any]:
    return {"sort": str(job.sort), "why": str(job.why), "items": [item.name for item in job.items]}
