"""Campaigns are gated and reported by the names that the history has for them."""

import json
from pathlib import Path

from lydite.history import History
from tests.cli.terminal import lydite
from tests.cli.test_evidence import campaign


def keep(*identities: str) -> None:
    with History(".lydite/history.db") as history:
        for day, identity in enumerate(identities, 1):
            history.add(campaign(identity, broken=identity == "broken", begun=f"2026-01-0{day}T00:00:00Z"))


def test_a_kept_campaign_is_judged_with_what_the_history_knows() -> None:
    keep("one", "broken")

    said = lydite("gate", "broken", "--partial", "--json")

    assert said.code == 1
    assert said.json["identity"] == "broken"
    gates = {gate["gate"]: gate["standing"] for gate in said.json["gates"]}
    assert gates["safety.violations"] == "failed"
    # There is a campaign before it, so that flaky cases could be known.
    assert gates["flaky.share"] == "passed"


def test_a_kept_campaign_is_reported_with_its_news() -> None:
    keep("one", "broken")

    said = lydite("report", "broken", "--json-out", "report.json")

    assert said.code == 0
    told = json.loads(Path("report.json").read_text())
    assert [each["news"] for each in told["news"]] == ["new"]


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    keep("one")

    for verb in ("gate", "report"):
        said = lydite(verb, "onn")
        assert said.code == 2
        assert "there is no campaign 'onn'" in said.err
        assert "one" in said.err


def test_without_a_history_a_name_is_told_to_be_none() -> None:
    said = lydite("gate", "one")

    assert said.code == 2
    assert "history" in said.err
    assert not Path(".lydite/history.db").exists()
