"""A project is written as a whole or not at all, and over nothing."""

import os
from pathlib import Path

import pytest

from lydite.model import InputError
from lydite.scaffold import TEMPLATES, files_of, scaffold, template_of

CHAIN = template_of("chain")


def tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("place", ["mychain", "deep/below/mychain"])
def test_a_project_is_written_file_by_file(place: str, tmp_path: Path) -> None:
    project = scaffold(tmp_path / place, CHAIN)

    written = {path for path in tree(tmp_path / place) if (tmp_path / place / path).is_file()}
    assert written == {str(file.path) for file in project.files}
    assert {"README.md", ".gitignore", "src/mychain/node.py", ".github/workflows/nightly.yml"} <= written
    for file in project.files:
        assert (tmp_path / place / file.path).read_bytes() == file.text.encode()


def test_an_empty_folder_and_a_new_repository_are_taken(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two/.git").mkdir(parents=True)
    (tmp_path / "two/.git/HEAD").write_text("ref")

    scaffold(tmp_path / "one", CHAIN)
    scaffold(tmp_path / "two", CHAIN)

    assert (tmp_path / "one/Makefile").is_file()
    assert (tmp_path / "two/Makefile").is_file()
    assert (tmp_path / "two/.git/HEAD").read_text() == "ref"


def test_a_folder_in_which_something_is_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mychain").mkdir()
    for name in ("d.txt", "a.txt", "c.txt", ".b"):
        (tmp_path / "mychain" / name).write_text("mine")

    with pytest.raises(InputError, match=r"empty folder, found \.b, a\.txt, c\.txt and 1 more"):
        scaffold(tmp_path / "mychain", CHAIN)

    assert tree(tmp_path) == ["mychain", *(f"mychain/{name}" for name in (".b", "a.txt", "c.txt", "d.txt"))]
    assert (tmp_path / "mychain/a.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "mychain").write_text("mine")

    with pytest.raises(InputError, match="the folder cannot be used: not a directory"):
        scaffold(tmp_path / "mychain", CHAIN)

    assert (tmp_path / "mychain").read_text() == "mine"


def test_what_cannot_be_written_to_its_end_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    opened = Path.open

    def full(path: Path, *given: object, **named: object) -> object:
        if path.name == "pyproject.toml":
            raise OSError(28, os.strerror(28), str(path))
        return opened(path, *given, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(InputError, match=r"cannot be written: no space left on device .*pyproject\.toml"):
        scaffold(tmp_path / "there/new/mychain", CHAIN)

    assert tree(tmp_path) == ["there"]


def test_a_file_that_appears_meanwhile_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "mychain/README.md"
    opened = Path.open

    def hurried(path: Path, *given: object, **named: object) -> object:
        if path == theirs:
            theirs.touch()
        return opened(path, *given, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", hurried)
    with pytest.raises(InputError, match="cannot be written: file exists"):
        scaffold(tmp_path / "mychain", CHAIN)

    assert tree(tmp_path) == ["mychain", "mychain/README.md"]
    assert theirs.stat().st_size == 0


def test_an_unknown_template_is_told_with_the_one_that_was_meant() -> None:
    with pytest.raises(InputError, match=r"no template 'servce'.*did you mean service\?"):
        template_of("servce")


def test_projects_differ_in_their_name_only() -> None:
    for template in TEMPLATES:
        ones, others = files_of(template, "onechain"), files_of(template, "twochain")

        for one, other in zip(ones, others, strict=True):
            assert str(one.path).replace("onechain", "twochain") == str(other.path)
            assert one.text.replace("onechain", "twochain") == other.text
