"""Gossip in a simulated world: how fast, how large, and what the trace costs."""

import argparse
import asyncio
import gc
import json
import resource
from collections.abc import Callable
from typing import Any

from benchmarks.gossip import PORT, Node, graph, messages, settle
from lydite.model import Header
from lydite.sim import simulate
from lydite.sim.patches import real
from lydite.world import World


def _quiet(world: Any) -> None:
    """Turn the trace off: for measuring what it costs, nothing else."""

    def no_send(_at: int, _host: int, _connection: int, _size: int, _payload: bytes) -> None:
        """Write nothing down."""

    def no_deliver(_at: int, _host: int, _connection: int, _size: int) -> None:
        """Write nothing down."""

    world.network_model.emit_send, world.network_model.emit_deliver = no_send, no_deliver


def flood(nodes: int, floods: int, *, traced: bool = True) -> dict[str, Any]:
    """Run the floods; CPU seconds of the flooding alone, and what was counted."""
    figures: dict[str, Any] = {}
    members = [Node() for _ in range(nodes)]

    def program(node: Node, others: list[int]) -> Callable[[Any], Any]:
        async def main(_argv: Any) -> None:
            await node.listen("0.0.0.0", PORT)
            await asyncio.sleep(1)
            for other in others:
                await node.connect(f"node-{other}", PORT)
            await asyncio.Event().wait()

        return main

    async def trial(world: World) -> None:
        if not traced:
            _quiet(world)
        begun = real.process_time()
        for index, others in enumerate(graph(nodes)):
            await world.start(f"node-{index}", program(members[index], others))
        await asyncio.sleep(30)
        gc.collect()
        gc.freeze()
        figures["setup_cpu_s"] = real.process_time() - begun
        begun = real.process_time()
        hosts = world.hosts
        for number, body in enumerate(messages(floods)):
            node = members[number * 7 % nodes]
            hosts[number * 7 % nodes].processes[0].context.run(  # type: ignore[attr-defined]
                asyncio.ensure_future, node.publish(body)
            )
            await asyncio.sleep(0.5)
        await settle(members, floods, 0.5)
        figures["cpu_s"] = real.process_time() - begun

    outcome = simulate(trial, Header(trial="gossip", seed=1))
    if outcome.error is not None:
        raise outcome.error
    received = sum(node.received for node in members)
    return figures | {
        "messages": received,
        "messages_per_s": received / figures["cpu_s"],
        "records": outcome.records,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "digest": outcome.digest,
    }


def main() -> None:
    """Print the figures of one run as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--floods", type=int, required=True)
    parser.add_argument("--untraced", action="store_true")
    options = parser.parse_args()
    print(json.dumps(flood(options.nodes, options.floods, traced=not options.untraced)))


if __name__ == "__main__":
    main()
