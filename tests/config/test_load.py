"""Settings from their layers: which value wins, where it comes from, and what is wrong with them, all at once."""

import copy
import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from lydite.config import (
    KEYS,
    PRESETS,
    ConfigRefused,
    Flag,
    Loaded,
    Origin,
    Problem,
    Settings,
    Source,
    load,
    variable_of,
)
from lydite.gates import Rules
from lydite.model import InputError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text: str, name: str = "lydite.toml") -> Path:
    """A file of settings."""
    Path(name).write_text(text)
    return Path(name)


def wrong(text: str = "", environ: dict[str, str] | None = None, **flags: object) -> list[str]:
    """What is wrong, line by line."""
    with pytest.raises(ConfigRefused) as caught:
        load(written(text), environ=environ or {}, flags=flags)
    return [str(problem) for problem in caught.value.problems]


def test_without_a_file_everything_is_a_default_or_of_the_preset() -> None:
    loaded = load(environ={})

    assert loaded.file is None
    assert loaded.settings.sweep.timeout_s == Settings().sweep.timeout_s
    assert str(loaded.origin("sweep.timeout_s")) == "default"
    assert loaded.settings.sweep.seeds == PRESETS["development"]["sweep.seeds"]
    assert str(loaded.origin("sweep.seeds")) == "preset development"


def test_each_layer_wins_over_the_one_below() -> None:
    text = '[lydite]\npreset = "ci"\n\n[sweep]\nseeds = 3\n'
    variables = {"LYDITE_SWEEP_SEEDS": "4"}

    def seen(loaded: Loaded) -> tuple[object, str]:
        return loaded.value("sweep.seeds"), str(loaded.origin("sweep.seeds"))

    assert seen(load(environ={"LYDITE_PRESET": "ci"})) == (PRESETS["ci"]["sweep.seeds"], "preset ci")
    written(text)
    assert seen(load(environ={})) == (3, "lydite.toml:5")
    assert seen(load(environ=variables)) == (4, "environment LYDITE_SWEEP_SEEDS")
    assert seen(load(environ=variables, flags={"sweep.seeds": 5})) == (5, "flag --seeds")
    told = load(environ=variables, flags={"sweep.seeds": Flag(option="--set sweep.seeds", value="6")})
    assert seen(told) == (6, "flag --set sweep.seeds")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_chosen_in_the_file_by_a_variable_or_by_a_flag(preset: str) -> None:
    by_variable = load(environ={"LYDITE_PRESET": preset})
    by_flag = load(environ={"LYDITE_PRESET": "ci"}, flags={"lydite.preset": preset})
    by_file = load(written(f'lydite.preset = "{preset}"\n'), environ={})

    for loaded in (by_variable, by_flag, by_file):
        assert loaded.settings.lydite.preset == preset
        for key, value in PRESETS[preset].items():
            assert loaded.value(key) == value
            assert loaded.origin(key) == Origin(source=Source.PRESET, name=preset)


def test_presets_say_only_what_is_allowed() -> None:
    for values in PRESETS.values():
        for name, value in values.items():
            assert KEYS[name].allows(value), name
            assert type(value) is type(KEYS[name].default), name
            assert name != "lydite.preset"


def test_defaults_are_allowed_and_every_key_says_what_it_means() -> None:
    for key in KEYS.values():
        assert key.allows(key.default), key.name
        assert key.meaning.endswith("."), key.name
        assert key.unit or key.low is None, key.name


def test_the_file_of_the_current_folder_is_read_unless_another_is_named() -> None:
    written("sweep.seeds = 1\n")
    other = written("sweep.seeds = 2\n", "other.toml")

    assert load(environ={}).settings.sweep.seeds == 1
    assert load(environ={"LYDITE_CONFIG": "other.toml"}).settings.sweep.seeds == 2
    assert (
        load(written("sweep.seeds = 3\n", "third.toml"), environ={"LYDITE_CONFIG": "other.toml"}).value(
            "sweep.seeds"
        )
        == 3
    )
    assert load(other, environ={}).file == other


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("LYDITE_CHAOS_ENABLED", "off", False),
        ("LYDITE_CHAOS_ENABLED", "TRUE", True),
        ("LYDITE_PARALLEL", "0", False),
        ("LYDITE_JOBS", " 4 ", 4),
        ("LYDITE_SWEEP_SEEDS", "10_000", 10_000),
        ("LYDITE_SWEEP_TIMEOUT_S", ".5", 0.5),
        ("LYDITE_SWEEP_TIMEOUT_S", "1e2", 100.0),
        ("LYDITE_SWEEP_TIMEOUT_S", "7", 7.0),
        ("LYDITE_REPORT_FORMATS", "html, junit,", ("html", "junit")),
        ("LYDITE_DATA_DIR", "a b", "a b"),
        ("LYDITE_HISTORY_URL", "sqlite:///x.db", "sqlite:///x.db"),
    ],
)
def test_a_variable_is_text_that_is_read_as_its_key_wants_it(variable: str, text: str, value: object) -> None:
    loaded = load(environ={variable: text})

    (name,) = [name for name in KEYS if variable_of(name) == variable]
    assert loaded.value(name) == value
    assert type(loaded.value(name)) is type(value)


