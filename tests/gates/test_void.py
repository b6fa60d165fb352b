"""Where nearly everything does not pass for one cause, no rate is told, and nothing is green."""

from dataclasses import replace

import pytest

from lydite.gates import Rules
from lydite.model import CampaignResult, Case, Finding, Outcome, Standing, Verdict
from tests.gates.campaigns import campaign, case, decided, measured, outcome, phase, suite_of, with_cases

RATES = ("unit.success", "integration.success", "resilience.success")


def refused(count: int, suite: str = "integration", outcome: Outcome = Outcome.FAILED) -> tuple[Case, ...]:
    """So many cases that found nobody on their port."""
    return tuple(
        case(f"{suite}-refused-{n}", suite, outcome, message=f"OSError: nobody on port {8000 + n}")
        for n in range(count)
    )


def down(count: int = 49, of: int = 50) -> CampaignResult:
    """A campaign whose service was not there."""
    return campaign(phase(*refused(count), *suite_of("unit", of - count), *suite_of("mutants", 3)))


def standings(result: CampaignResult, rules: Rules | None = None) -> dict[str, Standing]:
    return {each.gate: each.standing for each in decided(result, rules).outcomes}


def test_one_cause_is_told_as_one_cause_with_its_name_its_count_and_what_to_try() -> None:
    found = outcome("integration.success", down())

    assert found.standing is Standing.NOT_EVALUATED
    assert found.sentence == (
        "49 of 50 cases did not pass for one cause, `OSError: nobody on port …`: that is the place where they ran, or "
        "one fault that all share; mend it, then try again"
    )
    assert (found.bound, found.margin) == (None, None)
    assert (len(found.evidence), found.evidence_count) == (20, 49)
    assert found.evidence[0] == "integration-refused-0"


def test_the_whole_campaign_decides_and_no_rate_of_it_is_green() -> None:
    said = standings(down())

    assert said["unit.success"] is Standing.NOT_EVALUATED, "its one case passed"
    assert said["resilience.success"] is Standing.NOT_EVALUATED, "none of its cases was there"
    assert "no case of storm" in outcome("resilience.success", down()).sentence
    assert said["safety.violations"] is Standing.NOT_EVALUATED, "what never got to its work kept no promise"


@pytest.mark.parametrize("kind", [Outcome.FAILED, Outcome.BROKEN, Outcome.UNKNOWN])
def test_what_is_void_is_green_nowhere_not_even_for_a_part(kind: Outcome) -> None:
    figures = (measured("coverage.lines", 84.0),)
    result = campaign(phase(*refused(9, "storm", kind), *suite_of("storm", 1), figures=figures))

    decision = decided(result, Rules().relaxed())

    assert decision.standing is Standing.NOT_EVALUATED
    assert "9 of 10 cases did not pass for one cause" in decision.sentence


@pytest.mark.parametrize(
    ("count", "of", "void"), [(8, 10, False), (9, 10, True), (4, 4, False), (5, 5, True)]
)
def test_more_than_eight_of_ten_and_five_cases_at_least(count: int, of: int, void: bool) -> None:
    expected = Standing.NOT_EVALUATED if void else Standing.FAILED

    assert standings(down(count, of))["integration.success"] is expected


def test_cases_that_all_fail_of_different_causes_stay_failed() -> None:
    words = ("no block", "two tips", "a lost payment", "a late vote", "a fork", "a dead peer")
    cases = [case(f"c-{n}", "storm", Outcome.FAILED, message=word) for n, word in enumerate(words)]

    assert standings(campaign(phase(*cases)))["resilience.success"] is Standing.FAILED


def test_cases_that_say_nothing_have_no_cause_in_common() -> None:
    assert standings(campaign(phase(*suite_of("unit", 0, failed=9))))["unit.success"] is Standing.FAILED


def test_figures_are_judged_as_they_are() -> None:
    rules = Rules().altered({"coverage.lines": {"of": ["*"]}})
    result = campaign(phase(*refused(9, "e2e"), figures=[measured("coverage.lines", 84.0)]))

    assert standings(result, rules)["coverage.lines"] is Standing.PASSED


def test_one_check_is_one_cause_whatever_it_says() -> None:
    late = Finding(check="ends-in-time", verdict=Verdict.VIOLATED, message="")
    cases = [
        replace(case(name, "storm", Outcome.FAILED, message=f"{name} never came"), finding=late)
        for name in ("ann", "bob", "eve", "joe", "kim")
    ]

    assert "`ends-in-time`" in outcome("resilience.success", campaign(phase(*cases))).sentence


def test_safety_is_never_void_and_is_no_common_cause() -> None:
    unsafe = [replace(each, safety=True) for each in refused(9, "storm")]
    alone = decided(campaign(phase(*unsafe)))
    beside = decided(campaign(phase(*unsafe[:1], *refused(49))))

    assert {each.gate: each.standing for each in alone.outcomes}["resilience.success"] is Standing.FAILED
    for decision in (alone, beside):
        assert decision.outcomes[0].standing is decision.standing is Standing.FAILED
    assert beside.outcomes[0].evidence == ("storm-refused-0",)
    assert {each.standing for each in beside.outcomes if each.gate in RATES} == {Standing.NOT_EVALUATED}


def test_planted_bugs_and_what_was_left_out_are_no_cases_of_it() -> None:
    caught = [replace(each, outcome=Outcome.PASSED) for each in refused(100, "mutants")]
    skipped = [replace(each, message="") for each in refused(100, "e2e", Outcome.SKIPPED)]

    assert standings(campaign(phase(*refused(5), *caught, *skipped)))["integration.success"] is (
        Standing.NOT_EVALUATED
    )
    assert standings(with_cases(*refused(9, "mutants")))["unit.success"] is Standing.PASSED


def test_a_long_cause_is_cut() -> None:
    cases = [replace(each, message="x" * 10_000) for each in refused(5)]

    assert len(outcome("integration.success", campaign(phase(*cases))).sentence) < 240
