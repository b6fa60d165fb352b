"""From evidence to a judgement: one category, any number of topics, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lydite.adopting.evidence import PLACED, Clue, totals
from lydite.adopting.facts import Facts
from lydite.adopting.markers import TOPICS, Category

TELLING: Final = (Category.E2E, Category.PROPERTY, Category.PERFORMANCE, Category.CHAOS, Category.SECURITY)
"""Categories that say more than that parts work together; of equals the first one counts."""

TELLING_POINTS: Final = 4
TOGETHER_POINTS: Final = 3
TOPIC_POINTS: Final = 3
CLEAR_POINTS: Final = 3
"""So many points more than the next one make a category sure."""


class Certainty(StrEnum):
    """How sure a proposal is."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a test is."""

    category: str
    topics: tuple[str, ...]
    certainty: Certainty
    reasons: tuple[str, ...]


def judged(found: tuple[Clue, ...], facts: Facts) -> Judgement:
    """The category that has most to say for it, and the topics that have enough."""
    points = totals(found)
    category, certainty = _category(points, facts)
    topics = tuple(name for name in TOPICS if points.get(name, 0) >= TOPIC_POINTS)
    reasons = dict.fromkeys(each.reason for each in found if each.marker == category)
    if category == Category.UNIT and not reasons:
        asks = "asserts, and " if facts.asserts else ""
        reasons[f"{asks}nothing in it reaches out of its process"] = None
    for name in topics:
        told = "; ".join(each.reason for each in found if each.marker == name and each.reason not in reasons)
        if told:
            reasons[f"{name}: {told}"] = None
    return Judgement(category=str(category), topics=topics, certainty=certainty, reasons=tuple(reasons))


def _category(points: Mapping[str, int], facts: Facts) -> tuple[str, Certainty]:
    said = [name for name in Category if points.get(name, 0) >= PLACED]
    if said:
        best = max(said, key=lambda name: points[name])
        return best, Certainty.SURE
    ranked = sorted(TELLING, key=lambda name: -points.get(name, 0))
    best, next_best = ranked[0], points.get(ranked[1], 0)
    most = points.get(best, 0)
    together = points.get(Category.INTEGRATION, 0)
    unit = points.get(Category.UNIT, 0)
    if most >= TELLING_POINTS:
        clear = most - next_best >= CLEAR_POINTS and unit < most
        return best, Certainty.SURE if clear else Certainty.UNSURE if most == next_best else Certainty.LIKELY
    if together >= TOGETHER_POINTS and together >= unit:
        clear = together >= 2 * TOGETHER_POINTS and most < CLEAR_POINTS
        return Category.INTEGRATION, Certainty.SURE if clear else Certainty.LIKELY
    if not together and not most:
        return Category.UNIT, Certainty.SURE if facts.asserts else Certainty.UNSURE
    return Category.UNIT, Certainty.LIKELY if together + most <= 2 or unit > together else Certainty.UNSURE
