"""Flaky cases: those that both passed and failed with the same code.

Runs are counted by the digest of the code; where a campaign has none, its runs are compared with themselves only.
Trials and mutants are left out: each of their seeds is a test of its own, and fails each time or never.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lydite.history.rates import wilson
from lydite.model import Flaky, Work

SEEDED: Final = (Work.TRIALS, Work.MUTANTS)
"""Phases whose runs are seeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Runs and failures of a case with one code."""

    case: str
    code: str
    runs: int
    failures: int


def flaky_of(counts: Iterable[Count]) -> tuple[Flaky, ...]:
    """The flaky cases, those first that surely fail most often.

    >>> same, other = Count(case="a", code="1", runs=9, failures=0), Count(case="a", code="2", runs=2, failures=2)
    >>> flaky_of([same, other])
    ()
    >>> [found.failures for found in flaky_of([same, Count(case="a", code="1", runs=1, failures=1)])]
    [1]
    """
    by_code: dict[tuple[str, str], tuple[int, int]] = {}
    for each in counts:
        runs, failures = by_code.get((each.case, each.code), (0, 0))
        by_code[each.case, each.code] = (runs + each.runs, failures + each.failures)
    by_case: dict[str, tuple[int, int]] = {}
    for (case, _), (runs, failures) in by_code.items():
        if 0 < failures < runs:
            known_runs, known_failures = by_case.get(case, (0, 0))
            by_case[case] = (known_runs + runs, known_failures + failures)
    found = []
    for case, (runs, failures) in by_case.items():
        low, high = wilson(failures, runs)
        found.append(Flaky(case=case, runs=runs, failures=failures, low=low, high=high))
    return tuple(sorted(found, key=lambda each: (-each.low, each.case)))
