"""FastAPI on uvicorn, asked with httpx and websockets: one service, named by text, on hosts of its own."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise

import fastapi  # noqa: F401 - heavy, and imported before the patches as the runner does
import httpx
import uvicorn  # noqa: F401
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from lydite.model import seconds
from lydite.world import World
from tests.compat.programs import shop  # noqa: F401

SHOP = "tests.compat.programs.shop:app"
URL = "http://shop:8000"


async def a_service_answers(world: World) -> None:
    await world.serve("shop", SHOP)
    async with httpx.AsyncClient(base_url=URL) as client:
        taken = await client.post("/orders", json={"item": "tea"}, headers={"x-customer": "ann"})
        wrong = await client.post("/orders", json={"count": "many"})
        refused = await client.post("/orders", json={"item": "tea", "count": 0})
        missing = await client.get("/nothing")
        listed = await client.get("/orders")

    assert taken.status_code == 201
    assert taken.json() == {"number": 2, "host": "shop", "customer": "ann"}
    assert wrong.status_code == 422
    assert refused.json() == {"detail": "order at least one"}
    assert missing.status_code == 404
    assert listed.json() == ["opened", "tea"]


async def endpoints_sleep_side_by_side_in_virtual_time(world: World) -> None:
    await world.serve("shop", SHOP)
    before = time.monotonic()
    async with httpx.AsyncClient(base_url=URL, timeout=30) as client:
        answers = await asyncio.gather(*(client.get(f"/slow/{number}") for number in range(1, 11)))
    took = time.monotonic() - before

    assert [answer.json()["slept"] for answer in answers] == list(range(1, 11))
    assert [float(answer.headers["x-seconds"]) // 1 for answer in answers] == list(range(1, 11))
    assert 10 < took < 10.1
    for answer in answers:
        dated = parsedate_to_datetime(answer.headers["date"])
        told = datetime.fromisoformat(answer.json()["now"])
        assert abs((dated - told).total_seconds()) < 11
        assert abs((dated - datetime.now(UTC)).total_seconds()) < 11


async def the_date_header_follows_the_clock_of_the_host(world: World) -> None:
    await world.serve("shop", SHOP)
    async with httpx.AsyncClient(base_url=URL) as client:
        first = parsedate_to_datetime((await client.get("/orders")).headers["date"])
        world.clock.step("shop", seconds(3_600))
        await world.sleep(seconds(4))  # less than uvicorn keeps an idle connection
        second = parsedate_to_datetime((await client.get("/orders")).headers["date"])

    assert 3_603 <= (second - first).total_seconds() <= 3_605
    assert (second - datetime.now(UTC)).total_seconds() > 3_500


async def endpoints_without_async_run_without_threads(world: World) -> None:
    await world.serve("shop", SHOP)
    async with httpx.AsyncClient(base_url=URL) as client:
        answers = await asyncio.gather(*(client.get(f"/sync/{number}") for number in range(60)))

    assert [answer.json()["square"] for answer in answers] == [number * number for number in range(60)]


async def server_sent_events_arrive_one_by_one(world: World) -> None:
    await world.serve("shop", SHOP)
    async with httpx.AsyncClient(base_url=URL) as client, client.stream("GET", "/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        arrived = [time.monotonic() async for line in stream.aiter_lines() if line.startswith("data: ")]

    gaps = [round(later - sooner, 1) for sooner, later in pairwise(arrived)]
    assert gaps == [1, 1, 1, 1]


async def bodies_come_in_pieces(world: World) -> None:
    await world.serve("shop", SHOP)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 12_345
            await asyncio.sleep(0.2)

    async with httpx.AsyncClient(base_url=URL) as client:
        streamed = await client.post("/size", content=pieces())
        whole = await client.post("/size", content=b"y" * 1_000_000)

    assert streamed.json() == {"size": 123_450}
    assert whole.json() == {"size": 1_000_000}


async def background_tasks_run_after_the_answer(world: World) -> None:
    await world.serve("shop", SHOP)
    before = time.monotonic()
    async with httpx.AsyncClient(base_url=URL) as client:
        assert (await client.post("/mail")).json() == {"sent": 0}
        assert time.monotonic() - before < 1
        await asyncio.sleep(1)
        assert (await client.get("/mail")).json() == ["receipt"]
        await asyncio.sleep(2)
        assert (await client.get("/mail")).json() == ["receipt", "letter"]


async def an_unexpected_error_is_a_500_and_told_on_the_host(world: World) -> None:
    await world.serve("shop", SHOP)
    async with httpx.AsyncClient(base_url=URL) as client:
        assert (await client.get("/broken")).status_code == 500
        await asyncio.sleep(0.1)  # uvicorn hangs up after a failure
        assert (await client.get("/orders")).status_code == 200


async def websockets_talk_both_ways(world: World) -> None:
    await world.serve("shop", SHOP)
    async with connect("ws://shop:8000/echo", proxy=None) as socket:
        for word in ("one", "two", "x" * 100_000):
            await socket.send(word)
            assert json.loads(await socket.recv()) == {"echo": word, "host": "shop"}
    await asyncio.sleep(1)
    async with httpx.AsyncClient(base_url=URL) as client:
        assert (await client.get("/orders")).json() == ["opened", "left with 1000"]

    async with connect("ws://shop:8000/echo", proxy=None, ping_interval=5, ping_timeout=5) as socket:
        world.process.power_off("shop")
        before = time.monotonic()
        try:
            await socket.recv()
        except ConnectionClosed as closed:
            assert closed.rcvd is None
        else:
            raise AssertionError("a dead server answered")
        assert 5 <= time.monotonic() - before <= 21


async def module_globals_belong_to_one_process(world: World) -> None:
    await world.serve("shop", SHOP)
    await world.serve("other", SHOP)
    async with httpx.AsyncClient() as client:
        await client.post("http://shop:8000/orders", json={"item": "tea"})
        mine = (await client.get("http://shop:8000/orders")).json()
        theirs = (await client.get("http://other:8000/orders")).json()
        world.process.crash("shop")
        world.process.revive("shop")
        await world.sleep(seconds(2))
        forgotten = (await client.get("http://shop:8000/orders")).json()

    assert mine == ["opened", "tea"]
    assert theirs == ["opened"]
    assert forgotten == ["opened"]


async def a_stop_is_graceful(world: World) -> None:
    process = await world.serve("shop", SHOP)
    async with httpx.AsyncClient(base_url=URL, timeout=30) as client:
        running = asyncio.create_task(client.get("/slow/3"))
        await asyncio.sleep(1)
        world.process.stop("shop")
        await asyncio.sleep(0.5)
        try:
            await client.get("/orders")
        except httpx.ConnectError:
            pass
        else:
            raise AssertionError("a stopping server took a new connection")
        answer = await running
    await process.wait()

    assert answer.json()["slept"] == 3
    assert process.exit_code in (0, -15)  # type: ignore[attr-defined]
    assert not process.running

    async def look(argv: object) -> None:
        with open("closed.txt", encoding="utf-8") as file:
            assert file.read() == "tidily"

    assert await (await world.start("shop", look)).wait() == 0
