"""`lydite sign` and `lydite new-key`: from a campaign to a statement, with nothing secret in what is said."""

import base64
import json
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lydite.harness import Phase
from lydite.history import History
from lydite.model import Work
from lydite.statements import EXTENSION
from tests.cli.signing import RESULT, carried, prove, sign
from tests.cli.terminal import lydite

__all__ = ["carried"]


@pytest.fixture
def proof(project: Path, carried: Path) -> Path:
    """A campaign of six seeds, to be signed."""
    shutil.copytree(carried, project, dirs_exist_ok=True)
    return project


def payload() -> dict[str, Any]:
    envelope = json.loads(Path("statement.json").read_text())
    made: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))
    return made


def test_a_new_key_is_told_by_its_id_and_its_files() -> None:
    said = lydite("new-key", "release.key")
    told = lydite("new-key", "other.key", "--json").json

    secret = Path("release.key").read_text().splitlines()[1]
    assert said.code == 0
    assert "sign: lydite sign RESULT --key release.key" in said.out
    assert stat.S_IMODE(Path("release.key").stat().st_mode) == 0o600
    assert secret not in said.out + said.err
    assert list(told) == ["verb", "private_file", "public_file", "key_id", "exit_code"]
    assert told["public_file"] == "other.key.pub"
    assert lydite("new-key", "release.key").code == 2


def test_a_campaign_is_signed_with_every_run() -> None:
    result = prove(seeds=6)

    said = sign()

    extension = payload()["predicate"][EXTENSION]
    (trial,) = extension["trials"]
    assert said.code == 0, said.err
    assert said.out.startswith(f"SIGNED  bank.trials, campaign {result.identity}: PASSED")
    assert "binds:  6 runs of 1 trial, 1 case, root " in said.out
    assert "verify: lydite verify statement.json --key release.key.pub" in said.out
    assert (trial["case"], trial["target"]) == ("bank.never_overdrawn", "bank.trials")
    assert [run["seed"] for run in trial["runs"]] == [*range(6)]
    runs = lydite("run", "bank.trials", "--seed", "3", "--json").json["runs"]
    assert trial["runs"][3]["digest"] == runs[0]["digest"]
    assert [code["digest"] for code in extension["codes"]] == [result.code]
    assert extension["decision"]["outcomes"][0]["gate"] == "safety.violations"


def test_a_campaign_with_tests_is_signed_with_each_of_them() -> None:
    Path("test_bank.py").write_text(
        "import pytest\n\n\ndef test_pays():\n    pass\n\n\ndef test_breaks():\n    assert 1 == 2\n\n\n"
        "@pytest.mark.skip(reason='not here')\ndef test_waits():\n    pass\n"
    )
    prove(
        Phase(name="simulation", work=Work.TRIALS, targets=("bank.trials",), seeds=2),
        Phase(name="tests", work=Work.PYTEST, targets=("test_bank.py",), category="unit"),
    )

    said = sign("--json")

    predicate = payload()["predicate"]
    assert said.json["result"] == predicate["result"] == "FAILED"
    assert (said.json["cases"], said.json["runs"]) == (4, 2)
    assert "bank.never_overdrawn" in predicate["passedTests"]
    assert [name.rpartition("::")[2] for name in predicate["failedTests"]] == ["test_breaks"]
    assert [name.rpartition("::")[2] for name in predicate["warnedTests"]] == ["test_waits"]


def test_a_campaign_of_tests_alone_is_signed_without_runs() -> None:
    Path("test_bank.py").write_text("def test_pays():\n    pass\n")
    prove(Phase(name="tests", work=Work.PYTEST, targets=("test_bank.py",), category="unit"))

    said = sign("--json")

    assert said.code == 0, said.err
    assert (said.json["result"], said.json["runs"], said.json["cases"]) == ("PASSED", 0, 1)


