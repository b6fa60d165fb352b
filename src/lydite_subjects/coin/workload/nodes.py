"""Nodes: how they are started in a world, each with its own disk, knowing some others."""

from collections.abc import Sequence
from typing import Final

from lydite.world import Process, World
from lydite_subjects.coin.node.program import main
from lydite_subjects.coin.workload.calls import API_PORT
from lydite_subjects.coin.workload.stranger import P2P_PORT

DATABASE: Final = "data/coin.db"
"""Where a node keeps its chain; what SQLite writes beside it begins with the same letters."""


async def start_node(world: World, name: str, others: Sequence[str]) -> Process:
    """Start a node that calls these others first."""
    argv = ["--node-id", name, "--host", "0.0.0.0", "--api-port", str(API_PORT), "--p2p-port", str(P2P_PORT)]  # noqa: S104
    known = [f"{other}:{P2P_PORT}" for other in others if other != name]
    # The function and not its name: a node keeps nothing in module globals, so all may share its modules.
    return await world.start(name, main, *argv, "--data-dir", "data", "--bootstrap-nodes", *known)


async def start_nodes(world: World, names: Sequence[str]) -> None:
    """Start nodes that all know each other."""
    for name in names:
        await start_node(world, name, names)
