"""The self-test of gates: each of them can pass, can fail alone, and is not green without anything to judge by.

For every gate three campaigns are made up: one in which all gates pass, the same with just what this gate guards
against, and the same without what it judges by. A rule that cannot fail guards nothing, and is reported.

It does not check that a limit is wise, only that something is beyond it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from lydite.gates.decision import decide
from lydite.gates.rule import Demand, Rule
from lydite.gates.rules import Rules
from lydite.gates.scenes import Scene, emptied, sound, spoiled
from lydite.model import CampaignResult, Decision, Flaky, GateOutcome, Standing

_DAY: Final = dt.date(2000, 1, 1)


class Decides(Protocol):
    """What decides: `decide`, or what takes its place in a test of the self-test."""

    def __call__(  # noqa: D102
        self,
        result: CampaignResult,
        rules: Rules,
        *,
        previous: CampaignResult | None,
        flaky: Sequence[Flaky],
        today: dt.date,
    ) -> Decision: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What one gate said of the three campaigns that were made up for it."""

    gate: str
    sound: Standing
    """PASSED, if it can pass."""
    spoiled: Standing
    """FAILED, if it can fail."""
    emptied: Standing
    """NOT_EVALUATED, if it is not green without anything to judge by."""
    also: tuple[str, ...] = ()
    """Gates that fail whenever this one does."""
    problems: tuple[str, ...] = ()
    """What is wrong with it; nothing, where it is proven."""

    @property
    def proven(self) -> bool:
        """Can it say all three?"""
        return not self.problems


def selftest(rules: Rules, *, judge: Decides = decide) -> tuple[Proof, ...]:
    """The proof of every gate, in their order. Waivers are left aside, for they hide what a gate says."""
    bare = replace(rules, waivers=())
    return tuple(_proof(rule, bare, judge) for rule in bare.rules)


def _proof(rule: Rule, rules: Rules, judge: Decides) -> Proof:
    scenes = (sound(rules.rules), spoiled(rule, rules.rules), emptied(rule, rules.rules))
    good, bad, empty = (_decided(scene, rules, judge) for scene in scenes)
    said = [_of(rule.name, decision) for decision in (good, bad, empty)]
    standings = [outcome.standing for outcome in said]
    before = {each.gate: each.standing for each in good.outcomes}
    also = tuple(
        each.gate
        for each in bad.outcomes
        if each.gate != rule.name and each.standing is Standing.FAILED is not before[each.gate]
    )
    return Proof(
        gate=rule.name,
        sound=standings[0],
        spoiled=standings[1],
        emptied=standings[2],
        also=also,
        problems=tuple(_problems(rule, said, bad, empty)),
    )


def _problems(rule: Rule, said: Sequence[GateOutcome], bad: Decision, empty: Decision) -> list[str]:
    good, failed, blank = said
    problems = []
    if good.standing is not Standing.PASSED:
        problems.append(f"it cannot pass where all is well: {good.sentence}")
    if failed.standing is not Standing.FAILED:
        problems.append(f"it cannot fail: {failed.standing}, though {failed.sentence}")
    elif (bad.standing is Standing.FAILED) < (rule.demand is not Demand.NEVER):
        problems.append(f"it fails, and the decision is {bad.standing}")
    if blank.standing is not Standing.NOT_EVALUATED:
        problems.append(f"it is {blank.standing} without anything to judge by")
    elif rule.demand is Demand.ALWAYS and empty.standing is Standing.PASSED:
        problems.append("it was not evaluated, and the decision is passed")
    return problems


def _decided(scene: Scene, rules: Rules, judge: Decides) -> Decision:
    return judge(scene.result, rules, previous=scene.previous, flaky=scene.flaky, today=_DAY)


def _of(gate: str, decision: Decision) -> GateOutcome:
    return next(outcome for outcome in decision.outcomes if outcome.gate == gate)
