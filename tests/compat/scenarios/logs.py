"""Logging: the standard library's and structlog's, with the time of the host."""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from lydite.model import seconds
from lydite.world import Clock, World


def last_words(world: World, host: str) -> list[str]:
    """What the programs of a host have printed."""
    return [text for _, _, text in world.host(host).last_words]  # type: ignore[attr-defined]


async def log_each_second(argv: Sequence[str]) -> None:
    """Three lines with the time, as most programs write them."""
    log = logging.getLogger(f"of.{argv[0]}")
    handler = logging.StreamHandler(sys.stdout)
    formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    for number in range(3):
        log.info("line %d", number)
        log.debug("not shown")
        await asyncio.sleep(1)
    try:
        raise LookupError("told with its traceback")
    except LookupError:
        log.exception("failed")


async def logging_shows_virtual_time(world: World) -> None:
    began = datetime.now(UTC)
    await world.start("a", log_each_second, "a")
    await world.sleep(seconds(5))
    told = last_words(world, "a")

    times = [datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f").replace(tzinfo=UTC) for line in told[:3]]
    assert [line[24:] for line in told[:3]] == [f"INFO of.a line {number}" for number in range(3)]
    assert [round((moment - began).total_seconds(), 2) for moment in times] == [0, 1, 2]
    assert told[3].endswith("ERROR of.a failed")
    assert told[-1] == "LookupError: told with its traceback"
    world.note("told", lines=[line for line in told if "File" not in line])


async def log_structures(argv: Sequence[str]) -> None:
    """Lines of JSON, with a time and a bound context."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(host=argv[0])
    log = structlog.get_logger().bind(part="ledger")
    for number in range(3):
        log.info("block", height=number)
        await asyncio.sleep(10)


async def structlog_shows_virtual_time(world: World) -> None:
    world.host("late", clock=Clock(offset_ns=seconds(-7_200)))
    began = datetime.now(UTC)
    await world.start("a", log_structures, "a")
    await world.start("late", log_structures, "late")
    await world.sleep(seconds(60))
    mine = [json.loads(line) for line in last_words(world, "a")]
    theirs = [json.loads(line) for line in last_words(world, "late")]

    assert [line["height"] for line in mine] == [0, 1, 2]
    assert {line["host"] for line in mine} == {"a"}
    assert {line["host"] for line in theirs} == {"late"}
    assert {line["part"] for line in mine} == {"ledger"}
    gaps = [datetime.fromisoformat(line["timestamp"]) - began for line in mine]
    assert [round(gap.total_seconds(), 2) for gap in gaps] == [0, 10, 20]
    behind = [datetime.fromisoformat(line["timestamp"]) - began for line in theirs]
    assert [round(gap.total_seconds(), 2) for gap in behind] == [-7_200, -7_190, -7_180]
