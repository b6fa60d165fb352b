"""What the runner asks of a nursery, and what it gets: plain values, each with its JSON form.

An `Opening` names a target and where to look for it. A `Description` says what was found there. An
`Order` is one run, and a `Run` is what came of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from lydite.model import (
    Ending,
    Event,
    Facts,
    Kind,
    Level,
    MutantDoesNotFit,
    Payload,
    Phase,
    Plain,
    Result,
    Schedule,
    Verdict,
)
from lydite.runner.documents import (
    event_as_plain,
    event_from_plain,
    result_as_plain,
    result_from_plain,
)
from lydite.runner.tally import Tally, tallies_as_plain, tallies_from_plain
from lydite.runner.wire import Message

Parts: TypeAlias = Mapping[str, tuple[int, ...]]
"""Of what a trial does several of, the numbers that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """How to run a program that has no trial: its arguments, and for how long if it does not end."""

    argv: tuple[str, ...] = ()
    for_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a nursery shall open: a target as it was typed, seen from a folder, perhaps with a bug planted."""

    target: str
    mutant: str = ""
    home: str = field(default_factory=lambda: str(Path.cwd()))
    bare: Bare | None = None
    calm: bool = False
    """Shall its trials run without the faults of their storms?"""

    def as_plain(self) -> Message:
        """The JSON form."""
        bare = {"argv": list(self.bare.argv), "for_ns": self.bare.for_ns} if self.bare else None
        return {
            "target": self.target,
            "mutant": self.mutant,
            "home": self.home,
            "bare": bare,
            "calm": self.calm,
        }

    @classmethod
    def from_plain(cls, value: Message) -> "Opening":
        """An opening from its JSON form."""
        bare = value["bare"]
        return cls(
            target=value["target"],
            mutant=value["mutant"],
            home=value["home"],
            bare=Bare(argv=tuple(bare["argv"]), for_ns=bare["for_ns"]) if bare else None,
            calm=value["calm"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A trial that was found."""

    label: str
    """Its short name for people and for file names: `counter.converges`."""
    target: str
    """What names this trial, and no other, on the command line."""
    name: str
    story: str
    storm: bool
    twistable: bool
    """Can its storm be asked for a schedule that is a little different from another one?"""
    configuration: str
    """The digest of its map, its tempo and its limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A mutant that was found beside the trials."""

    name: str
    module: str
    caught_by: str
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a target turned out to be, and which code stands behind it."""

    trials: tuple[Listed, ...]
    mutants: tuple[Planted, ...]
    code_digest: str
    code_files: Facts
    platform_digest: str

    def as_plain(self) -> Message:
        """The JSON form."""
        return {
            "trials": [{name: getattr(each, name) for name in Listed.__slots__} for each in self.trials],
            "mutants": [{name: getattr(each, name) for name in Planted.__slots__} for each in self.mutants],
            "code_digest": self.code_digest,
            "code_files": dict(self.code_files),
            "platform_digest": self.platform_digest,
        }

    @classmethod
    def from_plain(cls, value: Message) -> "Description":
        """A description from its JSON form."""
        return cls(
            trials=tuple(Listed(**each) for each in value["trials"]),
            mutants=tuple(Planted(**each) for each in value["mutants"]),
            code_digest=value["code_digest"],
            code_files=value["code_files"],
            platform_digest=value["platform_digest"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One run: a trial by its label, a seed, and what to keep of it."""

    number: int
    """Its place among all runs that are wanted; reports follow it."""
    label: str
    seed: int
    schedule: Schedule | None = None
    """The faults; without, those that the trial's storm draws from the seed."""
    parts: Parts = field(default_factory=dict)
    """Of what the trial does several of, the numbers that are kept; what is not named stays whole."""
    twist: int = 0
    """Which twist of the given schedule is wanted; 0: the schedule itself."""
    trace: str = ""
    level: Level = Level.CHECKPOINTS
    payload: Payload = Payload.CRC32
    verbose: bool = False
    """Bring back the whole story, with what the hosts print."""
    reached: bool = False
    """Bring back what the run reached: a search learns from it."""

    def as_plain(self) -> Message:
        """The JSON form."""
        return {
            "number": self.number,
            "label": self.label,
            "seed": self.seed,
            "schedule": None if self.schedule is None else self.schedule.as_plain(),
            "parts": parts_as_plain(self.parts),
            "twist": self.twist,
            "trace": self.trace,
            "level": str(self.level),
            "payload": str(self.payload),
            "verbose": self.verbose,
            "reached": self.reached,
        }

    @classmethod
    def from_plain(cls, value: Message) -> "Order":
        """An order from its JSON form."""
        return cls(
            number=value["number"],
            label=value["label"],
            seed=value["seed"],
            schedule=_schedule(value["schedule"]),
            parts=parts_from_plain(value["parts"]),
            twist=value["twist"],
            trace=value["trace"],
            level=Level(value["level"]),
            payload=Payload(value["payload"]),
            verbose=value["verbose"],
            reached=value["reached"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of an order: the result, and what explains it."""

    order: Order
    result: Result
    schedule: Schedule | None = None
    """The faults in force, written out, so that a replay needs no storm; None where they are not known."""
    asked: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """What the trial does several of: how many, and the least that it can do with."""
    last_words: Facts = field(default_factory=dict)
    """Of each host, the last lines that it printed."""
    story: tuple[Event, ...] = ()
    """Of a failed run, and of one whose schedule was given, the faults; with `verbose`, everything a judge saw."""
    reached: tuple[int, ...] = ()
    """What the run reached, as features of its story, if the order asked for it."""
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    """What became of its faults, by their kind."""
    in_force: bool | None = None
    """Was the planted bug loaded? None where there is none, or where nobody can say."""

    @property
    def faults(self) -> tuple[Event, ...]:
        """The levers that were pulled."""
        return tuple(event for event in self.story if event.kind is Kind.FAULT)

    @property
    def idle_faults(self) -> tuple[int, ...]:
        """The numbers of the faults that did not happen: they met nobody, or were due after the end."""
        begun = {
            event.fields["number"]
            for event in self.story
            if event.kind is Kind.SCHEDULED and event.fields["phase"] == Phase.BEGIN
        }
        schedule = self.schedule or Schedule()
        return tuple(number for number in range(1, len(schedule) + 1) if number not in begun)

    @property
    def failed(self) -> dict[str, str]:
        """Everything that failed, and what was said of it: checks by their names, the run itself by its ending."""
        found = {
            finding.check: finding.message
            for finding in self.result.findings
            if finding.verdict is Verdict.VIOLATED
        }
        ending = self.result.ending
        return found if ending is None else {**found, ending.error: ending.message}

    def as_plain(self) -> Message:
        """The JSON form, without the order: who gave it knows it."""
        return {
            "result": result_as_plain(self.result),
            "schedule": None if self.schedule is None else self.schedule.as_plain(),
            "asked": {name: list(each) for name, each in self.asked.items()},
            "last_words": dict(self.last_words),
            "story": [event_as_plain(event) for event in self.story],
            "reached": list(self.reached),
            "tallies": tallies_as_plain(self.tallies),
            "in_force": self.in_force,
        }

    @classmethod
    def from_plain(cls, value: Message, order: Order) -> "Run":
        """A run from its JSON form."""
        return cls(
            order=order,
            result=result_from_plain(value["result"]),
            schedule=_schedule(value["schedule"]),
            asked={name: (each[0], each[1]) for name, each in value["asked"].items()},
            last_words=value["last_words"],
            story=tuple(event_from_plain(each) for each in value["story"]),
            reached=tuple(value["reached"]),
            tallies=tallies_from_plain(value["tallies"]),
            in_force=value["in_force"],
        )


def refuse_idle_mutant(name: str, description: Description, runs: Iterable[Run]) -> None:
    """An error if a bug was planted and no run has loaded it: then these runs say nothing of it."""
    told = [run.in_force for run in runs]
    if not name or not told or any(each is not False for each in told):
        return
    module = next(each.module for each in description.mutants if each.name == name)
    raise MutantDoesNotFit(
        f"the mutant {name} was never in force: {module} was not loaded in any of {len(told):,} runs",
        where=module,
        remedy="name a module that the trials or their programs do import",
    )


def parts_as_plain(parts: Parts) -> dict[str, Plain]:
    """The JSON form of the numbers that are kept."""
    return {name: list(numbers) for name, numbers in parts.items()}


def parts_from_plain(value: Mapping[str, Any]) -> Parts:
    """The numbers that are kept, from their JSON form."""
    return {name: tuple(numbers) for name, numbers in value.items()}


def broken_run(order: Order, ending: Ending, schedule: Schedule | None) -> Run:
    """A run of which nothing is known but how it failed."""
    result = Result(
        trial=order.label, seed=order.seed, verdict=Verdict.UNKNOWN, digest="", records=0, ending=ending
    )
    return Run(order=order, result=result, schedule=schedule)


def _schedule(value: Plain) -> Schedule | None:
    return None if value is None else Schedule.from_plain(value)
