"""asyncio without a network: tasks, timeouts, queues, locks, in virtual time."""

import asyncio
import functools
import sys
import time

import pytest

from lydite.world import World


class Watch:
    """How many virtual seconds have passed since it was made."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def read(self) -> float:
        return round(time.monotonic() - self._since, 6)


async def answer_after(delay: float, answer: int) -> int:
    await asyncio.sleep(delay)
    return answer


async def fail_after(delay: float) -> None:
    await asyncio.sleep(delay)
    raise LookupError(delay)


async def a_year_passes_at_once(world: World) -> None:
    """As long as the trial's limit allows: an hour, in no time."""
    watch = Watch()
    await asyncio.sleep(3_599)

    assert watch.read() == 3_599


async def task_groups_gather_and_cancel(world: World) -> None:
    watch = Watch()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(answer_after(number, number)) for number in range(4)]
    assert [task.result() for task in tasks] == [0, 1, 2, 3]
    assert watch.read() == 3

    cancelled = []

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(watch.read())
            raise

    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.TaskGroup() as group:
            group.create_task(wait_for_ever())
            group.create_task(fail_after(2))
            group.create_task(wait_for_ever())
    assert caught.group_contains(LookupError)
    assert cancelled == [5, 5]


async def timeouts_end_what_takes_too_long(world: World) -> None:
    watch = Watch()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.5):
            await asyncio.sleep(10)
    assert watch.read() == 1.5
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 2.5)
    assert watch.read() == 4
    async with asyncio.timeout(1) as deadline:
        deadline.reschedule(asyncio.get_running_loop().time() + 5)
        await asyncio.sleep(4)
    assert not deadline.expired()
    async with asyncio.timeout_at(asyncio.get_running_loop().time() + 1):
        assert await asyncio.wait_for(answer_after(0.5, 9), 1) == 9
    assert watch.read() == 8.5


async def a_shield_keeps_the_work_going(world: World) -> None:
    work = asyncio.ensure_future(answer_after(3, 5))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(work), 1)

    assert not work.done()
    assert await work == 5


async def results_are_collected_in_every_way(world: World) -> None:
    watch = Watch()
    assert await asyncio.gather(*(answer_after(3 - n, n) for n in range(3))) == [0, 1, 2]
    mixed = await asyncio.gather(answer_after(1, 1), fail_after(1), return_exceptions=True)
    assert mixed[0] == 1
    assert isinstance(mixed[1], LookupError)

    order = [await each for each in asyncio.as_completed([answer_after(3 - n, n) for n in range(3)])]
    assert order == [2, 1, 0]

    tasks = [asyncio.create_task(answer_after(n, n)) for n in range(1, 6)]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert (len(done), len(pending)) == (1, 4)
    done, pending = await asyncio.wait(tasks, timeout=2)
    assert (len(done), len(pending)) == (3, 2)
    done, pending = await asyncio.wait(tasks)
    assert not pending
    # The order of the set is the order of making: equal in every run.
    world.note("order", of=[task.result() for task in done])
    assert watch.read() == 12


async def queues_hold_so_much_and_no_more(world: World) -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(2)
    watch = Watch()
    got = []

    async def produce() -> None:
        for number in range(5):
            await queue.put(number)

    async def consume() -> None:
        for _ in range(5):
            await asyncio.sleep(1)
            got.append(await queue.get())
            queue.task_done()

    async with asyncio.TaskGroup() as group:
        producer = group.create_task(produce())
        group.create_task(consume())
        await asyncio.sleep(0)
        assert queue.full()
        await producer
        assert watch.read() == 3
    await queue.join()
    assert got == [0, 1, 2, 3, 4]
    with pytest.raises(asyncio.QueueEmpty):
        queue.get_nowait()

    first: asyncio.PriorityQueue[int] = asyncio.PriorityQueue()
    last: asyncio.LifoQueue[int] = asyncio.LifoQueue()
    for number in (3, 1, 2):
        first.put_nowait(number)
        last.put_nowait(number)
    assert [first.get_nowait() for _ in range(3)] == [1, 2, 3]
    assert [last.get_nowait() for _ in range(3)] == [2, 1, 3]


