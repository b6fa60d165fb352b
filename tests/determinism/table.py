"""The table of hazards: what a program may do that is not the same twice, and what becomes of it here.

This is the one place where it is written down. The test runs every row; the page
`docs/explanation/determinism.md` shows it.
"""

import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Outcome(StrEnum):
    """What becomes of a hazard in a simulated world."""

    SAME = "same"
    """Every run with the same seed gives the same, in every surrounding."""
    REFUSED = "refused"
    """The run ends with an error that names the program and the line."""
    CAUGHT = "caught"
    """It differs with the surroundings, and the gate shows where."""


SAME, REFUSED, CAUGHT = Outcome.SAME, Outcome.REFUSED, Outcome.CAUGHT


@dataclass(frozen=True, slots=True)
class Row:
    """One hazard: the name of its function, what it is, what becomes of it, and why."""

    name: str
    what: str
    outcome: Outcome
    why: str
    since: tuple[int, int] | None = None
    """From this Python on it is the same."""

    @property
    def expected(self) -> Outcome:
        """What becomes of it on the Python that runs."""
        return SAME if self.since is not None and sys.version_info >= self.since else self.outcome


SORT: Final = "sort it before you walk it, or use a `dict`"

ORDER: Final = (
    Row("nothing", "nothing at all", SAME, "the measure for the others"),
    Row("set_of_str", "walking a set of `str`", CAUGHT, SORT),
    Row("set_of_bytes", "walking a set of `bytes`", CAUGHT, SORT),
    Row("hash_of_str", "`hash()` of a text", CAUGHT, "use `zlib.crc32` or a digest"),
    Row("set_of_records", "walking a set of frozen dataclasses with texts in them", CAUGHT, SORT),
    Row("set_of_enum", "walking a set of `Enum` members", CAUGHT, "they are hashed by their names; " + SORT),
    Row("set_of_int", "walking a set of `int`", SAME, "an `int` is its own hash"),
    Row("sum_over_set", "adding up a set of `float`", SAME, "numbers are hashed by value"),
    Row("dict_order", "walking a `dict`", SAME, "the order of insertion"),
    Row("set_of_objects", "walking a set of plain objects", CAUGHT, "they are hashed by address; " + SORT),
    Row("weak_set_of_objects", "walking a `WeakSet` of plain objects", CAUGHT, "as a set"),
    Row("set_of_types", "walking a set of classes", CAUGHT, "as plain objects"),
    Row("sorted_by_id", "sorting by `id()`", CAUGHT, "sort by something that they are"),
    Row(
        "repr_with_address",
        "a `repr` with an address in it",
        CAUGHT,
        "write a `__repr__`; keep it out of data",
    ),
    Row("hash_of_none", "`hash(None)`, also within tuples", CAUGHT, "an address before 3.12", since=(3, 12)),
    Row("wait_done_set", "the set that `asyncio.wait` returns", SAME, "tasks are numbered"),
    Row("wait_for_gathered", "the same for what `asyncio.gather` returns", SAME, "numbered"),
    Row("set_of_futures", "walking a set of `loop.create_future()`", SAME, "numbered"),
    Row("set_of_bare_futures", "walking a set of `asyncio.Future()`", SAME, "numbered"),
    Row(
        "set_of_streams", "walking a set of `StreamWriter`", SAME, "numbered; so are protocols and transports"
    ),
    Row("set_of_queues", "walking a set of `asyncio.Queue`", SAME, "numbered; so are events and locks"),
    Row("set_of_sockets", "walking a set of sockets", SAME, "numbered"),
    Row(
        "set_of_timers",
        "walking a set of what `call_later` and `call_soon` return",
        SAME,
        "numbered; so are servers",
    ),
    Row("all_tasks", "`asyncio.all_tasks()`", SAME, "the tasks of the process, numbered"),
    Row("task_group_cancel", "in which order a `TaskGroup` cancels", SAME, "a set of tasks"),
    Row("anyio_cancel_order", "in which order anyio cancels", SAME, "its scopes are numbered"),
    Row(
        "anyio_close_order", "whom anyio wakes first when a stream is closed", SAME, "its events are numbered"
    ),
    Row("gather", "`asyncio.gather`", SAME, "the order of its arguments"),
    Row("as_completed", "`asyncio.as_completed`", SAME, "started in the order of its arguments"),
    Row("call_soon", "`call_soon`, `call_later(0)`", SAME, "first come, first served"),
    Row("queue_and_lock", "who gets the item, or the lock", SAME, "first come, first served"),
    Row("weakref_callbacks", "when cyclic garbage is collected", SAME, "at fixed counts of events only"),
    Row(
        "del_order", "in which order `__del__` runs", SAME, "references are counted; `gc.collect()` is yours"
    ),
    Row("async_generator_left_open", "when a left generator is closed", SAME, "when its last reference goes"),
    Row(
        "async_generators_shut_down",
        "in which order `loop.shutdown_asyncgens` closes generators",
        SAME,
        "those of the process, as they were begun",
    ),
)

