"""Rules and waivers: what holds unless somebody says otherwise, what may be said, and what never."""

import datetime as dt
from dataclasses import replace

import pytest

from lydite.gates import DEFAULTS, Demand, Gauge, Rule, Rules, Waiver, read_waivers
from lydite.model import InputError, Outcome, Standing, as_form, from_form
from tests.gates.campaigns import TODAY, campaign, case, decided, good, outcome, phase, suite_of, with_cases

WAIVER = Waiver(gate="unit.success", owner="ann", reason="the clock test, see 12", expires="2026-11-21")
BAD_UNIT = with_cases(*suite_of("unit", 9, failed=1))


def test_the_defaults_are_those_that_were_promised() -> None:
    limits = {rule.name: (">=" if rule.at_least else "<=", rule.limit) for rule in DEFAULTS}

    promised = {
        "safety.violations": ("<=", 0),
        "phases.broken": ("<=", 0),
        "mutants.survivors": ("<=", 0),
        "unit.success": (">=", 100),
        "integration.success": (">=", 95),
        "coverage.lines": (">=", 80),
        "performance.regression": ("<=", 20),
        "resilience.success": (">=", 80),
        "performance.score": (">=", 75),
    }
    assert limits | promised == limits
    decisive = {rule.name for rule in DEFAULTS if rule.demand is Demand.ALWAYS}
    assert decisive == set(promised)


def test_relaxed_rules_demand_safety_and_phases_and_nothing_else() -> None:
    demanded = {rule.name for rule in Rules().relaxed().rules if rule.demand is Demand.ALWAYS}

    assert demanded == {"safety.violations", "phases.broken"}


def test_rules_have_a_form_like_any_value() -> None:
    rules = Rules(waivers=(WAIVER,))

    assert from_form(Rules, as_form(rules)) == rules


