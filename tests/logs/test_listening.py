"""Who listens hears what he wants, and everything is as before when he has done."""

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from lydite.logs import Line, handed_on, levels_of, line_of, listening, shown, telling, told_again, visible

ENGINE = logging.getLogger("lydite.engine")
FOREIGN = logging.getLogger("somebody.else")


def heard(levels: str) -> list[Line]:
    """What two loggers of every level tell of themselves."""
    lines: list[Line] = []
    with listening(levels_of(levels, where="here"), lines.append):
        for logger in (ENGINE, FOREIGN):
            for level in (logging.DEBUG, logging.INFO, logging.WARNING):
                logger.log(level, "%s", logging.getLevelName(level).lower())
    return lines


@pytest.mark.parametrize(
    ("levels", "told"),
    [
        ("info", ["engine info", "engine warning", "somebody.else warning"]),
        ("engine=debug", ["engine debug", "engine info", "engine warning", "somebody.else warning"]),
        ("error,somebody=debug", [f"somebody.else {level}" for level in ("debug", "info", "warning")]),
    ],
)
def test_who_listens_hears_what_he_wants(levels: str, told: list[str]) -> None:
    assert [f"{line.component} {line.text}" for line in heard(levels)] == told


def test_nothing_is_left_behind_by_who_has_listened() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], ENGINE.level, FOREIGN.level, logging.getLogger("lydite").level)

    heard("debug,engine=debug,somebody.else=debug")

    assert (root.handlers, ENGINE.level, FOREIGN.level, logging.getLogger("lydite").level) == before
    assert not ENGINE.isEnabledFor(logging.DEBUG)


def test_two_listen_without_disturbing_each_other() -> None:
    grave: list[Line] = []
    with listening(levels_of("error,engine=error", where="here"), grave.append):
        lines = heard("engine=debug")
        ENGINE.error("e")

    assert [line.text for line in lines if line.component == "engine"] == ["debug", "info", "warning"]
    assert [line.text for line in grave] == ["e"]

    lines.clear()
    with listening(levels_of("engine=debug", where="here"), lines.append):
        heard("error,engine=error")
        with listening(levels_of("error,engine=off", where="here"), grave.append):
            ENGINE.debug("d")

    assert "d" in [line.text for line in lines]


def test_a_line_says_when_how_grave_who_and_what() -> None:
    (line,) = [line for line in heard("engine=info") if line.text == "info"]

    assert (line.level, line.component) == ("info", "engine")
    assert line.at.endswith("Z")
    assert len(line.at) == len("2026-01-31T23:59:59.123Z")
    assert line.process is not None


def test_what_is_logged_badly_is_told_nevertheless() -> None:
    lines: list[Line] = []
    with listening(levels_of("info", where="here"), lines.append):
        try:
            raise OSError("no room")
        except OSError:
            ENGINE.exception("it broke")
        ENGINE.warning("x" * 10_000)

    # Not through a logger: the handler of pytest itself would refuse it.
    badly = logging.makeLogRecord(
        {"name": "lydite.engine", "levelno": 30, "msg": "%d runs", "args": ("three",)}
    )
    assert line_of(badly).text.startswith("%d runs ('three',) (TypeError: ")
    assert lines[0].text.startswith("it broke\nTraceback (most recent call last):\n")
    assert lines[0].text.endswith("OSError: no room")
    assert len(lines[1].text) < 4_100
    assert " 6,000 letters more " in lines[1].text


def test_passwords_in_urls_are_not_told() -> None:
    lines: list[Line] = []
    with listening(levels_of("info", where="here"), lines.append):
        ENGINE.warning("GET http://ann:swordfish@[::1]/x?api_key=swordfish of ann@example.org")

    assert lines[0].text == "GET http://ann:***@[::1]/x?api_key=*** of ann@example.org"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\rb\x9bc\u202ed", "a\\rb\\x9bc\\u202ed"),
        ("plain ünïcode\tand tabs", "plain ünïcode\tand tabs"),
    ],
)
def test_nothing_in_a_line_acts_on_a_terminal(text: str, seen: str) -> None:
    assert visible(text) == seen
    assert shown(Line(component="x", text=text)).endswith(seen)


def test_lines_below_the_first_one_are_indented() -> None:
    told = shown(
        Line(at="2026-01-31T23:59:59.123Z", level="error", component="harness", text="it broke\nhere")
    )

    assert told == "23:59:59.123  error    harness  it broke\n    here"


def test_a_process_tells_its_parent_what_that_wants_to_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    lines: list[Line] = []
    with listening(levels_of("engine=debug", where="here"), lines.append):
        variables = handed_on()
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with telling(lambda **message: told.append(json.loads(json.dumps(message)))):
            # Here the parent hears it as well: it is the same process.
            ENGINE.debug("opened")
        lines.clear()
        told_again(told[0], "lydite.harness.own")
        told_again(told[0], told[0]["name"])

    assert variables == {"LYDITE_TELLS_LOG": "warning,engine=debug"}
    assert [(line.level, line.component, line.text) for line in lines] == [("debug", "engine", "opened")]
    assert lines[0].process == told[0]["process"]


def test_nobody_is_told_anything_where_nobody_wants_to_hear() -> None:
    told: list[dict[str, Any]] = []

    with telling(lambda **message: told.append(message)):
        ENGINE.error("lost")

    assert handed_on() == {}
    assert told == []


def test_a_parent_that_is_gone_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LYDITE_TELLS_LOG", "info")

    tried: list[str] = []

    def gone(**message: Any) -> None:
        tried.append(message["text"])
        raise BrokenPipeError(32, str(message))

    with telling(gone):
        ENGINE.error("lost")

    assert tried == ["lost"]


def test_who_does_not_listen_is_told_nothing_and_loads_nothing() -> None:
    script = (
        "import sys, lydite.cli; "
        "assert not {'logging', 'lydite.logs'} & sys.modules.keys(); "
        "import lydite.runner, lydite.history, lydite.runner.campaign.logged, logging; "
        "[logging.getLogger(name).error('lost') for name in ('lydite.engine', 'lydite.history', 'lydite.campaign')]"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_nursery_knows_nothing_of_logs() -> None:
    script = "import sys, lydite.runner.nursery; print('lydite.logs' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
