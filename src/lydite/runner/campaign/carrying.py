"""Carrying out a campaign: one phase after the other, each with a result, whatever becomes of it.

A phase that raises is broken, and the campaign goes on as its policy says. Ctrl-C ends the phase that is under way;
what was found until then is kept, the phases behind it are left out, and the result is whole.
"""

import hashlib
import os
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from lydite.harness import Campaign, Metric, Phase, Policy
from lydite.model import (
    Band,
    CampaignResult,
    Case,
    LyditeError,
    Measurement,
    Outcome,
    PhaseResult,
    Restart,
    Series,
    Work,
    digest_of,
)
from lydite.runner.campaign import logged
from lydite.runner.campaign.errands import (
    FOLDER,
    HOME,
    Begun,
    Code,
    Errand,
    LeftOut,
    NotAllTried,
    Over,
    Piece,
    Remark,
    Setting,
    Watch,
)
from lydite.runner.campaign.harnesses import harnesses
from lydite.runner.campaign.hunting import mutants
from lydite.runner.campaign.lines import LINES
from lydite.runner.campaign.measuring import benchmarks
from lydite.runner.campaign.suites import suites
from lydite.runner.campaign.surroundings import Glance, cores, environment
from lydite.runner.campaign.telling import command_of, sentence_of, verdict_of
from lydite.runner.campaign.trials import trials
from lydite.runner.campaign.usage import metered, only
from lydite.runner.engines.forked import TIMEOUT_S

CARRIERS: Final[Mapping[Work, Callable[[Errand], Iterator[Piece]]]] = {
    Work.TRIALS: trials,
    Work.MUTANTS: mutants,
    Work.PYTEST: suites,
    Work.HARNESS: harnesses,
    Work.BENCHMARKS: benchmarks,
}
"""Who carries out which work."""

INTERRUPTED: Final = "interrupted by Ctrl-C"


def setting_of(
    campaign: Campaign,
    *,
    home: Path = HOME,
    out: Path | None = None,
    workers: int = 0,
    timeout_s: float = TIMEOUT_S,
) -> Setting:
    """A setting with an identity that no other campaign has, on all cores unless told otherwise."""
    now_ns = time.time_ns()
    moment = datetime.fromtimestamp(now_ns / 1e9, UTC).strftime("%Y%m%dT%H%M%SZ")
    told = f"{now_ns} {os.getpid()} {platform.node()} {time.monotonic_ns()}"
    short = hashlib.blake2b(told.encode(), digest_size=4).hexdigest()
    name = "".join(letter if letter.isalnum() else "_" for letter in Path(campaign.target).name)
    identity = f"{moment}-{name}-{campaign.preset}-{short}"
    return Setting(
        identity=identity,
        folder=home / FOLDER / identity if out is None else out,
        workers=workers or cores(),
        timeout_s=timeout_s,
    )


def carry_out(
    campaign: Campaign, watch: Watch = lambda told: None, *, setting: Setting | None = None
) -> CampaignResult:
    """Carry out a campaign, and tell the watcher how it goes."""
    ledger = _Ledger(campaign=campaign, setting=setting or setting_of(campaign))
    logged.begins(campaign, ledger.setting)
    for number, phase in enumerate(campaign.phases, 1):
        watch(Begun(phase=phase, number=number, of=len(campaign.phases), so_far=ledger.result()))
        why = ledger.why_not(phase)
        if why:
            ledger.results.append(
                PhaseResult(name=phase.name, work=phase.work, outcome=Outcome.SKIPPED, message=why)
            )
        else:
            logged.phase_begins(phase, number, len(campaign.phases))
            ledger.carry(phase, watch)
        logged.phase_is_over(ledger.results[-1])
        watch(Over(result=ledger.results[-1], so_far=ledger.result()))
    result = ledger.result()
    logged.is_over(result)
    return result


