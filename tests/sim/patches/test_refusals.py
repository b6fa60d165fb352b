"""Threads and other programs are refused, naming who, where and what to do instead."""

import _thread
import concurrent.futures
import multiprocessing
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable

import pytest

from lydite.model import Refused
from tests.sim.patches.inside import in_world


def nothing() -> None:
    pass


THREADS: dict[str, Callable[[], object]] = {
    "Thread": lambda: threading.Thread(target=nothing).start(),
    "Timer": lambda: threading.Timer(1, nothing).start(),
    "executor": lambda: concurrent.futures.ThreadPoolExecutor().submit(nothing),
    "_thread": lambda: _thread.start_new_thread(nothing, ()),
}
WAITS: dict[str, Callable[[], object]] = {
    "Event": lambda: threading.Event().wait(1),
    "Queue": lambda: queue.Queue[int]().get(timeout=1),
    "Future": lambda: concurrent.futures.Future[int]().result(1),
}
PROGRAMS: dict[str, Callable[[], object]] = {
    "run": lambda: subprocess.run(["true"], check=False),
    "system": lambda: os.system("true"),
    "popen": lambda: os.popen("true"),
    "fork": lambda: print(os.fork()),
    "posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "execv": lambda: os.execv("/bin/true", ["true"]),
    "spawn": lambda: os.spawnv(os.P_WAIT, "/bin/true", ["true"]),
    "process": lambda: multiprocessing.get_context("spawn").Process(target=nothing).start(),
}
SIGNALS: dict[str, Callable[[], object]] = {
    "alarm": lambda: signal.alarm(1),
    "setitimer": lambda: signal.setitimer(signal.ITIMER_REAL, 1),
    "sigwait": lambda: signal.sigwait([signal.SIGTERM]),
}


@pytest.mark.parametrize("name", THREADS)
def test_a_thread_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"on node-1: a thread.*test_refusals\.py:\d+.*asyncio\.to_thread"):
        in_world(THREADS[name])


@pytest.mark.parametrize("name", WAITS)
def test_waiting_for_a_thread_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"waited for another thread.*test_refusals\.py:\d+.*asyncio\.Event"):
        in_world(WAITS[name])


@pytest.mark.parametrize("name", PROGRAMS)
def test_another_program_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"would have started.*test_refusals\.py:\d+.*start the other program"):
        in_world(PROGRAMS[name])


@pytest.mark.parametrize("name", SIGNALS)
def test_waiting_for_a_real_signal_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"signal\..*test_refusals\.py:\d+.*call_later"):
        in_world(SIGNALS[name])


def test_a_refusal_that_the_program_swallows_still_ends_the_run() -> None:
    def program() -> None:
        try:
            threading.Thread(target=nothing).start()
        except Exception:
            return

    with pytest.raises(Refused, match="a thread of"):
        in_world(program)


def test_outside_of_a_world_threads_and_programs_start() -> None:
    in_world(nothing)
    ran = threading.Event()

    thread = threading.Thread(target=ran.set)
    thread.start()
    thread.join()

    assert ran.wait(1)
    assert subprocess.run(["true"], check=False).returncode == 0
    assert os.system("true") == 0
