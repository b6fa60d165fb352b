"""`lydite run`, `lydite replay`: one run, told to people and to scripts."""

import json
from pathlib import Path

import pytest

from tests.cli.terminal import lydite


def test_a_run_that_holds_says_what_held() -> None:
    said = lydite("run", "shop.py")

    assert said.code == 0
    assert "HOLDS  shop.echoes  seed 0\n  echo: held once\n  digest " in said.out
    assert said.err == ""


def test_a_run_that_fails_is_told_with_the_replay_first_and_last() -> None:
    said = lydite("run", "shop.py::every_fifth", "--seed", "3")

    lines = said.out.splitlines()
    assert said.code == 1
    assert lines[0].startswith(
        "replay: lydite replay .lydite/failures/shop.every_fifth-3.failure.json  # seed 3"
    )
    assert lines[0] == lines[-1]
    for part in (
        "VIOLATED",
        "not-a-fifth: does not hold",
        "at 3.",
        "on tester",
        "seed=3",
        "faults until then",
    ):
        assert part in said.out
    assert "network.cut left=node-1 right=tester" in said.out
    assert "node-1 | 0.000 stdout: serving with words" in said.out
    assert Path(".lydite/failures/shop.every_fifth-3.failure.json").is_file()


def test_the_json_of_a_run_has_its_stable_keys() -> None:
    said = lydite("run", "shop.py::every_fifth", "--seed", "3", "--json")

    (run,) = said.json["runs"]
    assert said.code == said.json["exit_code"] == 1
    assert (said.json["seed"], said.json["verdict"]) == (3, "VIOLATED")
    assert said.json["digest"] == run["digest"]
    assert len(run["digest"]) == 64
    assert run["replay"] == f"lydite replay {run['failure_file']}"
    assert run["findings"][0]["check"] == "not-a-fifth"


def test_a_replay_says_that_it_is_the_same_run_and_names_changed_code() -> None:
    lydite("run", "shop.py::every_fifth", "--seed", "3")
    file = ".lydite/failures/shop.every_fifth-3.failure.json"

    same = lydite("replay", file)
    Path("shop.py").write_text(Path("shop.py").read_text().replace("% 5 != 3", "% 5 != 4"))
    changed = lydite("replay", file)
    told = lydite("replay", file, "--json")

    assert same.code == 1
    assert "reproduced: the same run, record by record" in same.out
    assert same.out.splitlines()[0] == same.out.splitlines()[-1]
    assert changed.code == 0
    assert "not reproduced: not-a-fifth was recorded, and nothing fails now" in changed.out
    assert "the code has changed since then: shop" in changed.out
    assert (told.json["sameness"], told.json["changed_code"]) == ("no-finding", ["shop"])


def test_a_schedule_can_be_given_and_taken_from_a_failure_file() -> None:
    Path("calm.json").write_text("[]")
    fault = {"at_ns": 0, "kind": "network.hold", "args": {"left": "node-1", "right": "tester"}}
    Path("held.json").write_text(json.dumps({"schedule": [fault]}))

    calm = lydite("run", "shop.py::every_fifth", "--seed", "3", "--schedule", "calm.json")
    held = lydite("run", "shop.py::every_fifth", "--seed", "3", "--schedule", "held.json")

    assert "faults until then" not in calm.out
    assert "network.hold" in held.out


def test_a_given_schedule_of_which_nothing_happened_is_never_green() -> None:
    late = {"at_ns": 10**15, "kind": "network.hold", "args": {"left": "node-1", "right": "tester"}}
    nobody = {"at_ns": 0, "kind": "process.crash", "args": {"hosts": "@leader"}}
    Path("idle.json").write_text(json.dumps([nobody, late]))

    said = lydite("run", "shop.py::every_fifth", "--seed", "1", "--schedule", "idle.json")

    assert said.code == 3
    assert "schedule: no fault of it happened" in said.out
    assert "2 of 2 faults did not happen" in said.out
    assert "process.crash hosts=@leader" in said.out


def test_all_faults_of_a_file_that_are_none_are_told_at_once() -> None:
    Path("wrong.json").write_text('[{"at_ns": -1, "kind": "network.cut"}, {"at_ns": 1, "kind": "cut"}, 7]')

    said = lydite("run", "shop.py::every_fifth", "--schedule", "wrong.json")

    assert said.code == 2
    assert all(f"schedule[{number}]" in said.err for number in range(3))


def test_verbose_shows_what_happened_and_what_hosts_printed() -> None:
    said = lydite("run", "shop.py::echoes", "--verbose")

    assert "node-1 START" in said.out
    assert "node-1 | 0.000 stdout: serving" in said.out


def test_a_mutant_is_planted_for_one_run() -> None:
    honest = lydite("run", "bank.trials", "--seed", "1")
    planted = lydite("run", "bank.trials", "--seed", "1", "--mutant", "no-check")

    assert (honest.code, planted.code) == (0, 1)
    assert "with the mutant no-check" in planted.out


@pytest.mark.parametrize(
    ("trial", "told"),
    [
        ("starts_a_thread", "thread"),
        ("blocks", "stuck.py"),
        ("sleeps_for_real", "asyncio.sleep"),
        ("never_ends", "virtual time"),
    ],
)
def test_a_run_that_failed_itself_ends_with_code_4_and_a_remedy(trial: str, told: str) -> None:
    said = lydite("run", f"stuck.py::{trial}")

    assert said.code == 4
    assert "the run itself failed" in said.out
    assert "    try: " in said.out
    assert told in said.out
    assert said.out.startswith("replay: lydite replay ")


def test_a_program_that_is_not_there_is_bad_input() -> None:
    said = lydite("run", "stuck.py::starts_what_is_not_there")

    assert said.code == 2
    assert "there is no module 'nowhere'" in said.err
    assert said.err.count("\n") == 1