@dataclass(slots=True, kw_only=True)
class _Ledger:
    """What has become of a campaign so far."""

    campaign: Campaign
    setting: Setting
    results: list[PhaseResult] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)
    interrupted: bool = False
    before: Glance = field(default_factory=Glance.now)

    def why_not(self, phase: Phase) -> str:
        """Why a phase is left out; nothing where it is carried out."""
        if self.interrupted:
            return INTERRUPTED
        if phase.work is Work.BENCHMARKS and not self.setting.benchmarks:
            return "performance.tracking is false"
        if phase.work is Work.MUTANTS and not self.setting.storms:
            return "chaos.enabled is false, and planted bugs are looked for in storms"
        outcomes = {result.name: result.outcome for result in self.results}
        unmet = [name for name in phase.needs if outcomes[name] is not Outcome.PASSED]
        if unmet:
            return f"it needs {', '.join(f'{name}, which {_became(outcomes[name])}' for name in unmet)}"
        stopped = [name for name, outcome in outcomes.items() if outcome not in _FINE]
        if stopped and self.campaign.policy is Policy.STOP:
            return f"the campaign stops after {stopped[0]}, which {_became(outcomes[stopped[0]])}"
        return ""

    def carry(self, phase: Phase, watch: Watch) -> None:
        """Carry out a phase, and keep what it brings, whatever becomes of it."""
        errand = Errand(phase=phase, campaign=self.campaign, setting=self.setting, watch=watch)
        cases: list[Case] = []
        metrics: list[Metric] = []
        outcome, message, remark = None, "", ""
        try:
            for piece in metered(CARRIERS[phase.work], errand):
                match piece:
                    case Case():
                        cases.append(self._named(piece, phase))
                        logged.case_is_known(cases[-1], phase)
                    case Code():
                        self.codes.append(piece.digest)
                    case Remark():
                        remark = piece.text
                    case metric:
                        metrics.append(metric)
        except KeyboardInterrupt:
            self.interrupted = True
            outcome, message = Outcome.BROKEN, INTERRUPTED
        except LeftOut as left:
            outcome, message = Outcome.SKIPPED, str(left)
        except NotAllTried as short:
            outcome, message = _graver(outcome_of(cases), Outcome.UNKNOWN), str(short)
        except LyditeError as error:
            outcome, message = Outcome.BROKEN, str(error)
        except Exception as error:
            logged.raised(phase, error)
            outcome, message = Outcome.BROKEN, f"{type(error).__name__}: {error}"
        found = outcome_of(cases)
        # What has failed has failed, also where something else went wrong afterwards.
        outcome = found if outcome is None or found is Outcome.FAILED else outcome
        if not cases and not message:
            message = "there was nothing to try"
        self._forget({each.name for each in only(Measurement, metrics)})
        self.results.append(
            PhaseResult(
                name=phase.name,
                work=phase.work,
                outcome=outcome,
                cases=tuple(cases),
                measurements=only(Measurement, metrics),
                series=only(Series, metrics),
                bands=only(Band, metrics),
                restarts=only(Restart, metrics),
                seconds=errand.seconds,
                message="; ".join(each for each in (message, remark) if each),
            )
        )

    def _forget(self, measured: set[str]) -> None:
        """What a later phase has measured with what was there before is told once."""
        anew = measured & {LINES}
        for number, result in enumerate(self.results):
            kept = tuple(each for each in result.measurements if each.name not in anew)
            self.results[number] = replace(result, measurements=kept)

    def _named(self, case: Case, phase: Phase) -> Case:
        """The case under a name of its own in this campaign."""
        self.names[case.name] += 1
        if self.names[case.name] == 1:
            return case
        # Two targets of one phase may have trials of one name, so that this one may be taken, too.
        return self._named(replace(case, name=f"{case.name} ({phase.name})"), phase)

    def result(self) -> CampaignResult:
        """The campaign so far; interrupted, as long as a phase is missing."""
        after = Glance.now()
        campaign, phases = self.campaign, tuple(self.results)
        interrupted = self.interrupted or len(phases) < len(campaign.phases)
        verdict = verdict_of(phases, interrupted=interrupted)
        begun = datetime.fromtimestamp(self.before.wall_s, UTC)
        setting = self.setting
        codes = sorted({*self.codes})
        return CampaignResult(
            identity=setting.identity,
            target=campaign.target,
            preset=campaign.preset,
            begun=begun.strftime("%Y-%m-%dT%H:%M:%SZ"),
            seconds=after.steady_s - self.before.steady_s,
            verdict=verdict,
            sentence=sentence_of(campaign.target, verdict, phases, interrupted=interrupted),
            phases=phases,
            environment=environment(
                self.before, after, workers=setting.workers, storms=setting.storms, scale=setting.scale
            ),
            code=codes[0] if len(codes) == 1 else digest_of(codes) if codes else "",
            commit=self.before.commit,
            seed=campaign.seed,
            reproduce=command_of(campaign, setting.said),
            interrupted=interrupted,
        )


_FINE: Final = (Outcome.PASSED, Outcome.SKIPPED)

_GRAVITY: Final = (Outcome.FAILED, Outcome.BROKEN, Outcome.UNKNOWN, Outcome.PASSED)


def outcome_of(cases: list[Case]) -> Outcome:
    """What all of them together are: the gravest; UNKNOWN where nothing was tried."""
    found = {case.outcome for case in cases}
    return next((outcome for outcome in _GRAVITY if outcome in found), Outcome.UNKNOWN)


def _graver(left: Outcome, right: Outcome) -> Outcome:
    return min(left, right, key=_GRAVITY.index)


def _became(outcome: Outcome) -> str:
    return {
        Outcome.FAILED: "failed",
        Outcome.BROKEN: "broke",
        Outcome.UNKNOWN: "proved nothing",
        Outcome.SKIPPED: "was left out",
        Outcome.PASSED: "passed",
    }[outcome]
