"""Time inside a world is the host's; outside it is this machine's."""

import datetime as dt
import threading
import time
from collections.abc import Sequence

import pytest

from lydite.model import Header, Refused, seconds
from lydite.sim import simulate
from lydite.sim.patches import real
from lydite.world import Clock, World
from tests.sim.patches.inside import in_world

START = 1_767_225_600


def test_every_clock_of_time_starts_where_the_world_starts() -> None:
    def program() -> tuple[object, ...]:
        return (
            time.time_ns(),
            time.monotonic_ns(),
            time.perf_counter_ns(),
            time.process_time_ns(),
            time.thread_time(),
            time.clock_gettime_ns(time.CLOCK_REALTIME),
            time.clock_gettime(time.CLOCK_MONOTONIC),
            time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID),
        )

    told = in_world(program)[0]

    assert told == (START * 10**9, 1000 * 10**9, 1000 * 10**9, 0, 0.0, START * 10**9, 1000.0, 0.0)


def test_calendar_functions_without_argument_tell_the_hosts_date() -> None:
    def program() -> tuple[object, ...]:
        return (
            time.gmtime().tm_year,
            time.ctime(),
            time.asctime(),
            time.strftime("%d"),
            dt.datetime.now(dt.UTC),
            dt.date.today(),
            time.ctime(0),
        )

    told = in_world(program)[0]

    new_year = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    text = "Thu Jan  1 00:00:00 2026"
    assert told == (2026, text, text, "01", new_year, new_year.date(), "Thu Jan  1 00:00:00 1970")


def test_datetime_stays_the_type_that_it_was() -> None:
    class Mine(dt.datetime):
        pass

    told = in_world(lambda: (dt.datetime.now(), Mine.now()))[0]

    assert isinstance(told[0], dt.datetime)
    assert type(told[1]) is Mine


def test_two_hosts_read_two_clocks() -> None:
    seen = {}

    async def trial(world: World) -> None:
        world.host("slow", clock=Clock(offset_ns=seconds(-60), rate=0.5))
        world.host("true")

        async def program(argv: Sequence[str]) -> None:
            seen[argv[0]] = (time.time(), time.monotonic())

        await world.sleep(seconds(10))
        for name in ("slow", "true"):
            await (await world.start(name, program, name)).wait()

    outcome = simulate(trial, Header(trial="clocks", seed=1))

    assert outcome.error is None
    assert seen["true"] == pytest.approx((START + 10, 1010.0), abs=0.01)
    assert seen["slow"] == pytest.approx((START - 60 + 5, 1005.0), abs=0.01)


def test_sleeping_for_real_is_refused_with_the_line_that_did() -> None:
    def program() -> None:
        time.sleep(0.25)

    with pytest.raises(Refused, match=r"time\.sleep\(0\.25\).*test_clocks\.py:\d+.*asyncio\.sleep"):
        in_world(program)


def test_sleeping_for_no_time_is_allowed() -> None:
    assert in_world(lambda: time.sleep(0)) == [None]


def test_outside_of_a_world_time_is_real() -> None:
    in_world(lambda: None)

    assert abs(time.time() - real.time()) < 5
    assert abs(time.monotonic() - real.monotonic()) < 5
    assert time.time() > START + 1000 or time.time() < START - 1000
    time.sleep(0.001)


def test_another_thread_is_outside_of_the_world() -> None:
    wanted, told = threading.Event(), threading.Event()
    seen: list[float] = []

    def watch() -> None:
        wanted.wait()
        seen.extend((time.time(), time.monotonic()))
        told.set()

    thread = threading.Thread(target=watch)
    thread.start()

    def program() -> None:
        wanted.set()
        while not told.is_set():
            real.sleep(0.001)

    in_world(program)
    thread.join()

    assert seen == pytest.approx([real.time(), real.monotonic()], abs=5)
