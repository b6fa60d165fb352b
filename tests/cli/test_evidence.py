"""What follows a campaign: it is kept, judged and told, and what cannot be done costs nothing of the rest."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lydite.cli.evidence import evidence_of
from lydite.cli.exits import Exit
from lydite.config import Loaded, load
from lydite.history import History, database
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
    as_form,
)
from lydite.reports import dossier_from
from tests.cli.terminal import lydite


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


def test_a_full_disk_costs_neither_the_verdict_nor_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "bank/mutants.py").unlink()
    # A file may hold so much: the result of a campaign takes more, what a run leaves takes less.
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"
    words = ["prove", "bank.trials", "--seeds", "1", "--workers", "1", "--out", "kept"]
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "result.json").write_text("what was there")

    done = subprocess.run(
        [sys.executable, "-c", f"{full}; from lydite.cli import main; main()", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    assert done.returncode == 2, done.stderr
    assert "HOLDS  bank.trials holds: 1 case passed in 1 phase" in done.stdout
    assert "  no result.json: the file cannot be written: file too large (kept/result.json)" in done.stdout
    assert "  not kept in the history: " in done.stdout
    assert "  no report.html: the file cannot be written: " in done.stdout
    assert "Traceback" not in done.stderr
    assert (kept / "result.json").read_text() == "what was there"
    assert not [*kept.glob("*.partial"), *kept.glob(".*.partial")]


def test_a_full_disk_of_the_reader_is_one_sentence(tmp_path: Path) -> None:
    Path("night.json").write_text(json.dumps(as_form(campaign("one"))))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from lydite.cli import main; main()", "gate", "night.json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr == "lydite: the system refused to go on: no space left on device (standard output)\n"


def test_a_locked_history_is_read_and_what_cannot_be_added_is_told(
    settings: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence_of(campaign("one"), tmp_path / "one", settings.settings)
    monkeypatch.setattr(database, "PATIENCE_S", 0.2)
    second = campaign("two", broken=True, begun="2026-01-02T00:00:00Z")

    with contextlib.closing(sqlite3.connect(".lydite/history.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        evidence = evidence_of(second, tmp_path / "two", settings.settings)

    (trouble,) = evidence.troubles
    assert trouble.startswith("not kept in the history: expected its turn to write, found database is locked")
    assert trouble.endswith(f"; then: lydite history add {tmp_path / 'two/result.json'}")
    assert lydite("history", "add", str(tmp_path / "two/result.json")).code == 0
    assert [told.news for told in evidence.dossier.news] == [News.NEW]
    with History(".lydite/history.db") as history:
        assert [each.identity for each in history.list()] == ["two", "one"]


def test_a_campaign_that_died_can_be_reported_and_is_incomplete(tmp_path: Path) -> None:
    died = replace(campaign("one"), interrupted=True, verdict=Verdict.UNKNOWN)
    (tmp_path / "result.json").write_text(json.dumps(as_form(died)))

    said = lydite("report", "result.json", "--html", "page.html", "--junit", "junit.xml")
    screen = lydite("report", "result.json")
    judged = lydite("gate", "result.json", "--partial")

    assert said.code == 0
    assert "incomplete" in said.out
    assert "interrupted" in (tmp_path / "page.html").read_text()
    assert "INCOMPLETE" in screen.out
    assert judged.code == 2
    assert "the campaign was interrupted" in judged.out
