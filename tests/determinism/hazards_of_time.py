"""Hazards of time: every way to ask how late it is."""

import asyncio
import datetime
import email.utils
import logging
import os
import sys
import time
from pathlib import Path

from lydite.model import Plain
from tests.determinism.hazard import hazard

READ_AT_IMPORT = time.time_ns()


@hazard
async def time_time() -> Plain:
    await asyncio.sleep(1.5)
    return [time.time(), time.time_ns(), time.clock_gettime(time.CLOCK_REALTIME)]


@hazard
async def time_monotonic() -> Plain:
    await asyncio.sleep(1.5)
    return [time.monotonic(), time.monotonic_ns(), asyncio.get_running_loop().time()]


@hazard
async def time_perf_counter() -> Plain:
    return [time.perf_counter(), time.perf_counter_ns(), time.process_time(), time.thread_time()]


@hazard
async def early_bound_time() -> Plain:
    early = sys.modules["sitecustomize"]
    held = [read() for read in early.HELD]
    return [early.time(), early.monotonic(), early.Clock.read(), early.stamp(), early.later(), held]


@hazard
async def time_read_at_import() -> Plain:
    return READ_AT_IMPORT


@hazard
async def datetime_now() -> Plain:
    now = datetime.datetime.now(datetime.UTC)
    return [str(datetime.datetime.now()), str(now), str(datetime.date.today()), str(now.astimezone())]


@hazard
async def early_bound_datetime() -> Plain:
    early = sys.modules["sitecustomize"]
    return [str(early.datetime.now()), isinstance(early.datetime.now(), datetime.datetime)]


@hazard
async def gmtime_and_strftime() -> Plain:
    return [list(time.gmtime()), list(time.localtime()), time.strftime("%c"), time.ctime(), time.asctime()]


@hazard
async def time_in_libraries() -> Plain:
    record = logging.LogRecord("name", logging.INFO, "file", 1, "text", None, None)
    return [record.created, email.utils.formatdate(), email.utils.make_msgid(domain="node")]


@hazard
async def file_times() -> Plain:
    path = Path("a.txt")
    path.write_text("text")
    found = path.stat()
    return [found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev, found.st_uid]


@hazard
async def sleep_in_program() -> Plain:
    time.sleep(1)
    return "slept"


@hazard
async def timeouts() -> Plain:
    loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(2.5):
            await asyncio.Event().wait()
    except TimeoutError:
        return [loop.time() - began, os.times().elapsed]
    return "no timeout"
