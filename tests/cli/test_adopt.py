"""`lydite adopt`: what is told, what is done, and what is refused."""

from pathlib import Path

import pytest

from tests.adopting.corpus import contents, write_corpus
from tests.cli.terminal import lydite


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = write_corpus(tmp_path / "chain")
    monkeypatch.chdir(root)
    return root


def test_a_dry_run_tells_all_and_touches_nothing(corpus: Path) -> None:
    before = contents(corpus)

    said = lydite("adopt", "tests")

    assert said.code == 0
    assert contents(corpus) == before
    assert not (corpus / ".lydite").exists()
    lines = said.out.splitlines()
    at = lines.index("tests/test_full_workflow.py -> tests/e2e/test_full_workflow.py")
    assert lines[at + 1] == "    2 tests, e2e, slow, network (sure)"
    assert lines[at + 2].startswith("    why: its name says full; needs 4 services at once; ")
    assert "    twin: 100 % like tests/test_blockchain_final.py; one of them may be enough" in lines
    assert "2 other files stay: modules, and what works by its place" in lines
    assert any(line.startswith("would be registered in pyproject.toml: integration, ") for line in lines)
    assert lines[-2].startswith("18 files would be moved, 17 files marked in ")
    assert lines[-1] == "  do it: lydite adopt tests --apply"


def test_what_was_applied_is_put_back_by_its_journal(corpus: Path) -> None:
    before = contents(corpus)

    done = lydite("adopt", "tests", "--apply")
    moved = contents(corpus)
    journal = done.out.splitlines()[-1].rpartition(" ")[2]
    back = lydite("adopt", "--undo", journal)
    again = lydite("adopt", "--undo", journal)

    assert done.code == back.code == again.code == 0
    assert "tests/e2e/test_full_workflow.py" in moved
    assert back.out == "20 files of 20 put back, byte for byte\n"
    assert again.out == "nothing to put back: everything is as it was\n"
    assert contents(corpus) == before


def test_the_json_has_every_file(corpus: Path) -> None:
    said = lydite("adopt", "tests", "--json")

    told = said.json
    assert list(told) == [
        "verb",
        "root",
        "folder",
        "applied",
        "journal",
        "files",
        "collisions",
        "whole",
        "settings",
        "registered",
        "unregistered",
        "exit_code",
    ]
    files = {each["path"]: each for each in told["files"]}
    assert (told["applied"], told["journal"], told["unregistered"]) == (False, None, [])
    assert files["tests/test_ecdsa_crypto.py"] == {
        "path": "tests/test_ecdsa_crypto.py",
        "place": "tests/unit/test_ecdsa_crypto.py",
        "nature": "test",
        "category": "unit",
        "markers": ["unit", "crypto"],
        "missing": ["unit", "crypto"],
        "certainty": "sure",
        "tests": 1,
        "reasons": files["tests/test_ecdsa_crypto.py"]["reasons"],
        "kept": [],
        "notes": [],
        "twins": [],
    }


def test_the_json_of_an_application_names_its_journal(corpus: Path) -> None:
    done = lydite("adopt", "tests", "--apply", "--json").json
    back = lydite("adopt", "--undo", done["journal"], "--json").json

    assert done["applied"] is True
    assert back == {"verb": "adopt", "undone": done["journal"], "files": 20, "exit_code": 0}


def test_markers_that_nobody_can_register_are_told(corpus: Path) -> None:
    (corpus / "pyproject.toml").write_text("[project]\nname = 'chain'\n")

    said = lydite("adopt", "tests")

    assert "pytest does not know these markers yet; add to what it reads:" in said.out
    assert "    chaos: faults while it runs" in said.out


def test_files_in_each_others_way_are_told_and_refused(corpus: Path) -> None:
    (corpus / "tests/e2e").mkdir()
    (corpus / "tests/e2e/test_full_workflow.py").write_text("")
    before = contents(corpus)

    dry = lydite("adopt", "tests")
    done = lydite("adopt", "tests", "--apply")

    told = "tests/test_full_workflow.py would become tests/e2e/test_full_workflow.py, which is there already"
    assert dry.code == 0
    assert told in dry.out
    assert "do it" not in dry.out
    assert done.code == 2
    assert done.err.startswith("lydite: nothing was moved, for files would be in each other's way: ")
    assert told in done.err
    assert contents(corpus) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "which folder?"),
        (("nowhere",), "there is no folder nowhere"),
        (("pyproject.toml",), "pyproject.toml is no folder"),
        (("tests", "--undo", "x.json"), "a journal knows what to put back"),
        (("--undo", "x.json"), "a journal lies in the project that it is about"),
    ],
)
@pytest.mark.usefixtures("corpus")
def test_bad_input_is_one_sentence(words: tuple[str, ...], told: str) -> None:
    said = lydite("adopt", *words)

    assert said.code == 2
    assert said.err.startswith(f"lydite: {told}")
