"""Tables of what speaks for which marker: words of names, imports, and texts."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Points = Mapping[str, int]
"""Points by marker."""


def _table(*rows: tuple[str, Points]) -> Mapping[str, Points]:
    """Each name of a row has its points; what several rows say of a name adds up to one entry."""
    found: dict[str, dict[str, int]] = {}
    for names, points in rows:
        for name in names.split(", "):
            found.setdefault(name, {}).update(points)
    return MappingProxyType(found)


FILE_WORDS: Final = _table(
    ("unit", {"unit": 4}),
    ("integration", {"integration": 4}),
    ("workflow, lifecycle, interop, api, rpc, sync, synchronization, nodes", {"integration": 3}),
    ("performance, perf, bench, benchmark, benchmarks", {"performance": 6}),
    (
        "load, stress, throughput, latency, tps, scalability, speed, multicore, competitive",
        {"performance": 4},
    ),
    ("e2e, end to, acceptance, journey", {"e2e": 6}),
    ("full, smoke, onboarding", {"e2e": 4}),
    ("chaos", {"chaos": 6}),
    ("fault, faults, partition, partitions, failover, crash, resilience, outage, kill", {"chaos": 4}),
    ("recovery", {"chaos": 2}),
    ("security, penetration, exploit", {"security": 6}),
    ("attack, attacks, auth, injection, vulnerability, vulnerabilities, malicious, tamper", {"security": 4}),
    ("tampered, forged, unauthorized", {"security": 4}),
    ("property, properties, fuzz, fuzzing, invariants", {"property": 5}),
    ("slow, soak, endurance", {"slow": 5}),
    ("database, db, dao, sql, postgres, postgresql, sqlite, migration, migrations", {"database": 4}),
    ("network, p2p, peer, peers, gossip, node, nodes, rpc, websocket, propagation", {"network": 4}),
    ("sync, synchronization", {"network": 3}),
    ("mining, mine, miner, miners, pow, difficulty, nonce, hashrate", {"mining": 4}),
    ("crypto, ecdsa, signature, signatures, keys, keystore, wallet, wallets, address", {"crypto": 4}),
    ("addresses, signing, hashing", {"crypto": 4}),
    ("gpu, cuda", {"gpu": 5}),
)
"""Words in the name of a file; in the name of a test they count half."""

IMPORTS: Final = _table(
    ("hypothesis, schemathesis", {"property": 6}),
    ("locust, pytest_benchmark, pyperf", {"performance": 6}),
    ("concurrent.futures, multiprocessing", {"performance": 1}),
    ("playwright, selenium", {"e2e": 6}),
    ("docker, testcontainers", {"e2e": 4}),
    ("toxiproxy, chaoslib", {"chaos": 6}),
    ("jwt", {"security": 2}),
    ("requests, httpx, aiohttp, urllib.request, urllib3", {"integration": 3, "network": 1}),
    ("websockets, websocket, grpc, zmq, socket", {"integration": 3, "network": 3}),
    ("web3, bitcoinrpc", {"integration": 3, "network": 3}),
    ("subprocess", {"integration": 2}),
    ("fastapi.testclient, starlette.testclient", {"integration": 2}),
    ("psycopg, psycopg2, asyncpg, pymongo, pymysql, motor", {"integration": 3, "database": 4}),
    ("redis", {"integration": 3, "database": 3}),
    ("sqlalchemy, alembic, peewee", {"integration": 1, "database": 4}),
    ("sqlite3, aiosqlite", {"integration": 1, "database": 4}),
    ("unittest.mock", {"unit": 2}),
    ("ecdsa, coincurve, nacl, eth_account, eth_keys, secp256k1, cryptography, fastecdsa", {"crypto": 4}),
    ("Crypto", {"crypto": 4}),
    ("hashlib, hmac", {"crypto": 1}),
    ("cupy, pycuda, pynvml, numba.cuda", {"gpu": 5}),
    ("torch, tensorflow, jax", {"gpu": 2}),
)
"""What is imported; the longest name that is known counts."""

TEXTS: Final[tuple[tuple[re.Pattern[str], Points, str], ...]] = (
    (re.compile(r"\bpostgres(?:ql)?(?:\+\w+)?://"), {"database": 4, "integration": 2}, "names a PostgreSQL"),
    (re.compile(r"\bsqlite(?:\+\w+)?://"), {"database": 4}, "names a SQLite"),
    (
        re.compile(r"\bSELECT\b.{1,80}\bFROM\b|\bINSERT INTO\b|\bCREATE TABLE\b", re.DOTALL),
        {"database": 3},
        "speaks SQL",
    ),
    (
        re.compile(
            r"\btc qdisc\b|\biptables\b|\bnetem\b|\bkill -9\b|\bpkill\b|\bdocker (?:stop|kill|pause)\b"
        ),
        {"chaos": 4},
        "breaks what it tests by a command",
    ),
    (
        re.compile(r"\bdocker[ -]compose\b|\bsystemctl start\b|\buvicorn \w|\banvil\b|\bbitcoind\b"),
        {"e2e": 3},
        "starts services by a command",
    ),
    (
        re.compile(r"DROP TABLE|<script|' OR '?1'?='?1|\.\./\.\./"),
        {"security": 4},
        "sends what an attacker would send",
    ),
    (re.compile(r"\bnvidia-smi\b|\bcuda(?::\d)?\b"), {"gpu": 4}, "names a graphics processor"),
)
"""Patterns in texts, their points, and what it is in words."""
