"""A dossier: a campaign with all that is known about it, as a report tells it and a person decides by it."""

from dataclasses import dataclass
from enum import StrEnum

from lydite.model.campaign import Better, CampaignResult
from lydite.model.decision import Decision, GateCourse


class News(StrEnum):
    """How a failure of this campaign, or of those before it, stands to the last one."""

    NEW = "new"
    """It is here, and was not in the last campaign."""
    ONGOING = "ongoing"
    """It is here, and was."""
    RESOLVED = "resolved"
    """It is gone, for more runs than chance explains."""
    UNSURE = "unsure"
    """It is not here, and as many runs without it may be luck."""
    RARE = "rare"
    """It is here, and seldom: at the edge of what campaigns of this size can find."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One failure, as a piece of news."""

    news: News
    case: str
    subject: str
    check: str
    """What failed in it: the name of the check, the exception, or the test."""
    sentence: str
    safety: bool
    rate: float
    """In how many of the runs that could show it, as far as is known."""
    first_seen: str
    """The campaign in which it came first."""
    last_seen: str
    quiet: int = 0
    """Runs since, without it."""
    needed: int = 0
    """Runs without it after which chance explains no more than one time in twenty."""
    reproduce: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place in a trend where it changed, with what that is worth."""

    at: str
    """The campaign from which on it is so."""
    before: float
    after: float
    chance: float
    """How likely so large a change is where nothing changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A figure over campaigns, the oldest first."""

    name: str
    unit: str
    better: Better
    campaigns: tuple[str, ...]
    values: tuple[float, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaky:
    """A case that both passes and fails with the same code."""

    case: str
    runs: int
    failures: int
    low: float
    """The interval of its rate of failure, 95 %."""
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything that a report tells."""

    result: CampaignResult
    decision: Decision | None = None
    previous: str = ""
    """The campaign that the news are told against; empty where there was none."""
    news: tuple[Told, ...] = ()
    trends: tuple[Trend, ...] = ()
    flaky: tuple[Flaky, ...] = ()
    courses: tuple[GateCourse, ...] = ()
    """What the gates said of the campaigns before, when those were decided."""
