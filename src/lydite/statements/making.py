"""Making a statement: from the result of a campaign and the files that it left, to what is signed."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import lydite
from lydite.model import (
    Artefact,
    CampaignResult,
    Case,
    Decision,
    InputError,
    PhaseResult,
    Work,
    as_form,
    digest_of,
)
from lydite.statements.contradictions import contradictions
from lydite.statements.places import without_places
from lydite.statements.runs import RUNS, Code, TrialRuns, runs_from
from lydite.statements.statement import (
    CaseFacts,
    Configuration,
    PhaseFacts,
    Statement,
    TrialFacts,
    root_of_trials,
)

Told: TypeAlias = Callable[[str], str]
"""A text as it is told to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The runs of a case, as its campaign has kept them."""

    case: str
    runs: TrialRuns


def kept_runs(result: CampaignResult, folders: Sequence[Path] = ()) -> tuple[Kept, ...]:
    """The runs of every trial, read from the artefacts of the result.

    An artefact is looked for under its path, and then by its name in the folders. All that is missing or changed is
    told at once.
    """
    kept: list[Kept] = []
    problems: list[str] = []
    for case in _trials(result):
        found = next((each for each in case.artefacts if each.name == RUNS), None)
        if found is None:
            problems.append(f"{case.name} has no record of its runs")
            continue
        octets = _octets(found, folders)
        if octets is None:
            problems.append(f"{found.path}, the runs of {case.name}, is not there")
        elif hashlib.blake2b(octets, digest_size=32).hexdigest() != found.digest:
            problems.append(f"{found.path}, the runs of {case.name}, is not what the campaign wrote")
        else:
            kept.append(Kept(case=case.name, runs=runs_from(octets, found.path)))
    if problems:
        raise InputError(
            "; ".join(problems),
            where=f"campaign {result.identity}",
            remedy="sign where the campaign was carried out, or carry it out again",
        )
    return tuple(kept)


def statement_of(
    result: CampaignResult,
    decision: Decision,
    kept: Sequence[Kept],
    *,
    git_commit: str = "",
    url: str = "",
    here: Path | None = None,
) -> Statement:
    """What is signed of a campaign; an error, where its result and its runs do not fit.

    Paths below the folder `here` are told as seen from there: unless given, from the current one.
    """
    told = partial(without_places, here=here or Path.cwd())
    trials = tuple(
        TrialFacts(
            case=each.case,
            trial=each.runs.trial,
            target=each.runs.code.target,
            configuration=each.runs.configuration,
            root=each.runs.root,
            runs=each.runs.runs,
        )
        for each in kept
    )
    statement = Statement(
        configuration=_configuration(result, git_commit, told),
        verdict=result.verdict,
        sentence=told(result.sentence),
        interrupted=result.interrupted,
        result=digest_of(as_form(result)),
        url=url,
        decision=_decision(decision, told),
        phases=tuple(_phase(each, told) for each in result.phases),
        cases=tuple(_case(each) for each in result.cases),
        codes=_codes(kept),
        trials=trials,
        root=root_of_trials(trials),
    )
    problems = contradictions(statement)
    if problems:
        raise InputError(
            f"it cannot be signed: {'; '.join(problems)}",
            where=f"campaign {result.identity}",
            remedy="carry the campaign out again, with targets that are named from its own folder",
        )
    return statement


def _trials(result: CampaignResult) -> Iterator[Case]:
    """The cases that are made of seeds, as far as any was run."""
    for phase in result.phases:
        if phase.work is Work.TRIALS:
            yield from (case for case in phase.cases if case.runs)


def _octets(artefact: Artefact, folders: Sequence[Path]) -> bytes | None:
    path = Path(artefact.path)
    for place in (path, *(folder / path.name for folder in folders)):
        try:
            with place.open("rb") as file:
                return file.read(artefact.size + 1)
        except OSError:
            continue
    return None


def _codes(kept: Sequence[Kept]) -> tuple[Code, ...]:
    """The code of each target; two where it was changed meanwhile, which is a contradiction."""
    codes: list[Code] = []
    for each in kept:
        if each.runs.code not in codes:
            codes.append(each.runs.code)
    return tuple(sorted(codes, key=lambda code: (code.target, code.digest)))


def _configuration(result: CampaignResult, git_commit: str, told: Told) -> Configuration:
    return Configuration(
        identity=result.identity,
        target=told(result.target),
        preset=result.preset,
        seed=result.seed,
        phases=tuple(phase.name for phase in result.phases),
        begun=result.begun,
        reproduce=told(result.reproduce),
        code=result.code,
        commit=result.commit,
        git_commit=git_commit,
        machine=result.environment.fingerprint,
        python=str(result.environment.facts.get("python", "")),
        lydite=lydite.__version__,
    )


def _decision(decision: Decision, told: Told) -> Decision:
    outcomes = (replace(each, sentence=told(each.sentence)) for each in decision.outcomes)
    return replace(decision, sentence=told(decision.sentence), outcomes=tuple(outcomes))


def _phase(phase: PhaseResult, told: Told) -> PhaseFacts:
    return PhaseFacts(name=phase.name, work=phase.work, outcome=phase.outcome, message=told(phase.message))


def _case(case: Case) -> CaseFacts:
    return CaseFacts(
        name=case.name,
        subject=case.subject,
        suite=case.suite,
        outcome=case.outcome,
        runs=case.runs,
        failures=case.failures,
        safety=case.safety,
    )
