"""Many who write at once: whatever they are told to have written is there, once, and nothing else is."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from lydite_subjects.coin.miner import MiningClient
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.store import InUse, open_ledger
from lydite_subjects.coin.testing import WalletFactory
from lydite_subjects.coin.testing.local import LocalNode
from lydite_subjects.coin.testing.processes import ask
from tests.subjects.coin.store.building import audit, begin, block_on, connecting, give, owner, tip_of
from tests.subjects.coin.store.conftest import Place

WORKERS = 5
BLOCKS = 10
TURN_S = 60.0


def at_once(work: Callable[[int], None]) -> None:
    """Has all workers begin at the same moment; the first mistake of any of them is raised."""
    together = threading.Barrier(WORKERS)

    def begun(number: int) -> None:
        together.wait(TURN_S)
        work(number)

    with ThreadPoolExecutor(WORKERS) as pool:
        for each in [pool.submit(begun, number) for number in range(WORKERS)]:
            each.result()


def test_database_concurrency(database: Place) -> None:
    begin(database.open())
    database.close()
    written: list[list[bytes]] = [[] for _ in range(WORKERS)]

    def write(number: int) -> None:
        while len(written[number]) < BLOCKS:
            try:
                ledger = open_ledger(database.url, DEV)
            except InUse:
                continue
            entry, block = block_on(tip_of(ledger), nonce=number)
            give(ledger, connecting(ledger, [(entry, block)]))
            written[number].append(entry.hash)
            ledger.close()

    at_once(write)

    ledger = database.open()
    audit(ledger)
    assert ledger.height() == WORKERS * BLOCKS
    found = [ledger.hash_at(height) for height in range(1, WORKERS * BLOCKS + 1)]
    assert sorted(filter(None, found)) == sorted(each for some in written for each in some)
    assert [ledger.balance(owner(number)) for number in range(WORKERS)] == [50 * BLOCKS] * WORKERS


def test_many_miners_write_through_one_node(database: Place) -> None:
    miners = WalletFactory(seed=5).batch(WORKERS)

    with LocalNode("busy", database=database.url) as node:

        def mine(number: int) -> None:
            with MiningClient(miners[number].address, node.url) as client:
                told = client.mine_for_duration(TURN_S, blocks_max=BLOCKS)
                assert told["blocks"] == BLOCKS

        at_once(mine)

        paid = [ask(f"{node.url}/balance/{each.address}")["balance"] for each in miners]

    # A block that came too late is kept, and pays nobody.
    assert paid == [str(BLOCKS * 50)] * WORKERS
    ledger = database.open()
    audit(ledger)
    assert ledger.height() == WORKERS * BLOCKS
