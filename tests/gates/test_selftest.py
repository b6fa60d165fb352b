"""The self-test of gates: it proves each of them, and reports those that cannot say no."""

from dataclasses import replace
from typing import Any

import pytest

from lydite.gates import DEFAULTS, Demand, Gauge, Rule, Rules, Waiver, decide, selftest
from lydite.gates.scenes import sound, spoiled
from lydite.model import Decision, GateOutcome, Outcome, Standing

NAMES = [rule.name for rule in DEFAULTS]


def latency(**changes: Any) -> Rule:
    """A rule of somebody's own."""
    rule = Rule(
        name="latency",
        gauge=Gauge.FIGURE,
        asks="answers are quick",
        of=("latency.*",),
        limit=100,
        unit="ms",
    )
    return replace(rule, **changes)


def test_every_gate_is_proven_and_fails_alone() -> None:
    proofs = selftest(Rules())

    assert [proof.gate for proof in proofs] == NAMES
    for proof in proofs:
        assert proof.proven, proof
        assert proof.also == ()
        assert (proof.sound, proof.spoiled, proof.emptied) == (
            Standing.PASSED,
            Standing.FAILED,
            Standing.NOT_EVALUATED,
        )


def test_a_relaxed_gate_is_proven_too_and_waivers_do_not_hide_it() -> None:
    waiver = Waiver(gate="unit.success", owner="ann", reason="why", expires="2999-01-01")

    assert all(proof.proven for proof in selftest(Rules().relaxed().waived(waiver)))


@pytest.mark.parametrize(
    "rule",
    [
        latency(),
        latency(limit=0),
        latency(limit=-5, at_least=True),
        latency(gauge=Gauge.RATCHET, limit=10),
        latency(gauge=Gauge.REGRESSION, limit=250, unit="%"),
        latency(gauge=Gauge.REGRESSION, of=(), limit=0, unit="%", demand=Demand.NEVER),
        latency(gauge=Gauge.FLAKY_COUNT, of=(), limit=40, unit=""),
        latency(gauge=Gauge.SURVIVORS, of=(), limit=2, unit="", samples_min=5),
        latency(gauge=Gauge.CASES, of=("gpu",), limit=99, at_least=True, unit="%"),
        latency(gauge=Gauge.RUNS, of=("gpu",), limit=50, at_least=True, unit="%", confidence=0),
        latency(gauge=Gauge.RUNS, of=("gpu",), limit=99, at_least=True, unit="%", samples_min=10**6),
        latency(gauge=Gauge.BROKEN, of=(), limit=0, unit="", samples_min=4),
        latency(gauge=Gauge.FLAKY_SHARE, of=(), limit=5, unit="%", samples_min=300),
        latency(gauge=Gauge.REGRESSION, of=(), limit=30, unit="%", samples_min=9),
        latency(samples_min=30),
        latency(of=("coverage.lines",), limit=70, at_least=True, unit="%"),
    ],
    ids=lambda rule: f"{rule.gauge} {rule.limit}",
)
def test_rules_of_ones_own_are_proven(rule: Rule) -> None:
    proofs = selftest(Rules(rules=(*DEFAULTS, rule)))

    assert [proof.problems for proof in proofs] == [()] * len(proofs)


def test_a_rate_that_has_a_campaign_for_itself_is_proven_though_all_its_cases_fail() -> None:
    rate = latency(gauge=Gauge.CASES, of=("gpu",), limit=90, at_least=True, unit="%")
    rules = Rules(rules=(DEFAULTS[0], rate))
    cases = [case for case in spoiled(rate, rules.rules).cases if case.suite == "gpu"]

    assert all(case.outcome is Outcome.FAILED for case in cases)
    assert [proof.problems for proof in selftest(rules)] == [(), ()]


@pytest.mark.parametrize(
    "rule",
    [
        latency(gauge=Gauge.RUNS, of=("gpu",), limit=0, at_least=True, unit="%"),
        latency(gauge=Gauge.FLAKY_SHARE, of=(), limit=100, unit="%"),
        latency(of=("coverage.branches",), limit=0, at_least=True, unit="%"),
        latency(gauge=Gauge.RUNS, of=("mutants",), limit=90, at_least=True, unit="%"),
    ],
    ids=lambda rule: f"{rule.gauge} {rule.limit}",
)
def test_a_rule_that_cannot_fail_is_reported(rule: Rule) -> None:
    *others, proof = selftest(Rules(rules=(*DEFAULTS, rule)))

    assert not proof.proven
    assert any("it cannot fail: " in problem for problem in proof.problems)
    assert all(other.proven for other in others)


def test_a_rule_that_cannot_pass_is_reported() -> None:
    (*_, proof) = selftest(Rules(rules=(*DEFAULTS, latency(gauge=Gauge.BROKEN, of=(), limit=-1, unit=""))))

    assert "it cannot pass where all is well" in proof.problems[0]


def test_gates_that_fail_together_are_told() -> None:
    strict = latency(name="coverage.strict", of=("coverage.lines",), limit=90, at_least=True, unit="%")

    proofs = {proof.gate: proof for proof in selftest(Rules(rules=(*DEFAULTS, strict)))}

    assert proofs["coverage.lines"].also == ("coverage.strict",)
    assert proofs["coverage.strict"].also == ()


def softened(name: str, says: Standing, instead: Standing) -> Any:
    """A decision in which one gate says something else than it should."""

    def judge(*words: Any, **known: Any) -> Decision:
        decision = decide(*words, **known)

        def bent(outcome: GateOutcome) -> GateOutcome:
            wrong = outcome.gate == name and outcome.standing is says
            return replace(outcome, standing=instead) if wrong else outcome

        return replace(decision, outcomes=tuple(bent(outcome) for outcome in decision.outcomes))

    return judge


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("says", "instead", "told"),
    [
        (Standing.FAILED, Standing.PASSED, "it cannot fail: passed"),
        (Standing.NOT_EVALUATED, Standing.PASSED, "it is passed without anything to judge by"),
        (Standing.PASSED, Standing.FAILED, "it cannot pass where all is well"),
    ],
)
def test_a_gate_that_lies_is_found_out(name: str, says: Standing, instead: Standing, told: str) -> None:
    small = Rules(rules=tuple(rule for rule in DEFAULTS if rule.gauge is Gauge.SAFETY or rule.name == name))

    found = {proof.gate: proof for proof in selftest(small, judge=softened(name, says, instead))}

    assert any(told in problem for problem in found[name].problems)
    assert [proof.gate for proof in found.values() if not proof.proven] == [name]


def test_a_decision_that_overlooks_a_failed_gate_is_found_out() -> None:
    def blind(*words: Any, **known: Any) -> Decision:
        return replace(decide(*words, **known), standing=Standing.PASSED)

    proofs = selftest(Rules(), judge=blind)

    assert [proof.gate for proof in proofs if proof.proven] == ["flaky.count"]
    assert "it fails, and the decision is passed" in proofs[0].problems
    assert "it was not evaluated, and the decision is passed" in proofs[0].problems


def test_the_scenes_differ_in_nothing_but_what_spoils_them() -> None:
    rule = DEFAULTS[0]

    good, bad = sound(DEFAULTS), spoiled(rule, DEFAULTS)

    assert bad.cases[:-1] == good.cases
    assert (bad.figures, bad.before, bad.flaky) == (good.figures, good.before, good.flaky)
