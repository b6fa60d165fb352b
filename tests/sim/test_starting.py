"""Starting a program and waiting for its port, while faults fell, freeze and revive its host."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lydite.model import ProgramEnded, milliseconds, seconds
from lydite.world import Limits, World
from tests.sim.playing import PORT, ask, echo, play

Main = Callable[[Any], Awaitable[None]]


def after(delay: float, main: Main = echo) -> Main:
    """A program that takes its time before it begins."""

    async def slow(argv: Any) -> None:
        await asyncio.sleep(delay)
        await main(argv)

    return slow


async def answers(host: str) -> bool:
    reader, writer = await asyncio.open_connection(host, PORT)
    return await ask(reader, writer) == b"HELLO\n"


def strike(world: World, verb: str, *, at_ns: int, lasting_ns: int = 0) -> "asyncio.Task[None]":
    """Let a fault befall host a, for a while or for ever."""

    async def fault() -> None:
        await world.sleep(at_ns - world.now_ns)
        bend = getattr(world.process, verb)("a")
        if lasting_ns:
            await world.sleep(lasting_ns)
            bend.lift()

    return asyncio.create_task(fault())


@pytest.mark.parametrize("verb", ["crash", "power_off", "stop", "pause"])
@pytest.mark.parametrize("lasting_ns", [1, seconds(100)])
def test_a_fault_while_a_program_starts_is_waited_out(verb: str, lasting_ns: int) -> None:
    async def trial(world: World) -> None:
        world.host("a")
        fault = strike(world, verb, at_ns=milliseconds(500), lasting_ns=lasting_ns)
        process = await world.start("a", after(1), ready=PORT)
        assert fault.done()
        assert process in world.host("a").processes  # type: ignore[attr-defined]
        assert world.now_ns >= lasting_ns
        assert await answers("a")

    play(trial)


def test_two_faults_in_a_row_are_waited_out() -> None:
    async def trial(world: World) -> None:
        world.host("a")
        faults = [
            strike(world, "crash", at_ns=seconds(1), lasting_ns=seconds(1)),
            strike(world, "power_off", at_ns=seconds(5), lasting_ns=seconds(10)),
        ]
        await world.start("a", after(10), ready=PORT)
        assert all(fault.done() for fault in faults)
        assert seconds(25) <= world.now_ns < seconds(26)
        assert await answers("a")

    play(trial)


def test_a_program_that_dies_by_itself_after_a_fault_is_an_error_with_its_last_words() -> None:
    lives: list[int] = []

    async def fragile(_argv: Any) -> None:
        lives.append(1)
        if len(lives) == 2:
            raise RuntimeError("the lock file is still there")
        await asyncio.sleep(1)

    async def trial(world: World) -> None:
        world.host("a")
        fault = strike(world, "crash", at_ns=milliseconds(500), lasting_ns=seconds(1))
        await world.start("a", fragile, ready=PORT)
        await fault

    outcome = play(trial, fails=True)

    assert isinstance(outcome.error, ProgramEnded)
    assert "exit code 1" in str(outcome.error)
    assert "the lock file is still there" in str(outcome.error)


def test_a_program_that_kills_itself_was_felled_by_no_fault() -> None:
    async def trial(world: World) -> None:
        async def suicidal(_argv: Any) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        await world.start("a", suicidal, ready=PORT)

    outcome = play(trial, fails=True)

    assert isinstance(outcome.error, ProgramEnded)
    assert "exit code -9" in str(outcome.error)


@pytest.mark.parametrize("busy", [True, False])
def test_a_host_that_nobody_revives_is_told_in_the_end(busy: bool) -> None:
    async def trial(world: World) -> None:
        if busy:
            await world.start("b", after(100_000))
        world.host("a")
        fault = strike(world, "crash", at_ns=milliseconds(500))
        await world.start("a", after(1), ready=PORT)
        await fault

    outcome = play(trial, limits=Limits(virtual_ns=seconds(200)), fails=True)

    assert isinstance(outcome.error, ProgramEnded)
    assert "on a, which a fault has taken down and nobody has revived within 100" in str(outcome.error)
    assert "world.process.revive" in str(outcome.error)


@pytest.mark.parametrize("ready", [0, PORT])
def test_what_is_started_on_a_host_without_power_starts_when_the_power_is_back(ready: int) -> None:
    async def trial(world: World) -> None:
        world.host("a")
        fault = strike(world, "power_off", at_ns=milliseconds(500), lasting_ns=milliseconds(9_500))
        await world.sleep(seconds(1))
        process = await world.start("a", echo, ready=ready)
        assert fault.done()
        assert world.host("a").processes == [process]  # type: ignore[attr-defined]
        await world.sleep(seconds(1))
        assert await answers("a")

    play(trial)
