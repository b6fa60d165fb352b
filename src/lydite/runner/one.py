"""One run, in the process that was forked for it: a trial, a seed, and everything that comes of them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import lydite
from lydite.checks import Check, described, judge, leaves, place_of, unknown
from lydite.faults import Storm, under
from lydite.harness import Trial
from lydite.model import (
    Draws,
    Event,
    Facts,
    Header,
    InputError,
    Kind,
    Level,
    LyditeError,
    Phase,
    Result,
    Schedule,
    SimulationError,
    Verdict,
)
from lydite.runner.orders import Order, Run
from lydite.runner.reached import reached
from lydite.runner.tally import tallied
from lydite.sim import Outcome, simulate

STORY_EVENTS_MAX = 100_000
"""How much of a story is brought back; the trace keeps all of it."""


def schedule_of(trial: Trial, order: Order) -> Schedule:
    """The faults of a run: those of the order, or what the trial's storm draws from its seed."""
    if order.schedule is not None:
        return _twisted(trial, order.schedule, order)
    try:
        return trial.schedule(order.seed)
    except LyditeError:
        raise
    except Exception as error:
        raise InputError(
            f"the storm of {trial.name} failed: {described(error)}",
            where=str(place_of(error)),
            remedy=f"a storm returns a schedule for any seed; this was seed {order.seed}",
        ) from error


def _twisted(trial: Trial, schedule: Schedule, order: Order) -> Schedule:
    """The given schedule, or the twist of it that is wanted; only a storm knows what it may become."""
    if not order.twist or not isinstance(trial.storm, Storm):
        return schedule
    return trial.storm.twisted(schedule, Draws(order.seed, "twist", f"{trial.name}/{order.twist}"))


def perform(trial: Trial, order: Order, schedule: Schedule, *, code_digest: str, code_files: Facts) -> Run:
    """Run the trial with the order's seed under a schedule, judge what happened, and say so."""
    main = under(schedule, trial.run, hosts=trial.hosts, codec=trial.codec)
    header = Header(
        trial=trial.name,
        seed=order.seed,
        configuration=trial.configuration(order.parts),
        schedule=schedule,
        payload=order.payload,
        level=order.level if order.trace else Level.DIGEST,
        code_digest=code_digest,
        code_files=code_files,
        python=sys.version.replace("\n", " "),
        lydite=lydite.__version__,
    )
    with _sink(order.trace) as sink:
        outcome = simulate(
            main,
            header,
            sink=sink,
            regions=trial.map,
            tempo=trial.tempo,
            limits=trial.limits,
            parts=order.parts,
        )
    _raise_if_input_was_bad(trial, outcome.error)
    result = _result(trial, order, outcome)
    silent = result.verdict is Verdict.HOLDS and not order.verbose
    untold = silent and (order.schedule is None or order.twist)
    return Run(
        order=order,
        result=result,
        schedule=schedule,
        asked=outcome.asked,
        reached=reached(outcome.story) if order.reached else (),
        tallies=tallied(schedule, outcome.story),
        last_words={} if silent else outcome.last_words,
        story=() if untold else _story(outcome, order),
    )


@contextmanager
def _sink(path: str) -> Iterator[BinaryIO | None]:
    """The file for the trace, under its own name only when it is whole."""
    if not path:
        yield None
        return
    partial = Path(f"{path}.partial")
    try:
        with partial.open("wb") as sink:
            yield sink
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    partial.replace(path)


def _raise_if_input_was_bad(trial: Trial, error: BaseException | None) -> None:
    """A program that is not found, or a fault that cannot be: the trial's author is told, nothing is judged."""
    inner = [] if error is None else list(leaves(error))
    if any(isinstance(each, SimulationError | AssertionError) for each in inner):
        return
    for each in inner:
        if isinstance(each, LyditeError):
            place = place_of(each)
            where = each.where or (str(place) if place.own else trial.name)
            raise type(each)(each.what, where=where, remedy=each.remedy) from each


def _result(trial: Trial, order: Order, outcome: Outcome) -> Result:
    checks = (*trial.checks, *_unperformed(order, outcome))
    judged = judge(outcome.story, checks, outcome.error, reaches=trial.reaches)
    return Result(
        trial=trial.name,
        seed=order.seed,
        verdict=judged.verdict,
        digest=outcome.digest,
        records=outcome.records,
        findings=judged.findings,
        ending=judged.ending,
        virtual_ns=outcome.virtual_ns,
        events=outcome.events,
        cpu_ns=outcome.cpu_ns,
    )


def _unperformed(order: Order, outcome: Outcome) -> tuple[Check, ...]:
    """What says that of the faults that were asked for none happened: then the system has survived nothing."""
    asked = order.schedule if order.schedule is not None and not order.twist else Schedule()
    begun = any(
        event.kind is Kind.SCHEDULED and event.fields["phase"] == Phase.BEGIN for event in outcome.story
    )
    if begun or not asked:
        return ()
    message = "no fault of it happened: each met nobody, or was due after the end of the trial"
    return (Check(name="schedule", sentence=lambda _: unknown(message)),)


def _story(outcome: Outcome, order: Order) -> tuple[Event, ...]:
    if order.verbose:
        return tuple(outcome.story[-STORY_EVENTS_MAX:])
    faults = [event for event in outcome.story if event.kind in (Kind.FAULT, Kind.SCHEDULED)]
    return tuple(faults[-STORY_EVENTS_MAX:])
