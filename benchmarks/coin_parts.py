"""Parts of the coin, each measured in a process of its own: `python -m benchmarks.coin_parts PART` prints JSON."""

import argparse
import gc
import itertools
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from lydite_subjects.coin.miner.search import Alone, Crew, Search, ranges
from lydite_subjects.coin.spec.blocks import HEADER, Block, Header
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.keys import verify
from lydite_subjects.coin.spec.mining import solve
from lydite_subjects.coin.spec.params import DEV, MAIN
from lydite_subjects.coin.spec.rules import check_inputs, check_transaction
from lydite_subjects.coin.spec.transactions import transaction_from_bytes
from lydite_subjects.coin.store import SqlLedger, open_ledger
from lydite_subjects.coin.testing import ChainFactory, Spending, TransactionFactory
from lydite_subjects.coin.testing.chains import FOREVER_S

IMPOSSIBLE: Final = Header(1, bytes(32), bytes(32), DEV.genesis_time_s, 0x03010000, 0)
"""No nonce solves it."""
HISTORY: Final = 20


def validation(size: int, repeats: int) -> dict[str, Any]:
    """A payment from one coin to two outputs: all rules of a transaction, against its signature alone."""
    factory = TransactionFactory()
    spendings = [factory.spending(inputs=1, outputs=2) for _ in range(size)]
    proofs = [_proof(each) for each in spendings]
    encoded = [each.transaction.encode() for each in spendings]
    coins = [each.coins for each in spendings]

    def bare() -> None:
        for public, signature, digest in proofs:
            assert verify(public, signature, digest)

    def whole() -> None:
        for transaction, spent in zip(fresh, coins, strict=True):
            check_transaction(transaction)
            check_inputs(transaction, spent, 10, DEV)

    pairs, decoding = [], []
    for _ in range(repeats):
        # They remember their hashes: each pass has new ones, as a node does.
        begun = time.process_time()
        fresh = [transaction_from_bytes(each) for each in encoded]
        decoding.append((time.process_time() - begun) / size * 1e6)
        pairs.append((_cpu_s(whole) / size * 1e6, _cpu_s(bare) / size * 1e6))
    ratios = sorted(one / other for one, other in pairs)
    return {
        "ratio": statistics.median(ratios),
        "from_to": (ratios[0], ratios[-1]),
        "whole_us": statistics.median(one for one, _ in pairs),
        "bare_us": statistics.median(other for _, other in pairs),
        "decoding_us": statistics.median(decoding),
    }


def _proof(spending: Spending) -> tuple[bytes, bytes, bytes]:
    each = spending.transaction.inputs[0]
    return each.public, each.signature, spending.transaction.digest(0, spending.coins[0].output, DEV.magic)


def _cpu_s(act: Callable[[], None]) -> float:
    gc.collect()
    begun = time.process_time()
    act()
    return time.process_time() - begun


def bare_hashes(count: int) -> None:
    """Double SHA-256 of a header with one nonce after the other, as anybody would write it; nothing is compared."""
    front = IMPOSSIBLE.encode()[: HEADER.size - 4]
    for nonce in range(count):
        sha256(sha256(front + nonce.to_bytes(4, "little")).digest()).digest()


def mining(size: int, repeats: int) -> dict[str, Any]:
    """Hashes per CPU second of `solve`, of a worker with all around it, and of the bare loop, in turns."""
    rows = []
    for _ in range(repeats):
        bare = size / _cpu_s(lambda: bare_hashes(size))
        solving = size / _cpu_s(lambda: _none_of(solve(IMPOSSIBLE, 0, size)))
        worker = Alone()
        took_s = _cpu_s(partial(_none_of_second, worker))
        rows.append((solving / bare, worker.hashes / took_s / bare, bare, solving))
    of_solve, of_worker, bare_rate, solve_rate = zip(*rows, strict=True)
    return {
        "ratio": statistics.median(of_worker),
        "solve_ratio": statistics.median(of_solve),
        "from_to": (min(of_worker), max(of_worker)),
        "bare_per_s": statistics.median(bare_rate),
        "solve_per_s": statistics.median(solve_rate),
    }


def _none_of_second(search: Search) -> None:
    _none_of(_searched(search, 1.0))


def workers(seconds: float, repeats: int) -> dict[str, Any]:
    """Hashes per second of two workers against one, each in a process of its own, in turns."""
    pairs = [(_rate(2, seconds), _rate(1, seconds)) for _ in range(repeats)]
    ratios = sorted(two / one for two, one in pairs)
    return {
        "ratio": statistics.median(ratios),
        "from_to": (ratios[0], ratios[-1]),
        "two_per_s": statistics.median(two for two, _ in pairs),
        "one_per_s": statistics.median(one for _, one in pairs),
    }


