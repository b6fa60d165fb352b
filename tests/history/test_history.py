"""What every history does, on each kind of database."""

import dataclasses
from collections.abc import Callable

import pytest
from sqlalchemy import event

from lydite.history import History, NoHistory, OtherCampaign, Turn, UnknownCampaign
from lydite.model import (
    Better,
    CampaignResult,
    Environment,
    InputError,
    News,
    Outcome,
    Standing,
    Work,
    as_form,
    from_form,
)
from tests.history.campaigns import campaign, decision, failed, figure, passed, whole
from tests.history.conftest import Place

TABLES = (
    "campaigns", "forms", "phases", "cases", "findings", "measurements", "environments", "artefacts", "decisions"
)  # fmt: skip


def test_a_campaign_comes_back_equal(place: Place) -> None:
    added = whole(1)
    place.open().add(added, decision())

    kept = place.open()

    assert kept.result("coin-1") == added
    assert kept.decision("coin-1") == decision()


def test_every_part_can_be_asked_for_in_sql(place: Place) -> None:
    place.open().add(whole(1), decision())

    counts = {name: place.say(f"SELECT count(*) FROM {name}")[0][0] for name in TABLES}
    (storm,) = place.say("SELECT runs, failures, cause, seed FROM cases WHERE name = 'coin.storm'")
    (finding,) = place.say("SELECT check_name, at_ns, host FROM findings")

    assert counts == {
        "campaigns": 1, "forms": 1, "phases": 2, "cases": 4, "findings": 1, "measurements": 1, "environments": 1,
        "artefacts": 2, "decisions": 1,
    }  # fmt: skip
    assert tuple(storm) == (200, 3, "no-loss", str(2**64 - 1))
    assert tuple(finding) == ("no-loss", 812, "a")
    assert place.say("SELECT DISTINCT name FROM artefacts WHERE digest = '" + "ab" * 32 + "'") == [
        ("failure",)
    ]
    assert place.say("SELECT cause FROM cases WHERE suite = 'e2e'") == [("TimeoutError",)]


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM {0}", "UPDATE {0} SET {1} = {1}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"],
)
def test_no_row_of_a_file_can_be_changed_or_taken_out(at: Callable[[str], Place], statement: str) -> None:
    place = at("sqlite")
    place.open().add(whole(1), decision())

    for table in TABLES:
        with pytest.raises(Exception, match="the history only grows"):
            place.say(statement.format(table, "identity" if table == "campaigns" else "campaign"))

    assert place.open().result("coin-1") == whole(1)


@pytest.mark.parametrize("statement", ["DELETE FROM {0}", "UPDATE {0} SET {1} = {1}", "TRUNCATE {0} CASCADE"])
def test_no_row_on_a_server_can_be_changed_or_taken_out(at: Callable[[str], Place], statement: str) -> None:
    place = at("postgres")
    place.open().add(whole(1), decision())

    for table in TABLES:
        with pytest.raises(Exception, match="the history only grows"):
            place.say(statement.format(table, "identity" if table == "campaigns" else "campaign"))

    assert place.open().result("coin-1") == whole(1)


def test_a_campaign_that_is_added_again_changes_nothing(place: Place) -> None:
    kept = place.open()

    anew = [kept.add(whole(1), decision()) for _ in range(2)]

    assert anew == [True, False]
    assert [each.identity for each in kept.list()] == ["coin-1"]
    assert place.say("SELECT count(*) FROM decisions")[0][0] == 1


def test_another_campaign_of_the_same_name_is_refused(place: Place) -> None:
    kept = place.open()
    kept.add(whole(1))

    with pytest.raises(OtherCampaign, match="found another one called coin-1"):
        kept.add(dataclasses.replace(whole(1), seconds=9.0))

    assert kept.result("coin-1") == whole(1)


def test_decisions_are_added_and_the_last_one_counts(place: Place) -> None:
    kept = place.open()
    kept.add(whole(1))
    before = kept.decision("coin-1")

    kept.decide("coin-1", decision(Standing.FAILED))
    kept.decide("coin-1", decision(Standing.WAIVED))

    assert before is None
    assert kept.decision("coin-1") == decision(Standing.WAIVED)
    assert kept.list()[0].standing == "waived"
    assert kept.dossier(whole(1)).decision == decision(Standing.WAIVED)
    assert place.say("SELECT standing FROM decisions ORDER BY number") == [("failed",), ("waived",)]


