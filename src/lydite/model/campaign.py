"""What a campaign leaves behind: its phases, what was tried in each, what was measured, and where it ran."""

from dataclasses import dataclass, field
from enum import StrEnum

from lydite.model.canonical import Facts
from lydite.model.verdict import Finding, Verdict


class Outcome(StrEnum):
    """What became of something that was tried."""

    PASSED = "passed"
    FAILED = "failed"
    """What it claims is not so."""
    BROKEN = "broken"
    """It could not be carried out."""
    UNKNOWN = "unknown"
    """It was carried out, and proves nothing."""
    SKIPPED = "skipped"
    """It was left out, and says why."""


class Better(StrEnum):
    """In which direction a figure is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Work(StrEnum):
    """What a phase does."""

    TRIALS = "trials"
    MUTANTS = "mutants"
    PYTEST = "pytest"
    HARNESS = "harness"
    BENCHMARKS = "benchmarks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file that belongs to a result, by its content."""

    name: str
    path: str
    digest: str
    """BLAKE2b of its bytes, 32 bytes, in hexadecimal digits."""
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that was tried: a trial over many seeds, a test, a mutant, a benchmark."""

    name: str
    """Unique in its campaign, and the same in every campaign: histories are told by it."""
    subject: str
    suite: str
    """Its category: storm, mutants, unit, integration, property, e2e, chaos, performance, ..."""
    outcome: Outcome
    seconds: float = 0.0
    runs: int = 1
    """How often it was carried out: seeds of a trial, repetitions of a test."""
    failures: int = 0
    """How many of the runs failed."""
    message: str = ""
    """One sentence: why it did not pass."""
    detail: str = ""
    """What there is to read: a traceback, last words."""
    finding: Finding | None = None
    faults: tuple[Facts, ...] = ()
    """The smallest schedule that was found to break it, fault by fault, each in its JSON form."""
    picture: str = ""
    """The picture of the failed run, a whole SVG element; empty where none was drawn."""
    safety: bool = False
    """Is its failure one of safety, which no number of passes outweighs?"""
    seed: int | None = None
    """The seed of the first failure, or of the first run."""
    reproduce: str = ""
    """The command that does it again."""
    artefacts: tuple[Artefact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A figure, with what it is worth."""

    name: str
    """As `throughput.seeds_per_s`: unique in its campaign."""
    value: float
    unit: str
    better: Better = Better.NEITHER
    samples: int = 1
    low: float | None = None
    """The interval that holds the true value with the confidence of 95 %; none was computed, where it is None."""
    high: float | None = None
    exact: bool = False
    """Is it counted in the simulated world, and so equal on every machine?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A figure over time: the use of a resource, while something ran."""

    name: str
    unit: str
    at_s: tuple[float, ...]
    values: tuple[float, ...]
    run: str = ""
    """The case whose run it is of, in virtual seconds; empty: it is of the phase, in real ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A fault that was in force for a while, for the shading of series."""

    name: str
    begin_s: float
    end_s: float
    run: str = ""
    """Whose time this is, as of a series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """A service that came up again."""

    service: str
    at_s: float
    cause: str
    run: str = ""
    """Whose time this is, as of a series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseResult:
    """One phase, as it went."""

    name: str
    work: Work
    outcome: Outcome
    cases: tuple[Case, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    series: tuple[Series, ...] = ()
    bands: tuple[Band, ...] = ()
    restarts: tuple[Restart, ...] = ()
    seconds: float = 0.0
    message: str = ""
    """Why it was skipped or broken; empty where its cases tell all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where it ran, and what that place was worth."""

    fingerprint: str
    """Equal for machines whose figures may be compared."""
    facts: Facts = field(default_factory=dict)
    """Python, system, processor, cores, memory, load before and after."""
    doubts: tuple[str, ...] = ()
    """What speaks against its figures: a high load, few cores, a clock that stepped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignResult:
    """A whole campaign."""

    identity: str
    """A name that no other campaign has."""
    target: str
    preset: str
    begun: str
    """The moment, as ISO 8601 in UTC with a Z."""
    seconds: float
    verdict: Verdict
    sentence: str
    """The verdict as a sentence with its cause."""
    phases: tuple[PhaseResult, ...]
    environment: Environment
    code: str = ""
    """The digest of the code under test."""
    commit: str = ""
    """The commit of the working tree, with a plus where it was changed."""
    seed: int = 0
    reproduce: str = ""
    interrupted: bool = False

    @property
    def cases(self) -> tuple[Case, ...]:
        """Everything that was tried."""
        return tuple(case for phase in self.phases for case in phase.cases)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """Everything that was measured."""
        return tuple(each for phase in self.phases for each in phase.measurements)
