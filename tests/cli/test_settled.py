"""Every setting acts: what a file, a variable or a flag says is what is carried out."""

import json
from pathlib import Path

import pytest

from lydite.cli.evidence import evidence_of
from lydite.cli.kept import history_place, rules_of
from lydite.cli.prove import _campaign, _setting
from lydite.cli.settled import failures_in, settled
from lydite.harness import Campaign
from lydite.model import InputError
from lydite.runner import Setting
from tests.cli.terminal import lydite
from tests.cli.test_evidence import campaign

CAMPAIGNS = """\
[development]
[[development.phases]]
name = "simulation"
work = "trials"
targets = ["bank.trials"]

[ci]
[[ci.phases]]
name = "simulation"
work = "trials"
targets = ["bank.trials"]
seeds = 30
[[ci.phases]]
name = "speed"
work = "benchmarks"
targets = ["bank.trials"]
"""


@pytest.fixture(autouse=True)
def campaigns(project: Path) -> None:
    (project / "bank/campaign.toml").write_text(CAMPAIGNS)


def written(text: str) -> None:
    Path("lydite.toml").write_text(text)


def planned(preset: str = "", *given: str) -> tuple[Campaign, Setting]:
    """What `lydite prove` carries out, and where."""
    loaded = settled(given=["campaign.target=bank/campaign.toml", *given])
    planned = _campaign(loaded, preset, 0)
    return planned, _setting(loaded, planned, None)


def test_the_preset_is_the_campaign_that_is_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert planned()[0].preset == "development"
    written('lydite.preset = "nightly"\n')
    monkeypatch.setenv("LYDITE_PRESET", "ci")

    assert planned()[0].preset == "ci"
    assert planned("development")[0].preset == "development"


def test_the_target_is_that_of_the_settings_unless_one_is_named() -> None:
    written('campaign.target = "shop.py"\n')

    assert settled().settings.campaign.target == "shop.py"
    assert settled(target="bank.trials").settings.campaign.target == "bank.trials"
    assert planned()[0].target == "bank/campaign.toml"


def test_a_phase_without_a_number_of_seeds_has_that_of_the_settings() -> None:
    written("sweep.seeds = 7\n")

    assert planned()[0].phases[0].seeds == 7
    assert [phase.seeds for phase in planned("ci")[0].phases] == [30, 100]
    assert planned("ci")[0].seeds is None


@pytest.mark.parametrize("given", [(), ("sweep.seeds=4",)])
def test_seeds_that_are_said_for_this_moment_are_the_most_of_any_phase(
    monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    written("sweep.seeds = 7\n")
    if not given:
        monkeypatch.setenv("LYDITE_SWEEP_SEEDS", "4")

    found = planned("ci", *given)[0]

    assert [phase.seeds for phase in found.phases] == [4, 4]
    assert found.seeds == 4


def test_a_sweep_and_a_hunt_have_the_seeds_of_the_settings() -> None:
    written("sweep.seeds = 3\n")

    assert lydite("sweep", "shop.py::echoes", "--json").json["runs"] == 3
    assert lydite("sweep", "shop.py::echoes", "--seeds", "2", "--json").json["runs"] == 2
    assert lydite("mutants", "bank.trials", "--only", "harmless", "--json").json["mutants"][0]["runs"] == 3


def test_a_run_that_takes_longer_than_the_settings_allow_is_ended() -> None:
    written("sweep.timeout_s = 0.5\n")

    said = lydite("run", "stuck.py::spins", "--json")

    assert said.json["runs"][0]["ending"]["error"] == "TimedOut"
    assert planned()[1].timeout_s == 0.5


@pytest.mark.parametrize(
    ("text", "workers"),
    [
        ("lydite.jobs = 3\n", 3),
        ("lydite.jobs = 3\nlydite.parallel = false\n", 1),
    ],
)
def test_as_many_processes_run_as_the_settings_say(text: str, workers: int) -> None:
    written(text)

    assert planned()[1].workers == workers
    # Who asks for so many gets them.
    assert settled(workers=5).settings.lydite.workers == 5


def test_everything_that_is_kept_is_in_the_folder_of_data() -> None:
    written('lydite.data_dir = "data"\n')

    lydite("run", "shop.py::every_fifth", "--seed", "3")

    setting = planned()[1]
    assert setting.folder.parent == Path("data/campaigns")
    assert [path.name for path in Path("data/failures").iterdir()] == ["shop.every_fifth-3.failure.json"]
    assert history_place(settled().settings) == "data/history.db"
    assert failures_in(settled().settings, Path("here")) == Path("here")
    assert not Path(".lydite").exists()


def test_the_variables_of_a_file_and_the_flags_are_handed_to_tests_and_harnesses() -> None:
    Path("tests.env").write_text("# who\nexport SHOP='a b'\nTOKEN=x=y\n\n")
    written('lydite.environment_file = "tests.env"\n')

    variables = planned("", "chaos.enabled=no", "report.formats=html,json", "history.url=sqlite:///x.db")[
        1
    ].variables

    assert variables == {
        "LYDITE_CAMPAIGN_TARGET": "bank/campaign.toml",
        "LYDITE_CHAOS_ENABLED": "false",
        "LYDITE_CONFIG": str(Path("lydite.toml").absolute()),
        "LYDITE_REPORT_FORMATS": "html,json",
        "SHOP": "a b",
        "TOKEN": "x=y",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "SHOP=a\nsword fish\n=x\n",
            ["tests.env:2: expected NAME=VALUE", "tests.env:3: expected NAME=VALUE"],
        ),
        (None, ["tests.env: the file cannot be read: no such file or directory"]),
    ],
)
def test_a_file_of_variables_that_is_wrong_is_told_without_its_values(
    text: str | None, told: list[str]
) -> None:
    if text is not None:
        Path("tests.env").write_text(text)
    written('lydite.environment_file = "tests.env"\n')

    with pytest.raises(InputError) as caught:
        planned()

    assert all(each in str(caught.value) for each in told)
    assert "sword" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "field"),
    [("chaos.enabled", "storms"), ("performance.tracking", "benchmarks"), ("coverage.enabled", "coverage")],
)
def test_what_is_switched_off_is_not_carried_out(key: str, field: str) -> None:
    on, off = (planned("", f"{key}={word}")[1] for word in ("yes", "no"))

    assert (getattr(on, field), getattr(off, field)) == (True, False)


