"""The campaigns of the coin: what each of them looks at."""

from lydite.gates import DEFAULTS, Gauge
from lydite.model import Work
from lydite.runner import campaign_of


def test_a_night_looks_at_all_that_the_gates_ask_for() -> None:
    night = campaign_of("coin", "nightly")

    works = {phase.work for phase in night.phases}
    categories = {phase.category for phase in night.phases if phase.work is Work.PYTEST}
    named = {rule.of[0] for rule in DEFAULTS if rule.gauge is Gauge.CASES}
    assert named == {"unit", "integration"}
    assert {*named, "property"} <= categories
    assert {Work.TRIALS, Work.MUTANTS, Work.BENCHMARKS} <= works
    assert [phase.name for phase in night.phases if phase.coverage] == ["unit", "integration"]
