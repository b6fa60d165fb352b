"""What was proposed is done whole or not at all, and put back byte for byte."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lydite.adopting import Plan, apply, moving, propose, read_folder, undo
from lydite.adopting.settings import settings_of
from lydite.model import InputError
from tests.adopting.corpus import EXPECTED, FILES, contents, write_corpus

PLAIN = "def test_it():\n    assert True\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "project")


def planned(root: Path, folder: str = "tests") -> Plan:
    return propose(read_folder(root / folder))


def adopted(root: Path, folder: str = "tests") -> Path:
    journal = apply(planned(root, folder))
    assert journal is not None
    return journal


def collected(root: Path, *words: str) -> list[str]:
    """The tests that pytest finds, without their folders."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *words]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    said = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return sorted(re.findall(r"^(?:\S*/)?(\S+\.py::\S+)$", said.stdout, re.MULTILINE))


def test_pytest_collects_the_same_tests_afterwards(root: Path) -> None:
    before = collected(root)

    apply(planned(root))

    assert len(before) == 29
    assert collected(root) == before
    there = set(contents(root))
    assert {expected.place or path for path, expected in EXPECTED.items()} <= there
    assert not {path for path, expected in EXPECTED.items() if expected.place} & there


def test_the_markers_are_known_and_choose_tests(root: Path) -> None:
    apply(planned(root))

    strict = ("--strict-markers", "-p", "no:lydite")
    assert collected(root, *strict, "-m", "chaos") == [
        "test_network_partition.py::test_minority_stops_and_heals"
    ]
    assert len(collected(root, *strict, "-m", "database")) == 3


def test_adopting_again_finds_nothing_to_do(root: Path) -> None:
    apply(planned(root))

    again = planned(root)

    assert apply(again) is None
    assert [each.path for each in again.proposals if each.changes] == []
    assert again.unregistered == ()


def test_undo_puts_every_byte_back(root: Path) -> None:
    (root / "tests/test_crlf.py").write_bytes(b"\xef\xbb\xbfimport os\r\ndef test_it():\r\n    assert os\r\n")
    (root / "tests/test_difficulty_adjustment.py").chmod(0o755)
    before = contents(root)

    journal = adopted(root)
    changed = contents(root)
    _, count = undo(journal)

    assert changed != before
    assert count == 21
    assert contents(root) == before
    assert not (root / "tools").exists()
    assert undo(journal)[1] == 0


def test_the_mode_of_a_file_goes_with_it(root: Path) -> None:
    (root / "tests/test_blockchain_simple.py").chmod(0o755)

    apply(planned(root))

    assert (root / "tests/integration/test_blockchain_simple.py").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"a/test_it.py": PLAIN, "tests/unit/a/test_it.py": PLAIN},
            "a/test_it.py would become tests/unit/a/test_it.py, which is there already",
        ),
        (
            {"a/test_it.py": PLAIN, "b/test_it.py": PLAIN},
            "a/test_it.py, b/test_it.py are all called test_it.py, which pytest takes for one module",
        ),
        (
            {"test_it.py": PLAIN, "tests/test_it.py": PLAIN},
            "test_it.py, tests/test_it.py would all become tests/unit/test_it.py",
        ),
    ],
)
def test_files_in_each_others_way_are_refused_before_anything_moves(
    tmp_path: Path, files: dict[str, str], told: str
) -> None:
    write_corpus(tmp_path, files | {"pytest.ini": "[pytest]\n", "test_other.py": PLAIN})
    before = contents(tmp_path)

    with pytest.raises(InputError) as refused:
        apply(planned(tmp_path, "."))

    assert told in refused.value.what
    assert contents(tmp_path) == before
    assert not (tmp_path / ".lydite").exists()


def test_equal_names_are_fine_where_pytest_imports_by_file(tmp_path: Path) -> None:
    ini = "[pytest]\naddopts = --import-mode=importlib\n"
    write_corpus(tmp_path, {"pytest.ini": ini, "a/test_it.py": PLAIN, "b/test_it.py": PLAIN})

    apply(planned(tmp_path, "."))

    assert collected(tmp_path) == ["test_it.py::test_it", "test_it.py::test_it"]


def test_a_file_that_changed_since_it_was_read_stops_all(root: Path) -> None:
    plan = planned(root)
    (root / "tests/test_full_workflow.py").write_text("# changed\n")
    before = contents(root)

    with pytest.raises(InputError, match=r"tests/test_full_workflow\.py has changed meanwhile"):
        apply(plan)

    assert contents(root) == before