def test_without_chaos_no_storm_rages_and_nothing_is_hunted() -> None:
    stormy = lydite("run", "shop.py::every_fifth", "--seed", "3", "--out", "stormy")
    written("chaos.enabled = false\n")
    calm = lydite("run", "shop.py::every_fifth", "--seed", "3", "--out", "calm")
    swept = lydite("sweep", "shop.py::every_fifth", "--seeds", "2")
    hunted = lydite("mutants", "bank.trials")

    def faults(folder: str) -> int:
        (file,) = Path(folder).iterdir()
        return len(json.loads(file.read_text())["schedule"])

    assert (faults("stormy"), faults("calm")) == (1, 0)
    assert "no storm raged: chaos.enabled is false" not in stormy.out
    for said in (calm, swept):
        assert said.out.splitlines()[-1] == "no storm raged: chaos.enabled is false"
    assert hunted.code == 2
    assert "planted bugs are looked for in storms, and chaos.enabled is false" in hunted.err


def test_the_limits_of_the_settings_are_those_of_every_gate() -> None:
    limits = {"unit": 99, "integration": 98, "coverage": 97, "regression": 96, "resilience": 95, "score": 94}
    written("[gates]\n" + "".join(f"{key} = {value}\n" for key, value in limits.items()))

    by_name = {rule.name: rule.limit for rule in rules_of(settled().settings).rules}

    assert by_name["unit.success"] == 99
    assert by_name["integration.success"] == 98
    assert by_name["coverage.lines"] == 97
    assert by_name["performance.regression"] == 96
    assert by_name["resilience.success"] == 95
    assert by_name["performance.score"] == 94


def test_the_gates_of_a_command_have_the_limits_of_the_settings() -> None:
    from lydite.model import as_form

    Path("night.json").write_text(json.dumps(as_form(campaign("one"))))
    written("gates.resilience = 99.9\n")

    gates = {each["gate"]: each for each in lydite("gate", "night.json", "--partial", "--json").json["gates"]}

    assert gates["resilience.success"]["limit"] == 99.9


def test_reports_are_written_to_the_folder_and_in_the_formats_of_the_settings(tmp_path: Path) -> None:
    written('[report]\nfolder = "told"\nformats = ["json"]\n')

    evidence = evidence_of(campaign("one"), tmp_path / "out", settled().settings)

    assert [str(path) for path in evidence.written.values()] == ["told/one/report.json"]
    assert Path("told/one/report.json").is_file()


def test_the_history_is_where_the_settings_say(tmp_path: Path) -> None:
    written('history.url = "sqlite:///kept.db"\nreport.formats = ["json"]\n')

    evidence_of(campaign("one"), tmp_path / "out", settled().settings)

    assert Path("kept.db").is_file()
    assert "one" in lydite("history", "list").out


def test_a_flag_that_is_wrong_is_told_with_its_name() -> None:
    said = lydite("run", "shop.py::echoes", "--timeout", "100000")

    assert said.code == 2
    assert "flag --timeout: sweep.timeout_s: expected a number from 0.1 to 86,400" in said.err
