"""Signals belong to processes of the world."""

import asyncio
import os
import signal
from collections.abc import Sequence

import pytest

from lydite.model import Header, Refused
from lydite.sim import simulate
from lydite.world import World
from tests.sim.patches.inside import in_world


def test_a_handler_is_called_with_the_signals_number() -> None:
    async def program() -> list[object]:
        seen: list[object] = []
        before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append((number, frame)))
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.01)
        return [before, *seen]

    assert in_world(program) == [[signal.SIG_DFL, (15, None)]]


def test_a_handler_is_the_processes_own() -> None:
    def handler(number: int, frame: object) -> None: ...

    def setting() -> object:
        signal.signal(signal.SIGUSR1, handler)
        return signal.getsignal(signal.SIGUSR1)

    told = in_world(setting, lambda: signal.getsignal(signal.SIGUSR1))

    assert told == [handler, signal.SIG_DFL]
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL


def test_the_default_comes_back_when_it_is_asked_for() -> None:
    def program() -> list[object]:
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        before = signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        return [before, signal.getsignal(signal.SIGUSR1)]

    assert in_world(program) == [[signal.SIG_IGN, signal.SIG_DFL]]


def test_an_ignored_signal_is_ignored() -> None:
    async def program() -> object:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(0.01)
        return signal.getsignal(signal.SIGTERM)

    assert in_world(program) == [signal.SIG_IGN]


def test_what_no_process_can_handle_is_refused_as_ever() -> None:
    def program() -> None:
        with pytest.raises(OSError, match="Invalid argument"):
            signal.signal(signal.SIGKILL, signal.SIG_IGN)

    in_world(program)
    assert in_world(lambda: signal.set_wakeup_fd(-1)) == [-1]


def test_exiting_at_once_runs_nothing_more() -> None:
    ran: list[str] = []
    codes: list[int] = []

    async def trial(world: World) -> None:
        async def program(argv: Sequence[str]) -> None:
            try:
                os._exit(3)
            finally:
                ran.append("finally")

        process = await world.start("node-1", program)
        codes.append(await process.wait())

    outcome = simulate(trial, Header(trial="exit", seed=1))

    assert outcome.error is None
    assert codes == [3]


def test_signal_zero_only_asks_whether_a_process_is_there() -> None:
    async def program() -> list[object]:
        os.kill(os.getpid(), 0)
        await asyncio.sleep(0.01)
        with pytest.raises(ProcessLookupError):
            os.kill(99_999, 0)
        signal.signal(signal.SIGTERM, lambda number, _frame: seen.append(number))
        os.kill(os.getpid(), 0)
        await asyncio.sleep(0.01)
        return seen

    seen: list[object] = []

    assert in_world(program) == [[]]


ENDING = [
    *(signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGQUIT, signal.SIGALRM),
    *(signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV, signal.SIGRTMIN, signal.SIGRTMIN + 1),
]
HARMLESS = [
    *(signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH, signal.SIGPIPE),
    *(signal.SIGXFSZ, signal.SIGSTOP, signal.SIGTSTP),
]


def code_after(number: int, *, sent_by_itself: bool) -> tuple[int, list[str]]:
    """The exit code of a program that gets a signal, and what it did after it."""
    did: list[str] = []
    codes: list[int] = []

    async def trial(world: World) -> None:
        async def program(_argv: Sequence[str]) -> None:
            if sent_by_itself:
                os.kill(os.getpid(), number)
                did.append("went on")
            await asyncio.sleep(1)
            did.append("woke up")

        async def neighbour(argv: Sequence[str]) -> None:
            os.kill(int(argv[0]), number)

        process = await world.start("node-1", program)
        if not sent_by_itself:
            await world.start("node-1", neighbour, str(process.pid))  # type: ignore[attr-defined]
        codes.append(await process.wait())

    outcome = simulate(trial, Header(trial="signals", seed=1))

    assert outcome.error is None
    return codes[0], did


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_without_a_handler_ends_the_process(number: int) -> None:
    assert code_after(number, sent_by_itself=False) == (-number, [])


@pytest.mark.parametrize("number", ENDING)
def test_who_sends_such_a_signal_to_itself_does_nothing_more(number: int) -> None:
    assert code_after(number, sent_by_itself=True) == (-number, [])


@pytest.mark.parametrize("number", HARMLESS)
def test_signals_that_the_kernel_or_python_ignores_end_nobody(number: int) -> None:
    assert code_after(number, sent_by_itself=False) == (0, ["woke up"])
    assert code_after(number, sent_by_itself=True) == (0, ["went on", "woke up"])


def test_a_number_that_is_no_signal_is_an_error() -> None:
    def program() -> None:
        with pytest.raises(OSError, match="Invalid argument"):
            os.kill(os.getpid(), 1000)

    in_world(program)


def test_the_trial_does_not_end_itself_by_a_signal() -> None:
    async def trial(_world: World) -> None:
        os.kill(os.getpid(), signal.SIGUSR1)

    outcome = simulate(trial, Header(trial="signals", seed=1))

    assert isinstance(outcome.error, Refused)
    assert "SIGUSR1 would end the trial" in str(outcome.error)