async def locks_are_fair(world: World) -> None:
    lock, order = asyncio.Lock(), []

    async def hold(number: int) -> None:
        async with lock:
            order.append(number)
            await asyncio.sleep(1)

    watch = Watch()
    await asyncio.gather(*(hold(number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4]
    assert watch.read() == 5

    few, most, busy = asyncio.BoundedSemaphore(3), 0, 0

    async def take() -> None:
        nonlocal most, busy
        async with few:
            busy += 1
            most = max(most, busy)
            await asyncio.sleep(1)
            busy -= 1

    await asyncio.gather(*(take() for _ in range(10)))
    assert most == 3
    with pytest.raises(ValueError, match="released too many"):
        few.release()


async def events_conditions_and_barriers_wake_who_waits(world: World) -> None:
    event, condition, barrier = asyncio.Event(), asyncio.Condition(), asyncio.Barrier(3)
    woken: list[str] = []

    async def wait_for_the_event() -> None:
        await event.wait()
        woken.append("event")

    async def wait_for_the_condition() -> None:
        async with condition:
            await condition.wait_for(lambda: len(woken) >= 2)
            woken.append("condition")

    async def meet(number: int) -> None:
        await asyncio.sleep(number)
        async with barrier:
            woken.append("barrier")

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(wait_for_the_event())
        group.create_task(wait_for_the_condition())
        await asyncio.sleep(1)
        event.set()
        await asyncio.sleep(1)
        async with condition:
            condition.notify_all()
    await asyncio.gather(*(meet(number) for number in range(3)))

    assert woken == ["event", "event", "condition", "barrier", "barrier", "barrier"]


async def timers_ring_in_order_and_can_be_cancelled(world: World) -> None:
    loop = asyncio.get_running_loop()
    rung: list[str] = []
    started = loop.time()
    loop.call_later(2, rung.append, "two")
    loop.call_at(started + 1, rung.append, "one")
    never = loop.call_later(1.5, rung.append, "never")
    loop.call_soon(rung.append, "soon")
    never.cancel()
    assert never.cancelled()
    assert round(never.when() - started, 6) == 1.5
    await asyncio.sleep(3)

    assert rung == ["soon", "one", "two"]


async def tasks_can_be_cancelled_and_named(world: World) -> None:
    tidied = []

    async def tidy() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(1)
            tidied.append(True)

    task = asyncio.create_task(tidy(), name="tidy")
    assert task.get_name() == "tidy"
    assert task in asyncio.all_tasks()
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tidied == [True]
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    done.add_done_callback(functools.partial(lambda into, future: into.append(future.result()), tidied))
    done.set_result(3)
    await asyncio.sleep(0)
    assert tidied == [True, 3]


async def functions_of_executors_run_in_the_world(world: World) -> None:
    loop = asyncio.get_running_loop()

    def work(left: int, right: int) -> int:
        return left * right + int(time.monotonic() > 0)

    def fail() -> None:
        raise LookupError("no")

    assert await asyncio.to_thread(work, 6, right=7) == 43
    assert await loop.run_in_executor(None, work, 2, 3) == 7
    with pytest.raises(LookupError):
        await asyncio.to_thread(fail)
    order: list[int] = []

    def note(number: int) -> None:
        order.append(number)

    await asyncio.gather(*(asyncio.to_thread(note, number) for number in range(5)))
    assert order == [0, 1, 2, 3, 4]


async def errors_of_callbacks_go_to_the_handler(world: World) -> None:
    loop, told = asyncio.get_running_loop(), []
    loop.set_exception_handler(lambda _loop, context: told.append(type(context["exception"]).__name__))

    def fail() -> None:
        raise LookupError("in a callback")

    loop.call_soon(fail)
    await asyncio.sleep(0)
    assert told == ["LookupError"]
    loop.set_exception_handler(None)
    if sys.version_info >= (3, 12):
        loop.set_task_factory(asyncio.eager_task_factory)
        task = asyncio.create_task(answer_after(0, 1))
        assert await task == 1
        loop.set_task_factory(None)