def test_campaigns_are_listed_from_the_newest_on_by_the_moment_they_began(place: Place) -> None:
    kept = place.open()
    for number, begun in ((1, "10:00:00.5Z"), (2, "10:00:00Z"), (3, "12:00:01+02:00"), (4, "09:00:00Z")):
        kept.add(campaign(number, begun=f"2026-11-21T{begun}"))
    kept.add(campaign(5, target="counter"))
    kept.add(campaign(6, preset="nightly", begun="2026-11-22T00:00:00Z"))

    assert [each.identity for each in kept.list("coin", "ci")] == ["coin-3", "coin-1", "coin-2", "coin-4"]
    assert [each.identity for each in kept.list("coin", limit=2)] == ["coin-6", "coin-3"]
    assert len(kept.list(limit=0)) == 6
    assert kept.last() == "coin-6"
    assert kept.last("counter") == "coin-5"


def test_the_previous_campaign_is_of_the_same_target_and_preset(place: Place) -> None:
    kept = place.open()
    kept.add(campaign(1))
    kept.add(campaign(2, preset="nightly"))
    kept.add(campaign(3, target="counter"))
    kept.add(campaign(5))

    assert kept.baseline(campaign(4)) == campaign(1)
    assert kept.baseline(campaign(5)) == campaign(1)
    assert kept.baseline(campaign(1)) is None
    assert kept.dossier(campaign(4)).previous == "coin-1"


def test_figures_are_compared_with_the_last_campaign_that_the_gates_let_pass(place: Place) -> None:
    kept = place.open()
    decided = {1: Standing.PASSED, 2: Standing.PASSED, 3: Standing.FAILED, 4: Standing.NOT_EVALUATED}
    for number, standing in decided.items():
        kept.add(campaign(number), decision(standing))
    kept.add(campaign(5))

    assert kept.baseline(campaign(6)) == campaign(2)
    assert kept.baseline(campaign(2)) == campaign(1)
    # The news are those since the one before it nevertheless.
    assert kept.dossier(campaign(6)).previous == "coin-5"
    kept.decide("coin-3", decision(Standing.PASSED))
    assert kept.baseline(campaign(6)) == campaign(3)


def test_where_none_has_passed_figures_are_compared_with_the_campaign_before(place: Place) -> None:
    kept = place.open()
    for number in (1, 2):
        kept.add(campaign(number), decision(Standing.FAILED))

    assert kept.baseline(campaign(3)) == campaign(2)
    assert kept.baseline(campaign(1)) is None


def test_of_campaigns_that_began_together_the_one_added_first_was_before(place: Place) -> None:
    kept = place.open()
    first, second = (campaign(number, begun="2026-11-21T10:00:00Z") for number in (1, 2))
    kept.add(first)
    kept.add(second)

    assert kept.baseline(second) == first
    assert kept.baseline(first) is None
    assert kept.baseline(campaign(3, begun="2026-11-21T10:00:00Z")) == second


def test_an_unknown_campaign_is_told_with_the_nearest_name(place: Place) -> None:
    kept = place.open()
    with pytest.raises(UnknownCampaign, match="the history is empty"):
        kept.result("coin-1")
    with pytest.raises(NoHistory, match="there is no campaign of coin in the history"):
        kept.last("coin")
    kept.add(campaign(841))

    for ask in (kept.result, kept.decision, lambda name: kept.compare("coin-841", name)):
        with pytest.raises(UnknownCampaign, match=r"no campaign 'coin-842' .*; did you mean coin-841\?"):
            ask("coin-842")
    with pytest.raises(UnknownCampaign):
        kept.decide("coin-842", decision())


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"identity": ""}, "a name that can be printed"),
        ({"identity": "a\nb"}, "a name that can be printed"),
        ({"begun": "yesterday"}, "the moment it began"),
        ({"begun": "2026-11-21T10:00:00"}, "the moment it began"),
        ({"seconds": float("nan")}, "a number that JSON cannot carry"),
    ],
)
def test_what_no_history_can_keep_is_refused_by_name(
    place: Place, more: dict[str, object], found: str
) -> None:
    kept = place.open()

    with pytest.raises(InputError, match=found):
        kept.add(dataclasses.replace(campaign(1), **more))  # type: ignore[arg-type]

    assert kept.list() == ()


