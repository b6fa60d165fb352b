"""`lydite logs` and `lydite --log`: what a campaign was doing, afterwards and as it happens."""

import json
import logging
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from lydite.logs import Journal, Line
from tests.cli.terminal import lydite

HARNESS = """\
import logging
import os
from pathlib import Path

from lydite.model import Case, Outcome

LOG = logging.getLogger("my.harness")


class Own:
    name = "own"

    async def health_check(self):
        return True

    async def initialize(self):
        LOG.info("brings it up")
        LOG.warning("low on disk")
        folder = Path(os.environ["LYDITE_PROCESS_LOGS"])
        assert not any(folder.iterdir())
        (folder / "node-1.log").write_text("node-1: refused by node-2\\n")

    async def run_all_tests(self):
        print("trying")
        return [Case(name="a", subject="x", suite="e2e", outcome=Outcome.PASSED)]

    async def get_metrics(self):
        return []

    async def shutdown(self):
        pass
"""

TESTS = """\
import logging


def test_fine():
    logging.getLogger("lydite.engine").info("said in a process of tests")
    logging.getLogger("my.tests").info("said by a stranger who was not asked")


def test_bad():
    assert False, "no way"
"""

CAMPAIGN = """\
[[quick.phases]]
name = "unit"
work = "pytest"
targets = ["test_own.py"]

[[quick.phases]]
name = "own"
work = "harness"
targets = ["own:Own"]

[[quick.phases]]
name = "later"
work = "trials"
targets = ["bank.trials"]
seeds = 1
needs = ["unit"]
"""

NAMES = ("20260131T100000Z-coin-ci-0a", "20260131T110000Z-coin-ci-0b", "20260131T110000Z-coin-ci-0c")


def written(folder: Path, *texts: str, level: str = "info", component: str = "campaign") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "campaign.log").open("a") as file:
        for number, text in enumerate(texts):
            line = {
                "at": f"2026-01-31T10:00:0{number}.000Z",
                "level": level,
                "component": component,
                "text": text,
            }
            file.write(f"{json.dumps(line)}\n")
    return folder


def proven(*words: str) -> Any:
    Path("own.py").write_text(HARNESS)
    Path("test_own.py").write_text(TESTS)
    Path("campaign.toml").write_text(CAMPAIGN)
    # Of a campaign that went to the same folder before.
    Path("here/logs/own-1").mkdir(parents=True)
    Path("here/logs/own-1/node-7.log").touch()
    return lydite(*words, "prove", "campaign.toml", "--preset", "quick", "--out", "here")


def test_a_campaign_keeps_what_it_was_doing(monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(project))

    said = proven("--log", "my.harness=info,harness=debug")

    told = lydite("logs", "here", "--last", "0", "--json").json
    lines = [(each["component"], each["level"], each["text"]) for each in told["lines"]]
    components = [each[0] for each in lines]
    assert said.code == 1
    assert "  logs:   lydite logs here" in said.out.splitlines()
    assert (told["campaign"], told["older"], told["damaged"]) == ("here", 0, 0)
    assert ("campaign", "info", "phase 1 of 3, unit, begins: pytest of test_own.py") in lines
    assert [each[1:] for each in lines if each[0] == "pytest.unit"] == [
        (
            "warning",
            "test_own.py::test_bad failed after 0.0 s: AssertionError: no way; again: pytest test_own.py::test_bad",
        )
    ]
    assert ("campaign", "info", "phase later is left out: it needs unit, which failed") in lines
    assert [each[2].split()[0] for each in lines if each[0] == "harness.own"] == [
        "health_check",
        "initialize",
        "run_all_tests",
        "get_metrics",
        "shutdown",
    ]
    # Of strangers what is grave; what another process has said stands behind the name of its phase.
    assert [each for each in lines if each[0] == "own.my.harness"] == [
        ("own.my.harness", "warning", "low on disk")
    ]
    assert [each for each in lines if each[0].startswith("unit.")] == [
        ("unit.engine", "info", "said in a process of tests")
    ]
    assert ("own-1", "", "trying") in lines
    assert ("own-1.node-1", "", "node-1: refused by node-2") in lines
    assert ("unit", "", "E       AssertionError: no way") in lines
    assert {"child.unit", "child.own-1", "history", "gates", "reports"} <= {*components}
    assert components[0] == "campaign"
    # Meanwhile it was shown what was asked for, also of another process.
    shown = said.err.splitlines()
    assert any(line.endswith("  info     own.my.harness  brings it up") for line in shown)
    assert any(line.endswith("  debug    harness.own  shutdown begins") for line in shown)
    assert not any("  campaign  phase 1 of 3" in line for line in shown)


def test_the_levels_of_the_settings_say_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LYDITE_LOG_LEVELS", "error,trials=debug")
    Path("campaign.toml").write_text(
        '[[quick.phases]]\nname = "runs"\nwork = "trials"\ntargets = ["bank.trials"]\nseeds = 1\n'
    )

    assert lydite("prove", "campaign.toml", "--preset", "quick", "--out", "one").code == 0

    (line,) = lydite("logs", "one", "--json").json["lines"]
    assert (line["component"], line["level"]) == ("trials.runs", "debug")
    assert line["text"].startswith("bank.never_overdrawn passed after ")


def test_levels_that_are_none_are_told_before_anything_is_done() -> None:
    said = lydite("prove", "bank.trials", "--set", "log.levels=loud")

    assert said.code == 2
    assert "log.levels: expected levels such as info,engine=debug" in said.err
    assert not Path(".lydite").exists()


