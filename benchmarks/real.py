"""The same gossip program over real loopback sockets: what the simulation is compared with."""

import argparse
import asyncio
import json
import time
from typing import Any

from benchmarks.gossip import Node, graph, messages, settle

LOOPBACK = "127.0.0.1"


async def flood(nodes: int, floods: int) -> dict[str, Any]:
    """All nodes in one process on one ordinary event loop; CPU seconds of the flooding alone."""
    members = [Node() for _ in range(nodes)]
    ports = []
    for node in members:
        server = await asyncio.start_server(node.join, LOOPBACK, 0)
        ports.append(server.sockets[0].getsockname()[1])
    for node, others in zip(members, graph(nodes), strict=True):
        for other in others:
            await node.connect(LOOPBACK, ports[other])
    await asyncio.sleep(0.2)
    begun = time.process_time()
    for number, body in enumerate(messages(floods)):
        await members[number * 7 % nodes].publish(body)
        await asyncio.sleep(0.002)
    await settle(members, floods, 0.01)
    cpu_s = time.process_time() - begun
    received = sum(node.received for node in members)
    return {"messages": received, "cpu_s": cpu_s, "messages_per_s": received / cpu_s}


def main() -> None:
    """Print the figures of one run as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--floods", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(flood(options.nodes, options.floods))))


if __name__ == "__main__":
    main()
