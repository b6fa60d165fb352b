"""How a word on the command line names trials."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite.model import InputError, TargetNotFound
from lydite.runner.targets import Aim, aim, load
from lydite.runner.whereabouts import subjects
from tests.runner.projects import BANK, SHOP, write_project


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a file of trials and a package of them; what is imported is forgotten again."""
    write_project(tmp_path, {**BANK, "shop.py": SHOP, "broken.py": "import nowhere_to_be_found\n"})
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]
    importlib.invalidate_caches()


def names(aimed: Aim) -> list[str]:
    return [each.name for each in load(aimed)]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("shop.py", ["echoes", "every_fifth"]),
        ("shop.py::every_fifth", ["every_fifth"]),
        ("shop.py:every_fifth", ["every_fifth"]),
        ("shop.py::unmarked", ["unmarked"]),
        ("shop", ["echoes", "every_fifth"]),
        ("shop:unmarked", ["unmarked"]),
        ("bank.trials", ["never_overdrawn"]),
        ("bank.trials:never_overdrawn", ["never_overdrawn"]),
        ("bank/trials.py", ["never_overdrawn"]),
    ],
)
def test_a_target_names_trials(home: Path, target: str, found: list[str]) -> None:
    assert names(aim(target, home)) == found


@pytest.mark.parametrize(
    ("target", "scope"),
    [
        ("bank.trials", "bank"),
        ("bank/trials.py", "bank"),
        ("bank.trials:never_overdrawn", "bank"),
        ("bank.law", "law"),
        ("shop.py", "shop"),
        ("counter", "counter"),
    ],
)
def test_trials_are_called_after_what_tells_projects_apart(home: Path, target: str, scope: str) -> None:
    assert aim(target, home).scope == scope


def test_a_file_in_a_package_is_imported_as_part_of_it(home: Path) -> None:
    assert aim("bank/trials.py", home).module == "bank.trials"


@pytest.mark.parametrize("target", ["vault.trials", "vault.trials:never_overdrawn", "src/vault/trials.py"])
def test_a_project_may_keep_its_modules_in_src(home: Path, target: str) -> None:
    moved = {
        f"src/{file}".replace("bank", "vault"): text.replace("bank", "vault") for file, text in BANK.items()
    }
    write_project(home, moved)

    assert names(aim(target, home)) == ["never_overdrawn"]
    assert aim(target, home).mutants == "vault.mutants"


def test_what_lies_in_the_folder_itself_comes_before_src(home: Path) -> None:
    write_project(home, {"src/shop.py": "raise AssertionError\n"})

    assert names(aim("shop", home)) == ["echoes", "every_fifth"]


def test_a_subject_names_all_its_trials_and_each_of_them() -> None:
    (first, *_) = (subject for subject in subjects() if subject.name == "counter")
    every = names(aim("counter", Path.cwd()))

    assert first.module == "lydite_subjects.counter.trials"
    assert len(every) > 1
    assert names(aim(f"counter.{every[1]}", Path.cwd())) == [every[1]]


def test_nothing_is_imported_before_a_mutant_can_be_planted(home: Path) -> None:
    aimed = aim("bank.trials", home)

    assert aimed.mutants == "bank.mutants"
    assert "bank.trials" not in sys.modules
    assert "bank.law" not in sys.modules


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("countre", r"no target 'countre' .*looked for a subject \(.*counter.*did you mean counter"),
        ("shp.py", r"no file shp\.py .*did you mean shop\.py"),
        ("bank", r"no trial in bank "),
        ("bank/", r"no target 'bank/'"),
        ("bank.trails", r"no target 'bank\.trails'"),
        ("nowhere.at_all:trial", r"no target 'nowhere\.at_all:trial'"),
        ("shop.py::every_fith", r"no trial 'every_fith' in shop\.py .*did you mean every_fifth"),
        ("counter.surivves", r"no trial 'surivves' in counter "),
        ("shop.py::blocking", r"is not a trial: blocking is a function .*async def blocking\(world: World\)"),
        ("", r"no target ''"),
    ],
)
def test_a_target_that_is_not_there_is_told_with_what_is(home: Path, target: str, told: str) -> None:
    with pytest.raises(TargetNotFound, match=told):
        load(aim(target, home))


def test_a_target_that_is_not_in_src_either_is_told_with_both_folders(home: Path) -> None:
    write_project(home, {"src/vault.py": ""})

    with pytest.raises(TargetNotFound, match=r"from \S+ and \S+/src"):
        aim("valt", home)


def test_a_module_that_cannot_be_imported_is_told_with_the_line(home: Path) -> None:
    with pytest.raises(InputError, match=r"ModuleNotFoundError.*broken\.py:1.*install what provides nowhere"):
        load(aim("broken.py", home))


def test_a_file_with_the_name_of_another_module_is_told(home: Path) -> None:
    (home / "json.py").write_text(SHOP)

    with pytest.raises(InputError, match=r"module name json is taken .*another name"):
        load(aim("json.py", home))
