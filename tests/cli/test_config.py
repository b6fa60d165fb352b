"""`lydite config`: every value with its origin, every problem with its place, and no password anywhere."""

import json
from pathlib import Path

import pytest

from lydite.config import KEYS, schema
from tests.cli.terminal import lydite


def test_every_setting_is_shown_with_its_value_and_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("lydite.toml").write_text('[lydite]\npreset = "ci"\n[report]\nfolder = "out"\n')
    monkeypatch.setenv("LYDITE_CHAOS_ENABLED", "no")

    said = lydite("config", "show", "--set", "sweep.seeds=7")

    rows = {line.split()[0]: line.split(maxsplit=1)[1] for line in said.out.splitlines()}
    assert said.code == 0
    assert list(rows) == list(KEYS)
    assert rows["lydite.preset"].split(maxsplit=1) == ['"ci"', "lydite.toml:2"]
    assert rows["report.folder"].split(maxsplit=1) == ['"out"', "lydite.toml:4"]
    assert rows["chaos.enabled"].split(maxsplit=1) == ["false", "environment LYDITE_CHAOS_ENABLED"]
    assert rows["sweep.seeds"].split(maxsplit=1) == ["7", "flag --set sweep.seeds"]
    assert rows["property.cases"].split(maxsplit=1) == ["1000", "preset ci"]
    assert rows["sweep.timeout_s"].split(maxsplit=1) == ["120.0", "default"]


def test_the_same_for_a_script() -> None:
    Path("other.toml").write_text("\nsweep.seeds = 3\n")

    told = lydite("config", "show", "--config", "other.toml", "--preset", "nightly", "--json").json

    by_key = {each["key"]: each for each in told["settings"]}
    assert (told["verb"], told["file"], told["preset"]) == ("config show", "other.toml", "nightly")
    assert by_key["sweep.seeds"] == {
        "key": "sweep.seeds",
        "value": 3,
        "unit": "seeds",
        "default": 200,
        "variable": "LYDITE_SWEEP_SEEDS",
        "origin": {"source": "file", "name": "other.toml", "line": 2},
    }
    assert by_key["lydite.preset"]["origin"] == {"source": "flag", "name": "--preset", "line": None}
    assert lydite("config", "show", "--json").json["file"] is None


def test_a_file_is_checked_whole_and_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LYDITE_SWEEP_SEEDS", "many")
    Path("good.toml").write_text('history.url = "sqlite:///a.db"\n[sweep]\nseeds = 3\n')
    Path("bad.toml").write_text('[sweep]\nsedes = 3\nseeds = "3"\n')

    good = lydite("config", "check", "good.toml")
    bad = lydite("config", "check", "bad.toml")
    told = lydite("config", "check", "bad.toml", "--json")

    assert (good.code, good.out) == (0, "good.toml: 2 keys, and nothing is wrong\n")
    assert (bad.code, bad.out) == (2, "")
    assert bad.err.splitlines() == [
        "lydite: bad.toml:2: sweep.sedes: there is no such key; did you mean sweep.seeds?",
        (
            "lydite: bad.toml:3: sweep.seeds: expected a whole number from 1 to 1,000,000,000, found '3'; "
            "write it without quotes"
        ),
    ]
    assert told.code == told.json["exit_code"] == 2
    assert told.json["problems"][1] == {
        "where": "bad.toml:3",
        "key": "sweep.seeds",
        "message": "expected a whole number from 1 to 1,000,000,000, found '3'",
        "expected": "a whole number from 1 to 1,000,000,000",
        "found": "'3'",
        "remedy": "write it without quotes",
    }
    assert lydite("config", "check", "good.toml", "--json").json["problems"] == []


def test_a_file_that_is_not_there_is_told() -> None:
    said = lydite("config", "check", "gone.toml")

    assert said.code == 2
    assert "gone.toml: the file cannot be read: no such file or directory" in said.err


def test_settings_that_are_wrong_are_bad_input_of_show() -> None:
    Path("lydite.toml").write_text("swep.seeds = 3\nx = 1\n")

    said = lydite("config", "show", "--set", "chaos.enabled=perhaps", "--json")

    assert said.code == said.json["exit_code"] == 2
    assert said.json["error"]["error"] == "ConfigRefused"
    for told in (
        "3 things are wrong",
        "lydite.toml:1: swep",
        "lydite.toml:2: x",
        "flag --set chaos.enabled: chaos.enabled: expected true or false, found 'perhaps'",
    ):
        assert told in said.err


@pytest.mark.parametrize(
    "words", [["--set", "sweep.seeds"], ["--set", "sweep.sedes=1"], ["--preset", "nigthly"]]
)
def test_a_wrong_word_is_told(words: list[str]) -> None:
    said = lydite("config", "show", *words)

    assert said.code == 2
    assert said.err.startswith("lydite: ")
    assert words[0] in said.err


@pytest.mark.parametrize(
    "words",
    [
        ["config", "show"],
        ["config", "show", "--json"],
        ["config", "show", "--set", "history.url=mysql://ann:swordfish@host"],
        ["config", "show", "--set", "history.ur1=postgresql://ann:swordfish@host"],
        ["config", "show", "--set", "postgresql://ann:swordfish@host"],
        ["config", "show", "--set", "postgresql://ann:swordfish@host?user=x"],
        ["config", "check", "lydite.toml", "--json"],
        ["config", "check", "wrong.toml", "--json"],
        ["config", "check", "broken.toml"],
    ],
)
def test_no_verb_shows_a_password(words: list[str]) -> None:
    Path("lydite.toml").write_text('history.url = "postgresql://ann:swordfish@host/db"\n')
    Path("wrong.toml").write_text('history.url = ["postgresql://ann:swordfish@host/db"]\n')
    Path("broken.toml").write_text('history.url = "postgresql://ann:swordfish@host/db\n')

    said = lydite(*words)

    assert said.out + said.err
    assert "swordfish" not in said.out + said.err


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_the_schema_is_printed(words: tuple[str, ...]) -> None:
    said = lydite("config", "schema", *words)

    assert said.code == 0
    assert json.loads(said.out) == schema()


def test_wrong_settings_are_refused_by_the_verbs_that_read_any() -> None:
    Path("lydite.toml").write_text("swep.seeds = 3\n")

    reads, reads_none = lydite("run", "shop.py::echoes"), lydite("faults")

    assert reads.code == 2
    assert "lydite.toml:1: swep" in reads.err
    assert reads_none.code == 0
