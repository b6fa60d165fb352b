"""Figures over campaigns: trends, and the changes in them that are worth a mark.

A figure is compared with itself on machines of one fingerprint only, unless it is exact. A change is marked when
chance explains it in one of two hundred quiet series at most, and when that still holds after so many series have
been looked at: of all the marks of one answer no more than 5 % are false (Benjamini and Hochberg).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from lydite.history.changes import CHANCE_MAX, Change, changes, first_change
from lydite.model import Better, CampaignResult, Mark, Trend

FALSE_MAX: Final = 0.05
"""The share of false marks."""

Watch: TypeAlias = Callable[[int, int], None]
"""Is told how many are done, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement of one campaign."""

    campaign: str
    fingerprint: str
    name: str
    value: float
    unit: str
    better: Better
    exact: bool


def figures_of(result: CampaignResult) -> list[Figure]:
    """What was measured in a campaign."""
    return [
        Figure(
            campaign=result.identity,
            fingerprint=result.environment.fingerprint,
            name=each.name,
            value=each.value,
            unit=each.unit,
            better=each.better,
            exact=each.exact,
        )
        for each in result.measurements
    ]


def trends_of(figures: Iterable[Figure], watch: Watch | None = None) -> tuple[Trend, ...]:
    """The trends of figures that are given from the oldest campaign to the newest one."""
    series = _comparable(figures)
    found: dict[str, Change] = {}
    for done, (name, each) in enumerate(series.items()):
        if watch is not None:
            watch(done, len(series))
        change = first_change([figure.value for figure in each])
        if change is not None:
            found[name] = change
    worth = _worth({name: change.chance for name, change in found.items()}, len(series))
    return tuple(_trend(each, found[name] if name in worth else None) for name, each in series.items())


def _comparable(figures: Iterable[Figure]) -> Mapping[str, Sequence[Figure]]:
    """The figures by name; of each those that may be compared with its last one."""
    by_name: dict[str, list[Figure]] = {}
    for figure in figures:
        by_name.setdefault(figure.name, []).append(figure)
    return {
        name: [
            each
            for each in by_name[name]
            if each.unit == by_name[name][-1].unit
            and (by_name[name][-1].exact or each.fingerprint == by_name[name][-1].fingerprint)
        ]
        for name in sorted(by_name)
    }


def _worth(chances: Mapping[str, float], looked_at: int) -> frozenset[str]:
    """The names whose change stays significant among so many."""
    ordered = sorted(chances, key=lambda name: (chances[name], name))
    most = 0
    for rank, name in enumerate(ordered, start=1):
        if chances[name] <= FALSE_MAX * rank / looked_at:
            most = rank
    return frozenset(name for name in ordered[:most] if chances[name] <= CHANCE_MAX)


def _trend(series: Sequence[Figure], first: Change | None) -> Trend:
    values = tuple(each.value for each in series)
    last = series[-1]
    return Trend(
        name=last.name,
        unit=last.unit,
        better=last.better,
        campaigns=tuple(each.campaign for each in series),
        values=values,
        marks=tuple(
            Mark(at=series[each.at].campaign, before=each.before, after=each.after, chance=each.chance)
            for each in (changes(values, first) if first is not None else ())
        ),
    )
