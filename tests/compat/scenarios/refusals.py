"""What no world can carry out: the run ends with a sentence that names the program, the place and the remedy.

Each of these swallows the exception too, as careless programs do. The run ends with it all the same.
"""

import asyncio
import functools
import multiprocessing
import os
import queue
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from lydite.model import seconds
from lydite.world import World

Trial = Callable[[World], Awaitable[None]]


def refused(told: str) -> Callable[[Trial], Trial]:
    """The trial is refused, and this is told."""

    def mark(trial: Trial) -> Trial:
        @functools.wraps(trial)
        async def marked(world: World) -> None:
            await trial(world)

        marked.refused = told  # type: ignore[attr-defined]
        return marked

    return mark


async def careless(world: World, call: Callable[[], object]) -> None:
    """Let a program do it, and swallow what comes of it."""

    async def main(argv: object) -> None:
        try:
            call()
        except Exception as error:
            print(error)

    await world.start("careless", main)
    await world.sleep(seconds(10))


@refused("a thread of builtins.print would have been started")
async def a_thread(world: World) -> None:
    await careless(world, threading.Thread(target=print).start)


@refused("a thread")
async def a_pool_of_threads(world: World) -> None:
    await careless(world, lambda: ThreadPoolExecutor().submit(print))


@refused("would have started")
async def a_pool_of_processes(world: World) -> None:
    await careless(world, lambda: ProcessPoolExecutor(1).submit(print))


@refused("multiprocessing would have started the process")
async def a_process(world: World) -> None:
    await careless(world, multiprocessing.Process(target=print).start)


@refused("subprocess would have started ['true']")
async def a_subprocess(world: World) -> None:
    await careless(world, lambda: subprocess.run(["true"], check=True))


@refused("a subprocess was started")
async def a_subprocess_of_asyncio(world: World) -> None:
    async def main(argv: object) -> None:
        await asyncio.create_subprocess_exec("true")

    await world.start("careless", main)
    await world.sleep(seconds(10))


@refused("loop.add_reader()")
async def a_watched_descriptor(world: World) -> None:
    await careless(world, lambda: asyncio.get_running_loop().add_reader(0, print))


@refused("a datagram socket was used by hand")
async def a_datagram_socket_by_hand(world: World) -> None:
    sock = functools.partial(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)
    await careless(world, lambda: asyncio.get_running_loop().sock_recvfrom(sock(), 10))


@refused("os.fork")
async def a_fork(world: World) -> None:
    await careless(world, os.fork)


@refused("os.system would have started a program 'true'")
async def a_shell(world: World) -> None:
    await careless(world, lambda: os.system("true"))


@refused("time.sleep(1) would have slept for real")
async def a_real_sleep(world: World) -> None:
    await careless(world, lambda: time.sleep(1))


@refused("socket.connect() would block")
async def a_blocking_connection(world: World) -> None:
    await careless(world, lambda: socket.create_connection(("careless", 80)))


@refused("socket.connect() would block")
async def a_blocking_http_request(world: World) -> None:
    await careless(world, lambda: urllib.request.urlopen("http://careless/"))


@refused("TLS was asked of a socket")
async def a_blocking_tls_socket(world: World) -> None:
    await careless(
        world, lambda: ssl.create_default_context().wrap_socket(socket.socket(), server_hostname="a")
    )


@refused("waited for another thread")
async def a_queue_between_threads(world: World) -> None:
    await careless(world, lambda: queue.Queue[int]().get())


@refused("a pair of real sockets")
async def a_pair_of_sockets(world: World) -> None:
    await careless(world, socket.socketpair)


@refused("signal.alarm")
async def an_alarm(world: World) -> None:
    await careless(world, lambda: signal.alarm(1))


@refused("on the real machine")
async def a_file_of_the_machine(world: World) -> None:
    await careless(world, lambda: open("/usr/lydite-was-here", "w", encoding="utf-8"))