def test_numbers_that_no_column_holds_are_refused_by_name(place: Place) -> None:
    kept = place.open()

    with pytest.raises(InputError, match=r"the runs of unit::a: expected a number below 2\*\*63"):
        kept.add(campaign(1, [passed("unit::a", runs=2**63)]))

    assert kept.list() == ()


def test_a_dossier_tells_news_trends_and_flaky_cases(place: Place) -> None:
    kept = place.open()
    kept.add(campaign(1, [failed("a"), passed("b"), passed("c")], [figure("speed", 10.0)]))
    kept.add(
        campaign(2, [failed("a"), passed("b"), passed("c", runs=3, failures=1)], [figure("speed", 11.0)])
    )
    now = campaign(3, [failed("a"), failed("b", safety=True), passed("c")], [figure("speed", 12.0)])

    unkept = kept.dossier(now)
    kept.add(now)
    dossier = kept.dossier(now)

    assert unkept == dossier
    assert [(each.case, each.news) for each in dossier.news] == [("b", News.NEW), ("a", News.ONGOING)]
    assert dossier.news[1].first_seen == "coin-1"
    (speed,) = dossier.trends
    assert (speed.campaigns, speed.values) == (("coin-1", "coin-2", "coin-3"), (10.0, 11.0, 12.0))
    assert {each.case: (each.runs, each.failures) for each in dossier.flaky} == {"b": (3, 1), "c": (5, 1)}


def test_a_dossier_tells_what_the_gates_said_of_the_campaigns_before_and_not_of_this_one(
    place: Place,
) -> None:
    history = place.open()
    said = [Standing.FAILED, *[Standing.PASSED] * 9, Standing.WAIVED]
    for day, standing in enumerate(said, 1):
        history.add(campaign(day), decision(standing))
    history.add(campaign(12))

    (course,) = history.dossier(campaign(13)).courses
    (earlier,) = history.dossier(campaign(3)).courses

    assert (course.gate, course.standings) == (decision().outcomes[0].gate, tuple(said[3:]))
    assert earlier.standings == tuple(said[:2])
    assert history.dossier(campaign(1)).courses == ()


def test_a_trial_that_fails_with_some_seeds_is_not_flaky(place: Place) -> None:
    kept = place.open()
    kept.add(campaign(1, [failed("coin.storm", runs=200, failures=3)], work=Work.TRIALS))

    assert kept.flaky() == ()
    assert place.say("SELECT * FROM flakiest_cases") == []


def test_another_code_is_another_case_and_no_digest_is_no_code(place: Place) -> None:
    kept = place.open()
    for number, code in ((1, "1"), (2, "2"), (3, ""), (4, "")):
        kept.add(campaign(number, [failed("a") if number % 2 else passed("a")], code=code))
    steady = kept.flaky()

    kept.add(campaign(5, [passed("a", runs=8)], code="1"))

    (found,) = kept.flaky()
    assert steady == ()
    assert (found.case, found.runs, found.failures) == ("a", 9, 1)
    assert (round(found.low, 3), round(found.high, 3)) == (0.020, 0.435)
    assert place.say("SELECT name, runs, failures FROM flakiest_cases") == [("a", 9, 1)]


def test_figures_of_other_machines_are_left_out_unless_they_are_exact(place: Place) -> None:
    kept = place.open()
    kept.add(
        campaign(
            1,
            [],
            [figure("speed", 1.0), figure("blocks", 1.0, exact=True)],
            environment=Environment(fingerprint="x"),
        )
    )
    kept.add(campaign(2, [], [figure("speed", 2.0), figure("blocks", 2.0, exact=True)]))

    found = {each.name: each.values for each in kept.trends("coin", "ci")}

    assert found == {"blocks": (1.0, 2.0), "speed": (2.0,)}
    assert [each.name for each in kept.trends(names=["blocks"])] == ["blocks"]
    assert [each.values for each in kept.trends(names=["blocks"], limit=1)] == [(2.0,)]


