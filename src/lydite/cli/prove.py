"""`lydite prove`: a campaign, from the simulation to the planted bugs, and what it says of a target."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from lydite.cli.exits import Exit, exit_of
from lydite.cli.options import (
    ConfigOption,
    FirstSeedOption,
    JsonOption,
    SeedsOption,
    SetOption,
    TimeoutOption,
    WorkersOption,
    workers_of,
)

if TYPE_CHECKING:
    from lydite.cli.evidence import Evidence
    from lydite.cli.progress import ProgressBar
    from lydite.config import Loaded
    from lydite.harness import Campaign
    from lydite.model import CampaignResult, PhaseResult
    from lydite.runner import Begun, Going, Over, Setting

REASONS_MAX = 12
"""How many reasons are told; all of them are in the result."""


TargetOrNone: TypeAlias = Annotated[
    str | None,
    typer.Argument(
        metavar="[TARGET]",
        help="A subject, any other target, or a file campaign.toml; campaign.target unless given.",
    ),
]
PresetOption: TypeAlias = Annotated[
    str,
    typer.Option(
        "--preset",
        metavar="NAME",
        help="development, ci, nightly, or one of its campaign.toml; lydite.preset unless given.",
    ),
]
FolderOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Where the result goes; a folder in `campaigns` of lydite.data_dir unless given.",
    ),
]


def prove(
    target: TargetOrNone = None,
    *,
    preset: PresetOption = "",
    seed: FirstSeedOption = 0,
    seeds: SeedsOption = None,
    workers: WorkersOption = None,
    out: FolderOption = None,
    timeout: TimeoutOption = None,
    config: ConfigOption = None,
    given: SetOption = None,
    as_json: JsonOption = False,
) -> Exit:
    """Carry out a campaign: trials, tests, real processes, planted bugs; and say what that proves."""
    from lydite.cli.files import ready_for_files
    from lydite.cli.paper import say
    from lydite.cli.settled import settled
    from lydite.config import PRESETS

    loaded = settled(
        config=config,
        # A preset of a file of campaigns is none of the settings.
        preset=preset if preset in PRESETS else "",
        given=given,
        target=target,
        seeds=seeds,
        workers=workers,
        timeout=timeout,
    )
    campaign = _campaign(loaded, preset, seed)
    setting = _setting(loaded, campaign, out)
    ready_for_files(setting.folder)
    if not as_json:
        phases = ", ".join(phase.name for phase in campaign.phases)
        say(f"proving {campaign.target}, {campaign.preset}: {phases}")
    return _ended(_proven(campaign, setting, loaded, tell=not as_json), as_json=as_json)


def _proven(campaign: "Campaign", setting: "Setting", loaded: "Loaded", *, tell: bool) -> "Evidence":
    """Carry it out, tell how it goes, and do what follows."""
    from lydite import runner
    from lydite.cli.evidence import evidence_of
    from lydite.cli.paper import say_aside
    from lydite.cli.progress import ProgressBar
    from lydite.logs import kept, levels_of

    levels = levels_of(loaded.settings.log.levels, where="log.levels")
    with kept(setting.folder, levels) as journal, ProgressBar() as bar:
        teller = _Teller(bar, setting, tell=tell)
        result = runner.carry_out(campaign, teller.watch, setting=setting)
        bar.show("evidence", 0, 0, "history, gates and reports")
        evidence = evidence_of(result, setting.folder, loaded.settings)
    if journal is not None and journal.why:
        say_aside(f"{journal.path} is not whole: {journal.why}")
    return evidence


def _campaign(loaded: "Loaded", preset: str, seed: int) -> "Campaign":
    """The campaign that is meant. What is said for this moment also holds where a file says otherwise."""
    from lydite import runner

    settings = loaded.settings
    return runner.campaign_of(
        settings.campaign.target,
        preset or settings.lydite.preset,
        seed=seed,
        seeds=settings.sweep.seeds if loaded.is_of_now("sweep.seeds") else None,
        usual=settings.sweep.seeds,
    )


def _setting(loaded: "Loaded", campaign: "Campaign", out: Path | None) -> "Setting":
    """Where and how it is carried out, as the settings say."""
    from dataclasses import replace

    from lydite import runner
    from lydite.config import variables_in

    settings = loaded.settings
    file = settings.lydite.environment_file
    setting = runner.setting_of(
        campaign,
        home=Path(settings.lydite.data_dir),
        out=out,
        workers=workers_of(settings.lydite.workers),
        timeout_s=settings.sweep.timeout_s,
    )
    return replace(
        setting,
        storms=settings.chaos.enabled,
        benchmarks=settings.performance.tracking,
        coverage=settings.coverage.enabled,
        said=loaded.said_now,
        scale=runner.scale_of(settings),
        variables={**loaded.handed_on, **(variables_in(Path(file)) if file else {})},
    )


class _Teller:
    """Tells how a campaign goes, and keeps on disk what it has found so far."""

    def __init__(self, bar: "ProgressBar", setting: "Setting", *, tell: bool) -> None:
        self._bar = bar
        self._setting = setting
        self._tell = tell
        self._head = ""

    def watch(self, told: "Begun | Going | Over") -> None:
        """One step further."""
        from lydite.cli.evidence import RESULT
        from lydite.cli.paper import say
        from lydite.runner import Begun, Going

        if isinstance(told, Begun):
            self._head = f"{told.number}/{told.of} {told.phase.name}"
            self._bar.show(self._head, 0, 0, "starting")
            # What somebody has left there stays until there is something to take its place.
            if not (self._setting.folder / RESULT).exists():
                self._keep(told.so_far)
        elif isinstance(told, Going):
            self._bar.show(self._head, told.done, told.wanted, _going(told))
        else:
            self._bar.clear()
            self._keep(told.so_far)
            if self._tell:
                say(_phase(told.result))

    def _keep(self, so_far: "CampaignResult") -> None:
        """Write what there is, so that a campaign that dies has left it."""
        from lydite.cli.evidence import write_result
        from lydite.cli.paper import say_aside
        from lydite.model import LyditeError

        try:
            write_result(so_far, self._setting.folder)
        except LyditeError as error:
            # There may be room again after the next phase, and what it finds is told in any case.
            say_aside(str(error))


def _going(told: "Going") -> str:
    if not told.wanted:
        return told.what
    found = "no finding" if not told.failed else f"{told.failed:,} found"
    if not told.done:
        # There is no pace yet to tell the time by, only the limit of the phase.
        most = f", at most {lasting(told.left_s)}" if told.left_s is not None else ""
        return f"0/{told.wanted:,}, {found}{most}"
    pace = told.per_second
    # What takes long is told by the minute: a pace of 0.0 says nothing.
    rate = f"{pace:.1f}/s" if pace >= 0.1 else f"{60 * pace:.1f}/min"
    left = f", {lasting(told.left_s)} left" if told.left_s is not None else ""
    return f"{told.done:,}/{told.wanted:,}, {rate}, {found}{left}"


def lasting(seconds: float) -> str:
    """A time as people tell it.

    >>> lasting(7.4), lasting(1931.0), lasting(40_000.0)
    ('7 s', '32 min', '11.1 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _phase(result: "PhaseResult") -> list[str]:
    """One line for a phase: what became of it, of how much, and in what time."""
    from collections import Counter

    from lydite.cli.paper import counted, painted
    from lydite.model import Outcome

    counts = Counter(case.outcome for case in result.cases)
    cases = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in Outcome if counts[outcome])
    runs = sum(case.runs for case in result.cases)
    made = f", {counted(runs, 'run')}" if runs > len(result.cases) else ""
    rates = [
        f"{each.value:,.1f} {each.unit}" for each in result.measurements if each.name.endswith("seeds_per_s")
    ]
    told = "; ".join([f"{cases}{made}" if cases else "", *rates, *([result.message] * bool(result.message))])
    word = painted(_VERDICTS[result.outcome], f"{result.outcome.upper():<8}")
    return [f"{word}  {result.name}, {result.seconds:.1f} s: {told.strip('; ')}"]


