"""Each gate: when it passes, when it fails, when it cannot be evaluated, and what the decision says."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lydite.gates import DEFAULTS, Demand, Gauge, Rule, Rules, decide
from lydite.model import Better, CampaignResult, Flaky, Outcome, Standing, Work
from tests.gates.campaigns import (
    GOOD_CASES,
    TODAY,
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

PASSED, FAILED, NOT_EVALUATED = Standing.PASSED, Standing.FAILED, Standing.NOT_EVALUATED


def test_a_good_campaign_passes_every_gate_and_says_which_is_closest() -> None:
    decision = decided(good())

    assert {each.standing for each in decision.outcomes} == {PASSED}
    assert decision.standing is PASSED
    assert decision.sentence == (
        "passed: 11 gates hold, the closest is integration.success with a margin of 2.05 %"
    )


def test_an_empty_campaign_is_green_nowhere() -> None:
    decision = decide(campaign(), Rules(), today=TODAY)

    assert {each.standing for each in decision.outcomes} == {NOT_EVALUATED}
    assert decision.standing is NOT_EVALUATED
    assert decision.sentence.startswith(
        "not evaluated: safety.violations: nothing was carried out that could fail in safety; nor was phases"
    )


def test_without_a_gate_that_decides_there_is_no_decision() -> None:
    told_only = replace(next(rule for rule in DEFAULTS if rule.gauge is Gauge.SURVIVORS), demand=Demand.NEVER)
    rules = Rules(rules=(DEFAULTS[0], told_only))

    decision = decide(with_cases(case("m", "mutants", Outcome.FAILED)), rules, today=TODAY)

    assert decision.standing is PASSED
    assert decision.sentence.endswith("failed, and not decisive: mutants.survivors")


# Safety.


@pytest.mark.parametrize("suite", ["storm", "unit", "chaos", "never heard of"])
def test_one_finding_of_safety_fails_however_many_runs_pass(suite: str) -> None:
    unsafe = case("two-tips", suite, Outcome.FAILED, runs=10**9, failures=1, safety=True)

    decision = decided(campaign(phase(*GOOD_CASES, unsafe)))
    found = decision.outcomes[0]

    assert (found.gate, found.standing, found.actual, found.bound) == ("safety.violations", FAILED, 1, 1)
    assert found.margin == -1
    assert decision.standing is FAILED
    assert decision.sentence.startswith("failed: safety.violations: 1 case failed in safety: two-tips")


def test_a_run_that_failed_in_safety_counts_though_the_case_passed() -> None:
    retried = case("two-tips", "storm", Outcome.PASSED, runs=3, failures=1, safety=True)

    assert outcome("safety.violations", with_cases(retried)).standing is FAILED


def test_a_caught_mutant_is_no_finding_of_safety() -> None:
    caught = case("m", "mutants", Outcome.PASSED, runs=9, failures=1, safety=True)

    assert outcome("safety.violations", with_cases(caught)).standing is PASSED


@pytest.mark.parametrize("said", [Outcome.UNKNOWN, Outcome.BROKEN])
def test_a_guard_of_safety_that_proves_nothing_leaves_it_open(said: Outcome) -> None:
    found = outcome("safety.violations", with_cases(case("guard", "storm", said, safety=True)))

    assert found.standing is NOT_EVALUATED
    assert "guard guards safety, and proves nothing" in found.sentence


def test_skipped_cases_are_no_evidence_of_safety() -> None:
    skipped = campaign(phase(case("later", "storm", Outcome.SKIPPED, runs=50, failures=1, safety=True)))

    found = outcome("safety.violations", skipped)

    assert (found.standing, found.samples) == (NOT_EVALUATED, 0)


def test_benchmarks_are_no_evidence_of_safety() -> None:
    timed = campaign(phase(case("fast", "performance", runs=50), work=Work.BENCHMARKS))

    assert outcome("safety.violations", timed).standing is NOT_EVALUATED


# Phases and mutants.


def test_a_broken_phase_fails_with_its_name_and_why() -> None:
    lost = phase(name="e2e", outcome=Outcome.BROKEN, message="port 8080 is taken")

    found = outcome("phases.broken", campaign(phase(*GOOD_CASES), lost))

    assert found.standing is FAILED
    assert found.sentence == "1 phase broken: e2e (port 8080 is taken)"


def test_a_phase_that_failed_without_a_case_is_broken() -> None:
    silent = phase(case("fine"), name="harness", outcome=Outcome.FAILED)
    loud = phase(case("bad", outcome=Outcome.FAILED), name="harness", outcome=Outcome.FAILED)

    assert outcome("phases.broken", campaign(silent)).standing is FAILED
    assert outcome("phases.broken", campaign(loud)).standing is PASSED


def test_an_interrupted_campaign_is_not_evaluated_but_what_broke_stays_broken() -> None:
    cut = replace(good(), interrupted=True)
    lost = replace(campaign(phase(outcome=Outcome.BROKEN)), interrupted=True)

    assert outcome("phases.broken", cut).standing is NOT_EVALUATED
    assert decided(cut).standing is NOT_EVALUATED
    assert outcome("phases.broken", lost).standing is FAILED


def test_skipped_phases_are_told_and_are_no_evidence() -> None:
    left_out = phase(name="e2e", outcome=Outcome.SKIPPED)

    assert outcome("phases.broken", campaign(left_out)).standing is NOT_EVALUATED
    assert "1 phase skipped" in outcome("phases.broken", campaign(phase(*GOOD_CASES), left_out)).sentence


def test_a_mutant_that_survives_fails_and_one_not_hunted_to_an_end_leaves_it_open() -> None:
    survived = with_cases(case("a", "mutants"), case("b", "mutants", Outcome.FAILED))
    stopped = with_cases(case("a", "mutants"), case("b", "mutants", Outcome.UNKNOWN))
    both = with_cases(case("a", "mutants", Outcome.FAILED), case("b", "mutants", Outcome.BROKEN))

    assert outcome("mutants.survivors", survived).sentence == "1 mutant of 2 survived: b"
    assert outcome("mutants.survivors", survived).standing is FAILED
    assert outcome("mutants.survivors", stopped).standing is NOT_EVALUATED
    assert outcome("mutants.survivors", both).standing is FAILED
    assert outcome("mutants.survivors", with_cases(case("a", "mutants", Outcome.SKIPPED))).samples == 0


# Rates.


def test_a_rate_is_judged_by_what_it_proves_and_not_by_what_was_seen() -> None:
    found = outcome("integration.success", with_cases(*suite_of("integration", 96, failed=4)))

    assert found.standing is FAILED
    assert found.actual == 96
    assert found.bound == pytest.approx(91.1, abs=0.1)
    assert found.sentence == (
        "96 of 100 cases passed, which proves 91 %: integration-96, integration-97, integration-98 and 1 more "
        "did not; with as many failures it takes 181 cases to prove 95 %"
    )
    assert (
        outcome("integration.success", with_cases(*suite_of("integration", 177, failed=4))).standing is PASSED
    )


def test_too_few_to_prove_it_pass_only_without_a_failure_and_say_so() -> None:
    few = outcome("integration.success", with_cases(*suite_of("integration", 20)))
    fewer = outcome("integration.success", with_cases(*suite_of("integration", 57, failed=1)))

    assert (few.standing, few.bound, few.samples) == (PASSED, 100, 20)
    assert few.sentence == (
        "20 of 20 cases passed, which proves 86 % only: too few to prove 95 %, which takes 59; "
        "the count decides"
    )
    assert fewer.standing is FAILED


def test_where_all_must_pass_the_count_decides() -> None:
    found = outcome("unit.success", with_cases(*suite_of("unit", 9_999, failed=1)))

    assert found.standing is FAILED
    assert found.bound == pytest.approx(99.99)
    assert "which proves" not in found.sentence
    assert outcome("unit.success", with_cases(*suite_of("unit", 1))).standing is PASSED


def test_a_thousand_seeds_of_one_case_do_not_outweigh_another() -> None:
    diluted = with_cases(case("sim", "simulation", runs=10**6), *suite_of("integration", 10, failed=10))

    found = outcome("integration.success", diluted)

    assert found.standing is FAILED
    assert found.samples == 21


def test_a_case_of_a_suite_that_no_gate_names_is_not_overlooked() -> None:
    found = outcome("integration.success", with_cases(case("odd", "gpu", Outcome.FAILED)))

    assert "odd" in found.sentence
    assert found.standing is FAILED or found.samples == 101


@pytest.mark.parametrize(
    ("passed", "failed", "unknown", "standing"),
    [
        (100, 0, 0, PASSED),
        (400, 0, 1, PASSED),
        (60, 0, 1, NOT_EVALUATED),
        (0, 0, 5, NOT_EVALUATED),
        (50, 50, 5, FAILED),
    ],
)
def test_what_proves_nothing_leaves_open_what_depends_on_it(
    passed: int, failed: int, unknown: int, standing: Standing
) -> None:
    mixed = with_cases(*suite_of("integration", passed, failed, unknown))

    assert outcome("integration.success", mixed).standing is standing


def test_where_no_number_of_runs_could_prove_it_the_count_decides() -> None:
    rules = Rules().altered({"resilience.success": {"limit": 99.999999999}})

    found = outcome("resilience.success", good(), rules)

    assert found.standing is PASSED
    assert "which takes more than anybody runs; the count decides" in found.sentence


@pytest.mark.parametrize("said", [Outcome.FAILED, Outcome.BROKEN])
def test_a_case_that_failed_without_a_count_of_failures_failed_once(said: Outcome) -> None:
    assert outcome("unit.success", with_cases(case("odd", "unit", said, failures=0))).actual == 0


def test_skipped_cases_are_no_samples_and_are_told() -> None:
    skipped = with_cases(*suite_of("unit", 3), case("later", "unit", Outcome.SKIPPED, failures=7))
    nothing = with_cases(case("later", "unit", Outcome.SKIPPED))

    assert outcome("unit.success", skipped).sentence == "3 of 3 cases passed; 1 case skipped"
    assert outcome("unit.success", nothing).standing is NOT_EVALUATED


def test_with_fewer_samples_than_wanted_a_rate_is_not_evaluated_but_safety_is() -> None:
    wanting = Rules(rules=tuple(replace(rule, samples_min=10**9) for rule in DEFAULTS))
    unsafe = with_cases(case("two-tips", "storm", Outcome.FAILED, safety=True))

    assert outcome("unit.success", good(), wanting).standing is NOT_EVALUATED
    assert outcome("safety.violations", good(), wanting).standing is NOT_EVALUATED
    assert outcome("safety.violations", unsafe, wanting).standing is FAILED


@given(runs=st.integers(1, 3_000), failures=st.integers(0, 3_000))
def test_one_failure_more_never_makes_a_gate_greener_nor_one_pass_more_redder(
    runs: int, failures: int
) -> None:
    def green(all_runs: int, bad: int) -> bool:
        said = Outcome.FAILED if bad else Outcome.PASSED
        storm = case("storm", "storm", said, runs=all_runs, failures=bad)
        return outcome("resilience.success", campaign(phase(storm))).standing is PASSED

    failures = min(failures, runs)

    assert green(runs, failures) >= green(runs, min(failures + 1, runs))
    assert green(runs + 1, failures) >= green(runs, failures)


# Figures.


def test_coverage_is_judged_as_it_was_measured_and_a_score_at_its_worse_end() -> None:
    assert outcome("coverage.lines", with_figures(measured("coverage.lines", 80.0))).standing is PASSED
    assert outcome("coverage.lines", with_figures(measured("coverage.lines", 79.99))).standing is FAILED

    wide = outcome(
        "performance.score", with_figures(measured("performance.score", 80.0, "", low=74.0, high=86.0))
    )

    assert (wide.standing, wide.actual, wide.bound, wide.margin) == (FAILED, 80.0, 74.0, -1.0)
    assert wide.sentence == "performance.score is 80, at worst 74"


def test_a_share_is_read_as_percent_and_another_unit_is_refused() -> None:
    assert outcome("coverage.lines", with_figures(measured("coverage.lines", 0.85, "share"))).actual == 85
    odd = outcome("coverage.lines", with_figures(measured("coverage.lines", 900, "lines")))

    assert odd.standing is NOT_EVALUATED
    assert "coverage.lines in 'lines'" in odd.sentence


@pytest.mark.parametrize("gate", ["coverage.lines", "coverage.ratchet", "performance.regression"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_never_green(gate: str, value: float) -> None:
    assert outcome(gate, with_figures(measured("coverage.lines", value))).standing is not PASSED


@pytest.mark.parametrize("speed", [1e-3, 1.0, 4e6])
def test_a_regression_is_judged_at_the_worse_end_of_the_interval(speed: float) -> None:
    name = "throughput.seeds_per_s"
    before = with_figures(measured(name, 100 * speed, "seeds/s"))
    slower = measured(name, 85 * speed, "seeds/s", low=79 * speed, high=91 * speed)
    steady = replace(slower, low=81 * speed)

    bad = outcome("performance.regression", with_figures(slower), previous=before)

    assert bad.standing is FAILED
    assert (bad.actual, bad.bound) == pytest.approx((15, 21))
    assert outcome("performance.regression", with_figures(steady), previous=before).standing is PASSED


def test_what_should_be_low_regresses_upwards_and_what_is_neither_does_not() -> None:
    def against(now: float, before: float, better: Better) -> Standing:
        pair = [
            with_figures(measured("latency", value, "ms", better=better, low=value, high=value))
            for value in (now, before)
        ]
        return outcome("performance.regression", pair[0], previous=pair[1]).standing

    assert against(130, 100, Better.LOWER) is FAILED
    assert against(70, 100, Better.LOWER) is PASSED
    assert against(70, 100, Better.HIGHER) is FAILED
    assert against(700, 100, Better.NEITHER) is PASSED
    assert against(7, 100, Better.NEITHER) is PASSED
    assert against(1, 0, Better.LOWER) is FAILED
    assert against(0, 0, Better.LOWER) is PASSED


def test_figures_of_another_machine_are_compared_only_where_they_are_exact() -> None:
    def slow(*, exact: bool) -> CampaignResult:
        return with_figures(measured("t", 10, "events/s", exact=exact), machine="m-2")

    before = with_figures(measured("t", 100, "events/s", exact=True))
    wall = outcome("performance.regression", slow(exact=False), previous=before)

    assert wall.standing is NOT_EVALUATED
    assert "another machine" in wall.sentence
    assert outcome("performance.regression", slow(exact=True), previous=before).standing is FAILED
    assert outcome("coverage.ratchet", slow(exact=True), previous=before).standing is PASSED


def test_a_figure_that_is_left_out_makes_no_gate_green() -> None:
    before = with_figures(measured("latency", 5, "ms", better=Better.LOWER))

    found = outcome("performance.regression", good(), previous=before)

    assert found.standing is NOT_EVALUATED
    assert found.sentence.endswith("no longer measured: latency")


def test_another_target_is_no_campaign_before_this_one() -> None:
    found = outcome("performance.regression", good(), previous=replace(good(), target="bank"))

    assert found.standing is NOT_EVALUATED


@pytest.mark.parametrize(("now", "standing"), [(83.6, PASSED), (83.4, FAILED), (99.0, PASSED)])
def test_a_ratchet_lets_a_figure_slip_by_its_tolerance_and_no_more(now: float, standing: Standing) -> None:
    found = outcome("coverage.ratchet", with_figures(measured("coverage.lines", now)))

    assert found.standing is standing
    assert found.actual == pytest.approx(84.0 - now)


def test_the_worst_of_several_figures_decides() -> None:
    rule = Rule(
        name="latency",
        gauge=Gauge.FIGURE,
        asks="answers are quick",
        of=("latency.*",),
        limit=100,
        unit="ms",
    )
    rules = Rules(rules=(*DEFAULTS, rule))
    low = Better.LOWER
    three = with_figures(
        measured("latency.read", 20, "ms", better=low),
        measured("latency.write", 90, "ms", better=low, low=80, high=120),
        measured("latency.sync", 99, "ms", better=low),
    )

    found = outcome("latency", three, rules)

    assert (found.standing, found.actual, found.bound) == (FAILED, 90, 120)
    assert found.sentence == "latency.write is 90 ms, at worst 120 ms, the worst of 3"


SHARES = Rule(
    name="shares",
    gauge=Gauge.FIGURE,
    asks="all shares are high",
    of=("share.*",),
    limit=50,
    at_least=True,
    unit="%",
)


@pytest.mark.parametrize(
    ("values", "standing"),
    [
        ((90.0, 60.0), PASSED),
        ((90.0, 40.0), FAILED),
        ((40.0, 90.0), FAILED),
        ((90.0, math.nan), NOT_EVALUATED),
        ((math.nan, 90.0), NOT_EVALUATED),
        ((90.0, math.inf), NOT_EVALUATED),
    ],
)
def test_of_several_figures_that_should_be_high_the_lowest_decides(
    values: tuple[float, ...], standing: Standing
) -> None:
    several = with_figures(*(measured(f"share.{number}", value) for number, value in enumerate(values)))

    assert outcome("shares", several, Rules(rules=(*DEFAULTS, SHARES))).standing is standing


def test_one_figure_in_another_unit_leaves_the_gate_open() -> None:
    mixed = with_figures(measured("share.a", 90.0), measured("share.b", 7.0, "items"))

    found = outcome("shares", mixed, Rules(rules=(*DEFAULTS, SHARES)))

    assert found.standing is NOT_EVALUATED
    assert found.sentence == "the limit is told in '%', and not so share.b in 'items'"


# Flaky cases.


def flaky(name: str) -> Flaky:
    return Flaky(case=name, runs=10, failures=3, low=0.1, high=0.6)


def test_flaky_cases_are_counted_among_those_of_this_campaign() -> None:
    known = [flaky("unit-1"), flaky("gone"), flaky("unit-2")]

    share = outcome("flaky.share", good(), flaky=known)
    count = outcome("flaky.count", good(), flaky=known)

    assert share.standing is PASSED
    assert share.actual == pytest.approx(200 / 141)
    assert (count.actual, count.standing) == (2, PASSED)
    assert share.sentence == (
        "2 of 141 cases both pass and fail with the same code: unit-1 (3 of 10), unit-2 (3 of 10)"
    )
    assert outcome("flaky.share", good(), flaky=[*known, flaky("unit-3")]).standing is FAILED


def test_without_a_history_nothing_is_known_of_flaky_cases() -> None:
    decision = decide(good(), Rules(), today=TODAY)

    found = next(each for each in decision.outcomes if each.gate == "flaky.share")
    assert found.standing is NOT_EVALUATED
    assert not found.required


# All of them together.


def test_what_is_required_decides_and_the_rest_tells() -> None:
    rules = Rules().altered({"unit.success": {"demand": "never"}})
    bad = with_cases(*suite_of("unit", 1, failed=1))

    assert decided(bad).standing is FAILED
    assert decided(bad, rules).standing is PASSED
    assert decided(bad, rules).sentence.endswith("failed, and not decisive: unit.success")


def test_a_partial_campaign_is_decided_by_what_it_looked_at() -> None:
    partial = campaign(phase(case("shop.storm", "storm", runs=500)))

    assert decide(partial, Rules(), today=TODAY).standing is NOT_EVALUATED
    decision = decide(partial, Rules().relaxed(), today=TODAY)

    assert decision.standing is PASSED
    assert "not evaluated, and not decisive: mutants.survivors, unit.success" in decision.sentence
    assert decide(campaign(), Rules().relaxed(), today=TODAY).standing is NOT_EVALUATED


def test_a_failure_is_graver_than_what_was_not_evaluated() -> None:
    bad = campaign(phase(*suite_of("unit", 1, failed=1)))

    decision = decide(bad, Rules(), today=TODAY)

    assert decision.standing is FAILED
    assert decision.sentence.startswith("failed: unit.success: 1 of 2 cases passed: unit-1 did not")