def test_a_step_in_a_figure_is_marked_where_it_is(place: Place) -> None:
    kept = place.open()
    for number in range(40):
        wave = (number * 7 % 5) / 10
        kept.add(campaign(number, [], [figure("speed", 100 + wave - (10 if number >= 25 else 0))]))

    (trend,) = kept.trends()

    (mark,) = trend.marks
    assert mark.at == "coin-25"
    assert mark.chance < 0.01
    assert mark.before > 100 > mark.after


def test_two_campaigns_are_compared(place: Place) -> None:
    kept = place.open()
    good = {"low": 9.0, "high": 11.0, "better": Better.HIGHER}
    kept.add(
        campaign(
            1, [failed("a"), passed("b"), passed("c")], [figure("speed", 10.0, **good), figure("size", 4.0)]
        )
    )
    figures = [figure("speed", 5.0, low=4.5, high=5.5, better=Better.HIGHER), figure("size", 5.0)]
    kept.add(campaign(2, [passed("a", runs=100), failed("b"), passed("d")], figures, preset="nightly"))

    found = kept.compare("coin-1", "coin-2")

    assert {each.name: each.turn for each in found.figures} == {"size": Turn.UNCLEAR, "speed": Turn.WORSE}
    assert {each.case: (each.before, each.after) for each in found.cases} == {
        "a": (Outcome.FAILED, Outcome.PASSED),
        "b": (Outcome.PASSED, Outcome.FAILED),
        "c": (Outcome.PASSED, None),
        "d": (None, Outcome.PASSED),
    }
    assert {each.case: each.news for each in found.news} == {"a": News.RESOLVED, "b": News.NEW}
    assert "the preset differs: ci and nightly" in found.doubts


def test_views_answer_those_who_ask_by_hand(place: Place) -> None:
    kept = place.open()
    slow = passed("slow", seconds=9.0)
    kept.add(campaign(1, [slow, failed("a")], [figure("coverage.lines", 0.5)]), decision(Standing.FAILED))
    kept.add(campaign(2, [slow, passed("a")], [figure("coverage.lines", 0.6)]), decision(Standing.PASSED))
    kept.add(campaign(3, [passed("a")], preset="nightly"))

    summary = place.say(
        "SELECT preset, identity, standing, cases, passed, failed FROM latest_run_summary ORDER BY 1"
    )
    coverage = place.say("SELECT identity, value FROM coverage_trends")
    slowest = place.say("SELECT name, campaigns, seconds_mean FROM slowest_cases LIMIT 1")
    flakiest = place.say("SELECT name, runs, failures, rate FROM flakiest_cases")

    assert summary == [("ci", "coin-2", "passed", 2, 2, 0), ("nightly", "coin-3", None, 1, 1, 0)]
    assert coverage == [("coin-1", 0.5), ("coin-2", 0.6)]
    assert slowest == [("slow", 2, 9.0)]
    assert [(name, runs, failures, float(rate)) for name, runs, failures, rate in flakiest] == [
        ("a", 2, 1, 0.5)
    ]


def test_an_export_holds_everything_from_the_oldest_on(place: Place) -> None:
    kept = place.open()
    kept.add(campaign(2))
    kept.add(whole(1), decision())
    told: list[tuple[int, int]] = []

    documents = list(kept.export(watch=lambda done, wanted: told.append((done, wanted))))

    assert [from_form(CampaignResult, each["result"]) for each in documents] == [whole(1), campaign(2)]
    assert documents[0]["decisions"] == [as_form(decision())]
    assert told == [(0, 2), (1, 2)]


def test_a_history_may_be_named_by_its_file(at: Callable[[str], Place]) -> None:
    place = at("sqlite")
    with History(place.path) as kept:
        kept.add(campaign(1))

    assert History.existing(str(place.path)).last() == "coin-1"


def test_a_campaign_of_any_size_is_added_in_as_many_statements(at: Callable[[str], Place]) -> None:
    kept = at("sqlite").open()
    said: list[str] = []
    event.listen(kept._database._engine, "before_cursor_execute", lambda *told: said.append(told[2]))

    def statements(number: int, cases: int) -> int:
        made = campaign(number, [failed(f"case {each}") for each in range(cases)])
        said.clear()
        kept.add(made)
        return len(said)

    assert statements(1, 10) == statements(2, 3000)