def _rate(count: int, seconds: float) -> float:
    crew = Crew(count)
    try:
        _await(crew, count)
        before, begun = crew.hashes, time.perf_counter()
        _none_of(_searched(crew, seconds))
        return (crew.hashes - before) / (time.perf_counter() - begun)
    finally:
        crew.close()


def _await(crew: Crew, count: int) -> None:
    """Until each of the workers has found something in its range: processes have to come up."""
    idle = set(range(count))
    for number in itertools.count():
        header = IMPOSSIBLE._replace(bits=MAIN.easiest_bits, time_s=number)
        nonce = crew.find(header, timeout_s=60.0, wanted=lambda: True)
        assert nonce is not None
        idle -= {at for at, (first, beyond) in enumerate(ranges(count)) if first <= nonce < beyond}
        if not idle:
            break


def _searched(search: Search, seconds: float) -> int | None:
    return search.find(IMPOSSIBLE, timeout_s=seconds, wanted=lambda: True)


def _none_of(nonce: int | None) -> None:
    assert nonce is None


def database(kind: str, size: int) -> dict[str, Any]:
    """Each single operation on a ledger that grows by a block at a time: its median and 99th percentile, in ms."""
    factory = ChainFactory(DEV, payments=2)
    factory.grow(2 * size)
    taken: dict[str, list[float]] = {}

    def timed(name: str, act: Callable[[], object]) -> None:
        begun = time.perf_counter()
        found = act()
        taken.setdefault(name, []).append((time.perf_counter() - begun) * 1e3)
        assert found is not None, name

    with _ledger(kind) as ledger:
        chain = Chain.open(DEV, ledger)
        chain.add_blocks(factory.blocks[1 : size + 1], FOREVER_S)
        gc.collect()
        for block in factory.blocks[size + 1 :]:
            for name, act in _operations(chain, ledger, block, factory):
                timed(name, act)
    found = {name: _percentiles(each) for name, each in taken.items()}
    worst = max(each["p99"] for each in found.values())
    return {"worst_p99_ms": worst, "operations": found, "sync": _percentiles(_syncs(size))}


def _operations(
    chain: Chain, ledger: SqlLedger, block: Block, factory: ChainFactory
) -> Iterable[tuple[str, Callable[[], object]]]:
    """One of each, and the commit of a block before them."""
    owner, paid = factory.wallets[block.index % len(factory.wallets)].owner, block.transactions[-1]
    yield "add_headers", lambda: chain.add_headers([block.header], FOREVER_S)
    yield "commit", lambda: chain.add_blocks([block], FOREVER_S)
    yield "block", lambda: ledger.block(block.hash)
    yield "hash_at", lambda: ledger.hash_at(block.index // 2)
    yield "coin", lambda: ledger.coin(paid.outpoint(0))
    yield "transaction", lambda: ledger.transaction(paid.txid)
    yield "balance", lambda: ledger.balance(owner)
    yield "unspent", lambda: ledger.unspent(owner, HISTORY)
    yield "history", lambda: ledger.history(owner, HISTORY)


def _syncs(count: int) -> list[float]:
    """How long the disk takes to sync two pages, with no database around."""
    taken = []
    with tempfile.TemporaryFile(buffering=0) as file:
        for _ in range(count):
            begun = time.perf_counter()
            file.write(bytes(8_192))
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - begun) * 1e3)
    return taken


def _percentiles(values: list[float]) -> dict[str, float]:
    values.sort()
    return {"p50": values[len(values) // 2], "p99": values[math.ceil(len(values) * 0.99) - 1]}


@contextmanager
def _ledger(kind: str) -> Iterator[SqlLedger]:
    """An empty one; PostgreSQL syncs to the disk as it does for anybody."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            ledger = open_ledger(f"sqlite:///{Path(folder) / 'coin.db'}", DEV)
            yield ledger
            ledger.close()
        return
    from tests.postgres import PostgresServer

    server = PostgresServer({"fsync": "on", "full_page_writes": "on", "autovacuum": "on"})
    try:
        ledger = open_ledger(server.url(server.create()), DEV)
        yield ledger
        ledger.close()
    finally:
        server.stop()


def main() -> None:
    """Print the figures of one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["validation", "mining", "workers", "sqlite", "postgres"])
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    match options.part:
        case "validation":
            figures = validation(options.size, options.repeats)
        case "mining":
            figures = mining(options.size, options.repeats)
        case "workers":
            figures = workers(options.size / 1_000_000, options.repeats)
        case kind:
            figures = database(kind, options.size)
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
