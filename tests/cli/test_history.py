"""`lydite history`: what is kept, as people and scripts read it."""

import json
from pathlib import Path

import pytest

from lydite.history import History
from lydite.model import CampaignResult, Dossier, Outcome, as_form, from_form
from tests.cli.terminal import lydite
from tests.history.campaigns import campaign, decision, failed, figure, passed


@pytest.fixture(autouse=True)
def kept(project: Path) -> Path:
    """Three campaigns, in the place where they are looked for."""
    with History() as history:
        history.add(campaign(1, [failed("a"), passed("b")], [figure("speed", 10.0)]), decision())
        history.add(campaign(2, [passed("a"), failed("b", safety=True)], [figure("speed", 11.0)]))
        history.add(campaign(3, [passed("a")], target="counter"))
    return project / ".lydite/history.db"


def test_campaigns_are_listed_from_the_newest_on() -> None:
    said, of_coin = lydite("history", "list", "--json"), lydite("history", "list", "--target", "coin")

    assert said.code == of_coin.code == 0
    assert [each["identity"] for each in said.json["campaigns"]] == ["coin-3", "coin-2", "coin-1"]
    assert said.json["verb"] == "history list"
    assert [line.split()[1] for line in of_coin.out.splitlines()] == ["campaign", "coin-2", "coin-1"]
    assert "1 of 2 failed" in of_coin.out


def test_a_campaign_is_shown_with_its_news() -> None:
    said = lydite("history", "show", "--target", "coin")
    document = lydite("history", "show", "coin-2", "--json").json

    assert "HOLDS  coin-2: everything holds" in said.out
    assert "against coin-1:" in said.out
    assert "  new       b: SAFETY, no-loss failed in 1 of 1 run" in said.out
    assert "  unsure    a: no-loss is away: 1 run without it" in said.out
    assert "  flaky     a: 1 of 2 runs failed with the same code" in said.out
    assert from_form(Dossier, document["dossier"]).previous == "coin-1"
    assert "gates: failed" in lydite("history", "show", "coin-1").out


def test_two_campaigns_are_compared() -> None:
    said = lydite("history", "compare", "coin-1", "coin-2")
    document = lydite("history", "compare", "coin-1", "--target", "coin", "--json").json

    assert said.out.startswith("coin-1 -> coin-2\n")
    assert "  case    b: passed -> failed" in said.out
    assert "  figure  speed: 10 -> 11 1/s (+10.0%), unclear" in said.out
    assert (document["before"], document["after"]) == ("coin-1", "coin-2")


def test_trends_and_flaky_cases_are_told() -> None:
    assert "speed  ▁█  11 1/s after 2 campaigns" in lydite("history", "trends", "--target", "coin").out
    assert lydite("history", "trends").out == "nothing was measured in these campaigns\n"
    assert lydite("history", "trends", "--target", "coin", "--json").json["trends"][0]["values"] == [
        10.0,
        11.0,
    ]
    assert "a     1 of 2 failed  9.5% to 90.5%" in lydite("history", "flaky", "--target", "coin").out
    assert lydite("history", "flaky").out == "no case was flaky\n"
    assert [
        each["case"] for each in lydite("history", "flaky", "--target", "coin", "--json").json["flaky"]
    ] == ["a", "b"]


def test_an_export_can_be_read_again(project: Path) -> None:
    printed = lydite("history", "export").out.splitlines()
    said = lydite("history", "export", "--target", "coin", "--out", "all.jsonl")

    written = (project / "all.jsonl").read_text().splitlines()
    results = [from_form(CampaignResult, json.loads(line)["result"]) for line in printed]
    assert [each.identity for each in results] == ["coin-1", "coin-2", "coin-3"]
    assert results[0].cases[0].outcome is Outcome.FAILED
    assert written == printed[:2]
    assert said.out == "2 campaigns in all.jsonl\n"
    assert len(lydite("history", "export", "--json").json["campaigns"]) == 3


def test_what_was_exported_is_added_elsewhere_with_its_decisions() -> None:
    lydite("history", "export", "--out", "all.jsonl")

    said = lydite("history", "add", "all.jsonl", "--history", "team.db", "--json")
    again = lydite("history", "add", "all.jsonl", "--history", "team.db")

    assert (said.code, said.json["added"], said.json["known"]) == (0, ["coin-1", "coin-2", "coin-3"], [])
    assert again.out == "0 campaigns added, 3 were there already\n"
    assert lydite("history", "export", "--history", "team.db").out == Path("all.jsonl").read_text()


def test_a_result_that_could_not_be_kept_is_added_later_and_judged() -> None:
    Path("result.json").write_text(json.dumps(as_form(campaign(4, [passed("c")]))))

    said = lydite("history", "add", "result.json")

    assert said.out == "1 campaign added, 0 were there already\n"
    (listed,) = lydite("history", "list", "--limit", "1", "--json").json["campaigns"]
    assert (listed["identity"], listed["standing"]) == ("coin-4", "passed")


def test_nothing_is_added_where_anything_is_wrong() -> None:
    lydite("history", "export", "--out", "all.jsonl")
    good = Path("all.jsonl").read_text()
    Path("torn.jsonl").write_text(good[:-40])
    Path("other.json").write_text('{"a": 1}')
    Path("bank.json").write_text(json.dumps(as_form(campaign(4)) | {"seconds": "long"}))

    said = lydite("history", "add", "torn.jsonl", "other.json", "bank.json", "--history", "team.db")
    changed = json.dumps(as_form(campaign(1, [passed("another")])))
    Path("same-name.json").write_text(changed)
    taken = lydite("history", "add", "same-name.json")

    assert said.code == taken.code == 2
    assert "torn.jsonl, line 3" in said.err
    assert "expected the result of a campaign, or lines that" in said.err
    assert "bank.json, seconds" in said.err
    assert not Path("team.db").exists()
    assert "found another one called coin-1" in taken.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "coin-22"), "there is no campaign 'coin-22'"),
        (("show", "--target", "cain"), "there is no campaign of cain in the history"),
        (("compare", "coin-1", "coin-9"), "did you mean coin-3?"),
        (("trends", "--target", "coin", "--name", "sped"), "did you mean speed?"),
        (("list", "--history", "none.db"), "there is no history here yet"),
        (("list", "--history", "shop.py"), "file is not a database"),
        (("list", "--url", "mysql://host/db"), "expected a file, sqlite:///FILE"),
    ],
)
def test_bad_input_is_one_sentence(words: tuple[str, ...], told: str) -> None:
    said = lydite("history", *words)

    assert said.code == 2
    assert told in said.err


def test_the_settings_name_the_history(project: Path, kept: Path) -> None:
    (project / "lydite.toml").write_text('[history]\nurl = "sqlite:///other.db"\n')
    elsewhere = lydite("history", "list")
    kept.rename(project / "other.db")

    assert "there is no history here yet (other.db)" in elsewhere.err
    assert "coin-2" in lydite("history", "list").out
