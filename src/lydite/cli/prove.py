"""`lydite prove`: a campaign, from the simulation to the planted bugs, and what it says of a target."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lydite.cli.exits import Exit, exit_of
from lydite.cli.options import SEED_MAX, JsonOption, TimeoutOption, WorkersOption, workers_of

if TYPE_CHECKING:
    from lydite.cli.evidence import Evidence
    from lydite.cli.progress import ProgressBar
    from lydite.model import CampaignResult, PhaseResult
    from lydite.runner import Begun, Going, Over, Setting

RESULT = "result.json"
REASONS_MAX = 12
"""How many reasons are told; all of them are in the result."""


def prove(
    target: Annotated[
        str,
        typer.Argument(metavar="TARGET", help="A subject, any other target, or a file campaign.toml."),
    ] = "coin",
    *,
    preset: Annotated[
        str, typer.Option(metavar="NAME", help="development, ci, nightly, or one of its campaign.toml.")
    ] = "development",
    seed: Annotated[int, typer.Option(min=0, max=SEED_MAX, metavar="SEED", help="The first seed.")] = 0,
    seeds: Annotated[
        int | None, typer.Option(min=1, metavar="COUNT", help="How many seeds of each trial, at most.")
    ] = None,
    workers: WorkersOption = 0,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the result goes; its own folder below .lydite/campaigns."),
    ] = None,
    timeout: TimeoutOption = 120.0,
    as_json: JsonOption = False,
) -> Exit:
    """Carry out a campaign: trials, tests, real processes, planted bugs; and say what that proves."""
    from lydite import runner
    from lydite.cli.evidence import evidence_of
    from lydite.cli.files import ready_for_files
    from lydite.cli.paper import say
    from lydite.cli.progress import ProgressBar
    from lydite.config import load

    settings = load().settings
    campaign = runner.campaign_of(target, preset, seed=seed, seeds=seeds)
    setting = runner.setting_of(campaign, out=out, workers=workers_of(workers), timeout_s=timeout)
    ready_for_files(setting.folder)
    if not as_json:
        say(f"proving {target}, {preset}: {', '.join(phase.name for phase in campaign.phases)}")
    with ProgressBar() as bar:
        teller = _Teller(bar, setting, tell=not as_json)
        result = runner.carry_out(campaign, teller.watch, setting=setting)
        path = _write(result, setting)
        evidence = evidence_of(result, setting.folder, settings)
    return _ended(evidence, path, as_json=as_json)


class _Teller:
    """Tells how a campaign goes, and keeps on disk what it has found so far."""

    def __init__(self, bar: "ProgressBar", setting: "Setting", *, tell: bool) -> None:
        self._bar = bar
        self._setting = setting
        self._tell = tell
        self._head = ""

    def watch(self, told: "Begun | Going | Over") -> None:
        """One step further."""
        from lydite.cli.paper import say
        from lydite.runner import Begun, Going

        if isinstance(told, Begun):
            self._head = f"{told.number}/{told.of} {told.phase.name}"
            self._bar.show(self._head, 0, 0, "starting")
        elif isinstance(told, Going):
            self._bar.show(self._head, told.done, told.wanted, _going(told))
        else:
            self._bar.clear()
            _write(told.so_far, self._setting)
            if self._tell:
                say(_phase(told.result))


def _going(told: "Going") -> str:
    if not told.wanted:
        return told.what
    found = "no finding" if not told.failed else f"{told.failed:,} found"
    left = f", {told.left_s:.0f} s left" if told.left_s is not None else ""
    return f"{told.done:,}/{told.wanted:,}, {told.per_second:.1f}/s, {found}{left}"


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
    word = painted(_VERDICTS[result.outcome], result.outcome.upper())
    return [f"{word:<8}  {result.name}, {result.seconds:.1f} s: {told.strip('; ')}"]


_VERDICTS = {
    "passed": "HOLDS",
    "failed": "VIOLATED",
    "broken": "VIOLATED",
    "unknown": "UNKNOWN",
    "skipped": "UNKNOWN",
}


def _ended(evidence: "Evidence", path: Path, *, as_json: bool) -> Exit:
    """What everything ends with: the verdict with its reasons, the gates, the files, and the exit code."""
    from lydite.cli.paper import painted, say, say_json
    from lydite.model import Outcome

    result = evidence.dossier.result
    broken = any(phase.outcome is Outcome.BROKEN for phase in result.phases)
    code = evidence.exit_code(exit_of(result.verdict, failed=broken, interrupted=result.interrupted))
    if as_json:
        say_json(_as_plain(evidence, path, code))
        return code
    word = "INTERRUPTED" if result.interrupted else painted(result.verdict)
    say(["", *_reasons(result), f"{word}  {result.sentence}"])
    say(_gates(evidence))
    say(f"  doubt: {doubt}" for doubt in result.environment.doubts)
    say(f"  {trouble}" for trouble in evidence.troubles)
    say(f"  {file.name}: {file}" for file in (path, *evidence.written.values()))
    say(f"  again:  {result.reproduce}")
    return code


def _gates(evidence: "Evidence") -> list[str]:
    """What the gates say, and what is news since the last campaign."""
    from collections import Counter

    dossier = evidence.dossier
    lines = [f"  gates:  {dossier.decision.sentence}"] if dossier.decision is not None else []
    if dossier.news:
        counts = Counter(str(told.news) for told in dossier.news)
        told = ", ".join(f"{count:,} {news}" for news, count in counts.items())
        lines.append(f"  since {dossier.previous or 'never'}: {told}")
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


def _write(result: "CampaignResult", setting: "Setting") -> Path:
    """The result as JSON, whole or not at all."""
    from lydite.cli.files import writing_text
    from lydite.model import as_form

    path = setting.folder / RESULT
    with writing_text(path) as file:
        json.dump(as_form(result), file, indent=1, ensure_ascii=False)
        file.write("\n")
    return path


def _as_plain(evidence: "Evidence", path: Path, code: Exit) -> dict[str, Any]:
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
        "file": str(path),
        "reproduce": result.reproduce,
        "gates": None if decision is None else as_form(decision),
        "news": [as_form(told) for told in evidence.dossier.news],
        "written": {name: str(file) for name, file in evidence.written.items()},
        "troubles": list(evidence.troubles),
        "result": as_form(result),
        "exit_code": int(code),
    }