CHANCE: Final = (
    Row("random_functions", "`random.random()` and its family", SAME, "each process has a generator"),
    Row("random_unseeded", "`random.Random()` without a seed", SAME, "seeded by the world"),
    Row("random_seeded", "`random.Random(7)`", SAME, "is what it is everywhere"),
    Row("early_bound_random", "`from random import random`, bound early", SAME, "references are found"),
    Row(
        "generator_made_at_import", "`Random()` made while a module is imported", SAME, "seeded by each world"
    ),
    Row(
        "uuid_made_at_import", "`uuid4()` called while the trial's file is imported", CAUGHT, "call it later"
    ),
    Row("os_urandom", "`os.urandom`, `os.getrandom`", SAME, "the entropy of the process"),
    Row("secrets_token", "`secrets`", SAME, "made of `os.urandom`"),
    Row("system_random", "`random.SystemRandom`", SAME, "made of `os.urandom`"),
    Row("uuid4", "`uuid.uuid4`", SAME, "made of `os.urandom`"),
    Row("uuid1", "`uuid.uuid1`, `uuid.getnode`", SAME, "clock and address of the host"),
    Row("temporary_names", "names of `tempfile`", SAME, "the entropy of the process"),
    Row("ssl_rand_bytes", "`ssl.RAND_bytes`", SAME, "the entropy of the process"),
    Row("numpy_default_rng", "`numpy.random.default_rng()`", SAME, "made of `secrets`"),
    Row("numpy_legacy", "`numpy.random.random()` and its family", SAME, "each process has a generator"),
    Row("dev_urandom", "reading `/dev/urandom`", REFUSED, "use `os.urandom`"),
)

TIME: Final = (
    Row("time_time", "`time.time`, `time_ns`, `clock_gettime`", SAME, "the wall clock of the host"),
    Row("time_monotonic", "`time.monotonic`, `loop.time`", SAME, "the monotonic clock of the host"),
    Row("time_perf_counter", "`perf_counter`, `process_time`", SAME, "the host's; computing takes no time"),
    Row("early_bound_time", "`from time import time`, bound early", SAME, "references are found"),
    Row("time_read_at_import", "the time, read while the trial's file is imported", CAUGHT, "read it later"),
    Row("datetime_now", "`datetime.now`, `date.today`", SAME, "the wall clock of the host"),
    Row(
        "early_bound_datetime",
        "`from datetime import datetime`, bound early",
        SAME,
        "the type stays the type",
    ),
    Row(
        "gmtime_and_strftime", "`gmtime`, `localtime`, `strftime`, `ctime`", SAME, "the host's clock, in UTC"
    ),
    Row("time_in_libraries", "log records, dates of mails", SAME, "they ask `time`"),
    Row("file_times", "times and numbers of files", SAME, "the host's disk"),
    Row("timeouts", "when a timeout fires", SAME, "to the nanosecond"),
    Row("sleep_in_program", "`time.sleep`", REFUSED, "use `asyncio.sleep`"),
)

