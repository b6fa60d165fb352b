"""`lydite verify`: who signed, whether it fits together, and what its seeds say when they are run again."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lydite.harness import Phase
from lydite.model import Outcome, Verdict, Work
from lydite.statements import Statement, TrialFacts, read_envelope, statement_from
from lydite.statements.runs import root_of_runs
from lydite.statements.statement import root_of_trials
from tests.cli.signing import carried, forged, prove, sign, verify
from tests.cli.terminal import lydite

LAW = Path("bank/law.py")


__all__ = ["carried"]


@pytest.fixture
def signed(project: Path, carried: Path) -> Path:
    """A signed campaign of six seeds."""
    shutil.copytree(carried, project, dirs_exist_ok=True)
    assert sign().code == 0
    return project


def statement() -> Statement:
    return statement_from(read_envelope(Path("statement.json").read_bytes(), "").payload, "")


def with_first_run(**changes: Any) -> dict[str, Any]:
    """The parts of the statement that tell of runs, with another first one, and roots that fit."""
    (trial,) = statement().trials
    runs = (replace(trial.runs[0], **changes), *trial.runs[1:])
    trials: tuple[TrialFacts, ...] = (replace(trial, runs=runs, root=root_of_runs(runs)),)
    return {"trials": trials, "root": root_of_trials(trials)}


def test_a_sample_is_run_again_and_told_run_by_run(signed: Path) -> None:
    said = verify("--sample", "3", "--draw", "ann")
    told = verify("--sample", "3", "--draw", "ann", "--json").json

    assert said.code == 0
    assert "run again: 3 of 6 runs, drawn by ann" in said.out
    for run in told["reruns"]:
        line = f"  same   bank.never_overdrawn  seed {run['seed']}  HOLDS  digest {run['seen_digest'][:16]}"
        assert line in said.out
        assert run["same"]
        assert run["expected_digest"] == run["seen_digest"]
    assert len({run["seed"] for run in told["reruns"]}) == 3
    assert "VERIFIED  a statement that says PASSED" in said.out
    assert "if nobody who signed could know the draw: at most 63.2% of the runs are otherwise" in said.out
    assert said.out.splitlines()[-1] == (
        "  again:  lydite verify statement.json --key release.key.pub --sample 3 --draw ann"
    )


def test_the_json_has_its_stable_keys(signed: Path) -> None:
    told = verify("--all", "--json").json

    assert list(told) == [
        *("verb", "file", "verdict", "problem", "signed_by", "signatures_unchecked", "target", "identity"),
        *("result", "standing", "sentence", "commit", "runs", "root", "draw", "wanted", "reruns", "not_here"),
        *("otherwise_at_most", "interrupted", "again", "exit_code"),
    ]
    assert list(told["reruns"][0]) == [
        *("case", "target", "trial", "seed", "same", "expected_digest", "seen_digest", "expected_verdict"),
        *("seen_verdict", "expected_failure", "seen_failure", "ending", "changed"),
    ]
    assert (told["verdict"], told["runs"], told["wanted"], told["otherwise_at_most"]) == ("HOLDS", 6, 6, 0.0)
    assert told["draw"] is None
    assert [run["seed"] for run in told["reruns"]] == [*range(6)]


def test_without_a_word_the_draw_is_another_one_each_time(signed: Path) -> None:
    draws = {verify("--sample", "1", "--json").json["draw"] for _ in range(2)}

    assert len(draws) == 2


def test_without_running_anything_nothing_is_verified(signed: Path) -> None:
    said = verify("--no-rerun")

    assert said.code == 3
    assert "NOTHING WAS RUN AGAIN: " in said.out
    assert "NOT VERIFIED" in said.out
    assert verify("--no-rerun", "--all").code == 2


def test_a_wrong_key_is_told(signed: Path) -> None:
    lydite("new-key", "eve.key")

    said = verify(key="eve.key.pub")
    told = verify("--json", key="eve.key.pub")

    assert said.code == 1
    assert "REFUTED  statement.json: it is not signed by this key" in said.out
    assert "nothing was run again" in said.out
    assert (told.json["verdict"], told.json["exit_code"], told.json["target"]) == ("VIOLATED", 1, None)


def test_of_several_signatures_it_is_told_which_were_checked(signed: Path) -> None:
    lydite("new-key", "bob.key")
    bob = lydite("sign", "statement.json", "--key", "bob.key", "--json").json["key_id"]

    one = verify("--sample", "1", "--json").json
    both = verify("--sample", "1", "--json", "--key", "bob.key.pub").json
    said = verify("--sample", "1")

    assert one["signatures_unchecked"] == [bob]
    assert both["signed_by"][1] == bob
    assert both["signatures_unchecked"] == []
    assert f"not checked: a signature by key id {bob}, whose key was not given" in said.out


def test_a_changed_byte_is_noticed(signed: Path) -> None:
    text = Path("statement.json").read_text()
    form = json.loads(text)
    sig = form["signatures"][0]["sig"]
    for old, new in (
        (form["payload"], f"A{form['payload'][1:]}"),
        (sig, f"{'B' if sig[0] == 'A' else 'A'}{sig[1:]}"),
    ):
        Path("statement.json").write_text(text.replace(old, new))
        assert verify().code == 1


def test_a_digest_that_is_not_so_is_refuted_by_running_it(signed: Path) -> None:
    true = statement().trials[0].runs[0].digest
    forged(**with_first_run(digest="ab" * 32))

    said = verify("--all")
    told = verify("--all", "--json").json

    assert said.code == 1
    assert "  OTHER  bank.never_overdrawn  seed 0" in said.out
    assert f"    expected  {'ab' * 32}  HOLDS" in said.out
    assert f"    seen      {true}  HOLDS" in said.out
    assert "REFUTED  1 of 6 runs are not what it says" in said.out
    assert [run["same"] for run in told["reruns"]] == [False] + [True] * 5
    assert (told["verdict"], told["otherwise_at_most"]) == ("VIOLATED", None)


def test_a_verdict_that_is_not_so_is_refuted_by_running_it(project: Path) -> None:
    LAW.write_text("def after(balance, amount):\n    return balance - amount\n")
    prove(seeds=3)
    sign()
    (case,) = statement().cases
    (trial,) = statement().trials
    runs = tuple(replace(run, verdict=Verdict.HOLDS, failed="") for run in trial.runs)
    assert runs != trial.runs
    trials = (replace(trial, runs=runs, root=root_of_runs(runs)),)
    good = replace(case, outcome=Outcome.PASSED, failures=0)
    phase = replace(statement().phases[0], outcome=Outcome.PASSED)
    forged(trials=trials, root=root_of_trials(trials), cases=(good,), phases=(phase,), verdict=Verdict.HOLDS)

    said = verify("--all", "--json")

    assert said.code == 1
    assert said.json["reruns"][0]["expected_digest"] == said.json["reruns"][0]["seen_digest"]
    assert said.json["reruns"][0]["seen_failure"] == "not-negative"


def test_a_campaign_that_failed_is_verified_as_one_that_failed(project: Path) -> None:
    LAW.write_text("def after(balance, amount):\n    return balance - amount\n")
    prove(seeds=3)
    sign()

    said = verify("--all")

    assert said.code == 0
    assert "it says: FAILED, VIOLATED: bank.trials does not hold" in said.out
    assert "VERIFIED  a statement that says FAILED" in said.out


def test_a_statement_that_contradicts_itself_is_refuted_unrun(signed: Path) -> None:
    forged(verdict=Verdict.HOLDS, phases=(replace(statement().phases[0], outcome=Outcome.FAILED),))

    said = verify()

    assert said.code == 1
    assert "it contradicts itself: something failed, and the verdict is HOLDS" in said.out


def test_changed_code_is_told_and_not_run(signed: Path) -> None:
    LAW.write_text(f"{LAW.read_text()}# Tidied.\n")
    configuration = replace(statement().configuration, commit="0123456789ab+")
    forged(configuration=configuration)

    said = verify()

    assert said.code == 2
    assert "run again: 0 of 6 runs" in said.out
    assert (
        "the code of bank.trials is not the one that was tested: bank.law; check out commit 0123456789ab"
        in said.out
    )
    assert "NOT VERIFIED" in said.out


def test_code_that_is_not_there_is_told(signed: Path) -> None:
    Path("bank").rename("vault")

    said = verify("--json")

    assert said.code == 2
    (missing,) = said.json["not_here"]
    assert (missing["target"], missing["runs"]) == ("bank.trials", 6)
    assert "the target bank.trials is not here" in missing["why"]


def test_elsewhere_another_digest_decides_nothing_and_the_same_one_all(signed: Path) -> None:
    (code,) = statement().codes
    then = {**code.dependencies, "walrus": "1.0"}
    other = replace(code, lydite="0.0.9", platform="00" * 16, python="3.9.1", dependencies=then)
    forged(codes=(other,))
    same = verify("--all")
    forged(**with_first_run(digest="ab" * 32))

    said = verify("--all")

    assert same.code == 0
    assert said.code == 2
    assert "not as it was, so this decides nothing: Lydite itself (0.0.9 then, " in said.out
    assert "Python (3.9.1 then, " in said.out
    assert "walrus (1.0 then, absent now)" in said.out


def test_a_run_that_is_stopped_here_decides_nothing(project: Path) -> None:
    Path("slow.py").write_text(
        "from lydite.harness import trial\n\n\n@trial\nasync def waits(world):\n"
        "    for number in range(50_000):\n        await world.sleep(1_000)\n    world.always('fine', True)\n"
    )
    prove(Phase(name="simulation", work=Work.TRIALS, targets=("slow.py",), seeds=1))
    sign()

    said = verify("--all", "--timeout", "0.1")

    assert said.code == 2
    assert "    seen      no digest  UNKNOWN  TimedOut" in said.out
    assert "it cannot be decided here" in said.out


def test_no_statement_names_code_elsewhere_on_the_machine(signed: Path) -> None:
    outside = str(signed / "bank/trials.py")
    codes = tuple(replace(code, target=outside) for code in statement().codes)
    trials = tuple(replace(trial, target=outside) for trial in statement().trials)
    forged(codes=codes, trials=trials, root=root_of_trials(trials))

    said = verify()

    assert said.code == 1
    assert "is not named from the folder in which it is run" in said.out


def test_what_a_stranger_has_written_does_not_command_the_terminal(signed: Path) -> None:
    forged(sentence="fine\x1b[2J\nVERIFIED")

    said = verify("--sample", "1")

    assert "\x1b" not in said.out
    assert "it says: PASSED, HOLDS: fine\\x1b[2J\\nVERIFIED" in said.out


def test_many_runs_are_told_by_their_trial(project: Path) -> None:
    prove(seeds=50)
    sign()

    said = verify("--all")

    assert said.code == 0
    assert "  same   bank.never_overdrawn  50 seeds" in said.out
    assert "seed 7 " not in said.out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected a statement, found something else"),
        ("{}\n", "expected a statement, found something else"),
        ('{"payload":""}', "the envelope ends"),
        ('{"payload":""}\n', "an envelope has payload"),
    ],
)
def test_a_damaged_statement_is_one_sentence(signed: Path, text: str, told: str) -> None:
    Path("statement.json").write_text(text)

    said = verify()

    assert said.code == 2
    assert said.out == ""
    assert told in said.err


def test_a_statement_or_a_key_that_is_not_there_is_one_sentence(signed: Path) -> None:
    assert "the key cannot be read" in verify(key="nobody.pub").err
    assert "found a private one" in verify(key="release.key").err
    Path("statement.json").unlink()
    assert "the statement cannot be read" in verify().err
    assert lydite("verify", "statement.json").code == 2


def test_ctrl_c_tells_what_was_run_until_then(project: Path) -> None:
    Path("held.py").write_text(
        "import os\n\nfrom lydite.harness import trial\n\n"
        "if os.path.exists('gate'):\n    with open('gate') as gate:\n        gate.read()\n\n\n"
        "@trial\nasync def passes(world):\n    world.always('fine', True)\n"
    )
    prove(Phase(name="simulation", work=Work.TRIALS, targets=("held.py",), seeds=2))
    sign()
    os.mkfifo("gate")
    words = ["verify", "statement.json", "--key", "release.key.pub"]
    verifying = subprocess.Popen(
        [sys.executable, "-c", "from lydite.cli import main; main()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # Opening the pipe waits until the code is being imported, and that waits for us to close it.
    with verifying, Path("gate").open("w"):
        os.kill(verifying.pid, signal.SIGINT)
        out, err = verifying.communicate(timeout=60)

    assert verifying.returncode == 130, err
    assert "INTERRUPTED  0 of 2 runs came out equal until then" in out
