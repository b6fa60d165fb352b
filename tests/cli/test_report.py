"""`lydite report`: every format from one document, written whole or not at all."""

import json
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lydite.reports import (
    annotations,
    comment,
    ctrf,
    document,
    dossier_from,
    first_screen,
    junit,
    markdown,
    page,
    summary,
)
from tests.cli.terminal import lydite
from tests.reports import dossiers

RED = dossier_from(document(dossiers.red()))
"""As it is read back: whole numbers are floats where the values are."""


@pytest.fixture
def run(project: Path) -> str:
    """The document of a campaign."""
    (project / "run.json").write_text(document(RED))
    return "run.json"


def test_without_an_option_the_first_screen_is_shown(run: str) -> None:
    said = lydite("report", run)

    assert said.code == 0
    assert said.out == first_screen(RED)


def test_every_format_is_written_with_its_folders_and_told(run: str) -> None:
    options = {"html": "a/b/page.html", "markdown": "a/report.md", "comment": "a/comment.md"}
    options |= {"junit": "b/junit.xml", "ctrf": "b/ctrf.json", "json-out": "again.json"}

    said = lydite("report", run, *(word for name, path in options.items() for word in (f"--{name}", path)))

    assert said.code == 0
    assert said.out.splitlines()[0] == "VIOLATED  coin, campaign coin-1842"
    told = dict(line.strip().split(": ") for line in said.out.splitlines()[1:])
    assert told == {("json" if name == "json-out" else name): path for name, path in options.items()}
    expected = [page(RED), markdown(RED), comment(RED), junit(RED.result), ctrf(RED.result), document(RED)]
    for path, text in zip(options.values(), expected, strict=True):
        assert Path(path).read_bytes() == text.encode()
    assert not list(Path().rglob("*.partial"))


def test_the_json_has_its_stable_keys(run: str) -> None:
    said = lydite("report", run, "--junit", "junit.xml", "--github", "--json")

    assert said.code == said.json["exit_code"] == 0
    assert said.json["annotations"] == annotations(RED).splitlines()
    keys = ("verb", "file", "target", "identity", "verdict", "standing", "complete", "written", "summary")
    assert {name: said.json[name] for name in keys} == {
        "verb": "report",
        "file": "run.json",
        "target": "coin",
        "identity": "coin-1842",
        "verdict": "VIOLATED",
        "standing": "failed",
        "complete": True,
        "written": {"junit": "junit.xml"},
        "summary": None,
    }


def test_a_workflow_gets_annotations_and_a_summary_after_what_was_there(
    run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("summary.md").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")

    said = lydite("report", run, "--github")

    assert said.code == 0
    assert said.out.endswith(annotations(RED))
    assert Path("summary.md").read_text() == "before\n" + summary(RED)


def test_a_campaign_that_died_half_way_is_reported_as_incomplete(project: Path) -> None:
    Path("half.json").write_text(document(dossiers.incomplete()))

    said = lydite(
        "report", "half.json", "--markdown", "half.md", "--html", "half.html", "--junit", "half.xml"
    )
    told = lydite("report", "half.json", "--json")

    assert said.code == told.code == 0
    assert "UNKNOWN  coin, campaign coin-1842, incomplete" in said.out
    assert told.json["complete"] is False
    assert "**INCOMPLETE**" in Path("half.md").read_text()
    assert 'errors="2"' in Path("half.xml").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["gone.json"], "the file cannot be read: no such file or directory (gone.json)"),
        (["shop.py"], "the report document is damaged or cut short"),
        (["other.json"], "expected a report document, whose `format` is 'lydite-report'"),
        (["bytes.json"], "the file is no text: invalid start byte at byte 1 (bytes.json)"),
        (["run.json", "--markdown", "run.json"], "--markdown would be written over the document itself"),
        (["run.json", "--junit", "x", "--ctrf", "./x"], "--ctrf would be written over --junit"),
        (["run.json", "--junit", "."], "the file cannot be written: is a directory"),
        (["run.json", "--junit", "shop.py/x.xml"], "the file cannot be written"),
    ],
)
def test_bad_input_is_one_sentence_with_its_place(run: str, words: list[str], told: str) -> None:
    Path("other.json").write_text("{}")
    Path("bytes.json").write_bytes(b"{\xff}")

    said = lydite("report", *words)

    assert said.code == 2
    assert said.err.startswith("lydite: ")
    assert said.err.count("\n") == 1
    assert told in said.err
    assert Path("run.json").read_text() == document(RED)


def test_the_document_may_be_written_over_itself(run: str) -> None:
    assert lydite("report", run, "--json-out", run).code == 0
    assert Path(run).read_text() == document(RED)


def test_what_cannot_be_made_leaves_nothing_of_the_set(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_: object) -> str:
        from lydite.model import InputError

        raise InputError("no page today")

    monkeypatch.setattr("lydite.reports.page", refuses)

    said = lydite("report", run, "--junit", "junit.xml", "--html", "page.html")

    assert said.code == 2
    assert not Path("junit.xml").exists()


def test_a_link_is_followed_and_the_mode_is_kept(run: str) -> None:
    Path("real.md").write_text("old")
    Path("real.md").chmod(0o640)
    Path("link.md").symlink_to("real.md")

    assert lydite("report", run, "--markdown", "link.md").code == 0

    assert Path("link.md").is_symlink()
    assert Path("real.md").read_text() == markdown(RED)
    assert stat.S_IMODE(Path("real.md").stat().st_mode) == 0o640


def test_a_name_as_long_as_names_can_be_is_written(run: str) -> None:
    name = "n" * 252 + ".md"

    assert lydite("report", run, "--markdown", name).code == 0
    assert Path(name).read_text() == markdown(RED)


def test_a_device_that_is_full_is_told_and_stays_a_device(run: str) -> None:
    said = lydite("report", run, "--markdown", "/dev/full")

    assert said.code == 2
    assert "the file cannot be written: no space left on device (/dev/full)" in said.err
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_a_full_disk_leaves_the_old_file_and_no_crumbs(run: str) -> None:
    Path("out").mkdir()
    Path("out/report.md").write_text("old\n")
    room = len(markdown(RED)) // 2

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from lydite.cli import main; main()",
            "report",
            run,
            "--markdown",
            "out/report.md",
        ],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )

    assert done.returncode == 2, done.stderr
    assert "the file cannot be written: file too large" in done.stderr
    assert "a file that was there before is as it was" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in Path("out").iterdir()] == ["report.md"]
    assert Path("out/report.md").read_text() == "old\n"


def test_an_error_is_json_for_a_script(run: str) -> None:
    said = lydite("report", "gone.json", "--json")

    assert said.code == said.json["exit_code"] == 2
    assert json.dumps(said.json["error"]["where"]) == '"gone.json"'