def test_every_key_has_a_variable_of_its_own() -> None:
    variables = [variable_of(name) for name in KEYS]

    assert len({*variables}) == len(variables)
    assert "LYDITE_CONFIG" not in variables
    assert "LYDITE_HEAP" not in variables


def test_an_empty_variable_says_nothing_and_those_of_others_are_let_be() -> None:
    loaded = load(environ={"LYDITE_SWEEP_SEEDS": "", "LYDITE_HEAP": "7", "LYDITE_MY_OWN": "x", "SEEDS": "9"})

    assert loaded.origin("sweep.seeds").source is Source.PRESET


def test_the_owner_of_a_gate_that_is_not_there_is_told_with_the_nearest() -> None:
    (told,) = wrong('[gates]\nowners = ["unit.success=ann", "coverage.line=bob"]\n')

    assert told.startswith(
        "lydite.toml:2: gates.owners: expected a list of NAME=OWNER, each NAME once and out of "
    )
    assert told.endswith("; did you mean coverage.lines?")
    (twice,) = wrong('[gates]\nowners = ["unit.success=ann", "unit.success=bob"]\n')
    assert "each NAME once" in twice
    assert wrong('[gates]\nowners = ["unit.success=ann\\u001b[31m"]\n')


def test_everything_that_is_wrong_is_told_at_once_with_its_place() -> None:
    text = """\
seeds = 3
[swep]
seeds = 3
[sweep]
sedes = 3
seeds = "3"
timeout_s = -1
[lydite]
preset = "nightley"
jobs = true
[property]
case = 5
[chaos]
enabled = nan
[report]
formats = ["html", "htlm"]
[[gates]]
unit = 3
[performance]
tracking = 1979-05-27
"""
    assert wrong(text, {"LYDITE_SWEEP_SEDES": "1", "LYDITE_JOBS": "many"}, **{"coverage.enable": 4}) == [
        "lydite.toml:1: seeds: there is no such key outside of a section; did you mean sweep.seeds?",
        "lydite.toml:2: swep: there is no such section; did you mean [sweep]?",
        "lydite.toml:5: sweep.sedes: there is no such key; did you mean sweep.seeds?",
        (
            "lydite.toml:6: sweep.seeds: expected a whole number from 1 to 1,000,000,000, found '3'; "
            "write it without quotes"
        ),
        "lydite.toml:7: sweep.timeout_s: expected a number from 0.1 to 86,400, found -1",
        (
            "lydite.toml:9: lydite.preset: expected one of development, ci, nightly, found 'nightley'; "
            "did you mean nightly?"
        ),
        "lydite.toml:10: lydite.jobs: expected a whole number from 0 to 1,024, found true",
        "lydite.toml:12: property.case: there is no such key; did you mean property.cases?",
        "lydite.toml:14: chaos.enabled: expected true or false, found nan",
        (
            "lydite.toml:16: report.formats: expected a list of names out of html, markdown, json, junit, ctrf, "
            "github, found ['html', 'htlm']; did you mean html?"
        ),
        "lydite.toml:17: gates: this is a section: expected [gates] and its keys below, found a list",
        "lydite.toml:20: performance.tracking: expected true or false, found a date or a time",
        "environment LYDITE_JOBS: lydite.jobs: expected a whole number from 0 to 1,024, found 'many'",
        "environment LYDITE_SWEEP_SEDES: there is no such setting; did you mean LYDITE_SWEEP_SEEDS?",
        "flag --enable: coverage.enable: there is no such key; did you mean coverage.enabled?",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sweep]\nseeds = = 3\n", "lydite.toml:2: expected TOML, found what is none: invalid value"),
        (
            "[sweep]\nseeds = 3\nseeds = 4\n",
            "lydite.toml:3: expected TOML, found what is none: cannot overwrite",
        ),
        ("[sweep]\nseeds = [", "lydite.toml:2: expected TOML, found what is none"),
        (
            "sweep.seeds = " + "9" * 5000,
            "lydite.toml: expected TOML, found what is none: a number or a nesting",
        ),
        (
            "sweep.seeds = " + "[" * 50_000,
            "lydite.toml: expected TOML, found what is none: a number or a nesting",
        ),
        ("sweep.seeds = " + "9" * 3000, "expected a whole number from 1 to 1,000,000,000, found a number"),
        ("#" * 1_000_001, "lydite.toml: expected at most 1,000,000 bytes of settings, found more"),
        ("gates.unit = 1e999", "expected a number from 0 to 100, found inf"),
        ("x = 1", "there is no such key outside of a section; the sections are lydite, campaign"),
        (
            "[sweep.inner]\na = 1",
            "lydite.toml:1: sweep.inner: there is no such key; [sweep] has seeds, timeout_s",
        ),
        ('report.formats = ["html", "html"]', "found ['html', 'html']"),
        ('report.formats = ["html", 1]', "found ['html', a number]"),
        ('lydite.data_dir = "a\\u0000b"', "expected a path without a zero byte, not empty, found"),
        ('lydite.data_dir = ""', "lydite.data_dir: expected"),
    ],
)
def test_bad_text_is_told_with_its_line(text: str, told: str) -> None:
    (problem,) = wrong(text)

    assert told in problem


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe", "expected UTF-8, found other bytes from byte 0 on"),
        (None, "cannot be read: no such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(content: bytes | None, told: str) -> None:
    if content is not None:
        Path("x.toml").write_bytes(content)

    with pytest.raises(ConfigRefused, match=told):
        load(Path("x.toml"), environ={})


def test_a_folder_and_a_link_to_nowhere_are_no_files() -> None:
    Path("lydite.toml").mkdir()
    with pytest.raises(ConfigRefused, match="is a directory"):
        load(environ={})

    Path("lydite.toml").rmdir()
    Path("lydite.toml").symlink_to("gone")
    with pytest.raises(ConfigRefused, match="no such file"):
        load(environ={})


def test_what_a_file_holds_does_not_reach_the_terminal_as_it_is() -> None:
    bold = "\\u001b[1m"

    problems = wrong(f'"{bold}x" = 1\nlydite.data_dir = "{bold}\\u0000"\nsweep.seeds = "{bold}"\n')

    assert len(problems) == 3
    assert all(problem.isprintable() for problem in problems)


SECRETS = ["sword#fish", "s@b/c", "p:w", "päss", "a?b"]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("url", ["postgresql://ann:{}@host/db", "postgresql://host/db?user=a&password={}"])
def test_a_password_is_never_shown(secret: str, url: str) -> None:
    full = url.format(secret)
    loaded = load(environ={"LYDITE_HISTORY_URL": full})

    assert loaded.settings.history.url == full
    shown = f"{loaded!r} {loaded.settings} {loaded.shown('history.url')}"
    assert secret not in shown.replace("postgresql://host/db?user", "")
    assert "***" in shown


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ('history.url = "mysql://ann:swordfish@host"', ""),
        ('history.url = ["postgresql://ann:swordfish@host"]', ""),
        ('history.url = "ann:swordfish@host"', ""),
        ('[history]\nurl = "postgresql://ann:swordfish@host', ""),
        ('[history]\nurls = "postgresql://ann:swordfish@host"', ""),
        ('history = "postgresql://ann:swordfish@host"', ""),
        ("", "mysql://ann:swordfish@host"),
    ],
)
def test_a_password_is_not_in_an_error_either(text: str, variable: str) -> None:
    with pytest.raises(ConfigRefused) as caught:
        load(written(text), environ={"LYDITE_HISTORY_URL": variable})

    assert "history" in str(caught.value) or "lydite.toml:2" in str(caught.value)
    assert "swordfish" not in f"{caught.value!r} {caught.value} {caught.value.problems}"


def test_an_error_is_bad_input_and_keeps_its_parts_on_its_way() -> None:
    problem = Problem(where="lydite.toml:1", key="a", what="wrong", remedy="try")
    error = ConfigRefused([problem])

    assert isinstance(error, InputError)
    assert "1 thing is wrong:\n  lydite.toml:1: a: wrong; try" in str(error)
    assert copy.copy(error).problems == (problem,)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_key_that_is_not_there_is_refused_where_it_is_asked_for() -> None:
    with pytest.raises(ConfigRefused, match=r"did you mean sweep\.seeds\?"):
        load(environ={}).origin("sweep.seed")


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        load(environ={}).settings.sweep.seeds = 3  # type: ignore[misc]


def test_the_limits_of_the_gates_are_those_that_the_gates_have_by_default() -> None:
    limits = {rule.name: rule.limit for rule in Rules().rules}

    assert {name: limits[name] for name in Settings().gates.limits} == Settings().gates.limits
