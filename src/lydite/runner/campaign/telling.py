"""What a campaign says as a whole: its verdict, the sentence with its cause, and the command that does it again."""

import shlex
from collections.abc import Sequence

from lydite.harness import Campaign
from lydite.model import Case, Outcome, PhaseResult, Verdict


def verdict_of(phases: Sequence[PhaseResult], *, interrupted: bool) -> Verdict:
    """VIOLATED where anything failed, HOLDS where everything that was tried passed, else UNKNOWN."""
    outcomes = {phase.outcome for phase in phases}
    if Outcome.FAILED in outcomes:
        return Verdict.VIOLATED
    if interrupted or outcomes & {Outcome.BROKEN, Outcome.UNKNOWN} or Outcome.PASSED not in outcomes:
        return Verdict.UNKNOWN
    return Verdict.HOLDS


def sentence_of(target: str, verdict: Verdict, phases: Sequence[PhaseResult], *, interrupted: bool) -> str:
    """The verdict with its cause."""
    if interrupted and verdict is not Verdict.VIOLATED:
        return f"{target} is not decided: the campaign was interrupted"
    match verdict:
        case Verdict.HOLDS:
            passed = sum(phase.outcome is Outcome.PASSED for phase in phases)
            tried = sum(case.outcome is Outcome.PASSED for phase in phases for case in phase.cases)
            return f"{target} holds: {_counted(tried, 'case')} passed in {_counted(passed, 'phase')}"
        case Verdict.VIOLATED:
            failed = [case for phase in phases for case in phase.cases if case.outcome is Outcome.FAILED]
            failed.sort(key=lambda case: not case.safety)
            more = f", and {_counted(len(failed) - 1, 'case')} more" if len(failed) > 1 else ""
            return f"{target} does not hold: {_cause(failed[0])}{more}"
        case Verdict.UNKNOWN:
            return f"{target} is not decided: {_doubt(phases)}"


def reasons(phases: Sequence[PhaseResult]) -> list[tuple[str, Case | None]]:
    """What speaks against it, the gravest first: a sentence, and the case that it is about."""
    found: list[tuple[int, str, Case | None]] = []
    for phase in phases:
        if phase.message and phase.outcome is not Outcome.SKIPPED:
            found.append((1, f"{phase.name}: {phase.message}", None))
        found += [
            (_RANKS[case.outcome] - case.safety, f"{phase.name}: {_cause(case)}", case)
            for case in phase.cases
            if case.outcome in _RANKS
        ]
    return [(sentence, case) for _, sentence, case in sorted(found, key=lambda each: each[0])]


_RANKS = {Outcome.FAILED: 0, Outcome.BROKEN: 1, Outcome.UNKNOWN: 2}


def command_of(campaign: Campaign, said: Sequence[str]) -> str:
    """The command that carries it out again, with the options by which settings were said for that time only."""
    words = ["lydite", "prove", campaign.target, "--preset", campaign.preset]
    options = {"--seed": campaign.seed, "--seeds": campaign.seeds}
    seeds = (word for name, value in options.items() if value for word in (name, str(value)))
    return shlex.join([*words, *seeds, *said])


def _cause(case: Case) -> str:
    return f"{case.name}: {case.message}" if case.message else case.name


def _doubt(phases: Sequence[PhaseResult]) -> str:
    for outcome in (Outcome.BROKEN, Outcome.UNKNOWN):
        for phase in phases:
            if phase.outcome is outcome:
                about = next((_cause(case) for case in phase.cases if case.outcome is outcome), "")
                said = "broke" if outcome is Outcome.BROKEN else "proved nothing"
                told = phase.message or about
                return f"the phase {phase.name} {said}" + (f": {told}" if told else "")
    return "nothing was tried"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