# What may not be.


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"limit": float("nan")}, "limit is a finite number, found nan"),
        ({"confidence": 1.0}, "confidence is at least 0 and below 1, found 1.0"),
        ({"samples_min": 0}, "samples_min is at least 1, found 0"),
        ({"name": ""}, "a gate needs a name"),
        ({"limit": 101.0}, "a rate of success is at least something from 0 to 100 %"),
        ({"at_least": False}, "a rate of success is at least something"),
        ({"of": ()}, "`of` names the suites it reads"),
        ({"gauge": Gauge.BROKEN}, "it counts what is bad, so its limit is a most"),
        ({"gauge": Gauge.SAFETY}, "safety is a hard zero that always decides"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(changes: dict[str, object], told: str) -> None:
    unit = next(rule for rule in DEFAULTS if rule.name == "unit.success")

    with pytest.raises(InputError, match=r".") as refused:
        replace(unit, **changes)  # type: ignore[arg-type]

    assert told in str(refused.value)


def test_all_problems_of_a_rule_are_told_at_once() -> None:
    with pytest.raises(InputError) as refused:
        Rule(name="", gauge=Gauge.SAFETY, asks="", limit=3, samples_min=0, demand=Demand.NEVER)

    assert str(refused.value).count("; ") == 2


def test_safety_cannot_be_configured_away() -> None:
    with pytest.raises(InputError, match="no gate guards safety"):
        Rules(rules=DEFAULTS[1:])
    with pytest.raises(InputError, match="hard zero"):
        Rules().altered({"safety.violations": {"limit": 1}})
    with pytest.raises(InputError, match="hard zero"):
        Rules().altered({"safety.violations": {"demand": "never"}})


def test_a_gate_cannot_be_there_twice() -> None:
    with pytest.raises(InputError, match=r"the gate unit\.success is there twice"):
        Rules(rules=(*DEFAULTS, DEFAULTS[3]))


# Changes.


def test_limits_are_changed_by_name() -> None:
    rules = Rules().altered(
        {"unit.success": {"limit": 90, "confidence": 0.5}, "coverage.lines": {"limit": 85}}
    )

    changed = {rule.name: rule for rule in rules.rules}
    assert (changed["unit.success"].limit, changed["unit.success"].confidence) == (90.0, 0.5)
    assert outcome("coverage.lines", good(), rules).standing is Standing.FAILED
    assert [rule.name for rule in rules.rules] == [rule.name for rule in DEFAULTS]


def test_all_problems_of_changes_are_told_at_once_with_the_nearest_name() -> None:
    changes = {
        "unit.sucess": {"limit": 1},
        "unit.success": {"limt": 1, "limit": "high", "demand": "sometimes", "name": "x"},
        "coverage.lines": 85,
    }

    with pytest.raises(InputError) as refused:
        Rules().altered(changes)

    told = str(refused.value)
    assert "there is no gate 'unit.sucess' (gates.unit.sucess); did you mean unit.success?" in told
    assert "there is no key 'limt' (gates.unit.success); did you mean limit?" in told
    assert "there is no key 'name' (gates.unit.success)" in told
    assert "expected a number, found 'high' (gates.unit.success.limit)" in told
    assert "expected one of always, where seen, never, found 'sometimes' (gates.unit.success.demand)" in told
    assert "expected a table, found 85 (gates.coverage.lines)" in told


# Waivers.


def test_a_waiver_counts_through_its_last_day_and_not_after() -> None:
    rules = Rules().waived(WAIVER)
    last, after = TODAY, TODAY + dt.timedelta(days=1)

    waived = outcome("unit.success", BAD_UNIT, rules, today=last)
    expired = outcome("unit.success", BAD_UNIT, rules, today=after)

    assert (waived.standing, waived.required) == (Standing.WAIVED, True)
    assert waived.waiver == "ann answers for it until 2026-11-21: the clock test, see 12"
    assert (waived.actual, waived.margin) == (90, -10)
    assert expired.standing is Standing.FAILED
    assert expired.sentence.endswith("the waiver of ann has expired on 2026-11-21, and counts no more")


def test_a_waived_gate_does_not_stop_the_decision_which_names_it() -> None:
    decision = decided(BAD_UNIT, Rules().waived(WAIVER))

    assert decision.standing is Standing.PASSED
    assert decision.sentence.startswith("passed: 10 gates hold")
    assert "; waived: unit.success (ann answers for it until 2026-11-21: " in decision.sentence


def test_safety_is_never_waived() -> None:
    unsafe = with_cases(case("two-tips", "storm", Outcome.FAILED, runs=100, failures=1, safety=True))
    rules = Rules().waived(replace(WAIVER, gate="safety.violations"))

    decision = decided(unsafe, rules)

    assert decision.standing is Standing.FAILED
    assert "the waiver of ann does not count, for safety is never waived" in decision.sentence
    assert "safety.violations" not in rules.waivable


def test_what_was_not_seen_is_not_waived() -> None:
    found = outcome("unit.success", campaign(phase(case("one"))), Rules().waived(WAIVER))

    assert found.standing is Standing.NOT_EVALUATED
    assert "nobody can answer for what was not seen" in found.sentence


def test_a_waiver_that_is_not_needed_says_so() -> None:
    found = outcome("unit.success", good(), Rules().waived(WAIVER))

    assert found.standing is Standing.PASSED
    assert found.sentence.endswith("; it needs no waiver")


def test_of_two_waivers_the_one_that_lasts_counts() -> None:
    rules = Rules().waived(replace(WAIVER, expires="2026-01-01"), replace(WAIVER, owner="bob"))

    assert outcome("unit.success", BAD_UNIT, rules).waiver.startswith("bob")


def test_a_waiver_that_expires_later_than_in_thirty_days_does_not_count_and_says_which_day_would() -> None:
    last = outcome("unit.success", BAD_UNIT, Rules().waived(replace(WAIVER, expires="2026-12-21")))
    later = Rules().waived(replace(WAIVER, expires="2026-12-22"))

    found = outcome("unit.success", BAD_UNIT, later)

    assert last.standing is Standing.WAIVED
    assert found.standing is Standing.FAILED
    assert found.sentence.endswith(
        "the waiver of ann does not count yet: it expires on 2026-12-22, 31 days from 2026-11-21, and may last 30 at "
        "most; write 2026-12-21 or an earlier day"
    )
    assert outcome("unit.success", BAD_UNIT, replace(later, waiver_days=31)).standing is Standing.WAIVED
    assert outcome("unit.success", BAD_UNIT, later.waived(WAIVER)).waiver.startswith(
        "ann answers for it until 2026-11-21"
    )
    with pytest.raises(InputError, match="waiver_days is at least 1, found 0"):
        replace(later, waiver_days=0)


def test_a_waiver_of_an_unknown_gate_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(
        InputError, match=r"no gate 'unit\.sucess', which ann waives; did you mean unit\.success\?"
    ):
        Rules().waived(replace(WAIVER, gate="unit.sucess"))


def read(text: str) -> tuple[Waiver, ...]:
    rules = Rules()
    never = set(rules.names) - set(rules.waivable)
    return read_waivers(text, where="waivers.toml", waivable=rules.waivable, never=never)


@pytest.mark.parametrize("day", ["2026-12-01", '"2026-12-01"'])
def test_waivers_are_read_from_toml(day: str) -> None:
    text = f'[[waiver]]\ngate = "unit.success"\nowner = "ann"\nreason = "why"\nexpires = {day}\n'

    assert read(text) == (Waiver(gate="unit.success", owner="ann", reason="why", expires="2026-12-01"),)
    assert read("") == ()


def test_all_problems_of_a_file_of_waivers_are_told_at_once() -> None:
    text = """
        extra = 1
        [[waiver]]
        gate = "unit.sucess"
        owner = " "
        expires = 2026-12-01T10:00:00
        until = 2026-12-01
        [[waiver]]
        gate = "safety.violations"
        owner = 3
        reason = "it is late"
        expires = "2026-W49-2"
    """

    with pytest.raises(InputError) as refused:
        read(text)

    told = str(refused.value)
    for problem in (
        "there is no key 'extra', only tables [[waiver]]",
        "waiver 1: there is no key 'until'; ",
        "waiver 1: there is no gate 'unit.sucess'; did you mean unit.success?",
        "waiver 1: owner is text that is not empty, found ' '",
        "waiver 1: reason is missing",
        "waiver 1: expires is a day such as 2026-12-31, found '2026-12-01 10:00:00'",
        "waiver 2: safety.violations is never waived, for it guards safety",
        "waiver 2: owner is text that is not empty, found 3",
        "waiver 2: expires is a day such as 2026-12-31, found '2026-W49-2'",
        "(waivers.toml)",
    ):
        assert problem in told
    assert told.count("; waiver") == 8


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[waiver]\n", "the waivers are no TOML: "),
        ("[waiver]\ngate = 'x'\n", "waiver is a list of tables [[waiver]]"),
        ("waiver = [3]\n", "waiver 1: expected a table, found 3"),
    ],
)
def test_what_is_no_file_of_waivers_is_refused(text: str, told: str) -> None:
    with pytest.raises(InputError, match=r"waivers\.toml") as refused:
        read(text)

    assert told in str(refused.value)


def test_a_waiver_made_by_hand_is_held_to_the_same() -> None:
    with pytest.raises(
        InputError, match=r"owner is empty; expires is a day such as 2026-12-31, found 'soon'"
    ):
        Waiver(gate="unit.success", owner="", reason="why", expires="soon")
