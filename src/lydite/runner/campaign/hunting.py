"""Phases of mutants: each planted bug is hunted, and one that survives fails as a test does."""

import shlex
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, assert_never

from lydite.model import Better, Case, Measurement, Outcome
from lydite.runner.campaign.artefacts import artefact_of
from lydite.runner.campaign.errands import Code, Errand, LeftOut, NotAllTried, Piece
from lydite.runner.engines import ForkedEngine
from lydite.runner.orders import Opening, Planted
from lydite.runner.proof import Caught, Fate, Plan, Unplanted, chosen, hunt
from lydite.runner.shrinking import Budget, Shrinking
from lydite.runner.sweep import Progress

SUITE: Final = "mutants"

REPLAYS: Final = 60
"""How many replays the failure of a mutant may be shrunk with: enough to see that it comes again."""


def mutants(errand: Errand) -> Iterator[Piece]:
    """Hunt the planted bugs of each target."""
    fates: Counter[Outcome] = Counter()
    for target in errand.phase.targets:
        errand.tell(target)
        plan = _plan(errand, target)
        with ForkedEngine(Opening(target=target), timeout_s=plan.timeout_s) as engine:
            description = engine.description
        yield Code(digest=description.code_digest)
        if not description.mutants:
            raise LeftOut(f"{target} has no planted bugs")
        about = description.trials[0].label.partition(".")[0]
        for case in _hunted(errand, plan, about, chosen(description, plan).mutants):
            fates[case.outcome] += 1
            yield case
    tried = fates.total() - fates[Outcome.SKIPPED]
    if tried:
        yield Measurement(
            name=f"{errand.phase.name}.caught",
            value=fates[Outcome.PASSED] / tried,
            unit="share",
            better=Better.HIGHER,
            samples=tried,
        )
    if fates[Outcome.SKIPPED]:
        raise NotAllTried(
            f"the time was over before {fates[Outcome.SKIPPED]:,} of {fates.total():,} mutants were tried"
        )


def _plan(errand: Errand, target: str) -> Plan:
    phase, setting = errand.phase, errand.setting
    return Plan(
        subject=target,
        seeds=phase.seeds,
        first=errand.campaign.seed,
        workers=setting.workers,
        out=errand.folder,
        timeout_s=setting.timeout_s,
        only=phase.only,
        budget=Budget(replays=REPLAYS, seconds=phase.shrink_s) if phase.shrink_s else None,
    )


def _hunted(errand: Errand, plan: Plan, about: str, wanted: tuple[Planted, ...]) -> Iterator[Case]:
    survived = done = 0

    def watch(name: str, progress: Progress) -> None:
        errand.tell(f"{name}, {progress.done:,} runs", done=done, wanted=len(wanted), failed=survived)

    def watch_shrink(name: str, faults: int, progress: Shrinking) -> None:
        del faults
        errand.tell(f"{name}, {progress.replays:,} replays", done=done, wanted=len(wanted), failed=survived)

    with closing(hunt(plan, wanted, watch, watch_shrink)) as steps:
        for mutant in wanted:
            if errand.is_late:
                yield _not_tried(about, mutant)
                continue
            step = next(steps)
            if isinstance(step, Caught) and step.fate is Fate.INTERRUPTED:
                raise KeyboardInterrupt
            case = _case(plan, about, step)
            done, survived = done + 1, survived + (case.outcome is not Outcome.PASSED)
            yield case
            if isinstance(step, Caught) and step.interrupted:
                raise KeyboardInterrupt


def _case(plan: Plan, about: str, step: Caught | Unplanted) -> Case:
    mutant = step.mutant
    outcome, message = _judged(step)
    caught = step.group if isinstance(step, Caught) else None
    least = step.shrunk if isinstance(step, Caught) else None
    return Case(
        name=_name(about, mutant),
        subject=about,
        suite=SUITE,
        outcome=outcome,
        seconds=step.seconds,
        failures=int(outcome is not Outcome.PASSED),
        message=message,
        detail=_told(step, mutant),
        finding=caught.first.result.finding if caught is not None else None,
        faults=tuple(fault.as_plain() for fault in least.schedule.faults) if least is not None else (),
        seed=caught.first.order.seed if caught is not None else plan.first,
        reproduce=_command(plan, mutant),
        artefacts=(artefact_of("failure file", Path(caught.files[0])),) if caught is not None else (),
    )


def _judged(step: Caught | Unplanted) -> tuple[Outcome, str]:
    if isinstance(step, Unplanted):
        return Outcome.BROKEN, f"it was not planted: {step.error.what}"
    check, runs = step.mutant.caught_by, f"{step.sweep.runs:,} runs"
    match step.fate:
        case Fate.CAUGHT:
            return Outcome.PASSED, ""
        case Fate.MISSED | Fate.OTHERS:
            return Outcome.FAILED, f"it survived: {check} did not catch it in {runs}"
        case Fate.HONEST:
            return Outcome.FAILED, f"{check} fails in the same run of the honest program, too"
        case Fate.UNSTEADY:
            return Outcome.FAILED, f"{check} caught it, but the same run did not fail again in that way"
        case Fate.IDLE | Fate.INTERRUPTED:
            return Outcome.BROKEN, "it was not tried to the end"
        case never:
            assert_never(never)


def _told(step: Caught | Unplanted, mutant: Planted) -> str:
    if isinstance(step, Unplanted) or step.group is None:
        return mutant.story
    return f"{mutant.story}\nCaught by {mutant.caught_by} within {step.seeds:,} seeds of {step.group.label}."


def _not_tried(about: str, mutant: Planted) -> Case:
    return Case(
        name=_name(about, mutant),
        subject=about,
        suite=SUITE,
        outcome=Outcome.SKIPPED,
        runs=0,
        message="it was not tried: the time of the phase was over",
        detail=mutant.story,
    )


def _name(about: str, mutant: Planted) -> str:
    """The same for every trial of a subject: it is one bug, whichever trial hunts it."""
    return f"{about}.{SUITE}.{mutant.name}"


def _command(plan: Plan, mutant: Planted) -> str:
    words = ["lydite", "mutants", plan.subject, "--only", mutant.name, "--seeds", str(plan.seeds)]
    return shlex.join([*words, *(["--first", str(plan.first)] if plan.first else [])])
