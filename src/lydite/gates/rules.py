"""The rules of all gates together, with what holds unless somebody says otherwise, and the waivers in force."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

from lydite.gates.rule import ANY, PERCENT, Demand, Gauge, Rule
from lydite.gates.waiver import Waiver
from lydite.model import InputError, as_form, from_form, near

DEFAULTS: Final = (
    Rule(name="safety.violations", gauge=Gauge.SAFETY, asks="nothing fails in safety", limit=0),
    Rule(name="phases.broken", gauge=Gauge.BROKEN, asks="every phase is carried out to its end", limit=0),
    Rule(name="mutants.survivors", gauge=Gauge.SURVIVORS, asks="every planted bug is caught", limit=0),
    Rule(
        name="unit.success",
        gauge=Gauge.CASES,
        asks="every unit test and every property passes",
        of=("unit", "property"),
        limit=100,
        at_least=True,
        unit=PERCENT,
    ),
    Rule(
        name="integration.success",
        gauge=Gauge.CASES,
        asks="integration tests pass, and so does what belongs to no other gate",
        of=("integration", ANY),
        limit=95,
        at_least=True,
        unit=PERCENT,
    ),
    Rule(
        name="resilience.success",
        gauge=Gauge.RUNS,
        asks="runs under faults pass",
        of=("storm", "chaos"),
        limit=80,
        at_least=True,
        unit=PERCENT,
    ),
    Rule(
        name="coverage.lines",
        gauge=Gauge.FIGURE,
        asks="the tests execute enough lines",
        of=("coverage.lines",),
        limit=80,
        at_least=True,
        unit=PERCENT,
    ),
    Rule(
        name="performance.regression",
        gauge=Gauge.REGRESSION,
        asks="no figure is much worse than in the campaign before",
        limit=20,
        unit=PERCENT,
    ),
    Rule(
        name="performance.score",
        gauge=Gauge.FIGURE,
        asks="the score of the benchmarks is high enough",
        of=("performance.score",),
        limit=75,
        at_least=True,
    ),
    Rule(
        name="coverage.ratchet",
        gauge=Gauge.RATCHET,
        asks="no fewer lines are executed than in the campaign before",
        of=("coverage.lines",),
        limit=0.5,
        unit=PERCENT,
        demand=Demand.WHERE_SEEN,
        any_machine=True,
    ),
    Rule(
        name="flaky.share",
        gauge=Gauge.FLAKY_SHARE,
        asks="few cases both pass and fail with the same code",
        limit=2,
        unit=PERCENT,
        demand=Demand.WHERE_SEEN,
    ),
    Rule(
        name="flaky.count",
        gauge=Gauge.FLAKY_COUNT,
        asks="no more than a handful of them",
        limit=5,
        demand=Demand.NEVER,
    ),
)
"""What a release needs, unless somebody says otherwise."""

WAIVER_DAYS: Final = 30
"""How many days ahead a waiver may expire, unless somebody says otherwise."""

_FIXED: Final = ("name", "gauge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules, and the waivers."""

    rules: tuple[Rule, ...] = DEFAULTS
    waivers: tuple[Waiver, ...] = ()
    waiver_days: int = WAIVER_DAYS
    """A waiver that expires later, as seen from the day that is judged, does not count."""

    def __post_init__(self) -> None:
        names = self.names
        problems = [f"the gate {name} is there twice" for name in sorted({*names}) if names.count(name) > 1]
        if not any(rule.gauge is Gauge.SAFETY for rule in self.rules):
            problems.append("no gate guards safety, and no rules go without")
        if self.waiver_days < 1:
            problems.append(f"waiver_days is at least 1, found {self.waiver_days}")
        problems += [
            f"there is no gate {waiver.gate!r}, which {waiver.owner} waives; {near(waiver.gate, names)}"
            for waiver in self.waivers
            if waiver.gate not in names
        ]
        if problems:
            raise InputError("; ".join(problems), where="rules of the gates")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all gates, in order."""
        return tuple(rule.name for rule in self.rules)

    @property
    def waivable(self) -> tuple[str, ...]:
        """The names of the gates that may be waived."""
        return tuple(rule.name for rule in self.rules if rule.gauge is not Gauge.SAFETY)

    def waived(self, *waivers: Waiver) -> "Rules":
        """The same, with these waivers as well."""
        return replace(self, waivers=(*self.waivers, *waivers))

    def relaxed(self) -> "Rules":
        """The same for a campaign that does only a part: what it does not look at decides nothing.

        Safety, and that every phase is carried out, stay as they are.
        """
        strict = {Gauge.SAFETY, Gauge.BROKEN}
        return replace(
            self,
            rules=tuple(
                replace(rule, demand=Demand.WHERE_SEEN)
                if rule.demand is Demand.ALWAYS and rule.gauge not in strict
                else rule
                for rule in self.rules
            ),
        )

    def altered(self, table: Mapping[str, object], where: str = "gates") -> "Rules":
        """The same, with fields of some gates replaced: `{"unit.success": {"limit": 99}}`.

        All problems are told at once, each with its place and the nearest name.
        """
        problems: list[str] = []
        made = {rule.name: rule for rule in self.rules}
        for name, changes in table.items():
            place = f"{where}.{name}"
            if name not in made:
                problems.append(f"there is no gate {name!r:.60} ({place}); {near(name, made)}")
            elif not isinstance(changes, Mapping):
                problems.append(f"expected a table, found {changes!r:.60} ({place})")
            else:
                made[name], told = _altered(made[name], changes, place)
                problems += told
        if problems:
            raise InputError("; ".join(problems))
        return replace(self, rules=tuple(made.values()))


def _altered(rule: Rule, changes: Mapping[str, object], place: str) -> tuple[Rule, list[str]]:
    """The rule with each change that can be made, and what is wrong with the others."""
    known = [field.name for field in fields(Rule) if field.name not in _FIXED]
    problems = [
        f"there is no key {key!r:.60} ({place}); {near(str(key), known)}"
        for key in changes
        if key not in known
    ]
    for key in (key for key in known if key in changes):
        try:
            rule = from_form(Rule, as_form(rule) | {key: changes[key]}, place)
        except InputError as error:
            problems.append(str(error))
    return rule, problems
