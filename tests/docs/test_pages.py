"""Every example of README and docs/ runs, and prints what the page says."""

import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Command, blocks, commands, matches, play

PAGES = sorted(
    path.relative_to(ROOT).as_posix() for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.timeout(300)
def test_the_examples_of_the_page_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    modules = set(sys.modules)

    play(page, (ROOT / page).read_text(), folder=tmp_path)

    # What the page wrote and imported must not be met by the next page.
    for name in set(sys.modules) - modules:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_blocks_of_a_page_share_files_and_names(tmp_path: Path) -> None:
    text = (
        "<!-- file: parts/greeting.txt -->\n```text\nhello\n```\n\n"
        "```python\nhere = 6\n```\n\n```python\n>>> here * 7\n42\n```\n\n"
        "```console\n$ cat parts/greeting.txt\nhello\n$ false # exit 1\n$ make test\n```\n"
    )

    play("planted.md", text, folder=tmp_path)

    assert (tmp_path / "parts/greeting.txt").read_text() == "hello\n"


@pytest.mark.parametrize(
    "text",
    [
        "```python\nraise AssertionError\n```\n",
        "```python\n>>> 1 + 1\n3\n```\n",
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ false\n```\n",
        "```console\n$ true # exit 1\n```\n",
        "```console\n$ make coffee\n```\n",
    ],
)
def test_a_page_that_says_what_is_not_so_fails(text: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r".*"):
        play("planted.md", text, folder=tmp_path)


def test_a_command_knows_its_output_its_status_and_its_line() -> None:
    (block,) = blocks("one\n\n```console\n$ lydite run \\\n    counter # exit 1\nVIOLATED\n$ true\n```\n")

    assert list(commands(block)) == [
        Command(line=4, text="lydite run counter", status=1, output="VIOLATED"),
        Command(line=7, text="true", status=0, output=None),
    ]


def test_dots_stand_for_anything_and_the_rest_for_itself() -> None:
    assert matches(promised="seed 3 ... s\n...\nend", printed="\nseed 3 in 0.02 s  \nend\n")
    assert not matches(promised="...\nend", printed="start\nend\nmore\n")
    assert not matches(promised="a.c", printed="abc")
