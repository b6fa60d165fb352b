"""What is proposed for a folder of ad-hoc test scripts, and with which reasons."""

import os
from pathlib import Path

import pytest

import lydite_pytest
from lydite.adopting import MEANINGS, Plan, Proposal, propose, read_folder
from lydite.adopting.folder import FILE_BYTES_MAX
from lydite.model import InputError
from tests.adopting.corpus import EXPECTED, FILES, Expected, write_corpus


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return propose(read_folder(write_corpus(tmp_path_factory.mktemp("project")) / "tests"))


def proposal(plan: Plan, path: str) -> Proposal:
    return next(each for each in plan.proposals if each.path == path)


def proposed(root: Path, files: dict[str, str], folder: str = ".") -> dict[str, Proposal]:
    plan = propose(read_folder(write_corpus(root, files) / folder))
    return {each.path: each for each in plan.proposals}


@pytest.mark.parametrize("path", EXPECTED)
def test_each_script_gets_its_category_markers_and_place(plan: Plan, path: str) -> None:
    found = proposal(plan, path)

    place = found.place if found.moves else ""
    assert Expected(str(found.nature), found.markers, str(found.certainty), place) == EXPECTED[path]


def test_nothing_is_left_out(plan: Plan) -> None:
    wanted = {path for path in FILES if path.startswith("tests/")}

    assert {each.path for each in plan.proposals} == wanted
    assert plan.collisions == ()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tests/test_full_workflow.py", "needs 4 services at once"),
        ("tests/test_full_workflow.py", "waits for up to 300 s (line 16)"),
        ("tests/test_blockchain_nodes.py", "sleeps in a loop until something has happened (line 18)"),
        ("tests/test_blockchain_nodes.py", "sleeps 16 s altogether"),
        ("tests/test_staking_lifecycle.py", "imports psycopg (line 1)"),
        ("tests/test_transaction_properties.py", "imports hypothesis (line 1)"),
        ("tests/test_network_partition.py", "kills a process (line 11)"),
        ("tests/test_multicore_mining.py", "takes the time (line 15)"),
        ("tests/test_gpu_inference.py", "imports torch (line 11)"),
        ("tests/test_double_spend_attack.py", "sends what an attacker would send (line 17)"),
        ("tests/test_difficulty_adjustment.py", "asserts, and nothing in it reaches out of its process"),
        ("tests/test_marked_by_hand.py", "it is marked e2e"),
        ("tests/unit/test_block.py", "it lies in a folder unit"),
        ("tests/run_all.sh", "a shell script that runs pytest, curl, python"),
    ],
)
def test_a_reason_is_told_with_its_line(plan: Plan, path: str, reason: str) -> None:
    assert reason in "; ".join(proposal(plan, path).reasons)


@pytest.mark.parametrize(
    ("path", "note"),
    [
        (
            "tests/test_blockchain_simple.py",
            "line 9: test_node_is_up returns what it found and asserts nothing",
        ),
        ("tests/test_blockchain_simple.py", "tests/run_all.sh names it"),
        ("tests/test_health_arguments.py", "line 6: test_health takes base_url, token from its caller"),
        ("tests/test_integration_simple.py", "line 3: it acts on import"),
        ("tests/debug_mining.py", "it prints what it sees (1 print) and asserts nothing"),
        ("tests/verify_chain.py", "its 2 assertions stand behind its main guard"),
        ("tests/quick_api_check.py", "line 7: it takes options from its command line"),
        ("tests/quick_api_check.py", "line 11: it tells by its exit status"),
    ],
)
def test_what_stands_between_a_script_and_a_good_test_is_told(plan: Plan, path: str, note: str) -> None:
    assert any(each.startswith(note) for each in proposal(plan, path).notes)


def test_copies_know_each_other_and_others_do_not(plan: Plan) -> None:
    twins = {each.path: [twin.path for twin in each.twins] for each in plan.proposals if each.twins}

    assert twins == {
        "tests/test_blockchain_simple.py": ["tests/test_blockchain_final.py"],
        "tests/test_blockchain_final.py": ["tests/test_blockchain_simple.py"],
    }


