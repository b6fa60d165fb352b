"""`lydite gate preview`: what today's rules would have said of the campaigns that were kept."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lydite.history import History
from lydite.model import CampaignResult
from tests.cli.terminal import lydite
from tests.gates.campaigns import decided, good, measured, with_figures


def on_day(day: int, result: CampaignResult) -> CampaignResult:
    return replace(result, identity=f"night-{day}", begun=f"2026-11-{day:02}T22:00:00Z")


def kept(results: Sequence[CampaignResult]) -> None:
    """Three nights, each with what was decided then: that it may ship."""
    passed = decided(good(), previous=good("c-1"))
    with History(".lydite/history.db") as history:
        for result in results:
            history.add(result, passed)


@pytest.fixture
def three_nights() -> None:
    low = with_figures(measured("coverage.lines", 79.0))
    kept([on_day(1, good()), on_day(2, low), on_day(3, good())])


@pytest.mark.usefixtures("three_nights")
def test_each_campaign_is_judged_by_the_rules_of_today() -> None:
    said = lydite("gate", "preview")

    lines = said.out.splitlines()
    assert said.code == 0
    (row,) = (line for line in lines if line.startswith("coverage.lines "))
    assert row.split() == ["coverage.lines", "2", "1", "0", "0", "+x+"]
    assert any(line.startswith("night-2: passed then; now failed: coverage.lines: ") for line in lines)
    assert lines[-1].startswith("PREVIEW  shop, ")


@pytest.mark.usefixtures("three_nights")
def test_another_limit_shows_what_it_would_have_stopped() -> None:
    Path("lydite.toml").write_text("[gates]\ncoverage = 75\n")

    said = json.loads(lydite("gate", "preview", "--last", "2", "--json").out)

    assert [each["identity"] for each in said["campaigns"]] == ["night-2", "night-3"]
    assert [each["gates"]["coverage.lines"] for each in said["campaigns"]] == ["passed", "passed"]
    assert said["campaigns"][1]["was"] == "passed"


@pytest.mark.usefixtures("three_nights")
def test_a_waiver_counts_on_the_days_on_which_it_counted() -> None:
    Path("waivers.toml").write_text(
        '[[waiver]]\ngate = "coverage.lines"\nowner = "ann"\nexpires = 2026-11-02\nreason = "generated code"\n'
    )

    said = json.loads(lydite("gate", "preview", "--waivers", "waivers.toml", "--json").out)

    standings = [each["gates"]["coverage.lines"] for each in said["campaigns"]]
    assert standings == ["passed", "waived", "passed"]


@pytest.mark.usefixtures("three_nights")
def test_a_kept_campaign_is_judged_with_what_its_gates_said_before() -> None:
    said = lydite("gate", "night-2")
    told = lydite("gate", "night-2", "--json").json["gates"]

    (row,) = (line for line in said.out.splitlines() if line.startswith("coverage.lines "))
    assert said.out.splitlines()[0].endswith("  samples  last 10")
    assert row.split()[-1] == "+x"
    assert "  + passed, x failed, . not evaluated, w waived; the newest on the right" in said.out.splitlines()
    assert {gate["gate"]: gate["course"] for gate in told}["coverage.lines"] == ["passed", "failed"]


def test_without_a_history_there_is_nothing_to_preview() -> None:
    said = lydite("gate", "preview")

    assert said.code == 2
    assert "no history" in said.err
