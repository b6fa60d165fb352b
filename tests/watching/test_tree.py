"""Which files are watched, and what counts as a change."""

import os
from pathlib import Path

import pytest

from lydite.watching import Tree
from lydite.watching.ignoring import is_ignored, patterns_of


def written(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def looked(tree: Tree) -> list[str]:
    return [Path(path).relative_to(tree.folders[0]).as_posix() for path in tree.look()]


def test_files_that_come_change_and_go_are_told_once(tmp_path: Path) -> None:
    tree = Tree(folders=(tmp_path,))
    written(tmp_path, a="1", b__c="1")

    first = looked(tree)
    written(tmp_path, a="22", d="1")
    (tmp_path / "b/c.py").unlink()
    second = looked(tree)
    third = looked(tree)

    assert first == ["a.py", "b/c.py"]
    assert second == ["a.py", "b/c.py", "d.py"]
    assert third == []


def test_what_was_only_touched_has_not_changed(tmp_path: Path) -> None:
    tree = Tree(folders=(tmp_path,))
    written(tmp_path, a="1")
    tree.look()

    os.utime(tmp_path / "a.py", (1, 1))

    assert looked(tree) == []


def test_a_change_of_equal_length_is_seen(tmp_path: Path) -> None:
    tree = Tree(folders=(tmp_path,))
    written(tmp_path, a="1")
    os.utime(tmp_path / "a.py", (1, 1))
    tree.look()

    written(tmp_path, a="2")

    assert looked(tree) == ["a.py"]


def test_a_change_within_the_same_tick_of_the_clock_is_seen(tmp_path: Path) -> None:
    tree = Tree(folders=(tmp_path,))
    written(tmp_path, a="1")
    tree.look()
    status = (tmp_path / "a.py").stat()

    (tmp_path / "a.py").write_text("2")
    os.utime(tmp_path / "a.py", ns=(status.st_atime_ns, status.st_mtime_ns))

    assert looked(tree) == ["a.py"]


def test_only_python_and_settings_are_watched(tmp_path: Path) -> None:
    for name in ("a.py", ".#a.py", "a.pyc", "chain.db", "out.json", "pyproject.toml", "pytest.ini"):
        (tmp_path / name).write_text("")

    assert looked(Tree(folders=(tmp_path,))) == ["a.py", "pyproject.toml", "pytest.ini"]


def test_what_is_ignored_is_not_watched(tmp_path: Path) -> None:
    written(
        tmp_path,
        **dict.fromkeys((".git__a", ".lydite__a", "__pycache__".replace("__", "") + "__kept"), ""),
        **dict.fromkeys(("out__a", "deep__out__a", "only__here__a", "here__a", "a_pb2", "kept__a"), ""),
    )
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/a.py").write_text("")
    (tmp_path / "mine/lib").mkdir(parents=True)
    (tmp_path / "mine/pyvenv.cfg").write_text("")
    (tmp_path / "mine/lib/a.py").write_text("")
    (tmp_path / ".gitignore").write_text("# made\nout/\n/only/here\n*_pb2.py\n!kept\n")

    assert looked(Tree(folders=(tmp_path,))) == [".gitignore", "here/a.py", "kept/a.py", "pycache/kept.py"]


@pytest.mark.parametrize(
    ("line", "path", "ignored"),
    [
        ("build", "a/build", True),
        ("build/", "a/build", True),
        ("/build", "a/build", False),
        ("/build", "build", True),
        ("a/*", "a/build", True),
        ("**/build", "a/build", True),
        ("!build", "build", False),
        ("", "build", False),
    ],
)
def test_the_simple_forms_of_gitignore_are_understood(line: str, path: str, *, ignored: bool) -> None:
    assert is_ignored(path, patterns_of([line]), folder=True) is ignored


def test_links_that_go_round_in_circles_are_not_followed(tmp_path: Path) -> None:
    written(tmp_path, a__b="")
    (tmp_path / "a/again").symlink_to(tmp_path)

    assert looked(Tree(folders=(tmp_path,))) == ["a/b.py"]


def test_too_many_files_are_counted_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lydite.watching.tree.FILES_MAX", 3)
    written(tmp_path, **{f"a{number}": "" for number in range(5)})
    tree = Tree(folders=(tmp_path,))

    assert len(looked(tree)) == 3
    assert tree.left_out == 2
