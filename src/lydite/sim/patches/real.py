"""The real functions, saved before anything stands in for them.

Lydite itself must measure real time, write real files and fork real processes while a world runs.
Whatever it needs for that it takes from here, and from nowhere else: `time.monotonic` answers with
a host's clock inside a world, `real.monotonic` never does. The sweep leaves this module alone.
"""

import _thread
import asyncio
import builtins
import importlib
import os
import random
import signal as _signal
import stat
import sys
import threading
import time as _time

from lydite.sim.context import active_world

monotonic = _time.monotonic
monotonic_ns = _time.monotonic_ns
perf_counter = _time.perf_counter
perf_counter_ns = _time.perf_counter_ns
process_time = _time.process_time
process_time_ns = _time.process_time_ns
thread_time = _time.thread_time
thread_time_ns = _time.thread_time_ns
sleep = _time.sleep
ctime = _time.ctime
asctime = _time.asctime
clock_gettime = _time.clock_gettime
clock_gettime_ns = _time.clock_gettime_ns

open = builtins.open
import_module = importlib.import_module
import_function = builtins.__import__

os_open = os.open
os_close = os.close
os_read = os.read
os_write = os.write
os_stat = os.stat
os_replace = os.replace
os_remove = os.remove
os_fsync = os.fsync
os_pipe = os.pipe
os_listdir = os.listdir
os_getcwd = os.getcwd
fork = os.fork
waitpid = os.waitpid
kill = os.kill
exit_now = os._exit
getpid = os.getpid
cpu_count = os.cpu_count
urandom = os.urandom

signal = _signal.signal
getsignal = _signal.getsignal
setitimer = _signal.setitimer

all_tasks = asyncio.all_tasks

thread_start = threading.Thread.start
start_new_thread = _thread.start_new_thread

shared_random = random._inst
"""The generator behind the functions of `random`, outside a world."""

stdout = sys.stdout
stderr = sys.stderr


def time_ns() -> int:
    """The wall clock of this machine, also while a world runs and `time.time_ns` shows a host's."""
    if active_world() is None:
        return _time.time_ns()
    import _time_machine  # type: ignore[import-not-found]

    original: int = _time_machine.original_time_ns()
    return original


def time() -> float:
    """The wall clock of this machine, in seconds."""
    return time_ns() / 1_000_000_000


def is_file(path: str) -> bool:
    """Is there a file on the disk of this machine?"""
    try:
        return stat.S_ISREG(os_stat(path).st_mode)
    except OSError:
        return False


def names_in(folder: str) -> list[str]:
    """What is in a folder of this machine, in order; nothing if it is no folder."""
    try:
        return sorted(os_listdir(folder))
    except OSError:
        return []
