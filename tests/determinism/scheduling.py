"""Where asyncio decides what comes next: each function tells the order in which it went.

Between two Pythons asyncio may take more or fewer steps for the same thing. What of it can be seen in a trace
is seen here, by name.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final, TypeAlias

Order: TypeAlias = list[Any]
Case: TypeAlias = Callable[[Order], Awaitable[None]]

CASES: Final[dict[str, Callable[[Sequence[str]], Awaitable[None]]]] = {}
ORDERS: Final[dict[str, Order]] = {}


def case(told: Case) -> Case:
    """Keep it as a program that leaves its order behind."""
    name = told.__name__

    async def program(argv: Sequence[str]) -> None:
        ORDERS[name] = []
        await told(ORDERS[name])

    CASES[name] = program
    return told


@case
async def wait_for(order: Order) -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(2)

    async def put(number: int) -> None:
        await queue.put(number)
        order.append(["put", number])

    async def take() -> None:
        while True:
            order.append(["got", await asyncio.wait_for(queue.get(), 5)])

    taker = asyncio.create_task(take())
    await asyncio.gather(*map(put, range(6)))
    await asyncio.sleep(1)
    taker.cancel()


@case
async def wait_for_no_time(order: Order) -> None:
    async def work() -> int:
        order.append("begun")
        await asyncio.sleep(1)
        return 1

    for timeout in (0, -1, None, 0.5, 2):
        try:
            order.append(await asyncio.wait_for(work(), timeout))
        except TimeoutError:
            order.append("late")
    future = asyncio.get_running_loop().create_future()
    future.set_result(3)
    order.append(await asyncio.wait_for(future, 0))


@case
async def wait_for_the_stubborn(order: Order) -> None:
    async def work(number: int) -> None:
        try:
            await asyncio.sleep(9)
        except asyncio.CancelledError:
            order.append(["cancelled", number])
            await asyncio.sleep(0.1 * number)
            order.append(["gone", number])
            raise

    async def wait(task: asyncio.Task[None]) -> None:
        try:
            await asyncio.wait_for(task, 0.5)
        except TimeoutError:
            order.append("late")

    await asyncio.gather(*(wait(asyncio.create_task(work(number))) for number in range(5)))


@case
async def timeout_and_lock(order: Order) -> None:
    lock = asyncio.Lock()

    async def work(number: int) -> None:
        try:
            async with asyncio.timeout(0.1 + number / 50), lock:
                await asyncio.sleep(0.03)
            order.append(["in time", number])
        except TimeoutError:
            order.append(["late", number])

    await asyncio.gather(*map(work, range(12)))


@case
async def timeouts_within(order: Order) -> None:
    async def within(seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await asyncio.sleep(9)
        except TimeoutError:
            order.append("inner")
            raise

    for outer, inner in ((1, 2), (2, 1), (1, 1)):
        try:
            async with asyncio.timeout(outer):
                await within(inner)
        except TimeoutError:
            order.append("outer")


@case
async def task_group(order: Order) -> None:
    async def work(number: int) -> None:
        for _ in range(number % 3):
            await asyncio.sleep(0)
        order.append(number)
        if number == 7:
            raise ValueError

    try:
        async with asyncio.TaskGroup() as group:
            for number in range(12):
                group.create_task(work(number))
    except* ValueError:
        order.append("failed")


@case
async def queue(order: Order) -> None:
    items: asyncio.Queue[int] = asyncio.Queue(2)

    async def put(number: int) -> None:
        await items.put(number)
        order.append(["put", number])

    async def get(number: int) -> None:
        order.append(["got", number, await items.get()])

    await asyncio.gather(*map(put, range(12)), *map(get, range(12)))


@case
async def primitives(order: Order) -> None:
    condition, semaphore = asyncio.Condition(), asyncio.Semaphore(3)
    event, barrier = asyncio.Event(), asyncio.Barrier(4)

    async def work(number: int) -> None:
        async with semaphore:
            order.append(["semaphore", number])
            await asyncio.sleep(0)
        await event.wait()
        order.append(["event", number])
        await barrier.wait()
        order.append(["barrier", number])
        async with condition:
            await condition.wait()
            order.append(["condition", number])

    tasks = [asyncio.create_task(work(number)) for number in range(8)]
    await asyncio.sleep(1)
    event.set()
    await asyncio.sleep(1)
    async with condition:
        condition.notify(3)
    await asyncio.wait(tasks, timeout=1)
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    order.append([type(each).__name__ for each in ended])


@case
async def waits(order: Order) -> None:
    async def work(number: int) -> int:
        await asyncio.sleep(number * 7 % 5 / 10)
        order.append(["worked", number])
        return number

    for each in asyncio.as_completed([work(number) for number in range(9)]):
        order.append(await each)
    pending = {asyncio.create_task(work(number)) for number in range(9)}
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        order.append([task.result() for task in done])


@case
async def shield_and_gather(order: Order) -> None:
    async def work(number: int) -> int:
        await asyncio.sleep(number / 10)
        order.append(["worked", number])
        return number

    shielded = asyncio.shield(asyncio.create_task(work(1)))
    shielded.cancel()
    ended = await asyncio.gather(shielded, work(2), return_exceptions=True)
    order.append([type(each).__name__ for each in ended])
    order.append(await asyncio.gather(*map(work, range(3))))


@case
async def streams(order: Order) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            order.append(["read", len(data)])
            writer.write(data)
            await writer.drain()
        writer.close()
        await writer.wait_closed()
        order.append("closed")

    async def ask(number: int) -> None:
        reader, writer = await asyncio.open_connection("streams", 4000)
        writer.write(bytes(number * 700))
        order.append(["asked", number])
        await reader.readexactly(number * 700)
        order.append(["told", number])
        writer.write_eof()
        order.append((await reader.read()).decode())
        writer.close()
        await writer.wait_closed()
        order.append(["done", number])

    async with await asyncio.start_server(serve, "", 4000):
        await asyncio.gather(*map(ask, range(1, 6)))
        await asyncio.sleep(1)
    order.append("over")


@case
async def generators(order: Order) -> None:
    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(5):
                yield number
                await asyncio.sleep(0)
        finally:
            order.append("ending")
            await asyncio.sleep(0)
            order.append("ended")

    async for number in numbers():
        order.append(number)
        if number == 2:
            break
    await asyncio.sleep(1)
