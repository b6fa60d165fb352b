"""Every test is of one kind, and every category that the repository has is said in one place."""

import shlex
import subprocess
import sys

import pytest

import lydite_pytest
from tests.categories import FILES, FOLDERS, HERE, KINDS, categories_of
from tests.house.tree import ROOT

KNOWN = tuple(each.partition(":")[0] for each in lydite_pytest.MARKERS if "(" not in each.partition(":")[0])
USED = tuple(name for name in KNOWN if name != "gpu")
"""No test here needs a graphics processor."""


def collected(*options: str) -> list[str]:
    """The tests that a user of this repository gets who says this from its root."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 5), done.stdout[-2000:] + done.stderr
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_every_file_of_tests_is_of_one_kind_and_all_that_is_said_is_known() -> None:
    files = sorted(HERE.rglob("test_*.py"))
    said = {each: categories_of(each) for each in files}

    confused = {str(each): names for each, names in said.items() if sum(name in KINDS for name in names) != 1}
    assert not confused
    assert {name for names in said.values() for name in names} <= set(KNOWN)


def test_what_is_said_is_said_of_places_that_are_there() -> None:
    gone = [place for place in (*FOLDERS, *FILES) if not (HERE / place).exists()]

    assert not gone, f"take them out of tests/categories.py: {', '.join(gone)}"


@pytest.mark.parametrize(
    ("options", "wanted", "unwanted"),
    [
        (
            "-m e2e tests/subjects/coin/e2e tests/subjects/coin/wallet",
            "tests/subjects/coin/e2e/",
            "tests/subjects/coin/wallet/",
        ),
        ("-m property tests/subjects/counter", "test_law_under_chance.py", "test_node.py"),
        ("-m 'security and crypto' tests/subjects/coin/wallet", "test_file.py", "test_payment.py"),
        ("-m 'performance and nightly' tests/subjects/coin/store", "test_speed.py", "test_conformance.py"),
    ],
)
def test_a_category_is_chosen_from_the_root(options: str, wanted: str, unwanted: str) -> None:
    found = collected(*shlex.split(options))

    assert any(wanted in each for each in found)
    assert not any(unwanted in each for each in found)


def test_what_runs_in_the_night_is_left_out_until_it_is_spoken_of() -> None:
    by_day, by_category = (
        collected(*options, "tests/subjects/coin/store/test_speed.py") for options in ((), ("-m", "slow"))
    )
    by_night = collected("-m", "nightly or not nightly", "tests/subjects/coin/store/test_speed.py")

    assert by_day == by_category == []
    assert by_night


def test_every_category_has_tests() -> None:
    files = sorted(HERE.rglob("test_*.py"))

    empty = set(USED) - {name for each in files for name in categories_of(each)} - {"property"}
    assert not empty
