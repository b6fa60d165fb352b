"""Tasks belong to the process that made them, and what is kept in sets has an order."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

import pytest

from lydite.model import Header, seconds
from lydite.sim import simulate
from lydite.sim.patches.tasks import NUMBERED
from lydite.sim.tasks import RealFuture, RealTask
from lydite.world import World
from tests.sim.patches.inside import in_world


def told(trial: object, seed: int = 1) -> None:
    outcome = simulate(trial, Header(trial="tasks", seed=seed))  # type: ignore[arg-type]
    if outcome.error is not None:
        raise outcome.error


def test_a_program_sees_its_own_tasks_and_cancels_nobody_elses() -> None:
    seen: list[list[str]] = []

    async def cancel_all(argv: Sequence[str]) -> None:
        mine = asyncio.create_task(asyncio.sleep(9), name="mine")
        await asyncio.sleep(1)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert mine in others
        seen.append([task.get_name() for task in others])
        for task in others:
            task.cancel()

    async def trial(world: World) -> None:
        first = await world.start("node-1", cancel_all)
        second = await world.start("node-2", cancel_all)
        assert await first.wait() == await second.wait() == 0

    told(trial)

    assert seen == [["mine"], ["mine"]]


def test_names_of_tasks_count_for_each_process() -> None:
    async def name() -> str:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(asyncio.sleep(0)) for _ in range(2)]
        return " ".join(task.get_name() for task in tasks)

    assert in_world(name, name) == ["Task-1 Task-2", "Task-1 Task-2"]


def test_a_task_made_by_hand_is_one_of_its_process_and_ends_with_it() -> None:
    seen: list[tuple[list[str], list[int]]] = []
    ended: list[float] = []

    async def program(argv: Sequence[str]) -> None:
        async def work() -> None:
            try:
                await asyncio.sleep(9)
            finally:
                ended.append(asyncio.get_running_loop().time())

        tasks = [asyncio.Task(work()), asyncio.create_task(work()), asyncio.Task(work(), name="mine")]
        await asyncio.sleep(1)
        hashes = [hash(task) - hash(tasks[0]) for task in tasks]
        mine = asyncio.all_tasks() - {asyncio.current_task()}
        assert mine == set(tasks)
        seen.append((sorted(task.get_name() for task in tasks), hashes))

    async def trial(world: World) -> None:
        began = asyncio.get_running_loop().time()
        for process in [await world.start(f"node-{number}", program) for number in (1, 2)]:
            assert await process.wait() == 0
        assert [at - began < 2 for at in ended] == [True] * 6

    told(trial)

    assert seen == [(["Task-1", "Task-2", "mine"], [0, 1, 2])] * 2


def test_a_task_is_a_task_wherever_its_class_was_made() -> None:
    class Own(asyncio.Task[None]):
        pass

    class Early(RealTask[None]):
        pass

    async def program() -> list[bool]:
        tasks = [kind(asyncio.sleep(0)) for kind in (asyncio.Task, RealTask, Own, Early)]
        await asyncio.wait(tasks)
        assert all(issubclass(type(task), asyncio.Task) for task in tasks)
        assert all(isinstance(task, asyncio.Task) for task in tasks)
        return [isinstance(task, Own) for task in tasks]

    (inside,) = in_world(program)
    outside = asyncio.run(program())

    assert inside == outside == [False, False, True, False]


def test_a_future_made_by_hand_is_numbered_by_its_process() -> None:
    async def program() -> list[int]:
        loop = asyncio.get_running_loop()
        made: list[asyncio.Future[None]] = [asyncio.Future(), loop.create_future(), asyncio.Future(loop=loop)]
        return [hash(each) - hash(made[0]) for each in made]

    assert in_world(program, program) == [[0, 1, 2], [0, 1, 2]]


def test_outside_of_a_world_futures_are_hashed_as_ever() -> None:
    async def program() -> int:
        return len({hash(each) for each in [asyncio.Future[None]() for _ in range(100)]})

    in_world(program)

    assert asyncio.run(program()) == 100


def test_a_future_is_a_future_wherever_its_class_was_made() -> None:
    class Own(asyncio.Future[int]):
        pass

    class Early(RealFuture[int]):
        pass

    async def program() -> list[bool]:
        task = asyncio.create_task(asyncio.sleep(0))
        others: list[asyncio.Future[int]] = [kind() for kind in (asyncio.Future, RealFuture, Own, Early)]
        for each in others:
            each.set_result(1)
        futures = [task, asyncio.gather(task), *others]
        assert all(isinstance(each, asyncio.Future) for each in futures)
        assert all(issubclass(type(each), asyncio.Future) for each in futures)
        assert not isinstance(program, asyncio.Future)
        assert [await each for each in others] == [1, 1, 1, 1]
        return [isinstance(each, Own) for each in futures]

    (inside,) = in_world(program)
    outside = asyncio.run(program())

    assert inside == outside == [False, False, False, False, True, False]


def test_what_is_given_to_as_completed_starts_in_the_order_in_which_it_is_given() -> None:
    async def program() -> list[int]:
        started = []

        async def work(number: int) -> int:
            started.append(number)
            await asyncio.sleep(0)
            return number

        done = [await each for each in asyncio.as_completed([work(number) for number in range(50)])]
        assert done == started
        return started

    assert in_world(program) == [list(range(50))]


@pytest.mark.parametrize("kind", NUMBERED, ids=lambda kind: kind.__name__)
def test_what_is_kept_in_sets_has_a_hash_that_stays_and_counts(kind: type) -> None:
    async def program() -> list[int]:
        items = [kind.__new__(kind) for _ in range(3)]  # type: ignore[call-overload]
        hashes = [hash(item) for item in items]
        assert hashes == [hash(item) for item in items]
        return [each - hashes[0] for each in hashes]

    assert in_world(program, program) == [[0, 1, 2], [0, 1, 2]]


def test_a_hash_taken_outside_of_a_world_stays_inside_of_it() -> None:
    events = [asyncio.Event(), asyncio.Event()]
    names = {event: number for number, event in enumerate(events)}

    async def program() -> list[int]:
        return [names[event] for event in events]

    assert in_world(program, program) == [[0, 1], [0, 1]]


@pytest.mark.parametrize("timeout", [None, 5.0, 0.5, 0.0, -1.0])
def test_wait_for_waits_as_it_does_since_3_12(timeout: float | None) -> None:
    async def program() -> tuple[object, float]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            answer: object = await asyncio.wait_for(asyncio.sleep(1, "slept"), timeout)
        except TimeoutError:
            answer = "late"
        return answer, round(loop.time() - began, 6)

    (found,) = in_world(program)

    late = timeout is not None and timeout < 1
    assert found == (("late", max(timeout, 0)) if late and timeout is not None else ("slept", 1))


def test_wait_for_makes_no_task_of_its_own() -> None:
    async def program() -> bool:
        async def who() -> object:
            return asyncio.current_task()

        return await asyncio.wait_for(who(), 1) is asyncio.current_task()

    assert in_world(program) == [True]


def test_a_process_can_signal_its_own_host_and_no_other() -> None:
    numbers: list[int] = []

    async def victim(argv: Sequence[str]) -> None:
        numbers.append(os.getpid())
        await asyncio.sleep(60)

    async def murderer(argv: Sequence[str]) -> None:
        os.kill(numbers[0], signal.SIGKILL)

    async def trial(world: World) -> None:
        process = await world.start("node-1", victim)
        await world.sleep(seconds(1))
        far = await world.start("node-2", murderer)
        assert await far.wait() == 1
        assert process.running
        near = await world.start("node-1", murderer)
        assert await near.wait() == 0
        assert not process.running

    told(trial)


def test_eager_tasks_begin_at_once_and_are_numbered_where_python_has_them() -> None:
    factory = getattr(asyncio, "eager_task_factory", None)

    async def program() -> list[str]:
        asyncio.get_running_loop().set_task_factory(factory)
        order: list[str] = []

        async def work() -> None:
            order.append("begun")
            await asyncio.sleep(1)
            order.append("ended")

        tasks = {asyncio.create_task(work()) for _ in range(2)}
        order.append("made")
        await asyncio.wait(tasks)
        return order

    eager = ["begun", "begun", "made", "ended", "ended"]
    assert in_world(program) == [eager if sys.version_info >= (3, 12) else ["made", *eager[:2], *eager[3:]]]