_VERDICTS = {
    "passed": "HOLDS",
    "failed": "VIOLATED",
    "broken": "VIOLATED",
    "unknown": "UNKNOWN",
    "skipped": "UNKNOWN",
}


def _ended(evidence: "Evidence", *, as_json: bool) -> Exit:
    """What everything ends with: the verdict with its reasons, the gates, the files, and the exit code."""
    from lydite.cli.paper import painted, say, say_json
    from lydite.model import Outcome

    result = evidence.dossier.result
    broken = any(phase.outcome is Outcome.BROKEN for phase in result.phases)
    code = evidence.exit_code(exit_of(result.verdict, failed=broken, interrupted=result.interrupted))
    if as_json:
        say_json(_as_plain(evidence, code))
        return code
    word = "INTERRUPTED" if result.interrupted else painted(result.verdict)
    say(["", *_reasons(result), f"{word}  {result.sentence}"])
    say(_gates(evidence))
    say(f"  doubt: {doubt}" for doubt in result.environment.doubts)
    say(f"  {trouble}" for trouble in evidence.troubles)
    say(f"  {file.name}: {file}" for file in evidence.files)
    say(_logs(evidence) if code is not Exit.HOLDS else ())
    say(f"  again:  {result.reproduce}")
    return code


def _logs(evidence: "Evidence") -> list[str]:
    """The command that shows what everybody was doing, where that was kept."""
    from lydite.logs import FILE_NAME

    folder = evidence.result_file.parent if evidence.result_file is not None else None
    if folder is None or not (folder / FILE_NAME).is_file():
        return []
    return [f"  logs:   {shlex.join(['lydite', 'logs', str(folder)])}"]


