"""Which campaign a word means: the target's own, from its file, or the one that every target has."""

from pathlib import Path

import pytest

from lydite.harness import PRESETS, Campaign, Policy
from lydite.model import InputError, Work
from lydite.runner import campaign_of
from tests.runner.campaign.projects import write

FILE = """\
[quick]
policy = "stop"

[[quick.phases]]
name = "tests"
work = "pytest"
targets = ["checks"]

[[quick.phases]]
name = "own"
work = "harness"
targets = ["own:Good"]
instead_of = "tests"

[[quick.phases]]
name = "simulation"
work = "trials"
targets = ["bank.trials"]
needs = ["tests"]
seeds = 7
seconds = 3
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, monkeypatch)
    (tmp_path / "bank/campaign.toml").write_text(FILE)
    return tmp_path


@pytest.mark.parametrize(
    "target", ["bank.trials", "bank.trials:never_overdrawn", "bank/trials.py", "bank/campaign.toml"]
)
def test_a_target_may_have_a_campaign_of_its_own(target: str) -> None:
    campaign = campaign_of(target, "quick", seed=3)

    assert (campaign.target, campaign.preset, campaign.policy) == (target, "quick", Policy.STOP)
    assert [phase.name for phase in campaign.phases] == ["tests", "simulation"]
    assert (campaign.phases[1].work, campaign.phases[1].seconds) == (Work.TRIALS, 3.0)
    assert campaign.seed == 3


def test_the_campaign_of_a_project_in_src_is_found(project: Path) -> None:
    (project / "src").mkdir()
    (project / "bank").rename(project / "src/vault")

    campaign = campaign_of("vault.trials", "quick")

    assert [phase.name for phase in campaign.phases] == ["tests", "simulation"]


def test_a_phase_takes_the_place_of_tests_that_are_not_there(project: Path) -> None:
    (project / "checks").rename(project / "elsewhere")

    campaign = campaign_of("bank.trials", "quick")

    assert [phase.name for phase in campaign.phases] == ["own", "simulation"]
    assert campaign.phases[1].needs == ("own",)


def test_seeds_that_are_asked_for_are_a_limit() -> None:
    assert [phase.seeds for phase in campaign_of("bank.trials", "quick", seeds=5).phases] == [5, 5]
    assert [phase.seeds for phase in campaign_of("bank.trials", "quick", seeds=50).phases] == [50, 7]


def test_a_target_without_a_file_has_what_every_target_has() -> None:
    assert campaign_of("shop.py", "development").phases[0].targets == ("shop.py",)
    assert campaign_of("bank.trials", "nightly").preset == "nightly"


@pytest.mark.parametrize("name", PRESETS)
def test_the_campaigns_of_the_coin_can_be_read(name: str) -> None:
    campaign = campaign_of("coin", name)

    assert isinstance(campaign, Campaign)
    assert {phase.work for phase in campaign.phases} >= {Work.TRIALS, Work.HARNESS, Work.MUTANTS}
    # Its tests are not seen from here.
    assert ("processes" in [phase.name for phase in campaign.phases]) == (name == "development")


@pytest.mark.parametrize(
    ("target", "name", "said"),
    [
        ("bank.trials", "quikc", "there is no preset 'quikc' of bank.trials (--preset); did you mean quick?"),
        (
            "bank/campaign.toml",
            "ci",
            "there is no preset 'ci' of bank/campaign.toml (--preset); known: quick",
        ),
        (
            "none/campaign.toml",
            "ci",
            "the campaign cannot be read: No such file or directory (none/campaign.toml)",
        ),
    ],
)
def test_a_campaign_that_is_not_there_is_told(target: str, name: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        campaign_of(target, name)

    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("[quick]", "[quick", "the campaign is no TOML"),
        (
            "seeds = 7",
            "sedes = 7",
            "Phase has no field 'sedes' (bank/campaign.toml: quick.phases[2]); did you mean seeds?",
        ),
        (
            'work = "trials"',
            'work = "trial"',
            "expected one of trials, mutants, pytest, harness, benchmarks, found 'trial'",
        ),
        ('needs = ["tests"]', 'needs = ["test"]', "no phase 'test' stands before the phase simulation"),
        ("[quick]", "quick = 3\n[other]", "is no TOML"),
        (FILE, "quick = 3", "a preset is a table, found int (bank/campaign.toml: quick)"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_place(
    project: Path, before: str, after: str, said: str
) -> None:
    (project / "bank/campaign.toml").write_text(FILE.replace(before, after))

    with pytest.raises(InputError) as caught:
        campaign_of("bank/trials.py", "quick")

    assert said in str(caught.value)