def test_a_kept_campaign_is_signed_by_its_name() -> None:
    result = prove(seeds=2)
    with History("campaigns.db") as history:
        history.add(result)
    lydite("new-key", "release.key")

    said = lydite("sign", result.identity, "--key", "release.key", "--history", "campaigns.db", "--json")

    assert said.code == 0, said.err
    assert list(said.json) == [
        *("verb", "file", "bytes", "target", "identity", "result", "verdict", "standing", "runs", "cases"),
        *("root", "key_id", "key_ids", "exit_code"),
    ]
    assert (said.json["identity"], said.json["standing"]) == (result.identity, "not evaluated")
    assert said.json["bytes"] == Path("statement.json").stat().st_size


def test_the_same_campaign_gives_the_same_bytes(proof: Path) -> None:
    sign("--out", "one.json")
    sign("--out", "two.json")

    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()


def test_the_commit_is_bound_where_no_file_was_changed() -> None:
    who = ("-c", "user.name=ann", "-c", "user.email=ann@example.org")
    Path(".gitignore").write_text("proof\n*.key*\nstatement.json\n__pycache__\n")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "all")):
        subprocess.run(["git", *words], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    prove(seeds=2)

    sign()

    (subject,) = payload()["subject"]
    assert subject["digest"]["gitCommit"] == head.strip()


def test_a_second_key_signs_the_same_statement(proof: Path) -> None:
    first = sign("--json").json["key_id"]
    lydite("new-key", "second.key")

    said = lydite("sign", "statement.json", "--key", "second.key", "--json")
    again = lydite("sign", "statement.json", "--key", "second.key", "--json")

    assert said.json["key_ids"] == [first, said.json["key_id"]]
    assert again.json["key_ids"] == said.json["key_ids"]
    assert "beside 1 other signature" in lydite("sign", "statement.json", "--key", "second.key").out
    refused = lydite("sign", "statement.json", "--key", "second.key", "--partial")
    assert refused.code == 2
    assert "says already what the gates say" in refused.err


def test_the_key_may_come_from_the_environment(proof: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_file = sign("--json").json["key_id"]
    pem = Path("release.key").read_text()
    monkeypatch.setenv("LYDITE_SIGNING_KEY", pem)

    said = lydite("sign", RESULT, "--json")

    assert said.json["key_id"] == by_file
    assert "lydite verify statement.json --key PUBLIC" in lydite("sign", RESULT).out
    monkeypatch.setenv("LYDITE_SIGNING_KEY", pem.replace("BEGIN", "BEGUN"))
    refused = lydite("sign", RESULT)
    assert refused.code == 2
    assert pem.splitlines()[1] not in refused.err
    assert "(the variable LYDITE_SIGNING_KEY)" in refused.err


def test_what_cannot_be_signed_is_one_sentence(proof: Path) -> None:
    sign()
    (runs,) = Path("proof/runs").iterdir()
    runs.write_bytes(runs.read_bytes().replace(b"HOLDS", b"HELDS"))

    changed = sign()
    runs.unlink()
    gone = sign()
    no_key = lydite("sign", RESULT)
    no_result = lydite("sign", "nothing.json", "--key", "release.key")
    secret_url = sign("--run-url", "https://ann:swordfish@ci.example/7")

    assert [said.code for said in (changed, gone, no_key, no_result, secret_url)] == [2] * 5
    assert "is not what the campaign wrote" in changed.err
    assert "is not there" in gone.err
    assert "nobody signs without a key" in no_key.err
    assert "the file cannot be read" in no_result.err
    assert "swordfish" not in secret_url.err


def test_what_nobody_would_read_is_not_written(proof: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lydite.statements.BYTES_MAX", 1000)

    said = sign()

    assert said.code == 2
    assert "a statement has at most 1,000 bytes" in said.err
    assert not Path("statement.json").exists()


def test_a_readable_private_key_is_refused(proof: Path) -> None:
    sign()
    Path("release.key").chmod(0o644)

    said = sign()

    assert said.code == 2
    assert "found the mode 644 (release.key); chmod 600 release.key" in said.err


def test_where_it_can_be_seen_is_told_to_everybody(proof: Path) -> None:
    sign("--run-url", "https://ci.example/runs/7")

    assert payload()["predicate"]["url"] == "https://ci.example/runs/7"
