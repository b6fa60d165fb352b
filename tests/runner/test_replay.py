"""Replays: the same run, or why not."""

from pathlib import Path

import pytest

from lydite.model import CorruptRecord, MutantDoesNotFit, TargetNotFound
from lydite.runner import Opening, Order, Sameness, replay, run_seed
from tests.runner.projects import BANK, SHOP, write_project


@pytest.fixture
def failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The failure file of a run in the current folder."""
    write_project(tmp_path, {**BANK, "shop.py": SHOP})
    monkeypatch.chdir(tmp_path)
    opening = Opening(target="shop.py::every_fifth")
    (done,) = run_seed(opening, Order(number=0, label="", seed=3), out=Path(".lydite/failures"))
    return Path(done.file)


def test_a_replay_is_the_same_run_even_from_another_folder(
    failure: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = replay(failure)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    there = replay(Path("..") / failure)

    for again in (here, there):
        assert again.sameness is Sameness.REPRODUCED
        assert (again.changed, again.surroundings) == ((), ())


def test_changed_code_is_named_even_when_the_run_is_the_same(failure: Path) -> None:
    shop = Path("shop.py")
    shop.write_text(shop.read_text() + "\n# A comment changes nothing that happens.\n")

    again = replay(failure)

    assert again.sameness is Sameness.REPRODUCED
    assert again.changed == ("shop",)


@pytest.mark.parametrize(
    ("old", "new", "sameness"),
    [
        ("seconds(3)", "seconds(4)", Sameness.SAME_FINDING),
        ('"not-a-fifth"', '"another-name"', Sameness.OTHER_FINDING),
        ("% 5 != 3", "% 5 != 4", Sameness.NO_FINDING),
    ],
)
def test_a_replay_of_changed_code_says_what_became_of_the_finding(
    failure: Path, old: str, new: str, sameness: Sameness
) -> None:
    shop = Path("shop.py")
    shop.write_text(shop.read_text().replace(old, new))

    again = replay(failure)

    assert again.sameness is sameness
    assert again.changed == ("shop",)


def test_the_schedule_in_the_file_outlives_the_storm_that_drew_it(failure: Path) -> None:
    shop = Path("shop.py")
    shop.write_text(shop.read_text().replace("seconds(1) + draws", "seconds(2) + draws"))

    assert replay(failure).sameness is Sameness.REPRODUCED


def test_a_trial_that_is_gone_is_told(failure: Path) -> None:
    Path("shop.py").write_text(SHOP.replace("every_fifth", "every_sixth"))

    with pytest.raises(TargetNotFound, match=r"no trial 'every_fifth'.*did you mean every_sixth"):
        replay(failure)


def test_a_mutant_is_planted_again_and_must_still_fit(failure: Path) -> None:
    opening = Opening(target="bank.trials", mutant="no-check")
    done = next(run_seed(opening, Order(number=0, label="", seed=1), out=Path("failures")))

    assert replay(Path(done.file)).sameness is Sameness.REPRODUCED
    law = Path("bank/law.py")
    law.write_text(law.read_text().replace("amount <= balance", "balance >= amount"))
    with pytest.raises(MutantDoesNotFit, match=r"no-check .* found 0 times"):
        replay(Path(done.file))


def test_a_damaged_file_is_not_replayed(failure: Path) -> None:
    failure.write_text(failure.read_text().replace('"seed": 3', '"seed": 4'))

    with pytest.raises(CorruptRecord, match=r"changed after it was written"):
        replay(failure)
