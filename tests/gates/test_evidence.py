"""What a gate rests on where it does not pass: the names of the cases, figures or phases, the first of them."""

from dataclasses import replace

import pytest

from lydite.gates import Rules
from lydite.model import CampaignResult, Flaky, Outcome, as_form, from_form
from lydite.model import Decision as Said
from tests.gates.campaigns import (
    GOOD_CASES,
    GOOD_FIGURES,
    campaign,
    case,
    decided,
    good,
    measured,
    outcome,
    phase,
    suite_of,
    with_cases,
    with_figures,
)

OFTEN = Flaky(case="unit-3", runs=40, failures=20, low=0.3, high=0.7)

SLOW = (
    measured("performance.score", 20.0, "", low=19.0, high=21.0),
    measured("throughput.seeds_per_s", 4.0, "seeds/s", low=3.9, high=4.1),
)
"""Both much worse than before; and the coverage is not measured any more."""

BAD: dict[str, tuple[CampaignResult, tuple[str, ...]]] = {
    "safety.violations": (
        with_cases(case("two-tips", "storm", Outcome.FAILED, safety=True), case("fine", "storm")),
        ("two-tips",),
    ),
    "phases.broken": (campaign(phase(*GOOD_CASES), phase(name="e2e", outcome=Outcome.BROKEN)), ("e2e",)),
    "mutants.survivors": (with_cases(*suite_of("mutants", 2, failed=1, unknown=1)), ("mutants-2",)),
    "unit.success": (with_cases(*suite_of("unit", 2, failed=2)), ("unit-2", "unit-3")),
    "integration.success": (with_cases(*suite_of("integration", 2, unknown=1)), ("integration-2",)),
    "resilience.success": (
        with_cases(case("slow", "storm", Outcome.FAILED, runs=9, failures=9), case("ok", "storm")),
        ("slow",),
    ),
    "coverage.lines": (with_figures(measured("coverage.lines", 12.0)), ("coverage.lines",)),
    "performance.regression": (
        campaign(phase(*GOOD_CASES, figures=SLOW)),
        ("throughput.seeds_per_s", "performance.score", "coverage.lines"),
    ),
    "coverage.ratchet": (with_figures(measured("coverage.lines", 80.5)), ("coverage.lines",)),
}
"""Of each gate a campaign that it does not pass, and by what."""


@pytest.mark.parametrize("gate", BAD)
def test_a_gate_that_does_not_pass_names_by_what(gate: str) -> None:
    result, names = BAD[gate]

    found = outcome(gate, result)

    assert found.evidence == names
    assert found.evidence_count == len(names)


def test_flaky_cases_are_named_where_there_are_too_many() -> None:
    rules = Rules().altered({"flaky.share": {"limit": 0}})

    assert outcome("flaky.share", good(), rules, flaky=[OFTEN]).evidence == ("unit-3",)


def test_what_passes_names_nothing_and_what_is_many_is_counted() -> None:
    some = with_cases(*suite_of("integration", 97, failed=3), *suite_of("unit", 1, failed=30))

    found = outcome("unit.success", some, Rules().altered({"integration.success": {"limit": 50}}))
    held = outcome("integration.success", some, Rules().altered({"integration.success": {"limit": 50}}))

    assert (held.evidence, held.evidence_count) == ((), 0)
    assert (found.evidence, found.evidence_count) == (tuple(f"unit-{n}" for n in range(1, 21)), 30)


def test_of_several_figures_the_worst_is_named_first_and_only_what_is_beyond_the_limit() -> None:
    rules = Rules().altered({"coverage.lines": {"of": ["*"], "limit": 90}})
    figures = (measured("a", 91), measured("b", 40), measured("c", 80))

    assert outcome("coverage.lines", campaign(phase(figures=figures)), rules).evidence == ("b", "c")


def test_every_gate_says_who_is_asked() -> None:
    rules = Rules().altered({"unit.success": {"owner": "ann"}, "coverage.lines": {"owner": "bob"}})

    owners = {each.gate: each.owner for each in decided(good(), rules).outcomes if each.owner}

    assert owners == {"unit.success": "ann", "coverage.lines": "bob"}


def test_a_decision_of_before_is_still_read() -> None:
    decision = decided(replace(good(), phases=(phase(*GOOD_CASES, figures=GOOD_FIGURES[:1]),)))
    form = as_form(decision)
    for each in form["outcomes"]:
        del each["owner"], each["evidence"], each["evidence_count"]

    read = from_form(Said, form)

    assert [each.standing for each in read.outcomes] == [each.standing for each in decision.outcomes]
    assert {each.evidence for each in read.outcomes} == {()}