def test_a_place_that_was_taken_since_is_not_overwritten(root: Path) -> None:
    plan = planned(root)
    write_corpus(root, {"tests/e2e/test_full_workflow.py": "# mine\n"})
    before = contents(root)

    with pytest.raises(
        InputError, match=r"nothing was moved: tests/e2e/test_full_workflow\.py is there already"
    ):
        apply(plan)

    assert contents(root) == before


def test_a_place_behind_a_symbolic_link_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "tests/integration").symlink_to(tmp_path / "elsewhere")
    before = contents(root)

    with pytest.raises(InputError, match="lies behind a symbolic link"):
        apply(planned(root))

    assert contents(root) == before
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("step", ["_rename", "_replace"])
def test_what_fails_half_way_is_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch, step: str, at: int
) -> None:
    before = contents(root)
    plan = planned(root)
    real: Callable[..., None] = getattr(moving, step)
    calls = []

    def failing(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == at + 1:
            raise OSError(28, "No space left on device")
        real(*arguments)

    monkeypatch.setattr(moving, step, failing)

    with pytest.raises(InputError, match="no space left on device; all is as it was"):
        apply(plan)

    assert contents(root) == before
    assert list((root / ".lydite/adoptions").iterdir()) == []


def test_where_the_way_back_is_blocked_too_the_journal_stays(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(root)
    plan = planned(root)
    real = moving._replace
    calls = []

    def full(place: Path, data: bytes) -> None:
        calls.append(place)
        if len(calls) > 3:
            raise OSError(28, "No space left on device")
        real(place, data)

    monkeypatch.setattr(moving, "_replace", full)
    with pytest.raises(InputError, match="not all are put back yet") as refused:
        apply(plan)
    monkeypatch.setattr(moving, "_replace", real)
    undo(Path(refused.value.remedy.rpartition(" ")[2]))

    assert contents(root) == before


def test_a_journal_that_cannot_be_written_stops_all(root: Path) -> None:
    (root / ".lydite").write_text("")
    before = contents(root)

    with pytest.raises(InputError, match="the journal cannot be written, and nothing was moved"):
        apply(planned(root))

    assert contents(root) == before


KILLED = """
import os, shutil, sys
from pathlib import Path
from lydite.adopting import apply, propose, read_folder, undo
from tests.adopting.corpus import contents

root = Path(sys.argv[1])
before = contents(root)
deaths = 0
for last in range(1, 200):
    copy = root.with_name(f"copy-{last}")
    shutil.copytree(root, copy)
    child = os.fork()
    if child == 0:
        left = last
        def watch(event, arguments):
            # Each step gives a name, takes one or replaces a file: the process dies in front of one of these.
            global left
            if event in ("os.link", "os.remove", "os.rename", "os.mkdir") and ".lydite/" not in str(arguments[0]):
                left -= 1
                if not left:
                    os._exit(9)
        plan = propose(read_folder(copy / "tests"))
        sys.addaudithook(watch)
        apply(plan)
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
    deaths += 1
    for journal in (copy / ".lydite/adoptions").glob("*.json"):
        undo(journal)
    left = {path: told for path, told in contents(copy).items() if not path.endswith(".partial")}
    assert left == before, (last, left.keys() ^ before.keys())
    shutil.rmtree(copy)
print(deaths)
"""


def test_an_adoption_that_was_killed_anywhere_is_put_back(tmp_path: Path) -> None:
    chosen = (
        "pyproject.toml",
        "tests/conftest.py",
        "tests/test_blockchain_simple.py",
        "tests/seed_database.py",
    )
    root = write_corpus(tmp_path / "project", {path: FILES[path] for path in chosen})
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", KILLED, str(root)]

    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stderr
    assert int(said.stdout) >= 8


def test_undo_touches_nothing_where_a_file_has_changed_since(root: Path) -> None:
    journal = adopted(root)
    (root / "tests/e2e/test_full_workflow.py").write_text("# mended\n")
    (root / "tests/chaos/test_network_partition.py").unlink()
    after = contents(root)

    with pytest.raises(InputError) as refused:
        undo(journal)

    assert "tests/e2e/test_full_workflow.py has changed since" in refused.value.what
    assert "tests/chaos/test_network_partition.py is gone" in refused.value.what
    assert contents(root) == after


def test_undo_overwrites_nothing(root: Path) -> None:
    journal = adopted(root)
    (root / "tests/test_full_workflow.py").write_text("# new\n")
    after = contents(root)

    with pytest.raises(InputError, match=r"tests/test_full_workflow\.py is taken by something else"):
        undo(journal)

    assert contents(root) == after


@pytest.mark.parametrize(
    "harm",
    [
        lambda plain: plain | {"format": "other"},
        lambda plain: plain | {"steps": [plain["steps"][0] | {"place": "../outside.py"}]},
        lambda plain: plain | {"steps": [plain["steps"][0] | {"path": "/etc/passwd"}]},
        lambda plain: plain | {"steps": [plain["steps"][0] | {"insertions": [{"at": -1, "data": ""}]}]},
        lambda plain: plain | {"folders": [7]},
        lambda plain: {"format": plain["format"]},
        lambda plain: [plain],
    ],
)
def test_a_journal_that_is_none_is_a_sentence(
    root: Path, harm: Callable[[dict[str, object]], object]
) -> None:
    journal = adopted(root)
    journal.write_text(json.dumps(harm(json.loads(journal.read_text()))))
    after = contents(root)

    with pytest.raises(InputError, match="this is no journal of an adoption"):
        undo(journal)

    assert contents(root) == after


def test_a_journal_lies_in_its_project(tmp_path: Path) -> None:
    (tmp_path / "journal.json").write_text("{}")

    with pytest.raises(InputError, match="a journal lies in the project"):
        undo(tmp_path / "journal.json")
    with pytest.raises(InputError, match="there is no such journal"):
        undo(tmp_path / ".lydite/adoptions/0001.json")


SETTINGS = {
    "no list": (
        "pyproject.toml",
        "[tool.pytest.ini_options]\naddopts = '-ra'\n\n[tool.other]\nmarkers = ['x']\n",
    ),
    "empty list": ("pyproject.toml", "[tool.pytest.ini_options]\nmarkers = []\n"),
    "one line": (
        "pyproject.toml",
        "[tool.pytest.ini_options]\nmarkers = ['slow: # ]', \"gpu\"] # all\nx = 1\n",
    ),
    "one line, comma": ("pyproject.toml", "[tool.pytest.ini_options]\nmarkers = ['slow',]"),
    "no last comma": ("pyproject.toml", "[tool.pytest.ini_options]\nmarkers = [\n  'slow'  # ,\n]\n"),
    "crlf": ("pyproject.toml", "[tool.pytest.ini_options]\r\nmarkers = [\r\n  'slow',\r\n]\r\n"),
    "ini": ("pytest.ini", "[pytest]\nmarkers =\n    slow: takes 100%\n    gpu\naddopts = -ra\n"),
    "ini without": ("pytest.ini", "[pytest]\naddopts = -ra\n"),
    "ini at the end": ("pytest.ini", "[pytest]\nmarkers = slow: x"),
    "setup.cfg": (
        "setup.cfg",
        "[metadata]\nname = x\n\n[tool:pytest]\nmarkers =\n    slow\n\n[other]\nmarkers = y\n",
    ),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_markers_are_registered_where_pytest_reads_them(tmp_path: Path, case: str) -> None:
    name, text = SETTINGS[case]
    write_corpus(tmp_path, {name: text, "test_it.py": PLAIN})
    known = settings_of(tmp_path).markers

    journal = adopted(tmp_path, ".")

    assert settings_of(tmp_path).markers == (*known, "unit")
    assert collected(tmp_path, "--strict-markers", "-m", "unit") == ["test_it.py::test_it"]
    undo(journal)
    assert (tmp_path / name).read_bytes() == text.encode()


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"pyproject.toml": "[project]\nname = 'x'\n"},
        {"pyproject.toml": "[tool]\npytest.ini_options.markers = ['slow']\n"},
        {"pytest.ini": ""},
        {"pyproject.toml": "[tool.pytest.ini_options]\nx = '''\nmarkers = [\n'''\n"},
    ],
)
def test_settings_that_cannot_be_extended_for_sure_are_left_alone(
    tmp_path: Path, files: dict[str, str]
) -> None:
    write_corpus(tmp_path, files | {"test_it.py": PLAIN})
    plan = planned(tmp_path, ".")

    apply(plan)

    assert moving.unregistered(plan) == (("unit",), ())
    assert {name: (tmp_path / name).read_text() for name in files} == files


def test_broken_settings_are_a_sentence(tmp_path: Path) -> None:
    write_corpus(tmp_path, {"pyproject.toml": "[tool\n", "test_it.py": PLAIN})

    with pytest.raises(InputError, match="what pytest is told cannot be read"):
        planned(tmp_path, ".")


def test_without_hard_links_nothing_is_overwritten_either(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*arguments: object, **options: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    (tmp_path / "one").write_text("one")
    (tmp_path / "two").write_text("two")

    with pytest.raises(FileExistsError):
        moving._rename(tmp_path / "one", tmp_path / "two")
    apply(planned(root))

    assert (tmp_path / "two").read_text() == "two"
    assert (root / "tests/e2e/test_full_workflow.py").exists()


def test_the_corpus_is_as_large_as_it_claims() -> None:
    assert len([path for path in FILES if path.startswith("tests/")]) >= 25
