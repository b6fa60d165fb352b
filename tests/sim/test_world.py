"""The world itself: time, order, hosts, processes, and the ways in which a run ends badly."""

import asyncio
import atexit
import os
import signal
import sys
import threading
import time
from typing import Any

import pytest

from lydite.model import (
    Blocked,
    BudgetSpent,
    Deadlock,
    InputError,
    Kind,
    ProgramEnded,
    Refused,
    minutes,
    seconds,
)
from lydite.sim.patches import real
from lydite.world import Clock, Limits, World
from tests.sim.playing import PORT, ask, echo, play


def test_time_stands_still_while_python_runs_and_jumps_when_all_wait() -> None:
    async def trial(world: World) -> None:
        begun = world.now_ns
        for _ in range(100_000):
            pass
        assert world.now_ns == begun
        await asyncio.sleep(86_400)
        assert world.now_ns == begun + seconds(86_400)

    begun = time.monotonic()
    play(trial, limits=Limits(virtual_ns=minutes(24 * 60 + 1)))
    assert time.monotonic() - begun < 5


def test_the_same_seed_gives_the_same_trace_and_another_seed_another() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        reader, writer = await asyncio.open_connection("a", PORT)
        for _ in range(5):
            await ask(reader, writer)

    digests = [play(trial, seed=seed).digest for seed in (1, 1, 2)]

    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_hosts_at_an_equal_instant_take_turns_as_the_seed_wants_it() -> None:
    orders = []
    for seed in range(8):
        order: list[str] = []

        async def trial(world: World, order: list[str] = order) -> None:
            def program(name: str) -> Any:
                async def main(_argv: Any) -> None:
                    for number in range(3):
                        await asyncio.sleep(1)
                        order.append(f"{name}{number}")

                return main

            for name in ("a", "b", "c", "d"):
                await world.start(name, program(name))
            await asyncio.sleep(10)

        play(trial, seed=seed)
        orders.append(tuple(order))

    assert len(set(orders)) > 4
    assert all([step[0] for step in order if step[1] == "0"] != [] for order in orders)


def test_within_a_host_first_come_is_first_served() -> None:
    order: list[int] = []

    async def program(_argv: Any) -> None:
        loop = asyncio.get_running_loop()
        for number in range(20):
            loop.call_later(1, order.append, number)
        await asyncio.sleep(2)

    async def trial(world: World) -> None:
        await (await world.start("a", program)).wait()

    play(trial)

    assert order == list(range(20))


def test_a_host_has_its_own_clock_name_and_number() -> None:
    told: dict[str, Any] = {}

    async def tell(_argv: Any) -> None:
        told[os.uname().nodename] = (time.time(), os.getpid())

    async def trial(world: World) -> None:
        world.host("late", clock=Clock(offset_ns=-seconds(60)))
        await world.start("late", tell)
        await world.start("exact", tell)
        await asyncio.sleep(1)

    play(trial)

    assert told["exact"][0] - told["late"][0] == pytest.approx(60)
    assert told["exact"][1] != told["late"][1]


def test_an_exit_code_says_how_a_program_ended() -> None:
    async def fine(_argv: Any) -> None:
        pass

    async def leaves(_argv: Any) -> None:
        sys.exit(3)

    async def complains(_argv: Any) -> None:
        sys.exit("no configuration")

    async def fails(_argv: Any) -> None:
        raise ValueError("broken on purpose")

    async def task_leaves(_argv: Any) -> None:
        async def leave() -> None:
            sys.exit(4)

        task = asyncio.ensure_future(leave())
        await asyncio.sleep(5)
        await task

    programs = (fine, leaves, complains, fails, task_leaves)

    async def trial(world: World) -> None:
        codes = [await (await world.start("a", each)).wait() for each in programs]
        assert codes == [0, 3, 1, 1, 4]

    outcome = play(trial)

    assert "ValueError: broken on purpose" in str(outcome.last_words["a"])


def test_a_program_that_ends_cancels_its_tasks_and_runs_their_finally() -> None:
    ends: list[str] = []

    async def program(_argv: Any) -> None:
        async def work() -> None:
            try:
                await asyncio.sleep(3600)
            finally:
                ends.append("tidied")

        task = asyncio.ensure_future(work())
        await asyncio.sleep(1)
        del task

    async def trial(world: World) -> None:
        await (await world.start("a", program)).wait()

    play(trial)

    assert ends == ["tidied"]


def test_a_killed_program_runs_nothing_more_not_even_finally() -> None:
    ends: list[str] = []

    async def program(_argv: Any) -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ends.append("tidied")

    async def trial(world: World) -> None:
        await world.start("a", program)
        await asyncio.sleep(1)
        world.process.crash("a")
        await asyncio.sleep(7200)

    play(trial, limits=Limits(virtual_ns=minutes(180)))

    assert ends == []


def test_everything_waiting_for_ever_is_reported_with_the_places() -> None:
    async def trial(world: World) -> None:
        async def wait(_argv: Any) -> None:
            await asyncio.Event().wait()

        await world.start("a", wait)
        await asyncio.Event().wait()

    outcome = play(trial, fails=True)

    assert isinstance(outcome.error, Deadlock)
    assert "tester waits at" in str(outcome.error)
    assert "a waits at" in str(outcome.error)
    assert f"{__file__}:" in str(outcome.error)


