"""The same flood as SimPy processes: one process a node, a store as its inbox, a timeout a message.

This is how a simulation is usually written in Python, with messages as objects and no bytes, no
connections, no flow control: what byte-exact streams are compared with.
"""

import argparse
import gc
import json
import random
import time
from collections.abc import Generator
from typing import Any

import simpy

from benchmarks.gossip import graph


def neighbours(nodes: int) -> list[list[int]]:
    """Both ends of each connection."""
    near: list[list[int]] = [[] for _ in range(nodes)]
    for node, others in enumerate(graph(nodes)):
        for other in others:
            near[node].append(other)
            near[other].append(node)
    return near


def flood(nodes: int, floods: int) -> dict[str, Any]:
    """CPU seconds of the flooding, and how many messages were received."""
    world = simpy.Environment()
    near, draw = neighbours(nodes), random.Random(2).random
    inboxes = [simpy.Store(world) for _ in range(nodes)]
    received = 0

    def travel(target: int, message: tuple[int, int]) -> Generator[Any, Any, None]:
        yield world.timeout(0.002 + 0.001 * draw())
        inboxes[target].put(message)

    def node(index: int) -> Generator[Any, Any, None]:
        nonlocal received
        seen = set()
        while True:
            source, number = yield inboxes[index].get()
            received += 1
            if number not in seen:
                seen.add(number)
                for other in near[index]:
                    if other != source:
                        world.process(travel(other, (index, number)))

    def publish() -> Generator[Any, Any, None]:
        for number in range(floods):
            inboxes[number * 7 % nodes].put((-1, number))
            yield world.timeout(0.5)

    for index in range(nodes):
        world.process(node(index))
    world.process(publish())
    gc.collect()
    gc.disable()
    begun = time.process_time()
    world.run()
    cpu_s = time.process_time() - begun
    return {"messages": received, "cpu_s": cpu_s, "messages_per_s": received / cpu_s}


def main() -> None:
    """Print the figures of one run as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--floods", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(flood(options.nodes, options.floods)))


if __name__ == "__main__":
    main()
