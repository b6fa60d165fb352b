"""What a shrink leaves, for `lydite shrink` and for a sweep: its files, its story and its JSON form."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lydite.cli.files import writing_text
from lydite.cli.paper import counted, short, told
from lydite.model import Fault, format_ns
from lydite.runner import (
    Ended,
    Failure,
    ForkedEngine,
    Shrunk,
    events_of,
    write_failure,
    write_regression,
)

WHY = {
    Ended.SMALLEST: "nothing more can be taken away",
    Ended.REPLAYS: "its replays were used up, so a smaller one may be found with more of them: --replays",
    Ended.SECONDS: "its time was over, so a smaller one may be found with more of it: --seconds",
    Ended.INTERRUPTED: "interrupted, so this is the smallest one until then",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A shrink, and the files that it has left; none where the failure did not come again."""

    shrunk: Shrunk
    failure: str = ""
    test: str = ""
    picture: str = ""

    @property
    def interrupted(self) -> bool:
        """Did Ctrl-C end the shrink?"""
        return self.shrunk.ended is Ended.INTERRUPTED

    @property
    def replay(self) -> str:
        """The command that repeats the smallest run."""
        return f"lydite replay {shlex.quote(self.failure)}" if self.failure else ""


def keep(shrunk: Shrunk, engine: ForkedEngine, *, file: Path, folder: Path) -> Kept:
    """Write the failure file, the pytest file and the picture of what was shrunk from this failure file."""
    if shrunk.after is None:
        return Kept(shrunk=shrunk)
    stem = stem_of(file)
    failure = write_failure(shrunk.after, folder, name=f"{stem}.shrunk.failure.json")
    replay = f"lydite replay {shlex.quote(str(failure))}"
    test = write_regression(shrunk, folder, stem=stem, replay=replay)
    # Who presses Ctrl-C wants the end: the picture needs one more run.
    if shrunk.ended is Ended.INTERRUPTED:
        return Kept(shrunk=shrunk, failure=str(failure), test=str(test))
    picture = _drawn(shrunk, engine, folder / f"{stem}.html", replay)
    return Kept(shrunk=shrunk, failure=str(failure), test=str(test), picture=picture)


def stem_of(file: Path) -> str:
    """The name of a failure file without its endings.

    >>> stem_of(Path("found/shop.sells-3.failure.json")), stem_of(Path("shop.sells-3.shrunk.failure.json"))
    ('shop.sells-3', 'shop.sells-3')
    """
    return file.name.removesuffix(".json").removesuffix(".failure").removesuffix(".shrunk")


def _drawn(shrunk: Shrunk, engine: ForkedEngine, path: Path, replay: str) -> str:
    """The picture of the smallest run; none where it left no trace."""
    from lydite.reports import Scene, picture

    after = shrunk.after
    assert after is not None
    events = events_of(engine, shrunk.run)
    if not events:
        return ""
    mutant = f", mutant {after.mutant}" if after.mutant else ""
    scene = Scene(
        title=f"{after.label}, seed {after.seed}{mutant}",
        sentence=f"{after.kind}: {message_of(after)}",
        finding=after.finding,
        schedule=shrunk.schedule,
        events=events,
        last_words=after.last_words,
        replay=replay,
        facts={
            "seed": after.seed,
            "digest": after.digest,
            "lydite": after.lydite,
            "python": after.python,
            "code": short(after.code_digest),
        },
    )
    with writing_text(path) as file:
        file.write(picture(scene))
    return str(path)


def message_of(failure: Failure) -> str:
    """What was said of a failure."""
    if failure.finding is not None:
        return failure.finding.message
    return failure.ending.message if failure.ending is not None else ""


def headline(shrunk: Shrunk) -> str:
    """How much smaller, and what it took."""
    before, left = shrunk.faults
    took = f"{counted(shrunk.replays, 'replay')}, {shrunk.seconds:.1f} s"
    return f"from {counted(before, 'fault')} to {left:,} in {took}: {WHY[shrunk.ended]}"


def table(shrunk: Shrunk) -> list[str]:
    """What there was before, and what is left."""
    rows = [("", "before", "after")]
    rows += [(name, _shown(before), _shown(after)) for name, (before, after) in _compared(shrunk).items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"  {name:<{widths[0]}}  {before:>{widths[1]}}  {after:>{widths[2]}}" for name, before, after in rows
    ]


def faults(shrunk: Shrunk) -> list[str]:
    """The faults that it needs, in words."""
    if not shrunk.schedule:
        return ["  it fails without any fault"]
    return ["  the faults that it needs:", *(f"    {_fault(fault)}" for fault in shrunk.schedule.faults)]


def warnings(shrunk: Shrunk) -> Iterator[str]:
    """What must be known before the result is trusted."""
    if shrunk.changed:
        yield f"  the code has changed since the failure was found: {', '.join(shrunk.changed)}"
    if not shrunk.steady and shrunk.ended is not Ended.INTERRUPTED:
        yield "  the smallest run does not come out equal each time: see lydite check-determinism"


def files(kept: Kept) -> Iterator[str]:
    """Where everything is."""
    yield f"  failure file: {kept.failure}"
    yield f"  pytest file:  {kept.test}"
    if kept.picture:
        yield f"  picture:      {kept.picture}"


def as_plain(kept: Kept) -> dict[str, Any]:
    """The JSON form."""
    shrunk = kept.shrunk
    return {
        "reproduced": shrunk.reproduced,
        "ended": str(shrunk.ended),
        "steady": shrunk.steady,
        "replays": shrunk.replays,
        "seconds": round(shrunk.seconds, 3),
        "faults": _pair(*shrunk.faults),
        "parts": {name: _pair(before, after) for name, (before, after) in shrunk.kept.items()},
        "found_at_ns": _pair(shrunk.whole.result.broke_ns, shrunk.run.result.broke_ns),
        "virtual_ns": _pair(shrunk.whole.result.virtual_ns, shrunk.run.result.virtual_ns),
        "schedule": shrunk.schedule.as_plain(),
        "digest": shrunk.run.result.digest,
        "changed_code": list(shrunk.changed),
        "failure_file": kept.failure or None,
        "test_file": kept.test or None,
        "picture": kept.picture or None,
        "replay": kept.replay or None,
    }


def _compared(shrunk: Shrunk) -> dict[str, tuple[int | str, int | str]]:
    whole, run = shrunk.whole, shrunk.run
    return {
        "faults": shrunk.faults,
        **shrunk.kept,
        "fails at": (format_ns(whole.result.broke_ns), format_ns(run.result.broke_ns)),
        "virtual time": (format_ns(whole.result.virtual_ns), format_ns(run.result.virtual_ns)),
        "records": (whole.result.records, run.result.records),
    }


def _fault(fault: Fault) -> str:
    lasting = f", for {format_ns(fault.lasting_ns)}" if fault.lasting_ns else ""
    return f"{format_ns(fault.at_ns):>12}  {fault.kind} {told(fault.args)}{lasting}"


def _shown(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _pair(before: int, after: int) -> dict[str, int]:
    return {"before": before, "after": after}
