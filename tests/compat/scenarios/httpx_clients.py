"""httpx when the world goes wrong: timeouts, refusals, and connections that died while nobody looked."""

import asyncio
import time

import httpx
import pytest

from lydite.model import seconds
from lydite.world import World
from tests.compat.programs import shop  # noqa: F401 - imported before the patches

SHOP = "tests.compat.programs.shop:app"
URL = "http://shop:8000"


async def a_cut_a_heal_and_a_crash(world: World) -> None:
    await world.serve("shop", SHOP)
    told: list[object] = []
    async with httpx.AsyncClient(base_url=URL, timeout=5) as client:
        told.append((await client.get("/orders")).status_code)
        with world.network.cut("tester", "shop"):
            before = time.monotonic()
            try:
                await client.get("/orders")
            except httpx.HTTPError as error:
                told.append((type(error).__name__, round(time.monotonic() - before, 9)))
        told.append((await client.get("/orders")).status_code)
    world.process.crash("shop")
    async with httpx.AsyncClient(base_url=URL, timeout=5) as client:
        try:
            await client.get("/orders")
        except httpx.HTTPError as error:
            told.append(type(error).__name__)

    assert told == [200, ("ReadTimeout", 5.0), 200, "ConnectError"]


async def a_cut_from_the_start_is_a_connect_timeout(world: World) -> None:
    await world.serve("shop", SHOP)
    with world.network.cut("tester", "shop"):
        before = time.monotonic()
        async with httpx.AsyncClient(base_url=URL, timeout=httpx.Timeout(60, connect=3)) as client:
            with pytest.raises(httpx.ConnectTimeout):
                await client.get("/orders")
        assert round(time.monotonic() - before, 6) == 3


async def connections_are_kept_and_used_again(world: World) -> None:
    await world.serve("shop", SHOP)
    ports = []
    async with httpx.AsyncClient(base_url=URL) as client:
        for _ in range(5):
            answer = await client.get("/orders")
            ports.append(answer.extensions["network_stream"].get_extra_info("client_addr")[1])

    assert len(set(ports)) == 1


async def a_kept_connection_to_a_restarted_server_is_noticed(world: World) -> None:
    """The pool polls the socket before it uses it again: it must see that the server has hung up."""
    await world.serve("shop", SHOP)
    async with httpx.AsyncClient(base_url=URL) as client:
        assert (await client.get("/orders")).status_code == 200
        with world.process.crash("shop"):
            await world.sleep(seconds(1))
        await world.sleep(seconds(2))
        assert (await client.get("/orders")).status_code == 200


async def a_pool_has_so_many_connections(world: World) -> None:
    await world.serve("shop", SHOP)
    limits = httpx.Limits(max_connections=2)
    before = time.monotonic()
    async with httpx.AsyncClient(base_url=URL, limits=limits, timeout=30) as client:
        await asyncio.gather(*(client.get("/slow/1") for _ in range(6)))
        took = time.monotonic() - before
        with pytest.raises(httpx.PoolTimeout):
            await asyncio.gather(*(client.get("/slow/4", timeout=httpx.Timeout(9, pool=1)) for _ in range(3)))

    assert 3 < took < 3.2


async def a_name_that_nobody_has(world: World) -> None:
    await world.serve("shop", SHOP)
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://nobody:8000/")
        with world.network.forget("shop"), pytest.raises(httpx.ConnectError):
            await client.get(f"{URL}/orders")
        assert (await client.get(f"{URL}/orders")).status_code == 200


async def a_server_that_dies_in_the_middle_of_an_answer(world: World) -> None:
    await world.serve("shop", SHOP)
    lines = []
    async with httpx.AsyncClient(base_url=URL) as client:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            async with client.stream("GET", "/events") as stream:
                async for line in stream.aiter_lines():
                    lines.append(line)
                    if len(lines) == 4:
                        world.process.crash("shop")

    assert len(lines) >= 4


async def a_paused_server_answers_when_it_is_awake_again(world: World) -> None:
    await world.serve("shop", SHOP)
    async with httpx.AsyncClient(base_url=URL, timeout=60) as client:
        load = [asyncio.create_task(client.get("/slow/0.5")) for _ in range(20)]
        await asyncio.sleep(0.2)
        with world.process.pause("shop"):
            await world.sleep(seconds(10))
            assert not any(task.done() for task in load)
        before = time.monotonic()
        answers = await asyncio.gather(*load)

    assert all(answer.status_code == 200 for answer in answers)
    assert time.monotonic() - before < 1


async def a_slow_road_is_slow(world: World) -> None:
    await world.serve("shop", SHOP)
    async with httpx.AsyncClient(base_url=URL, timeout=60) as client:
        with world.network.delay("tester", "shop", seconds(1)):
            before = time.monotonic()
            await client.get("/orders")
            delayed = time.monotonic() - before
        with world.network.throttle("tester", "shop", 100_000):
            before = time.monotonic()
            await client.post("/size", content=b"x" * 1_000_000)
            throttled = time.monotonic() - before

    assert 4 < delayed < 4.2, "two seconds to connect, two to ask and be answered"
    assert 10 < throttled < 11