def test_a_copy_with_a_test_more_is_still_a_twin(tmp_path: Path) -> None:
    longer = FILES["tests/test_full_workflow.py"] + "\n    def test_one_more(self):\n        assert CHAIN\n"
    files = {"test_one.py": FILES["tests/test_full_workflow.py"], "test_two.py": longer}

    found = proposed(tmp_path, files)

    assert 0.8 <= found["test_one.py"].twins[0].likeness < 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("from .helpers import x", "line 1: a relative import of helpers.x"),
        ("import sys; sys.path.append('..')", "line 1: sys.path is changed there"),
        ("DATA = open(__file__ + '.json')", "line 1: a path that starts at the place of the file itself"),
        ("import helpers", 'line 1: imports helpers from its own folder; `pythonpath = ["scripts"]`'),
        ("from helpers import x", "line 1: imports helpers from its own folder"),
    ],
)
def test_what_would_break_elsewhere_stays_and_says_why(tmp_path: Path, line: str, why: str) -> None:
    files = {
        "pyproject.toml": "",
        "scripts/helpers.py": "x = 1\n",
        "scripts/test_it.py": f"{line}\n\n\ndef test_it():\n    assert True\n",
    }

    found = proposed(tmp_path, files, "scripts")["scripts/test_it.py"]

    assert not found.moves
    assert found.kept[0].startswith(why)
    assert found.missing == ("unit",)


def test_what_others_import_stays(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["scripts"]\n',
        "scripts/test_one.py": "def make():\n    return 1\n\n\ndef test_one():\n    assert make()\n",
        "scripts/test_two.py": "from test_one import make\n\n\ndef test_two():\n    assert make()\n",
    }

    found = proposed(tmp_path, files, "scripts")

    assert found["scripts/test_one.py"].kept == ("scripts/test_two.py imports it",)
    assert found["scripts/test_two.py"].place == "tests/unit/test_two.py"


@pytest.mark.parametrize(
    ("importer", "line"),
    [
        ("src/shop/demo.py", "from tests.test_one import make"),
        ("src/shop/demo.py", "from tests import test_one"),
        ("benchmarks/speed.py", "import test_one"),
        ("tests/e2e/test_shop.py", "from ..test_one import make"),
        ("tests/e2e/test_shop.py", "def late():\n    import tests.test_one as one\n    return one"),
    ],
)
def test_what_the_rest_of_the_project_imports_stays(tmp_path: Path, importer: str, line: str) -> None:
    files = {
        "pyproject.toml": "",
        "tests/test_one.py": "def make():\n    return 1\n\n\ndef test_one():\n    assert make()\n",
        importer: f"{line}\n\n\ndef test_shop():\n    assert True\n",
    }

    found = proposed(tmp_path, files, "tests")["tests/test_one.py"]

    assert found.kept == (f"{importer} imports it",)


@pytest.mark.parametrize(
    ("importer", "text"),
    [
        ("src/shop/demo.py", "from shop import test_one"),
        ("src/shop/demo.py", "from .test_one import make"),
        ("src/shop/demo.py", "TEXT = 'import test_one'"),
        ("src/shop/demo.py", "import test_one ("),
        (".venv/demo.py", "import test_one"),
    ],
)
def test_who_means_another_module_or_none_keeps_nothing(tmp_path: Path, importer: str, text: str) -> None:
    files = {
        "pyproject.toml": "",
        "tests/test_one.py": "def test_one():\n    assert True\n",
        importer: f"{text}\n",
    }

    found = proposed(tmp_path, files, "tests")["tests/test_one.py"]

    assert found.place == "tests/unit/test_one.py"


def test_a_module_beside_the_importer_is_meant_before_one_elsewhere(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "",
        "tests/test_one.py": "def test_one():\n    assert True\n",
        "demos/test_one.py": "make = 1\n",
        "demos/demo.py": "from test_one import make\n",
    }

    assert proposed(tmp_path, files, "tests")["tests/test_one.py"].kept == ()


def test_what_starts_a_test_by_its_name_is_told(tmp_path: Path) -> None:
    text = "jobs:\n  test:\n    steps:\n      - run: pytest tests/test_one.py\n"
    files = {
        "pyproject.toml": "",
        "tests/test_one.py": "def test_one():\n    assert True\n",
        "Makefile": "test:\n\tpytest tests/test_one.py\n",
        "deploy/check.sh": "pytest tests/test_one.py\n",
        ".github/workflows/test.yml": text,
    }

    found = proposed(tmp_path, files, "tests")["tests/test_one.py"]

    assert found.moves
    assert found.notes == tuple(
        f"{path} names it, and must be changed if it moves"
        for path in ("Makefile", ".github/workflows/test.yml", "deploy/check.sh")
    )


def test_a_project_that_is_too_large_to_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lydite.adopting.folder.FILES_MAX", 3)
    files = {f"src/part_{number}.py": "" for number in range(5)}
    root = write_corpus(tmp_path, {"pyproject.toml": "", "tests/test_one.py": "", **files})

    told = read_folder(root / "tests")

    assert not told.whole
    assert [each.path for each in told.pythons] == ["tests/test_one.py"]


