"""aiohttp: its server, its client, and its websockets."""

import asyncio
import time
from collections.abc import Sequence

import aiohttp
import pytest
from aiohttp import web

from lydite.model import seconds
from lydite.world import World

PORT = 8080
URL = "http://shop:8080"


async def answer(request: web.Request) -> web.Response:
    """Take a body, wait a second, tell its length."""
    body = await request.read()
    await asyncio.sleep(1)
    return web.json_response({"query": request.query.get("q"), "length": len(body), "now": time.time()})


async def stream(request: web.Request) -> web.StreamResponse:
    """A piece each second."""
    response = web.StreamResponse()
    await response.prepare(request)
    for number in range(5):
        await response.write(f"{number}\n".encode())
        await asyncio.sleep(1)
    await response.write_eof()
    return response


async def upper(request: web.Request) -> web.WebSocketResponse:
    """Send back what comes, in capitals."""
    socket = web.WebSocketResponse(heartbeat=30)
    await socket.prepare(request)
    async for message in socket:
        if message.type == aiohttp.WSMsgType.TEXT:
            await socket.send_str(message.data.upper())
        elif message.type == aiohttp.WSMsgType.BINARY:
            await socket.send_bytes(message.data[::-1])
    return socket


async def serve(argv: Sequence[str]) -> None:
    """Serve until somebody says stop."""
    application = web.Application(client_max_size=10_000_000)
    application.router.add_post("/answer", answer)
    application.router.add_get("/stream", stream)
    application.router.add_get("/upper", upper)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", PORT).start()
    await asyncio.Event().wait()


async def bodies_go_both_ways(world: World) -> None:
    await world.start("shop", serve, ready=PORT)
    async with aiohttp.ClientSession() as session:
        before = time.monotonic()
        async with session.post(f"{URL}/answer?q=7", data=b"x" * 200_000) as response:
            told = await response.json()
            assert response.status == 200
        took = time.monotonic() - before
        answers = await asyncio.gather(*(ask(session, number) for number in range(20)))
        async with session.get(f"{URL}/nothing") as response:
            assert response.status == 404

    assert told["query"] == "7"
    assert told["length"] == 200_000
    assert abs(told["now"] - time.time()) < 10
    assert 1 < took < 1.1
    assert answers == list(range(20))


async def ask(session: aiohttp.ClientSession, number: int) -> int:
    """Send so many bytes."""
    async with session.post(f"{URL}/answer", data=b"y" * number) as response:
        told = await response.json()
    return int(told["length"])


async def answers_stream(world: World) -> None:
    await world.start("shop", serve, ready=PORT)
    async with aiohttp.ClientSession() as session, session.get(f"{URL}/stream") as response:
        arrived = [(line, time.monotonic()) async for line in response.content]

    assert [line for line, _ in arrived] == [f"{number}\n".encode() for number in range(5)]
    assert 3.99 < arrived[-1][1] - arrived[0][1] < 4.01


async def websockets_talk(world: World) -> None:
    await world.start("shop", serve, ready=PORT)
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{URL}/upper") as socket:
        for number in range(3):
            await socket.send_str(f"hi {number}")
            assert (await socket.receive()).data == f"HI {number}"
        await socket.send_bytes(bytes(range(256)) * 800)
        assert (await socket.receive()).data == (bytes(range(256)) * 800)[::-1]
        # Pings and pongs pass beneath a reader that waits.
        waiting = asyncio.create_task(socket.receive_str())
        await asyncio.sleep(100)
        assert not waiting.done()
        await socket.send_str("at last")
        assert await waiting == "AT LAST"
        await socket.close()
        assert socket.close_code == 1000


async def timeouts_and_refusals_are_told(world: World) -> None:
    await world.start("shop", serve, ready=PORT)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        assert await ask(session, 1) == 1
        with world.network.cut("tester", "shop"):
            before = time.monotonic()
            with pytest.raises(TimeoutError):
                await ask(session, 2)
            assert 5 <= time.monotonic() - before < 6.1
        with world.process.crash("shop"):
            await world.sleep(seconds(1))
            with pytest.raises(aiohttp.ClientConnectorError):
                await ask(session, 3)
        await world.sleep(seconds(1))
        assert await ask(session, 4) == 4
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get("http://nobody:1/")
