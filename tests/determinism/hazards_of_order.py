"""Hazards of order: in which sequence things come that nobody has put into one."""

import asyncio
import enum
import gc
import json
import socket
import weakref
from collections.abc import AsyncIterator
from dataclasses import dataclass

import anyio

from lydite.model import Plain
from tests.determinism.hazard import hazard


class Peer:
    """Hashed by its identity, as every object is that does not say otherwise."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.others: list[Peer] = []


@dataclass(frozen=True)
class Vote:
    """Hashed by its value, and so by the hash of a text."""

    voter: str
    height: int


Phase = enum.Enum("Phase", "DRAFT PROPOSED VOTED LOCKED SEALED FINAL ORPHANED PRUNED REJECTED SLASHED")

CROWD = 50


@hazard
async def nothing() -> Plain:
    return [1, 2, 3]


@hazard
async def set_of_str() -> Plain:
    return list({f"peer-{number}" for number in range(CROWD)})


@hazard
async def set_of_bytes() -> Plain:
    return [item.hex() for item in {bytes([number, number]) for number in range(CROWD)}]


@hazard
async def hash_of_str() -> Plain:
    return hash("block")


@hazard
async def set_of_records() -> Plain:
    return [vote.voter for vote in {Vote(f"peer-{number}", 7) for number in range(CROWD)}]


@hazard
async def set_of_enum() -> Plain:
    return [phase.name for phase in set(Phase)]


@hazard
async def set_of_int() -> Plain:
    return list({number * 7919 % 1000 for number in range(CROWD)})


@hazard
async def sum_over_set() -> Plain:
    return sum({1.0 / (number + 1): 0 for number in range(CROWD)}) + sum({0.1 * n for n in range(CROWD)})


@hazard
async def dict_order() -> Plain:
    table = {f"peer-{number}": number for number in range(CROWD)}
    del table["peer-3"]
    table["peer-3"] = 3
    return [*table], json.dumps(table)


@hazard
async def set_of_objects() -> Plain:
    return [peer.number for peer in {Peer(number) for number in range(CROWD)}]


@hazard
async def sorted_by_id() -> Plain:
    # What lies between two allocations decides which of them lies lower.
    peers = [Peer(number) for number in range(CROWD)]
    return [peer.number for peer in sorted(peers, key=id)], id(peers[0])


@hazard
async def repr_with_address() -> Plain:
    return repr(Peer(1))


@hazard
async def hash_of_none() -> Plain:
    return hash(None)


@hazard
async def set_of_types() -> Plain:
    kinds = {type(f"Kind{number}", (), {}) for number in range(CROWD)}
    return [kind.__name__ for kind in kinds]


@hazard
async def weak_set_of_objects() -> Plain:
    peers = [Peer(number) for number in range(CROWD)]
    return [peer.number for peer in weakref.WeakSet(peers)]


# -- asyncio


@hazard
async def wait_done_set() -> Plain:
    tasks = [asyncio.create_task(asyncio.sleep(1, number)) for number in range(CROWD)]
    done, _ = await asyncio.wait(tasks)
    return [task.result() for task in done]


@hazard
async def set_of_futures() -> Plain:
    loop = asyncio.get_running_loop()
    futures = [loop.create_future() for _ in range(CROWD)]
    for number, future in enumerate(futures):
        future.set_result(number)
    return [future.result() for future in set(futures)]


@hazard
async def set_of_bare_futures() -> Plain:
    futures: list[asyncio.Future[int]] = [asyncio.Future() for _ in range(CROWD)]
    for number, future in enumerate(futures):
        future.set_result(number)
    return [future.result() for future in set(futures)]


@hazard
async def wait_for_gathered() -> Plain:
    groups = [asyncio.gather(asyncio.sleep(1, number)) for number in range(CROWD)]
    done, _ = await asyncio.wait(groups)
    return [group.result()[0] for group in done]


@hazard
async def set_of_streams() -> Plain:
    """The chat server of every tutorial: whoever has connected is kept in a set, and told in its order."""
    writers: set[asyncio.StreamWriter] = set()
    names: dict[asyncio.StreamWriter, int] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        names[writer] = len(names)
        writers.add(writer)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "node-1", 4000):
        peers = [await asyncio.open_connection("node-1", 4000) for _ in range(20)]
        await asyncio.sleep(1)
        order = [names[writer] for writer in writers]
        for _, writer in peers:
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(1)
    return order


@hazard
async def set_of_queues() -> Plain:
    queues = [asyncio.Queue[int]() for _ in range(CROWD)]
    return [queues.index(queue) for queue in set(queues)]


@hazard
async def set_of_sockets() -> Plain:
    sockets = [socket.socket() for _ in range(CROWD)]
    order = [sockets.index(each) for each in set(sockets)]
    for each in sockets:
        each.close()
    return order


@hazard
async def set_of_timers() -> Plain:
    loop = asyncio.get_running_loop()
    timers: list[asyncio.Handle] = [loop.call_later(1, print, number) for number in range(CROWD)]
    timers += [loop.call_soon(print, number) for number in range(CROWD)]
    return [timers.index(timer) for timer in set(timers)]


@hazard
async def anyio_cancel_order() -> Plain:
    left: list[Plain] = []

    async def work(number: int) -> None:
        with anyio.CancelScope():
            try:
                await anyio.sleep(9)
            finally:
                left.append(number)

    async with anyio.create_task_group() as group:
        for number in range(CROWD):
            group.start_soon(work, number)
        await anyio.sleep(1)
        group.cancel_scope.cancel()
    return left


@hazard
async def anyio_close_order() -> Plain:
    woken: list[Plain] = []
    sender, stream = anyio.create_memory_object_stream[None]()

    async def wait(number: int) -> None:
        try:
            await stream.receive()
        except anyio.ClosedResourceError:
            woken.append(number)

    async with anyio.create_task_group() as group:
        for number in range(CROWD):
            group.start_soon(wait, number)
        await anyio.sleep(1)
        stream.close()
    sender.close()
    return woken


@hazard
async def all_tasks() -> Plain:
    tasks = [asyncio.create_task(asyncio.sleep(1), name=f"t{number}") for number in range(CROWD)]
    names = [task.get_name() for task in asyncio.all_tasks()]
    await asyncio.gather(*tasks)
    return names


@hazard
async def task_group_cancel() -> Plain:
    left: list[Plain] = []

    async def work(number: int) -> None:
        try:
            await asyncio.sleep(9)
        finally:
            left.append(number)

    async def fail() -> None:
        await asyncio.sleep(1)
        raise ValueError("one fails, the others are cancelled")

    try:
        async with asyncio.TaskGroup() as group:
            for number in range(CROWD):
                group.create_task(work(number))
            group.create_task(fail())
    except* ValueError:
        left.append("failed")
    return left


@hazard
async def async_generators_shut_down() -> Plain:
    closed: list[Plain] = []

    async def count(number: int) -> AsyncIterator[int]:
        try:
            while True:
                yield number
        finally:
            closed.append(number)

    generators = [count(number) for number in range(CROWD)]
    for generator in generators:
        await anext(generator)
    await asyncio.get_running_loop().shutdown_asyncgens()
    return closed


@hazard
async def gather() -> Plain:
    return await asyncio.gather(*(asyncio.sleep(number * 7919 % 13 / 10, number) for number in range(20)))


@hazard
async def as_completed() -> Plain:
    return [await each for each in asyncio.as_completed([asyncio.sleep(1, n) for n in range(20)])]


@hazard
async def call_soon() -> Plain:
    loop, seen = asyncio.get_running_loop(), list[Plain]()
    for number in range(20):
        loop.call_soon(seen.append, number)
        loop.call_later(0, seen.append, -number)
    await asyncio.sleep(0.1)
    return seen


@hazard
async def queue_and_lock() -> Plain:
    queue: asyncio.Queue[int] = asyncio.Queue(3)
    lock, seen = asyncio.Lock(), list[Plain]()

    async def take(name: str) -> None:
        for _ in range(5):
            number = await queue.get()
            async with lock:
                await asyncio.sleep(0.01)
                seen.append([name, number])

    async with asyncio.TaskGroup() as group:
        for name in ("one", "two", "three"):
            group.create_task(take(name))
        for number in range(15):
            await queue.put(number)
    return seen


# -- memory


@hazard
async def weakref_callbacks() -> Plain:
    seen: list[Plain] = []
    for number in range(3000):
        peer = Peer(number)
        peer.others.append(peer)
        weakref.finalize(peer, seen.append, number)
    return seen


@hazard
async def del_order() -> Plain:
    seen: list[Plain] = []

    class Loud(Peer):
        def __del__(self) -> None:
            seen.append(self.number)

    kept = [Loud(number) for number in range(20)]
    kept.pop(7)
    kept.clear()
    ring = [Loud(100), Loud(101)]
    ring[0].others.append(ring[1])
    ring[1].others.append(ring[0])
    del ring
    gc.collect()
    return seen


@hazard
async def async_generator_left_open() -> Plain:
    seen: list[Plain] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(9):
                yield number
        finally:
            seen.append("closed")

    async for number in numbers():
        seen.append(number)
        if number == 3:
            break
    await asyncio.sleep(1)
    return seen