def test_what_takes_fixtures_from_its_folder_stays(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "",
        "scripts/conftest.py": FILES["tests/conftest.py"],
        "scripts/test_it.py": "def test_it(genesis):\n    assert genesis\n",
    }

    found = proposed(tmp_path, files, "scripts")["scripts/test_it.py"]

    assert found.kept == ("the fixtures of scripts/conftest.py would not reach it any more",)


def test_handing_itself_to_pytest_ties_a_test_to_no_place(tmp_path: Path) -> None:
    text = "import pytest\n\n" + "def test_it():\n    assert 1\n\n"
    text += "if __name__ == '__main__':\n    pytest.main([__file__])\n"

    found = proposed(tmp_path, {"test_it.py": text})

    assert found["test_it.py"].place == "tests/unit/test_it.py"


def test_scripts_at_the_root_of_a_project_are_no_tools_of_its_tests(tmp_path: Path) -> None:
    script = FILES["tests/seed_database.py"]

    found = proposed(tmp_path, {"pyproject.toml": "", "main.py": script, "manage.py": script})

    assert [each.moves for each in found.values()] == [False, False]


def test_what_cannot_be_read_is_told_and_left(tmp_path: Path) -> None:
    root = write_corpus(tmp_path / "project", {"pyproject.toml": "", "tests/test_broken.py": "def test_(:\n"})
    tests = root / "tests"
    outside = tmp_path / "outside.py"
    outside.write_text("def test_outside():\n    assert True\n")
    (tests / "test_latin.py").write_bytes("x = 'ä'\n".encode("latin-1"))
    (tests / "test_huge.py").write_bytes(b"#" * (FILE_BYTES_MAX + 1))
    (tests / "test_deep.py").write_text("x = " + "(" * 5000 + ")" * 5000 + "\n")
    (tests / "test_minus.py").write_text("x = " + "-" * 100_000 + "1\n")
    (tests / "test_null.py").write_bytes(b"x = 1\0\n")
    (tests / "test_link.py").symlink_to(outside)
    (tests / "linked").symlink_to(tmp_path)
    (tests / "test_folder.py").mkdir()
    os.mkfifo(tests / "test_pipe.py")
    (tests / os.fsdecode(b"test_\xff.py")).write_text("def test_it():\n    assert True\n")

    plan = propose(read_folder(tests))

    told = {each.path.removeprefix("tests/"): each.kept[0] for each in plan.proposals}
    assert {str(each.nature) for each in plan.proposals} == {"unread"}
    assert told.pop("test_huge.py").startswith("it has 1,048,577 bytes")
    assert told.pop("test_latin.py") == "it is not in UTF-8: invalid continuation byte at byte 5"
    assert told.pop("test_broken.py").startswith("line 1: ")
    assert told.pop("test_link.py") == "it is a symbolic link"
    assert told.pop("test_pipe.py") == "it is no regular file"
    assert told.pop("test_\ufffd.py") == "its name is not in UTF-8"
    assert set(told) == {"test_deep.py", "test_minus.py", "test_null.py"}


def test_code_is_read_and_never_run(tmp_path: Path) -> None:
    text = f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit\n\n\ndef test_it():\n    assert True\n"

    proposed(tmp_path / "project", {"test_it.py": text, "conftest.py": text, "__init__.py": text})

    assert not (tmp_path / "ran").exists()


def test_folders_that_are_no_scripts_are_not_entered(tmp_path: Path) -> None:
    text = "def test_it():\n    assert True\n"
    files = {
        f"{folder}/test_it.py": text for folder in (".git", ".tox", "node_modules", "__pycache__", "mine")
    }
    files |= {"mine/pyvenv.cfg": "", "kept/test_it.py": text}

    assert set(proposed(tmp_path, files)) == {"kept/test_it.py"}


def test_too_many_scripts_are_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lydite.adopting.folder.FILES_MAX", 3)
    write_corpus(tmp_path, {f"test_{number}.py": "" for number in range(4)})

    with pytest.raises(InputError, match="more than 3 scripts"):
        read_folder(tmp_path)


@pytest.mark.parametrize("path", ["nowhere", "file.py"])
def test_no_folder_is_a_sentence(tmp_path: Path, path: str) -> None:
    (tmp_path / "file.py").touch()

    with pytest.raises(InputError, match="folder"):
        read_folder(tmp_path / path)


def test_the_markers_are_those_that_the_plugin_makes_known() -> None:
    assert {f"{name}: {meaning}" for name, meaning in MEANINGS.items()} <= set(lydite_pytest.MARKERS)