def test_a_run_that_never_ends_spends_its_virtual_time() -> None:
    async def trial(_world: World) -> None:
        while True:
            await asyncio.sleep(1)

    outcome = play(trial, limits=Limits(virtual_ns=seconds(100)), fails=True)

    assert isinstance(outcome.error, BudgetSpent)
    assert "100 s" in str(outcome.error)


def test_a_run_that_spins_without_time_spends_its_events() -> None:
    async def trial(_world: World) -> None:
        while True:
            await asyncio.sleep(0)

    outcome = play(trial, limits=Limits(events=10_000), fails=True)

    assert isinstance(outcome.error, BudgetSpent)
    assert "10,000" in str(outcome.error)


def test_short_steps_may_take_longer_together_than_one_may() -> None:
    async def toil(_argv: Any) -> None:
        # On a busy machine the watchdog looks once in each step, and sees another one each time.
        alarm: Any = real.getsignal(signal.SIGALRM)
        for _ in range(10):
            alarm(signal.SIGALRM, sys._getframe())
            await asyncio.sleep(0.001)

    async def trial(world: World) -> None:
        process = await world.start("a", toil)
        assert await process.wait() == 0

    outcome = play(trial)

    assert outcome.events < 1000


def test_a_step_that_never_comes_back_is_named() -> None:
    async def spin(_argv: Any) -> None:
        while True:
            pass

    async def trial(world: World) -> None:
        await world.start("a", spin)
        await asyncio.sleep(5)

    outcome = play(trial, limits=Limits(blocked_ns=seconds(0.3)), fails=True)

    assert isinstance(outcome.error, Blocked)
    assert "spin on a" in str(outcome.error)
    assert f"{__file__}:" in str(outcome.error)


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (lambda: threading.Thread(target=print).start(), "thread"),
        (lambda: time.sleep(1), "slept for real"),
        (lambda: os.system("true"), "true"),
    ],
)
def test_what_a_world_cannot_carry_out_is_refused_with_the_culprit(deed: Any, words: str) -> None:
    async def program(_argv: Any) -> None:
        try:
            deed()
        except Exception:
            await asyncio.sleep(10)

    async def trial(world: World) -> None:
        await world.start("node-7", program)
        await asyncio.sleep(100)

    outcome = play(trial, fails=True)

    assert isinstance(outcome.error, Refused)
    assert words in str(outcome.error)
    assert "node-7" in str(outcome.error)
    assert f"{__file__}:" in str(outcome.error)
    assert outcome.error.remedy


def test_a_program_that_dies_before_it_listens_is_an_error_of_the_run() -> None:
    async def die(_argv: Any) -> None:
        raise OSError("no configuration file")

    async def trial(world: World) -> None:
        await world.start("a", die, ready=PORT)

    outcome = play(trial, fails=True)

    assert isinstance(outcome.error, ProgramEnded)
    assert "exit code 1" in str(outcome.error)
    assert "no configuration file" in str(outcome.error)


@pytest.mark.parametrize("name", ["Node", "1", "a_b", "-a", "a-", "", "x" * 64])
def test_host_names_are_names_of_hosts(name: str) -> None:
    async def trial(world: World) -> None:
        with pytest.raises(InputError, match="is not a host name"):
            world.host(name)

    play(trial)


def test_a_host_is_described_once() -> None:
    async def trial(world: World) -> None:
        made = world.host("a", region="eu")
        assert world.host("a") is made
        with pytest.raises(InputError, match="exists already"):
            world.host("a", region="us")

    play(trial)


def test_notes_and_checks_are_in_the_story_in_order() -> None:
    async def trial(world: World) -> None:
        world.note("height", value=3)
        assert world.always("positive", True, value=1)
        assert not world.sometimes("rare", False)

    outcome = play(trial)

    told = [(event.kind, event.fields["name"]) for event in outcome.story]
    assert told == [(Kind.NOTE, "height"), (Kind.CHECK, "positive"), (Kind.CHECK, "rare")]
    assert outcome.story[0].fields["facts"] == {"value": 3}


def test_an_event_that_is_more_moves_no_draw_of_others() -> None:
    def trial_with(extra: int) -> Any:
        drawn: dict[str, list[int]] = {}

        async def trial(world: World) -> None:
            async def program(_argv: Any) -> None:
                drawn[os.uname().nodename] = [int.from_bytes(os.urandom(8), "big") for _ in range(3)]

            for number in range(extra):
                world.host(f"extra-{number}")
                await world.start(f"extra-{number}", program)
            await world.start("a", program)
            await asyncio.sleep(1)

        play(trial)
        return drawn["a"]

    assert trial_with(0) == trial_with(3)


def test_a_program_that_ends_runs_its_exit_handlers_and_a_killed_one_does_not() -> None:
    ran: list[str] = []

    async def program(argv: Any) -> None:
        atexit.register(ran.append, argv[0])
        sys.stdout.write("no newline at the end")
        await asyncio.sleep(float(argv[1]))

    async def trial(world: World) -> None:
        ended = await world.start("a", program, "ended", "1")
        await world.start("b", program, "killed", "60")
        await ended.wait()
        world.process.crash("b")

    outcome = play(trial)

    assert ran == ["ended"]
    assert "no newline at the end" in str(outcome.last_words["a"])