MACHINE: Final = (
    Row("process_numbers", "`os.getpid`, `os.getppid`", SAME, "counted by the host"),
    Row("host_name", "`gethostname`, `platform.node`", SAME, "the name of the host"),
    Row("processors", "`os.cpu_count`, the load", SAME, "two processors, idle"),
    Row("working_directory", "`os.getcwd`", SAME, "the root of the host's disk"),
    Row("home_and_user", "home, user, user number", SAME, "every host has the one user `root`"),
    Row("environment", "`os.environ`", SAME, "nothing of this machine's"),
    Row("locale_settings", "locale and encodings", SAME, "`C.UTF-8`"),
    Row("folder_listing", "`os.listdir`, `scandir`, `glob`, `iterdir`", SAME, "sorted"),
    Row("file_is_of_the_host", "files that an earlier run has left", SAME, "a new disk in each world"),
    Row("exception_text", "the text of an exception", SAME, "but other Pythons word it otherwise"),
    Row("module_globals", "module globals", SAME, "a copy for each process of a program named by text"),
    Row("real_network", "connecting to the internet", SAME, "there is none: the name is unknown"),
    Row("to_thread", "`asyncio.to_thread`, `run_in_executor`", SAME, "run at once, without a thread"),
    Row("thread", "`threading.Thread`", REFUSED, "use `asyncio.to_thread`"),
    Row("thread_pool", "`ThreadPoolExecutor`", REFUSED, "use `run_in_executor`"),
    Row("waiting_for_a_thread", "`queue.Queue.get`, `Event.wait`", REFUSED, "use the twins in asyncio"),
    Row(
        "refused_and_swallowed", "the same in a `try` that catches all", REFUSED, "the run ends all the same"
    ),
    Row("process_by_subprocess", "`subprocess`", REFUSED, "start a program on a host"),
    Row("process_by_asyncio", "`asyncio.create_subprocess_exec`", REFUSED, "start a program on a host"),
    Row("process_by_fork", "`os.fork`", REFUSED, "start a program on a host"),
    Row("process_by_multiprocessing", "`multiprocessing`", REFUSED, "start a program on a host"),
    Row("blocking_socket", "blocking sockets, `urllib.request`", REFUSED, "use asyncio, httpx, aiohttp"),
    Row("socket_pair", "`socket.socketpair`", REFUSED, "use `asyncio.Queue`"),
    Row("write_outside", "writing to the machine's own files", REFUSED, "write below the working directory"),
)

LIBRARIES: Final = (
    Row("uvicorn_shutdown", "in which order uvicorn closes connections", SAME, "protocols are numbered"),
    Row("starlette_broadcast", "walking a set of Starlette's `WebSocket`", SAME, "numbered"),
    Row("websockets_broadcast", "`websockets.broadcast` to a set of connections", SAME, "numbered"),
    Row("aiohttp_broadcast", "walking a set of aiohttp's `WebSocketResponse`", SAME, "numbered"),
    Row(
        "aiohttp_session",
        "in which order aiohttp's session closes connections",
        SAME,
        "so is what kept their places",
    ),
)

TABLE: Final = {
    "Order": ORDER,
    "Chance": CHANCE,
    "Time": TIME,
    "The machine": MACHINE,
    "Libraries": LIBRARIES,
}


def as_markdown(rows: tuple[Row, ...]) -> str:
    """One table of the page."""
    lines = ["| what a program does | outcome | why, or what to do |", "|---|---|---|"]
    for row in rows:
        since = "" if row.since is None else f", {SAME} from {row.since[0]}.{row.since[1]} on"
        lines.append(f"| {row.what} | {row.outcome}{since} | {row.why} |")
    return "\n".join(lines)
