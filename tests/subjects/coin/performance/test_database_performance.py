"""Single and bulk operations of both databases, at small sizes. The promises are kept by `benchmarks.coin`."""

from collections.abc import Callable

import pytest

from benchmarks import coin_parts
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.store import open_ledger
from lydite_subjects.coin.testing import ChainFactory
from lydite_subjects.coin.testing.chains import FOREVER_S
from tests.postgres import empty_database, postgres

__all__ = ["empty_database", "postgres"]

BLOCKS = 100


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database') / 'coin.db'}"
    found: str = request.getfixturevalue("empty_database")
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_block_insertion_and_query_performance(kind: str) -> None:
    found = coin_parts.database(kind, 10)

    assert found["operations"].keys() >= {"commit", "block", "coin", "transaction", "balance", "history"}
    assert all(0 < each["p50"] <= each["p99"] for each in found["operations"].values())
    assert found["worst_p99_ms"] == max(each["p99"] for each in found["operations"].values())


def test_bulk_block_operations(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    factory = ChainFactory(DEV, payments=2)
    factory.grow(BLOCKS)
    ledger = open_ledger(url, DEV)
    chain, commits = Chain.open(DEV, ledger), 0
    commit: Callable[..., None] = ledger.commit

    def counted(*arguments: object) -> None:
        nonlocal commits
        commits += 1
        commit(*arguments)

    monkeypatch.setattr(ledger, "commit", counted)
    change = chain.add_blocks(factory.blocks[1:], FOREVER_S)

    # So many blocks cost one commit: that is why a sync is fast.
    assert commits == 1
    assert not change.refused
    assert ledger.height() == BLOCKS
    assert sum(ledger.balance(each.owner) for each in factory.wallets) == BLOCKS * DEV.subsidy
    ledger.close()
