"""The settings themselves: a section is a class, a key is a field, and each says what it means.

What stands here is all there is to say about a key: the reader of files, the reference, the schema and
`lydite config show` have it from these fields. A value here is what holds where no preset, no file, no variable
and no flag says anything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REPORT_FORMATS = ("html", "markdown", "json", "junit", "ctrf", "github")

PRESET_NAMES = ("development", "ci", "nightly")

DAY_S = 86_400

PATH = "a path without a zero byte"

GATE_NAMES = (
    "safety.violations",
    "phases.broken",
    "mutants.survivors",
    "unit.success",
    "integration.success",
    "resilience.success",
    "coverage.lines",
    "performance.regression",
    "performance.score",
    "coverage.ratchet",
    "flaky.share",
    "flaky.count",
)

LEVEL = "(debug|info|warning|error|off)"
LEVELS = rf"\s*({LEVEL}|[\w.-]+\s*=\s*{LEVEL})(\s*,\s*({LEVEL}|[\w.-]+\s*=\s*{LEVEL}))*\s*"


def told(meaning: str, **limits: Any) -> dict[str, Any]:
    """What a key means, and what limits it: `unit`, `low`, `high`, `choices`, `pairs`, `shape`, `words`, `secret`."""
    return {"meaning": meaning, **limits}


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What holds for everything."""

    preset: str = field(
        default="development",
        metadata=told(
            "The values to begin with, see the presets; and the campaign that `lydite prove` carries out.",
            choices=PRESET_NAMES,
        ),
    )
    parallel: bool = field(default=True, metadata=told("Run what can run at the same time at the same time."))
    jobs: int = field(
        default=0,
        metadata=told(
            "How many processes run at a time where `parallel` is true; 0 is one for each core.",
            unit="processes",
            low=0,
            high=1024,
        ),
    )
    data_dir: str = field(
        default=".lydite",
        metadata=told(
            "The folder for everything that is kept: campaigns with their reports, failures, history.",
            shape=r"[^\0]+",
            words=f"{PATH}, not empty",
        ),
    )
    environment_file: str = field(
        default="",
        metadata=told(
            "A file of variables, as NAME=VALUE lines, for the tests and harnesses of a campaign; empty is none.",
            shape=r"[^\0]*",
            words=PATH,
        ),
    )

    @property
    def workers(self) -> int:
        """How many processes run at a time; 0 is one for each core."""
        return self.jobs if self.parallel else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSettings:
    """A campaign: `lydite prove`."""

    target: str = field(default="coin", metadata=told("What is tested where no target is named."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeps:
    """Trials over many seeds."""

    seeds: int = field(
        default=200,
        metadata=told(
            "How many seeds of each trial, where no phase and no marker names a number. A variable or a flag makes "
            "such a number smaller, too.",
            unit="seeds",
            low=1,
            high=10**9,
        ),
    )
    timeout_s: float = field(
        default=120.0, metadata=told("Real time that one run may take.", unit="seconds", low=0.1, high=DAY_S)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyTests:
    """Tests of properties over generated values."""

    cases: int = field(
        default=1000,
        metadata=told(
            "How many values Hypothesis tries each property on, where the property does not say it itself.",
            unit="cases",
            low=1,
            high=10**9,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """Networks of real processes, in harnesses and tests that go by their `scale`."""

    nodes: int = field(
        default=3, metadata=told("How many nodes a network has.", unit="nodes", low=2, high=100)
    )
    latency_ms: float = field(
        default=0.0,
        metadata=told(
            "How long whatever one node says to another is underway, beyond what it takes anyway.",
            unit="milliseconds",
            low=0,
            high=10_000,
        ),
    )
    discovery_timeout_s: float = field(
        default=60.0,
        metadata=told(
            "How long nodes may take to come up, and to find each other.", unit="seconds", low=0.1, high=DAY_S
        ),
    )
    propagation_timeout_s: float = field(
        default=60.0,
        metadata=told(
            "How long what one node tells may take until all have it.", unit="seconds", low=0.1, high=DAY_S
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings:
    """Catching up, in harnesses and tests that go by their `scale`."""

    chain_size: int = field(
        default=16,
        metadata=told("How many blocks there are to be caught up with.", unit="blocks", low=1, high=10**7),
    )
    timeout_s: float = field(
        default=60.0,
        metadata=told("How long catching up may take.", unit="seconds", low=0.1, high=DAY_S),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chaos:
    """Faults that are made on purpose: by storms, and by harnesses and tests that go by their `scale`."""

    enabled: bool = field(
        default=True,
        metadata=told(
            "Let storms rage. Where not, trials run without the faults of their storms, and tests with the marker "
            "`chaos` and phases of mutants are left out."
        ),
    )
    duration_s: float = field(
        default=0.0,
        metadata=told(
            "How long a harness of real processes goes on making faults; it makes one at least.",
            unit="seconds",
            low=0,
            high=DAY_S,
        ),
    )
    interval_s: float = field(
        default=10.0,
        metadata=told(
            "The time from the end of such a fault to the next one.", unit="seconds", low=0, high=DAY_S
        ),
    )
    recovery_timeout_s: float = field(
        default=60.0,
        metadata=told(
            "How long what such a fault has brought down may take until it answers again.",
            unit="seconds",
            low=0.1,
            high=DAY_S,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Figures of speed and size."""

    tracking: bool = field(
        default=True,
        metadata=told("Measure: carry out phases of benchmarks."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Coverage of the code under test."""

    enabled: bool = field(
        default=False, metadata=told("Count which lines are run, in phases that name packages for it.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What a campaign must reach for its code to be shipped."""

    unit: float = field(
        default=100.0, metadata=told("Unit tests that pass, at least.", unit="percent", low=0, high=100)
    )
    integration: float = field(
        default=95.0, metadata=told("Integration tests that pass, at least.", unit="percent", low=0, high=100)
    )
    coverage: float = field(
        default=80.0, metadata=told("Lines that are run, at least.", unit="percent", low=0, high=100)
    )
    regression: float = field(
        default=20.0,
        metadata=told("By how much a figure may get worse, at most.", unit="percent", low=0, high=1000),
    )
    resilience: float = field(
        default=80.0, metadata=told("The resilience under chaos, at least.", unit="percent", low=0, high=100)
    )
    score: float = field(
        default=75.0, metadata=told("The score of performance, at least.", unit="points", low=0, high=100)
    )
    waiver_days: int = field(
        default=30,
        metadata=told(
            "How far away the last day of a waiver may be; one that is further away does not count.",
            unit="days",
            low=1,
            high=366,
        ),
    )
    owners: tuple[str, ...] = field(
        default=(),
        metadata=told(
            "Who is asked when a gate does not pass, gate by gate.", choices=GATE_NAMES, pairs="OWNER"
        ),
    )

    @property
    def limits(self) -> Mapping[str, float]:
        """The limit of each gate, by the name of the gate."""
        return {
            "unit.success": self.unit,
            "integration.success": self.integration,
            "coverage.lines": self.coverage,
            "performance.regression": self.regression,
            "resilience.success": self.resilience,
            "performance.score": self.score,
        }

    @property
    def owned(self) -> Mapping[str, str]:
        """Who is asked, by the name of the gate."""
        pairs = (each.partition("=") for each in self.owners)
        return {gate.strip(): owner.strip() for gate, _, owner in pairs}


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """Where campaigns are remembered."""

    # Not in `repr`: it may hold a password, and what is printed for a look ends up in logs.
    url: str = field(
        default="",
        repr=False,
        metadata=told(
            "The database of the history, such as `postgresql://user@host/lydite`; empty is a file of SQLite in "
            "`data_dir`. A password in it is never shown.",
            shape=r"|sqlite(\+pysqlite)?:///.+|postgresql(\+psycopg)?://.*",
            words="empty, or a URL that begins with sqlite:/// or postgresql://",
            secret=True,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """What is written about a campaign."""

    formats: tuple[str, ...] = field(
        default=("html", "markdown", "json", "junit"),
        metadata=told("In which formats.", choices=REPORT_FORMATS),
    )
    folder: str = field(
        default="",
        metadata=told(
            "Where to, in a folder with the name of the campaign; empty is beside its result.",
            shape=r"[^\0]*",
            words=PATH,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What a campaign keeps of what it was doing."""

    levels: str = field(
        default="info",
        metadata=told(
            "From which level on components are kept in `campaign.log`: one level for all of Lydite, and others by "
            "name, such as `info,engine=debug`; `off` keeps nothing.",
            shape=LEVELS,
            words="levels such as info,engine=debug: each debug, info, warning, error or off",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, section by section."""

    lydite: Platform = field(default_factory=Platform)
    campaign: CampaignSettings = field(default_factory=CampaignSettings)
    sweep: Sweeps = field(default_factory=Sweeps)
    property: PropertyTests = field(default_factory=PropertyTests)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    chaos: Chaos = field(default_factory=Chaos)
    performance: Performance = field(default_factory=Performance)
    coverage: Coverage = field(default_factory=Coverage)
    gates: Gates = field(default_factory=Gates)
    history: HistorySettings = field(default_factory=HistorySettings)
    report: ReportSettings = field(default_factory=ReportSettings)
    log: LogSettings = field(default_factory=LogSettings)
