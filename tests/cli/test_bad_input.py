"""Bad input: one clear sentence with the place and the remedy, exit code 2, and nothing lost."""

from pathlib import Path

import pytest

from tests.cli.terminal import lydite


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "shop.py", "--frobnicate"], "No such option: --frobnicate"),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["run"], "Missing argument 'TARGET'"),
        (
            ["run", "shop.py", "--seed", "seven"],
            f"Invalid value for '--seed': expected a whole number from 0 to {2**64 - 1}, found 'seven'",
        ),
        (["run", "shop.py", "--seed", "-1"], f"from 0 to {2**64 - 1}, found '-1'"),
        (["run", "shop.py", "--seed", str(2**64)], f"from 0 to {2**64 - 1}, found '{2**64}'"),
        (["run", "shop.py", "--seed", "9" * 5000], f"found '{'9' * 60}'"),
        (
            ["run", "shop.py", "--timeout", "nan"],
            "'--timeout': expected a number of at least 0.1, found 'nan'",
        ),
        (
            ["run", "shop.py", "--timeout", "inf"],
            "'--timeout': expected a number of at least 0.1, found 'inf'",
        ),
        (
            ["run", "shop.py", "--trace-level", "some"],
            "Invalid value for '--trace-level': expected digest or checkpoints or full, found 'some'",
        ),
        (["sweep", "shop.py", "--seeds", "0"], "'--seeds': expected a whole number of at least 1, found '0'"),
        (["sweep", "shop.py", "--workers", "many"], "'--workers': expected a whole number from 0 to 1024"),
    ],
)
def test_a_wrong_word_is_told_with_the_usage(words: list[str], told: str) -> None:
    said = lydite(*words)

    assert said.code == 2
    assert told in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "conter"], "there is no target 'conter'"),
        (["run", "shp.py"], "did you mean shop.py?"),
        (["run", "shop.py::echos"], "did you mean echoes?"),
        (["run", "bank.trials", "--mutant", "nope"], "has no mutant 'nope'"),
        (["run", "bank.trials", "--mutant", "does-not-fit"], "found 0 times"),
        (["run", "shop.py", "--trace", "run.trace"], "a trace is of one run, and shop.py has 2 trials"),
        (["run", "shop.py::echoes", "--trace", "gone/run.trace"], "the folder for the trace is not there"),
        (["run", "shop.py", "--schedule", "gone.json"], "the schedule cannot be read: no such file"),
        (["run", "shop.py", "--schedule", "shop.py"], "the schedule is no JSON (shop.py, line 1)"),
        (["run", "shop.py", "--schedule", "wrong.json"], "at_ns is a whole number"),
        (["sweep", "shop.py", "--first", str(2**64 - 1)], "a seed is below 2**64"),
        (["replay", "gone.failure.json"], "there is no such failure file (gone.failure.json)"),
        (["replay", "shop.py"], "the failure file is damaged or cut short"),
        (["trace", "show", "gone.trace"], "gone.trace"),
        (["trace", "verify", "shop.py"], "shop.py"),
        (["trace", "import", "gone.jsonl", "x.trace"], "the file cannot be read: no such file"),
        (["trace", "import", "shop.py", "x.trace"], "shop.py"),
        (["check-determinism", "restless.py"], "neither a trial nor a program in restless.py"),
    ],
)
def test_bad_input_is_one_sentence_with_its_place(words: list[str], told: str) -> None:
    Path("wrong.json").write_text('[{"kind": "network.cut"}]')

    said = lydite(*words)

    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("lydite: ")
    assert said.err.count("\n") == 1
    assert told in said.err
    assert not Path("x.trace").exists()


def test_an_error_for_a_script_is_json_as_well() -> None:
    said = lydite("replay", "gone.failure.json", "--json")

    assert said.code == said.json["exit_code"] == 2
    assert said.json["error"]["error"] == "InputError"
    assert said.json["error"]["where"] == "gone.failure.json"
    assert "there is no such failure file" in said.err


def test_debug_shows_the_traceback() -> None:
    from lydite.model import InputError

    with pytest.raises(InputError):
        lydite("--debug", "replay", "gone.failure.json")
