"""What follows a campaign: it is kept, judged and told, and what cannot be done costs nothing of the rest."""

import json
import shutil
from pathlib import Path

import pytest

from lydite.cli.evidence import evidence_of
from lydite.cli.exits import Exit
from lydite.config import Loaded, load
from lydite.history import History
from lydite.model import (
    CampaignResult,
    Case,
    Environment,
    News,
    Outcome,
    PhaseResult,
    Standing,
    Verdict,
    Work,
)
from lydite.reports import dossier_from


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loaded:
    """Settings that keep everything below an own folder."""
    monkeypatch.chdir(tmp_path)
    return load(None, environ={}, flags={})


def campaign(identity: str, *, broken: bool = False, begun: str = "2026-01-01T00:00:00Z") -> CampaignResult:
    outcome = Outcome.FAILED if broken else Outcome.PASSED
    case = Case(
        name="bank.trials.one",
        subject="bank",
        suite="storm",
        outcome=outcome,
        runs=100,
        failures=int(broken),
        safety=broken,
        message="money was made" if broken else "",
    )
    phase = PhaseResult(name="simulation", work=Work.TRIALS, outcome=outcome, cases=(case,))
    return CampaignResult(
        identity=identity,
        target="bank",
        preset="development",
        begun=begun,
        seconds=1.0,
        verdict=Verdict.VIOLATED if broken else Verdict.HOLDS,
        sentence="bank is as it is",
        phases=(phase,),
        environment=Environment(fingerprint="here"),
    )


def test_a_campaign_is_kept_judged_and_told(settings: Loaded, tmp_path: Path) -> None:
    evidence = evidence_of(campaign("one"), tmp_path / "out", settings.settings)

    assert evidence.troubles == ()
    assert {name: path.name for name, path in evidence.written.items()} == {
        "html": "report.html",
        "markdown": "report.md",
        "json": "report.json",
        "junit": "junit.xml",
    }
    decision = evidence.dossier.decision
    assert decision is not None
    assert decision.standing is Standing.PASSED
    assert evidence.exit_code(Exit.HOLDS) is Exit.HOLDS
    with History(".lydite/history.db") as history:
        assert history.result("one") == campaign("one")
        assert history.decision("one") == decision
    assert dossier_from(evidence.written["json"].read_text()) == evidence.dossier


def test_the_second_campaign_tells_what_is_news(settings: Loaded, tmp_path: Path) -> None:
    evidence_of(campaign("one"), tmp_path / "one", settings.settings)
    second = campaign("two", broken=True, begun="2026-01-02T00:00:00Z")

    evidence = evidence_of(second, tmp_path / "two", settings.settings)

    assert evidence.dossier.previous == "one"
    assert [told.news for told in evidence.dossier.news] == [News.NEW]
    assert evidence.dossier.decision is not None
    assert evidence.dossier.decision.standing is Standing.FAILED
    assert "safety.violations" in evidence.dossier.decision.sentence
    assert evidence.exit_code(Exit.HOLDS) is Exit.VIOLATED
    assert evidence.exit_code(Exit.INTERRUPTED) is Exit.INTERRUPTED


def test_a_history_that_is_none_is_told_and_left_as_it_is(settings: Loaded, tmp_path: Path) -> None:
    Path(".lydite").mkdir()
    Path(".lydite/history.db").write_bytes(b"no database at all" * 100)

    evidence = evidence_of(campaign("one"), tmp_path / "out", settings.settings)

    (trouble,) = evidence.troubles
    assert trouble.startswith("not kept in the history: ")
    assert Path(".lydite/history.db").read_bytes() == b"no database at all" * 100
    assert len(evidence.written) == 4
    assert evidence.dossier.decision is not None


def test_a_report_that_cannot_be_written_costs_no_other(settings: Loaded, tmp_path: Path) -> None:
    (tmp_path / "out" / "report.md").mkdir(parents=True)

    evidence = evidence_of(campaign("one"), tmp_path / "out", settings.settings)

    (trouble,) = evidence.troubles
    assert trouble.startswith("no report.md: ")
    assert sorted(evidence.written) == ["html", "json", "junit"]


def test_the_settings_say_which_reports_and_which_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lydite.toml").write_text(
        '[report]\nformats = ["ctrf", "github"]\n[gates]\nresilience = 99.9\n[lydite]\ndata_dir = "data"\n'
    )

    evidence = evidence_of(campaign("one"), tmp_path / "out", load(None, environ={}, flags={}).settings)

    assert [path.name for path in evidence.written.values()] == ["ctrf.json", "summary.md"]
    json.loads(evidence.written["ctrf"].read_text())
    assert Path("data/history.db").exists()
    assert evidence.dossier.decision is not None
    (gate,) = (each for each in evidence.dossier.decision.outcomes if each.gate == "resilience.success")
    assert gate.limit == 99.9
    shutil.rmtree("data")