def test_a_component_is_watched_while_it_works() -> None:
    said = lydite("--log", "engine=debug", "sweep", "bank.trials", "--seeds", "2", "--workers", "1")

    steps = [line.split("  ")[-1] for line in said.err.splitlines() if "  debug    engine  " in line]
    assert said.code == 0
    assert steps[0].endswith(" is started for bank.trials")
    assert [each.split(" with ")[1] for each in steps[1:]] == [
        "seed 0",
        "seed 0: HOLDS",
        "seed 1",
        "seed 1: HOLDS",
    ]
    assert "  info     engine  nursery " in said.err
    assert lydite("sweep", "bank.trials", "--seeds", "1").err == ""
    assert logging.getLogger("lydite").level == logging.NOTSET


def test_what_is_lost_is_grave() -> None:
    said = lydite("--log", "engine=warning", "run", "stuck.py::crashes_the_interpreter", "--seed", "4")

    assert said.code == 4
    assert "  warning  engine  stuck.crashes_the_interpreter with seed 4 was lost in nursery " in said.err


def test_what_is_no_level_is_told_and_nothing_is_done() -> None:
    said = lydite("--log", "loud", "run", "shop.py::echoes", "--json")

    assert said.code == 2
    assert "expected a level out of debug, info, warning, error, off, found 'loud' (--log)" in said.err
    assert said.json["error"]["where"] == "--log"


def test_lines_are_told_in_columns_and_what_is_older_beside_them() -> None:
    folder = written(Path("kept"), "one", "two", "three")
    written(folder, "gr\x1b[31mave\x07", level="error", component="engine")
    (folder / "unit.log").write_text("")

    said = lydite("logs", "kept", "--last", "2")

    assert said.code == 0
    assert said.out.splitlines() == [
        "10:00:01.000  info     campaign  two",
        "10:00:02.000  info     campaign  three",
    ]
    assert said.err == "lydite: 2 older lines not shown; --last 0 shows all\n"
    assert (
        lydite("logs", "kept", "--component", "engine").out == "10:00:00.000  error    engine  grave\\x07\n"
    )


def test_what_is_left_out_or_damaged_is_told() -> None:
    folder = written(Path("kept"), "one")
    (folder / "unit.log").write_text("plain\n")
    with (folder / "campaign.log").open("a") as file:
        file.write('{"at": "2026')

    said = lydite("logs", "kept", "--level", "error")

    assert (said.code, said.out) == (0, "")
    assert said.err.splitlines() == [
        "lydite: 1 line of programs that tell no level left out, by --level",
        "lydite: 1 line of the log cannot be read: half written, or damaged",
        "lydite: nothing of what was said meets this: kept",
    ]


def test_the_last_campaign_is_meant_or_one_by_its_name() -> None:
    for name in NAMES:
        written(Path(".lydite/campaigns") / name, name)

    assert NAMES[2] in lydite("logs").out
    assert NAMES[0] in lydite("logs", NAMES[0]).out
    assert lydite("logs", "--json").json["folder"] == f".lydite/campaigns/{NAMES[2]}"


def test_a_campaign_is_followed_while_it_runs_until_it_is_over() -> None:
    folder = written(Path("kept"), "one", "two")
    journal = Journal(folder / "campaign.log")

    def go_on() -> None:
        for text in ("three", "four"):
            journal.take(
                Line(at="2026-01-31T10:00:09.000Z", level="info", component="engine", text=text, process=7)
            )
        journal.close()

    thread = threading.Thread(target=go_on)
    thread.start()
    said = lydite("logs", "kept", "--follow")
    thread.join()

    assert (said.code, said.err) == (0, "lydite: the campaign is over: kept\n")
    assert said.out.splitlines() == [
        "10:00:00.000  info     campaign      one",
        "10:00:01.000  info     campaign      two",
        "10:00:09.000  info     engine        three",
        "10:00:09.000  info     engine        four",
    ]
    told = lydite("logs", "kept", "--follow", "--last", "1", "--json")
    assert (told.json, told.err) == (
        {
            "verb": "logs",
            "at": "2026-01-31T10:00:09.000Z",
            "level": "info",
            "component": "engine",
            "text": "four",
            "process": 7,
        },
        "",
    )


def test_following_is_ended_by_ctrl_c() -> None:
    folder = written(Path("kept"), "one")
    journal = Journal(folder / "campaign.log")
    words = [sys.executable, "-c", "from lydite.cli import main; main()", "logs", "kept", "--follow"]

    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    journal.close()

    assert first.endswith("  one\n")

    assert (process.returncode, err) == (130, "lydite: interrupted\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "there is no campaign here yet (.lydite/campaigns); `lydite prove` makes one"),
        (("nothing",), "there is no campaign 'nothing' (.lydite/campaigns); none is known yet"),
        (("bank",), "there are no logs in this folder (bank)"),
        (("--level", "wrning"), "found 'wrning' (--level); did you mean warning?"),
        (("--grep", "a("), "expected a regular expression, found 'a(': missing ), unterminated subpattern"),
        (("--level", "off", "--grep", "["), "found 'off' (--level); expected a regular expression"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(words: tuple[str, ...], told: str) -> None:
    said = lydite("logs", *words)

    assert said.code == 2
    assert told in said.err
    assert said.err.count("\n") == 1
