"""What no case tells is an entry of its own, so that no report is greener than the campaign."""

from dataclasses import replace

import pytest

from lydite.model import CampaignResult, Outcome, PhaseResult, Verdict, Work
from lydite.reports.tried import counts, is_complete, red, tried
from tests.reports import dossiers
from tests.reports.campaigns import case, result


def campaign(
    *phases: PhaseResult, verdict: Verdict = Verdict.HOLDS, interrupted: bool = False
) -> CampaignResult:
    """A campaign of these phases."""
    return result(phases=phases, verdict=verdict, interrupted=interrupted, sentence="so it is")


def phase(outcome: Outcome, *outcomes: Outcome, message: str = "") -> PhaseResult:
    """A phase with a case for each outcome."""
    cases = tuple(case(f"case-{number}", outcome=each) for number, each in enumerate(outcomes))
    return PhaseResult(name="unit", work=Work.PYTEST, outcome=outcome, cases=cases, message=message)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.BROKEN, Outcome.UNKNOWN, Outcome.SKIPPED])
def test_a_phase_that_no_case_explains_is_an_entry(outcome: Outcome) -> None:
    told = tried(campaign(phase(outcome, Outcome.PASSED, message="no space left")))

    assert [(entry.case.outcome, entry.stands_in) for entry in told] == [
        (Outcome.PASSED, False),
        (outcome, True),
    ]
    assert told[-1].case.message == "no space left"


def test_a_phase_that_its_cases_explain_is_none() -> None:
    told = tried(campaign(phase(Outcome.FAILED, Outcome.FAILED, Outcome.PASSED)))

    assert not any(entry.stands_in for entry in told)


def test_a_phase_without_a_word_says_that_it_has_none() -> None:
    (told,) = tried(campaign(phase(Outcome.BROKEN)))

    assert told.case.message == "the phase broken, and none of its cases says why"


@pytest.mark.parametrize(
    ("verdict", "outcomes", "expected"),
    [
        (Verdict.HOLDS, [Outcome.PASSED], []),
        (Verdict.VIOLATED, [Outcome.PASSED], [Outcome.FAILED]),
        (Verdict.VIOLATED, [Outcome.UNKNOWN], [Outcome.FAILED]),
        (Verdict.VIOLATED, [Outcome.FAILED], []),
        (Verdict.UNKNOWN, [Outcome.PASSED], [Outcome.UNKNOWN]),
        (Verdict.UNKNOWN, [Outcome.UNKNOWN], []),
        (Verdict.UNKNOWN, [], [Outcome.UNKNOWN]),
    ],
)
def test_a_verdict_that_nothing_explains_is_an_entry(
    verdict: Verdict, outcomes: list[Outcome], expected: list[Outcome]
) -> None:
    told = tried(campaign(phase(Outcome.PASSED, *outcomes), verdict=verdict))

    assert [entry.case.outcome for entry in told if entry.stands_in] == expected


def test_an_interrupted_campaign_is_never_green() -> None:
    told = tried(campaign(phase(Outcome.PASSED, Outcome.PASSED), interrupted=True))

    assert told[-1].case.outcome is Outcome.BROKEN
    assert "interrupted, so this is incomplete" in told[-1].case.message
    assert not is_complete(campaign(interrupted=True))
    assert not is_complete(campaign(phase(Outcome.BROKEN)))
    assert is_complete(campaign(phase(Outcome.FAILED)))


def test_the_gravest_comes_first_and_safety_before_all() -> None:
    outcomes = (Outcome.UNKNOWN, Outcome.BROKEN, Outcome.FAILED, Outcome.SKIPPED, Outcome.PASSED)
    unit = phase(Outcome.FAILED, *outcomes)
    unsafe = case("unsafe", outcome=Outcome.UNKNOWN, safety=True)

    told = red(tried(campaign(replace(unit, cases=(*unit.cases, unsafe)))))

    assert [entry.case.name for entry in told] == ["unsafe", "case-2", "case-1", "case-0"]


def test_the_counts_of_a_whole_campaign_are_those_of_its_cases() -> None:
    found = counts(tried(dossiers.red().result))

    assert found.total() == len(dossiers.red().result.cases)
    assert found[Outcome.FAILED] == 2
