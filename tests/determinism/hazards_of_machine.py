"""Hazards of the machine: what a program may learn from it, and what would run outside of the world."""

import asyncio
import concurrent.futures
import getpass
import glob
import locale
import multiprocessing
import os
import platform
import queue
import socket
import subprocess
import sys
import threading
import traceback
import urllib.request
from pathlib import Path

from lydite.harness import Trial
from lydite.model import Plain
from lydite.world import World
from tests.determinism.hazard import HAZARDS, TOLD, hazard


@hazard
async def process_numbers() -> Plain:
    return [os.getpid(), os.getppid(), sys.modules["sitecustomize"].getpid()]


@hazard
async def host_name() -> Plain:
    return [socket.gethostname(), socket.getfqdn(), os.uname().nodename, platform.node()]


@hazard
async def processors() -> Plain:
    return [os.cpu_count(), len(os.sched_getaffinity(0)), multiprocessing.cpu_count(), os.getloadavg()]


@hazard
async def working_directory() -> Plain:
    return [str(Path.cwd()), str(Path("a.txt").resolve()), os.path.abspath("b")]


@hazard
async def home_and_user() -> Plain:
    return [str(Path.home()), getpass.getuser(), os.getuid(), os.getgroups()]


@hazard
async def environment() -> Plain:
    return dict(os.environ)


@hazard
async def locale_settings() -> Plain:
    return [str(locale.getlocale()), f"{1234567.5:n}", locale.getpreferredencoding(), sys.stdout.encoding]


@hazard
async def folder_listing() -> Plain:
    for number in (7, 3, 11, 1, 20, 5):
        Path(f"{number}.txt").touch()
    scanned = [entry.name for entry in os.scandir(".")]
    return [os.listdir("."), scanned, glob.glob("*"), [path.name for path in Path().iterdir()]]


@hazard
async def file_is_of_the_host() -> Plain:
    path = Path("/tmp/written-by-a-hazard")
    there = path.exists()
    path.write_text("text")
    return [there, path.read_text(), Path("/proc/self/stat").exists()]


@hazard
async def exception_text() -> Plain:
    try:
        Path("missing.txt").read_text()
    except OSError as error:
        return [str(error), traceback.format_exc().splitlines()[-1]]
    return "no error"


@hazard
async def real_network() -> Plain:
    answers: list[Plain] = []
    for host in ("example.com", "198.51.100.7"):
        try:
            await asyncio.open_connection(host, 80)
        except OSError as error:
            answers.append([type(error).__name__, error.errno])
    return answers


async def module_globals(world: World) -> None:
    """Two hosts, and a second start on the first: each counts from one."""
    codes = []
    for host in ("node-1", "node-2", "node-1"):
        process = await world.start(host, "tests.determinism.counting:main")
        codes.append(await process.wait())
    world.note(TOLD, code=0, answers=[list(codes)])


HAZARDS["module_globals"] = Trial(name="module_globals", run=module_globals)


# -- what would leave the world


@hazard
async def to_thread() -> Plain:
    loop = asyncio.get_running_loop()
    calls = [loop.run_in_executor(None, pow, number, 2) for number in range(9)]
    return [*await asyncio.gather(*calls), await asyncio.to_thread(pow, 3, 3)]


@hazard
async def thread() -> Plain:
    threading.Thread(target=print).start()
    return "started"


@hazard
async def thread_pool() -> Plain:
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return pool.submit(pow, 2, 2).result()


@hazard
async def waiting_for_a_thread() -> Plain:
    return str(queue.Queue[int]().get())


@hazard
async def refused_and_swallowed() -> Plain:
    try:
        threading.Timer(1, print).start()
    except Exception:
        return "as if nothing had been"
    return "started"


@hazard
async def process_by_subprocess() -> Plain:
    return subprocess.run(["date"], capture_output=True, check=False).stdout.decode()


@hazard
async def process_by_asyncio() -> Plain:
    process = await asyncio.create_subprocess_exec("date", stdout=subprocess.PIPE)
    return (await process.communicate())[0].decode()


@hazard
async def process_by_fork() -> Plain:
    return os.fork()


@hazard
async def process_by_multiprocessing() -> Plain:
    process = multiprocessing.get_context("spawn").Process(target=print)
    process.start()
    return "started"


@hazard
async def blocking_socket() -> Plain:
    with urllib.request.urlopen("http://node-1:8000/", timeout=1) as answer:
        return int(answer.status)


@hazard
async def socket_pair() -> Plain:
    return [end.fileno() for end in socket.socketpair()]


@hazard
async def write_outside() -> Plain:
    return Path("/etc/written-by-a-hazard").write_text("text")
