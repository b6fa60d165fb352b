"""An errand: one phase to be carried out, with what it has at hand; and what it brings home, piece by piece.

Whoever carries out a phase yields its cases and measurements as soon as they are known: what was found before an
exception or Ctrl-C counts.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from lydite.harness import Campaign, Metric, Phase, Scale
from lydite.model import CampaignResult, Case, LyditeError, PhaseResult
from lydite.runner.engines.forked import TIMEOUT_S
from lydite.runner.orders import Opening

HOME: Final = Path(".lydite")
"""Where everything is kept, unless told otherwise."""

FOLDER: Final = "campaigns"
"""Where in it campaigns leave what they found, each in a folder of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A phase begins, or is left out."""

    phase: Phase
    number: int
    of: int
    so_far: CampaignResult
    """The campaign before it, so that one that dies in its first phase has left something, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """How far a phase is."""

    phase: str
    what: str
    done: int = 0
    wanted: int = 0
    """0: nobody knows yet."""
    failed: int = 0
    seconds: float = 0.0
    left_s: float | None = None
    """How much time is left, where there is a limit or a pace to tell it by."""

    @property
    def per_second(self) -> float:
        """How many were done in a second of real time."""
        return self.done / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A phase is over, and so far the campaign is this: marked as interrupted until the last one is."""

    result: PhaseResult
    so_far: CampaignResult


Watch: TypeAlias = Callable[[Begun | Going | Over], None]
"""Told how a campaign goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The digest of the code that a target stands for."""

    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is to be known of a phase, though it changes nothing of what became of it."""

    text: str


Piece: TypeAlias = Case | Metric | Code | Remark
"""What an errand brings home."""


class LeftOut(LyditeError):
    """There is nothing in this phase to carry out."""


class NotAllTried(LyditeError):
    """The time of the phase was over before everything in it was tried: what was left out is not proven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a campaign is carried out."""

    identity: str
    folder: Path
    """Where failure files and logs go."""
    workers: int = 1
    timeout_s: float = TIMEOUT_S
    """Real time that one run may take."""
    storms: bool = True
    """Have trials the faults of their storms?"""
    benchmarks: bool = True
    """Are phases of benchmarks carried out?"""
    coverage: bool = True
    """Are lines counted in the phases that ask for it?"""
    said: tuple[str, ...] = ()
    """Options that say what holds for this time only: whoever carries it out again has to say them, too."""
    scale: Scale = field(default_factory=Scale)
    """What harnesses of real processes go by."""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What tests and harnesses find in their environment beside what is there; it may be secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One phase, to be carried out now."""

    phase: Phase
    campaign: Campaign
    setting: Setting
    watch: Watch
    begun: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return time.monotonic() - self.begun

    @property
    def left_s(self) -> float | None:
        """How long it may still take; None where there is no limit."""
        return max(0.0, self.phase.seconds - self.seconds) if self.phase.seconds else None

    @property
    def is_late(self) -> bool:
        """Is its time over?"""
        return self.left_s == 0.0

    @property
    def folder(self) -> Path:
        """Where its failure files go."""
        return self.setting.folder / "failures"

    def opening(self, target: str) -> Opening:
        """How a target is opened."""
        return Opening(target=target, calm=not self.setting.storms)

    def tell(self, what: str, *, done: int = 0, wanted: int = 0, failed: int = 0) -> None:
        """Tell the watcher how far it is."""
        seconds, left_s = self.seconds, self.left_s
        if done and wanted:
            pace_s = seconds / done * (wanted - done)
            left_s = pace_s if left_s is None else min(left_s, pace_s)
        self.watch(
            Going(
                phase=self.phase.name,
                what=what,
                done=done,
                wanted=wanted,
                failed=failed,
                seconds=seconds,
                left_s=left_s,
            )
        )
