"""The determinism gate: it passes what is deterministic, and bites what is not."""

from pathlib import Path

import pytest

from lydite.model import TargetNotFound, Verdict, seconds
from lydite.runner import Bare, Opening, check_determinism
from tests.runner.projects import RESTLESS, SHOP, write_project


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gate")
    write_project(folder, {"shop.py": SHOP, "restless.py": RESTLESS})
    return folder


def opening(home: Path, target: str, *argv: str) -> Opening:
    return Opening(target=target, home=str(home), bare=Bare(argv=argv, for_ns=seconds(5)))


def test_a_deterministic_trial_passes_with_every_seed(home: Path) -> None:
    gated = check_determinism(opening(home, "shop.py"), [0, 1])

    assert [(each.listed.label, each.seed, each.verdict) for each in gated] == [
        ("shop.echoes", 0, Verdict.HOLDS),
        ("shop.echoes", 1, Verdict.HOLDS),
        ("shop.every_fifth", 0, Verdict.HOLDS),
        ("shop.every_fifth", 1, Verdict.HOLDS),
    ]
    assert all(len({run.result.digest for run in each.runs}) == 1 for each in gated)


def test_a_walk_over_a_set_is_caught_with_the_first_record_that_differs(home: Path) -> None:
    (gated,) = check_determinism(opening(home, "restless.py:walks_a_set"), [0])

    assert gated.verdict is Verdict.VIOLATED
    assert gated.differs is not None
    assert gated.differs[0] == "hash seed 0"
    assert gated.difference is not None
    assert "DISK" in gated.difference.describe()


def test_a_program_is_run_alone_with_its_arguments(home: Path) -> None:
    (gated,) = check_determinism(opening(home, "restless.py:sorted_walk", "--to", "me"), [0])

    assert gated.verdict is Verdict.HOLDS
    assert "ann --to me" in str(gated.runs[0].last_words)


def test_a_server_that_never_ends_is_watched_for_a_while(home: Path) -> None:
    (gated,) = check_determinism(opening(home, "shop.py:main"), [0])

    assert gated.verdict is Verdict.HOLDS
    assert gated.runs[0].result.virtual_ns == seconds(5)


def test_a_program_that_dies_at_once_proves_nothing(home: Path) -> None:
    (gated,) = check_determinism(opening(home, "restless.py:dies_at_once"), [0])

    assert gated.verdict is Verdict.UNKNOWN
    assert gated.failed_start


def test_a_file_without_trial_and_program_is_told(home: Path) -> None:
    with pytest.raises(TargetNotFound, match=r"neither a trial nor a program in restless\.py.*main\(argv\)"):
        check_determinism(opening(home, "restless.py"), [0])
