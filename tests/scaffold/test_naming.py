"""A project gets a name that Python can import and that nobody else has."""

import sys
from pathlib import Path

import pytest

from lydite.model import InputError
from lydite.scaffold import name_of


@pytest.mark.parametrize("name", ["mychain", "a", "chain_2", "x" * 40])
def test_a_name_that_can_be_imported_is_taken(name: str) -> None:
    assert name_of(Path("some/where") / name) == name


def test_the_current_folder_has_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mychain").mkdir()
    monkeypatch.chdir(tmp_path / "mychain")

    assert name_of(Path()) == "mychain"


@pytest.mark.parametrize(
    ("name", "why", "instead"),
    [
        ("My-Chain", "small letters, digits and _", "my_chain"),
        ("9lives", "a letter first", "lives"),
        ("kette.neu", "small letters, digits and _", "kette_neu"),
        ("chaîne", "small letters, digits and _", "cha_ne"),
        ("-x", "small letters, digits and _", "x"),
        ("x" * 41, "at most 40 letters, found 41", "x" * 34),
        ("class", "a word of Python", "my_class"),
        ("match", "a word of Python", "my_match"),
        ("asyncio", "a module of Python's own", "my_asyncio"),
        ("tests", "the name of a folder in a project", "my_tests"),
        ("coin", "a subject which is installed", "my_coin"),
        ("pytest", "a package which is installed: ", "my_pytest"),
        ("lydite_pytest", "a package which is installed: ", "my_lydite_pytest"),
        ("9", "a letter first", "mychain"),
        ("é", "small letters, digits and _", "mychain"),
    ],
)
def test_another_name_is_refused_with_the_reason_and_one_that_would_do(
    name: str, why: str, instead: str
) -> None:
    with pytest.raises(InputError) as refused:
        name_of(Path("some") / name)

    assert why in refused.value.what
    assert refused.value.remedy == f"for instance {instead}"
    assert name_of(Path(instead)) == instead


def test_all_that_is_wrong_with_a_name_is_told_at_once() -> None:
    with pytest.raises(InputError, match=r"small letters.*at most 40 letters, found 50"):
        name_of(Path("X" * 50))


def test_what_lies_in_the_current_folder_takes_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mychain.py").write_text("")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])

    monkeypatch.chdir(tmp_path)
    assert name_of(Path("mychain")) == "mychain"
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"installed: .*mychain\.py"):
        name_of(Path("mychain"))
    assert name_of(Path("empty")) == "empty"
