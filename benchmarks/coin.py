"""Measures what the coin promises about speed and size: ``python -m benchmarks.coin``, a part of ``make bench``.

Each part runs in processes of its own. Ratios have both of their sides in one run, in turns; what is promised in
milliseconds or per second is told as it would be on the machine that the promise is about (see `benchmarks.run`), and
beside it stands what this one has shown. With ``--quick`` all is small: a minute instead of ten, and rougher.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.run import Figure, Machine, description, measure, say, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    blocks: int
    requests: int
    payments: int
    hashes: int
    ledger_blocks: int
    repeats: int
    nodes: int
    hours: float


WHOLE: Final = Size(
    blocks=10_000,
    requests=20_000,
    payments=3_000,
    hashes=1_000_000,
    ledger_blocks=1_000,
    repeats=5,
    nodes=100,
    hours=24.0,
)
QUICK: Final = Size(
    blocks=1_500,
    requests=2_000,
    payments=500,
    hashes=200_000,
    ledger_blocks=200,
    repeats=3,
    nodes=20,
    hours=2.0,
)


def figure(
    name: str, measured: float, unit: str, *, at_least: float = 0.0, at_most: float = 0.0, detail: str
) -> Figure:
    """A figure that has a least or a most."""
    return Figure(
        name=name,
        measured=measured,
        unit=unit,
        bound=at_least or at_most,
        at_least=bool(at_least),
        detail=detail,
    )


def part(name: str, size: int, repeats: int = 1) -> dict[str, Any]:
    """One part, in a process of its own."""
    return measure("coin_parts", name, "--size", str(size), "--repeats", str(repeats))


def converted(take: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], Machine]:
    """What was measured, and how slow this machine was right before and right after."""
    machine = Machine()
    machine.look()
    found = take()
    machine.look()
    return found, machine


def validation(size: Size) -> list[Figure]:
    """All rules of a transaction."""
    found = part("validation", size.payments, size.repeats)
    low, high = found["from_to"]
    return [
        figure(
            "validation of a transaction vs its bare signature check, CPU",
            found["ratio"],
            "x",
            at_most=1.5,
            detail=f"{found['whole_us']:.1f} : {found['bare_us']:.1f} us; {low:.2f} to {high:.2f}; "
            f"decoding {found['decoding_us']:.1f} us",
        )
    ]


def mining(size: Size) -> list[Figure]:
    """Workers, by themselves and side by side."""
    alone = part("mining", size.hashes, size.repeats)
    both = part("workers", 3 * size.hashes, size.repeats)
    low, high = alone["from_to"]
    lowest, highest = both["from_to"]
    return [
        figure(
            "mining, one worker vs a bare hashlib loop, hashes per CPU second",
            alone["ratio"],
            "x",
            at_least=0.8,
            detail=f"{alone['bare_per_s']:,.0f} in the loop; {low:.2f} to {high:.2f}; "
            f"solve alone {alone['solve_ratio']:.2f}",
        ),
        figure(
            "mining, two workers vs one, hashes per second",
            both["ratio"],
            "x",
            at_least=1.7,
            detail=f"{both['two_per_s']:,.0f} : {both['one_per_s']:,.0f}; {lowest:.2f} to {highest:.2f}; "
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        ),
    ]


def nodes(size: Size) -> list[Figure]:
    """A newcomer that syncs, what it weighs then, and how fast it answers."""
    options = ("--blocks", str(size.blocks), "--requests", str(size.requests))
    found, machine = converted(lambda: measure("coin_nodes", *options))
    return [
        figure(
            f"sync of {size.blocks:,} blocks with a payment each from a peer process into SQLite",
            found["blocks_per_s"] * machine.slowness,
            "/s",
            at_least=2_000,
            detail=f"here {found['blocks_per_s']:,.0f} in {found['seconds']:.1f} s; CPU of the newcomer "
            f"{found['client_cpu_s']:.1f} s, of the peer {found['server_cpu_s']:.1f} s; {machine.told}",
        ),
        figure(
            "status requests on one core",
            found["requests_per_cpu_s"] * machine.slowness,
            "/s",
            at_least=1_000,
            detail=f"per CPU second of the node; here {found['requests_per_cpu_s']:,.0f}, "
            f"{found['requests_per_s']:,.0f} per second of the clock",
        ),
        figure(
            f"memory of a node after {size.blocks:,} blocks",
            found["memory_mb"],
            "MB",
            at_most=200,
            detail=f"at most {found['memory_peak_mb']:.0f} MB while it synced",
        ),
    ]


def database(kind: str, size: Size) -> list[Figure]:
    """The slowest of the single operations."""
    found, machine = converted(lambda: part(kind, size.ledger_blocks))
    operations = found["operations"].items()
    slowest = sorted(operations, key=lambda each: -each[1]["p99"])
    return [
        figure(
            f"single database operations on {kind}, 99th percentile of the slowest kind",
            found["worst_p99_ms"] / machine.slowness,
            "ms",
            at_most=10,
            detail="here "
            + ", ".join(f"{name} {took['p50']:.2f} to {took['p99']:.1f}" for name, took in slowest[:4])
            + f" ms; a bare sync of the disk {found['sync']['p50']:.2f} to {found['sync']['p99']:.1f} ms; "
            + machine.told,
        )
    ]


def network(size: Size) -> list[Figure]:
    """A virtual day; seconds are told, and none are promised."""
    options = ("--nodes", str(size.nodes), "--hours", str(size.hours))
    found, machine = converted(lambda: measure("coin_network", *options))
    return [
        figure(
            f"{size.nodes} nodes, {size.hours:g} virtual hours of ten-minute blocks with payments, CPU",
            found["cpu_s"] / machine.slowness,
            "s",
            at_most=float("inf"),
            detail=f"here {found['cpu_s']:.1f} s of CPU, {found['seconds']:.1f} s of the clock; height "
            f"{found['height']}, {found['confirmed']:,} payments, {found['messages']:,} messages, "
            f"{found['agreeing']} nodes on the best tip, {found['memory_mb']:.0f} MB; {machine.told}",
        )
    ]


PARTS: Final[dict[str, Callable[[Size], list[Figure]]]] = {
    "validation": validation,
    "mining": mining,
    "nodes": nodes,
    "sqlite": lambda size: database("sqlite", size),
    "postgres": lambda size: database("postgres", size),
    "network": network,
}


def figures(size: Size, only: tuple[str, ...] = ()) -> list[Figure]:
    """All of them, or those of some parts."""
    found: list[Figure] = []
    for name, take in PARTS.items():
        if not only or name in only:
            say(f"coin: {name} ...")
            found += take(size)
    return found


def main() -> int:
    """Measure, print, store; 1 if a promise was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument(
        "--only", nargs="*", choices=list(PARTS), default=[], help="these parts and no others"
    )
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/coin.json"))
    options = parser.parse_args()
    found = figures(QUICK if options.quick else WHOLE, tuple(options.only))
    rows = [each.as_plain() for each in found]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"machine": description(), "figures": rows}, indent=2) + "\n")
    sys.stdout.write(f"{table(found)}\nstored in {options.out}\n")
    return 0 if all(each.kept for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
