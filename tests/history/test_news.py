"""News: what a silence is worth, and how a failure stands to the campaigns before."""

from collections.abc import Sequence

import pytest

from lydite.history.news import Occurrence, news_of
from lydite.history.rates import needed, wilson
from lydite.model import News, Outcome, Told

Runs = tuple[int, int]
"""Runs and failures."""


def once(campaign: str, runs: int, failures: int, cause: str = "no-loss", **more: object) -> Occurrence:
    """A case in a campaign; without runs it was left out."""
    outcome = Outcome.FAILED if failures else Outcome.PASSED if runs else Outcome.SKIPPED
    parts = {"outcome": outcome, "safety": False, **more}
    return Occurrence(
        campaign=campaign,
        case="storm",
        subject="coin",
        runs=runs,
        failures=failures,
        cause=cause if failures else "",
        message="",
        reproduce=f"lydite run storm --seed {campaign}",
        **parts,  # type: ignore[arg-type]
    )


def told(before: Sequence[Runs], now: Runs | None) -> Told | None:
    """The news of one failure."""
    earlier = [once(str(number), *each) for number, each in enumerate(before)]
    found = news_of("now", {"storm": earlier}, [] if now is None else [once("now", *now)])
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("before", "now", "news"),
    [
        ([], (10, 1), News.NEW),
        ([(100, 0)], (100, 50), News.NEW),
        ([(100, 50)], (100, 40), News.ONGOING),
        ([(100, 50), (0, 0)], (100, 40), News.ONGOING),
        ([(100, 1), (100, 0)], (100, 1), News.RARE),
        ([(100, 50), (100, 0)], (100, 50), News.NEW),
        ([(100, 50)], (100, 0), News.RESOLVED),
        ([(100, 1)], (100, 0), News.UNSURE),
        ([(100, 50)], (0, 0), News.UNSURE),
        ([(100, 50)], None, News.UNSURE),
        ([(1, 1)] * 10, (1, 0), News.UNSURE),
        ([(1, 1)] * 10, (3, 0), News.RESOLVED),
    ],
)
def test_how_a_failure_stands(before: Sequence[Runs], now: Runs | None, news: News) -> None:
    found = told(before, now)

    assert found is not None
    assert found.news is news


def test_what_was_resolved_is_told_once() -> None:
    assert told([(100, 50), (100, 0)], (100, 0)) is None
    assert told([(100, 0)], (100, 0)) is None


def test_quiet_runs_are_counted_over_campaigns_until_they_are_enough() -> None:
    # 10 of 100: the lower end of the rate is 5.5 %, and 53 runs are needed.
    enough = needed(wilson(10, 100)[0])

    unsure, resolved = told([(100, 10), (30, 0)], (22, 0)), told([(100, 10), (30, 0)], (23, 0))

    assert enough == 53
    assert unsure is not None
    assert resolved is not None
    assert (unsure.news, unsure.quiet, unsure.needed) == (News.UNSURE, 52, 53)
    assert "52 runs without it, 1 more needed at its rate of 10.0%" in unsure.sentence
    assert (resolved.news, resolved.quiet, resolved.last_seen) == (News.RESOLVED, 53, "0")


@pytest.mark.parametrize(("runs", "failures"), [(1, 1), (10, 1), (100, 3), (1000, 400)])
def test_so_many_runs_are_needed_that_chance_explains_no_more_than_one_in_twenty(
    runs: int, failures: int
) -> None:
    low, high = wilson(failures, runs)
    enough = needed(low)

    assert low < failures / runs <= high
    assert (1 - low) ** enough <= 0.05 < (1 - low) ** (enough - 1)


def test_the_rate_is_that_of_the_runs_in_which_it_lived() -> None:
    found = told([(1000, 0), (10, 5), (10, 0), (10, 5), (5, 0)], (1, 0))

    assert found is not None
    assert found.rate == 10 / 30
    assert (found.first_seen, found.last_seen, found.quiet) == ("1", "3", 6)


def test_another_check_that_fails_is_news_of_its_own_and_says_nothing_of_the_first() -> None:
    before = [once("1", 100, 10, "no-loss")]

    found = news_of("2", {"storm": before}, [once("2", 100, 90, "agreement")])

    assert [(each.check, each.news, each.quiet) for each in found] == [
        ("agreement", News.NEW, 90),
        ("no-loss", News.UNSURE, 10),
    ]
    assert "its case failed in another way" in found[1].sentence


def test_safety_comes_first_then_what_is_new() -> None:
    def case(name: str, runs: int, failures: int, *, safety: bool = False) -> Occurrence:
        made = once("x", runs, failures, safety=safety)
        return Occurrence(**{**{slot: getattr(made, slot) for slot in made.__slots__}, "case": name})

    before = {"a": [case("a", 9, 9)], "b": [case("b", 9, 9, safety=True)], "c": [case("c", 1, 1)]}
    here = [case("a", 9, 9), case("b", 9, 9, safety=True), case("d", 1, 1)]

    found = news_of("now", before, here)

    assert [(each.case, each.news) for each in found] == [
        ("b", News.ONGOING),
        ("d", News.NEW),
        ("c", News.UNSURE),
        ("a", News.ONGOING),
    ]


def test_a_case_that_broke_proves_no_silence() -> None:
    broken = once("2", 100, 0, outcome=Outcome.BROKEN)
    broken = Occurrence(
        **{**{slot: getattr(broken, slot) for slot in broken.__slots__}, "cause": "TimeoutError"}
    )

    found = news_of("3", {"storm": [once("1", 10, 9), broken]}, [once("3", 1, 0)])

    assert {each.check: each.quiet for each in found} == {"no-loss": 1, "TimeoutError": 1}
