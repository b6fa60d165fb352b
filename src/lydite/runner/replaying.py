"""Replay: run what a failure file tells of once more, and say whether it is still the same.

A replay that meets the same digest is the same run, record by record. Everything else is compared too, so
that it can be said *why* a run is not the same: the code, the trial's configuration, a dependency, Python.
"""

from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from lydite.model import TargetNotFound
from lydite.runner.engines import ForkedEngine
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.failure import Failure, failure_of, read_failure
from lydite.runner.orders import Description, Listed, Opening, Order, Run, refuse_idle_mutant


class Sameness(StrEnum):
    """How a replay compares to the failure."""

    REPRODUCED = "reproduced"
    """The same digest: the same run."""
    SAME_FINDING = "same-finding"
    """The same check fails, in another run."""
    OTHER_FINDING = "other-finding"
    """Another check fails."""
    NO_FINDING = "no-finding"
    """Nothing fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What became of a failure."""

    failure: Failure
    run: Run
    listed: Listed
    code_digest: str
    sameness: Sameness
    changed: tuple[str, ...]
    """The own modules whose source is not what it was, or that came or went."""
    surroundings: tuple[str, ...]
    """What else is not as it was, each told in a few words."""


def replay(path: Path, *, order: Order | None = None, timeout_s: float = TIMEOUT_S) -> Replay:
    """Repeat the run of a failure file. An order adds to it what to keep: a trace, the hosts' output."""
    failure = read_failure(path)
    opening = Opening(target=failure.target, mutant=failure.mutant)
    with closing(open_near(opening, path, timeout_s=timeout_s)) as engine:
        (listed,) = engine.description.trials
        wanted = order or Order(number=0, label="", seed=0)
        run = engine.run(
            replace(
                wanted,
                label=listed.label,
                seed=failure.seed,
                schedule=failure.schedule,
                parts=failure.parts,
            )
        )
        refuse_idle_mutant(failure.mutant, engine.description, [run])
        now = failure_of(
            run,
            listed,
            engine.description,
            mutant=failure.mutant,
            dependencies=engine.dependencies(),
        )
        return Replay(
            failure=failure,
            run=run,
            listed=listed,
            code_digest=engine.description.code_digest,
            sameness=_sameness(failure, now),
            changed=changed_code(failure, engine.description),
            surroundings=_surroundings(failure, now),
        )


def open_near(opening: Opening, path: Path, *, workers: int = 1, timeout_s: float) -> ForkedEngine:
    """Open the target, seen from here or else from a folder above the file, where it was run."""
    homes = dict.fromkeys([Path.cwd(), *path.resolve().parents])
    first: TargetNotFound | None = None
    for home in homes:
        file = opening.target.partition("::")[0]
        if home != Path.cwd() and not (file.endswith(".py") and (home / file).is_file()):
            continue
        seen = replace(opening, home=str(home))
        try:
            return ForkedEngine(seen, workers=workers, timeout_s=timeout_s).__enter__()
        except TargetNotFound as error:
            first = first or error
    assert first is not None
    raise first


def _sameness(before: Failure, now: Failure) -> Sameness:
    if now.digest and now.digest == before.digest and now.kind == before.kind:
        return Sameness.REPRODUCED
    if not now.kind:
        return Sameness.NO_FINDING
    return Sameness.SAME_FINDING if now.kind == before.kind else Sameness.OTHER_FINDING


def changed_code(failure: Failure, description: Description) -> tuple[str, ...]:
    """The own modules whose source is not what it was, or that came or went."""
    before, now = failure.code_files, description.code_files
    return tuple(name for name in sorted({*before, *now}) if before.get(name) != now.get(name))


def _surroundings(before: Failure, now: Failure) -> tuple[str, ...]:
    told = []
    if before.configuration != now.configuration:
        told.append("the trial's map, tempo or limits")
    if before.platform_digest != now.platform_digest:
        versions = f" ({before.lydite} then, {now.lydite} now)" if before.lydite != now.lydite else ""
        told.append(f"Lydite itself{versions}")
    if before.python != now.python:
        told.append(f"Python ({before.python} then, {now.python} now)")
    for name in sorted({*before.dependencies, *now.dependencies}):
        old, new = before.dependencies.get(name), now.dependencies.get(name)
        if old != new:
            told.append(f"{name} ({old or 'absent'} then, {new or 'absent'} now)")
    return tuple(told)
