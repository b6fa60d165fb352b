"""Reading all logs of a campaign: found by component, level and text, in the order of time, whatever they hold."""

import json
import os
import re
from pathlib import Path

import pytest

from lydite.logs import Found, Wanted, logs_in, reading
from lydite.model import InputError

OWN = [
    ("2026-01-31T10:00:00.000Z", "info", "campaign", "phase 1 of 1, e2e, begins"),
    ("2026-01-31T10:00:01.000Z", "info", "child.e2e", "process 7 is started"),
    ("2026-01-31T10:00:09.000Z", "warning", "pytest.e2e", "test_a failed: connection refused"),
    ("2026-01-31T10:00:10.000Z", "warning", "campaign", "phase e2e failed after 9.0 s"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a campaign leaves that has a phase of tests, with two nodes."""
    lines = [dict(zip(("at", "level", "component", "text"), each, strict=True)) for each in OWN]
    (tmp_path / "campaign.log").write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    plain = tmp_path / "e2e.log"
    plain.write_text("F.\nERROR test_a\n  connection refused\n")
    nodes = tmp_path / "logs" / "e2e"
    nodes.mkdir(parents=True)
    (nodes / "node-1.log").write_text(
        "2026-01-31 10:00:02.5+00:00 INFO up\nhas peers\n2026-01-31T10:00:08Z banned x\n"
    )
    (nodes / "node-2.log").write_text("2026-01-31T12:00:03,250+02:00 [error] up\n")
    (nodes / "node-2-2.log").write_text("level=warn came back\n")
    for path in (plain, nodes / "node-2-2.log"):
        os.utime(path, (1769853609.5, 1769853609.5))  # 2026-01-31 10:00:09.5
    (tmp_path / "result.json").write_text("{}")
    return tmp_path


def found(folder: Path, *components: str, level: str = "", pattern: str = "", last: int = 0) -> Found:
    wanted = Wanted(
        components=components, level=level, pattern=re.compile(pattern) if pattern else None, last=last
    )
    return logs_in(folder, wanted)


def texts(told: Found) -> list[str]:
    return [f"{each.component}: {each.text}" for each in told.lines]


def test_everything_stands_in_the_order_of_time(folder: Path) -> None:
    assert texts(found(folder)) == [
        "campaign: phase 1 of 1, e2e, begins",
        "child.e2e: process 7 is started",
        "e2e.node-1: 2026-01-31 10:00:02.5+00:00 INFO up",
        "e2e.node-1: has peers",
        "e2e.node-2: 2026-01-31T12:00:03,250+02:00 [error] up",
        "e2e.node-1: 2026-01-31T10:00:08Z banned x",
        "pytest.e2e: test_a failed: connection refused",
        "e2e: F.",
        "e2e: ERROR test_a",
        "e2e:   connection refused",
        "e2e.node-2-2: level=warn came back",
        "campaign: phase e2e failed after 9.0 s",
    ]


def test_a_line_says_when_and_how_grave_it_is_as_far_as_it_tells(folder: Path) -> None:
    told = {each.text: (each.at, each.level) for each in found(folder).lines}

    assert told["process 7 is started"] == ("2026-01-31T10:00:01.000Z", "info")
    assert told["2026-01-31 10:00:02.5+00:00 INFO up"] == ("2026-01-31T10:00:02.500Z", "info")
    assert told["2026-01-31T12:00:03,250+02:00 [error] up"] == ("2026-01-31T10:00:03.250Z", "error")
    assert told["has peers"] == ("", "")
    # What is indented belongs to what is above it.
    assert told["  connection refused"] == told["ERROR test_a"] == ("", "error")
    assert told["level=warn came back"] == ("", "warning")


@pytest.mark.parametrize(
    ("name", "components"),
    [
        ("e2e", ["child.e2e", "e2e", "e2e.node-1", "e2e.node-2", "e2e.node-2-2", "pytest.e2e"]),
        ("pytest", ["pytest.e2e"]),
        ("lydite.pytest.e2e", ["pytest.e2e"]),
        ("e2e.node-2", ["e2e.node-2", "e2e.node-2-2"]),
        ("node-1", ["e2e.node-1"]),
        ("node", ["e2e.node-1", "e2e.node-2"]),
    ],
)
def test_a_component_is_found_by_any_run_of_its_parts(folder: Path, name: str, components: list[str]) -> None:
    assert sorted({each.component for each in found(folder, name).lines}) == components


def test_several_components_are_found_together(folder: Path) -> None:
    told = found(folder, "campaign", "child")

    assert {each.component for each in told.lines} == {"campaign", "child.e2e"}


def test_from_a_level_on_and_how_many_tell_none(folder: Path) -> None:
    told = found(folder, level="warning")

    assert [each.level for each in told.lines] == ["error", "warning", "error", "error", "warning", "warning"]
    # `has peers`, `banned x` and `F.`
    assert told.without_level == 3


def test_by_what_stands_in_it(folder: Path) -> None:
    assert texts(found(folder, pattern="refused|banned")) == [
        "e2e.node-1: 2026-01-31T10:00:08Z banned x",
        "pytest.e2e: test_a failed: connection refused",
        "e2e:   connection refused",
    ]


def test_the_newest_and_how_many_are_older(folder: Path) -> None:
    told = found(folder, "campaign", last=1)

    assert texts(told) == ["campaign: phase e2e failed after 9.0 s"]
    assert told.older == 1


def test_a_component_that_has_said_nothing_is_told_with_the_nearest(folder: Path) -> None:
    with pytest.raises(InputError, match=r"no component 'pytset' has said anything.*did you mean pytest"):
        found(folder, "campaign", "pytset")


def test_a_folder_without_logs_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no logs in this folder"):
        found(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "no json at all",
        "[" * 100_000,
        "[1]",
        '{"at": 1, "level": "info", "component": "x", "text": "y"}',
        '{"at": "2026-01-31T10:00:00.000Z", "level": "info", "component": "x"}',
        "\0\0\0\0",
    ],
)
def test_what_is_damaged_is_counted_and_the_rest_is_read(folder: Path, text: str) -> None:
    with (folder / "campaign.log").open("a") as file:
        file.write(f"{text}\n")

    told = found(folder)

    assert told.damaged == 1
    assert len(told.lines) == 12


def test_a_line_of_another_level_or_process_than_there_are_is_read(folder: Path) -> None:
    strange = {"at": "2026-02-01", "level": "loud", "component": "x", "text": "\udc80", "process": "y"}
    (folder / "campaign.log").write_text(json.dumps(strange))

    (line,) = found(folder, "x").lines

    assert (line.level, line.process, line.text) == ("", None, "\\udc80")


def test_what_is_no_text_is_read_as_far_as_it_is_one(folder: Path) -> None:
    (folder / "e2e.log").write_bytes(b"\xff\xfe\r\nand\x00more\r\n9999-99-99 99:99:99 x\n" + b"y" * 9_000)

    told = [each.text for each in found(folder, "e2e").lines if each.component == "e2e"]

    assert told[:3] == ["\ufffd\ufffd", "and\x00more", "9999-99-99 99:99:99 x"]
    assert len(told[3]) < 4_100


def test_of_a_large_file_only_the_end_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "READ_BYTES_MAX", 1_004)
    (folder / "e2e.log").write_text("".join(f"line {number}\n" for number in range(1_000)))

    told = found(folder, "e2e")

    lines = [each.text for each in told.lines if each.component == "e2e"]
    assert lines[-1] == "line 999"
    assert lines[0] == f"line {1_000 - len(lines)}"
    assert told.cut == (folder / "e2e.log",)


def test_a_file_that_may_not_be_read_is_told(folder: Path) -> None:
    (folder / "e2e.log").unlink()
    (folder / "e2e.log").symlink_to("/proc/self/mem")

    with pytest.raises(InputError, match="the log cannot be read: input/output error"):
        found(folder)
