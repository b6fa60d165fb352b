"""The log of a campaign as a file: whole lines, a limit, and never a reason for anything to go wrong."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lydite.logs import Journal, Line, Wanted, kept, levels_of, logs_in

ENGINE = logging.getLogger("lydite.engine")
INFO = levels_of("info", where="here")

MANY = """\
import sys
from pathlib import Path
from lydite.logs import Journal, Line

journal = Journal(Path(sys.argv[1]), full_bytes=int(sys.argv[3]))
for number in range(300):
    journal.take(Line(at="t", level="info", component=sys.argv[2], text=f"{number} " + "x" * 90))
"""


def texts(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text().splitlines()]


def line(text: str) -> Line:
    return Line(at="2026-01-31T23:59:59.123Z", level="info", component="engine", text=text)


def test_what_is_logged_is_kept_line_by_line(tmp_path: Path) -> None:
    with kept(tmp_path, INFO):
        ENGINE.info("first\nwith a second line, and ünïcode")
        ENGINE.debug("not wanted")
    ENGINE.info("too late")

    (told,) = [json.loads(each) for each in (tmp_path / "campaign.log").read_text().splitlines()]
    assert list(told) == ["at", "level", "component", "text", "process"]
    assert (told["level"], told["component"], told["process"]) == ("info", "engine", os.getpid())
    assert told["text"] == "first\nwith a second line, and ünïcode"


def test_letters_that_cannot_be_written_are_told_by_their_number(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "campaign.log")
    journal.take(line("half \udc80"))
    journal.close()

    assert (tmp_path / "campaign.log").read_bytes().count(b"\\udc80") == 1


def test_a_new_campaign_in_the_same_folder_begins_a_new_log(tmp_path: Path) -> None:
    for text in ("first", "second"):
        with kept(tmp_path, INFO):
            ENGINE.info(text)

    assert texts(tmp_path / "campaign.log") == ["second"]


def test_nothing_is_kept_where_nothing_is_wanted(tmp_path: Path) -> None:
    with kept(tmp_path, levels_of("off", where="here")) as journal:
        ENGINE.error("lost")

    assert journal is None
    assert [*tmp_path.iterdir()] == []


def test_processes_share_a_log_and_one_of_them_says_that_it_is_full(tmp_path: Path) -> None:
    path = tmp_path / "campaign.log"
    words = [sys.executable, "-c", MANY, str(path)]
    running = [subprocess.Popen([*words, name, "30000"]) for name in ("a", "b", "c")]
    assert [each.wait() for each in running] == [0, 0, 0]

    told = [json.loads(each) for each in path.read_text().splitlines()]

    full = [each for each in told if each["text"].startswith("this log has 30,000 bytes and takes no more")]
    assert len(full) == 1
    assert full[0]["level"] == "warning"
    # Whoever was in the middle of a line when it became full has ended it.
    assert path.stat().st_size < 30_000 + 4 * 300
    for name in ("a", "b", "c"):
        numbers = [int(each["text"].split()[0]) for each in told if each["component"] == name]
        assert numbers == [*range(len(numbers))]


def test_it_is_said_once_that_it_is_full_even_by_processes_that_come_to_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "campaign.log"
    path.touch()
    seen_before = path.stat()
    # Each has looked before any of the others wrote.
    monkeypatch.setattr(os, "fstat", lambda _: seen_before)
    for _ in range(3):
        journal = Journal(path, full_bytes=10)
        journal.take(line("last"))
        journal.close()

    monkeypatch.undo()
    assert [text[:8] for text in texts(path)] == ["last", "this log", "last", "last"]


def test_a_log_that_has_room_is_not_cut_short(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "campaign.log", full_bytes=10_000)
    for number in range(50):
        journal.take(line(str(number)))
    journal.close()

    assert texts(tmp_path / "campaign.log") == [*map(str, range(50))]
    assert journal.why == ""


@pytest.mark.parametrize("there", ["folder", "missing", "gone"])
def test_what_cannot_be_written_costs_nothing(tmp_path: Path, there: str) -> None:
    folder = tmp_path / "of a campaign"
    if there != "missing":
        folder.mkdir()
    if there == "folder":
        (folder / "campaign.log").mkdir()

    with kept(folder, INFO) as journal:
        if there == "gone":
            (folder / "campaign.log").unlink()
            folder.rmdir()
        ENGINE.info("lost")

    assert journal is not None
    assert (
        journal.why == {"folder": "is a directory", "missing": "no such file or directory", "gone": ""}[there]
    )


def test_a_full_disk_is_told_and_costs_nothing() -> None:
    journal = Journal(Path("/dev/full"))

    journal.take(line("lost"))
    journal.close()
    journal.take(line("too late"))

    assert journal.why == "no space left on device"


def test_half_a_line_spoils_no_other_one(tmp_path: Path) -> None:
    path = tmp_path / "campaign.log"
    with kept(tmp_path, INFO):
        ENGINE.info("whole")
        # As a process leaves it that dies, or whose disk is full.
        with path.open("ab") as file:
            file.write(b'{"at": "2026-01-31T23:59:59.123Z", "lev')
        ENGINE.info("behind it")
    with path.open("ab") as file:
        file.write(b'{"at": "2026-0')

    found = logs_in(tmp_path, Wanted())

    assert [each.text for each in found.lines] == ["whole", "behind it"]
    assert found.damaged == 1