def _gates(evidence: "Evidence") -> list[str]:
    """What the gates say, and what is news since the last campaign."""
    from collections import Counter

    dossier = evidence.dossier
    lines = [f"  gates:  {dossier.decision.sentence}"] if dossier.decision is not None else []
    if dossier.news:
        counts = Counter(str(told.news) for told in dossier.news)
        told = ", ".join(f"{count:,} {news}" for news, count in counts.items())
        since = f"since {dossier.previous}: " if dossier.previous else "news:   "
        lines.append(f"  {since}{told}" + "; no earlier campaign is kept" * (not dossier.previous))
    return lines


def _reasons(result: "CampaignResult") -> list[str]:
    """What speaks against it, each with the command that shows it."""
    from lydite.runner import reasons

    found = reasons(result.phases)
    lines = []
    for sentence, case in found[:REASONS_MAX]:
        lines.append(f"  {sentence}")
        if case is not None and case.reproduce:
            lines.append(f"    replay: {case.reproduce}")
    if len(found) > REASONS_MAX:
        lines.append(f"  and {len(found) - REASONS_MAX:,} more, which are in the result")
    return [*lines, *([""] if lines else [])]


def _as_plain(evidence: "Evidence", code: Exit) -> dict[str, Any]:
    from lydite.model import as_form

    result, decision = evidence.dossier.result, evidence.dossier.decision
    return {
        "verb": "prove",
        "target": result.target,
        "preset": result.preset,
        "seed": result.seed,
        "verdict": str(result.verdict),
        "identity": result.identity,
        "sentence": result.sentence,
        "file": None if evidence.result_file is None else str(evidence.result_file),
        "reproduce": result.reproduce,
        "gates": None if decision is None else as_form(decision),
        "news": [as_form(told) for told in evidence.dossier.news],
        "written": {name: str(file) for name, file in evidence.written.items()},
        "troubles": list(evidence.troubles),
        "result": as_form(result),
        "exit_code": int(code),
    }
