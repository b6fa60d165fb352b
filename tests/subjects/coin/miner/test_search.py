"""The search: every nonce belongs to one worker, and workers that are not wanted stop."""

import os
import signal
from collections.abc import Iterator
from itertools import pairwise

import pytest

from lydite_subjects.coin.miner.search import (
    FIRST_ROUND,
    Alone,
    Crew,
    Job,
    Search,
    WorkerLost,
    ranges,
    rounds,
    searcher,
)
from lydite_subjects.coin.spec.blocks import NONCE_MAX, Header, genesis
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.work import is_met

pytestmark = pytest.mark.timeout(60)

EASY = genesis(DEV).header
"""Some hundred hashes."""
HOPELESS = EASY._replace(bits=0x01010000)
"""Nobody will ever find it."""


def always() -> bool:
    return True


def never() -> bool:
    return False


@pytest.fixture(name="crew", scope="module")
def a_crew() -> Iterator[Crew]:
    """Two workers, shared: it takes a second to start them."""
    crew = Crew(2)
    yield crew
    crew.close()


@pytest.fixture(name="search", params=["alone", "crew"])
def either(request: pytest.FixtureRequest, crew: Crew) -> Search:
    return Alone() if request.param == "alone" else crew


@pytest.mark.parametrize("workers", [1, 2, 3, 7, 1_024])
def test_every_worker_has_nonces_of_its_own(workers: int) -> None:
    shared = ranges(workers)

    assert shared[0][0] == 1
    assert shared[-1][1] - 1 <= NONCE_MAX
    assert all(before[1] == after[0] for before, after in pairwise(shared))
    assert sum(beyond - first for first, beyond in shared) > NONCE_MAX - workers - 1


def test_rounds_cover_a_range_exactly() -> None:
    found = list(rounds(Job(5, HOPELESS, 10, 10 + 3 * FIRST_ROUND + 1)))

    assert sum(each.hashes for each in found) == 3 * FIRST_ROUND + 1
    assert [each.ended for each in found] == [False] * (len(found) - 1) + [True]
    assert {each.job for each in found} == {5}


def test_a_nonce_is_found(search: Search) -> None:
    before = search.hashes

    for time_s in range(5):
        header: Header = EASY._replace(time_s=time_s)
        nonce = search.find(header, timeout_s=30, wanted=always)
        assert nonce is not None
        assert nonce > 0
        assert is_met(header._replace(nonce=nonce).hash, header.bits)

    assert search.hashes > before


def test_time_runs_out(search: Search) -> None:
    before = search.hashes

    assert search.find(HOPELESS, timeout_s=0.3, wanted=always) is None

    assert search.hashes >= before + FIRST_ROUND


def test_what_is_not_wanted_is_left(search: Search) -> None:
    assert search.find(HOPELESS, timeout_s=60, wanted=never) is None


def test_a_search_is_not_disturbed_by_the_one_before(search: Search) -> None:
    assert search.find(HOPELESS, timeout_s=0.01, wanted=always) is None

    nonce = search.find(EASY, timeout_s=30, wanted=always)

    assert nonce is not None
    assert is_met(EASY._replace(nonce=nonce).hash, EASY.bits)


def test_a_worker_that_is_killed_is_missed() -> None:
    crew = Crew(1)
    try:
        os.kill(crew._processes[0].pid or 0, signal.SIGKILL)

        with pytest.raises(WorkerLost, match="exit code -9"):
            crew.find(HOPELESS, timeout_s=60, wanted=always)
    finally:
        crew.close()


@pytest.mark.parametrize("workers", [0, -1, 5_000])
def test_there_is_at_least_one_worker_and_not_any_number(workers: int) -> None:
    with pytest.raises(CoinError, match="expected 1 to 1,024"):
        searcher(workers)
