"""Hazards in libraries: connections that are kept in sets, and told or closed in the order of the set.

Clients hear from the server in some order; what each of them heard, and when, is in the trace.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
import httpx
import uvicorn
from aiohttp import web
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as serve_websockets

from lydite.harness import Trial
from lydite.model import seconds
from lydite.world import World
from tests.determinism.hazard import HAZARDS, HOST, TOLD

CROWD = 20
PORT = 8000
APP = FastAPI()
PRESENT: set[WebSocket] = set()


@APP.get("/")
async def root() -> str:
    return "here"


@APP.websocket("/")
async def meet(socket: WebSocket) -> None:
    await socket.accept()
    PRESENT.add(socket)
    try:
        while True:
            text = await socket.receive_text()
            for other in PRESENT:
                await other.send_text(text)
    except WebSocketDisconnect:
        PRESENT.discard(socket)


async def serve_asgi(argv: Sequence[str]) -> None:
    await uvicorn.Server(uvicorn.Config(APP, host="", port=PORT, log_level="warning")).serve()


async def serve_broadcasts(argv: Sequence[str]) -> None:
    present: set[ServerConnection] = set()

    async def meet(connection: ServerConnection) -> None:
        present.add(connection)
        async for message in connection:
            broadcast(present, message)

    async with serve_websockets(meet, "", PORT):
        await asyncio.sleep(5)


async def serve_aiohttp(argv: Sequence[str]) -> None:
    present: set[web.WebSocketResponse] = set()

    async def meet(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse()
        await response.prepare(request)
        present.add(response)
        async for message in response:
            for other in present:
                await other.send_str(message.data)
        return response

    application = web.Application()
    application.router.add_get("/", meet)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "", PORT).start()
    await asyncio.sleep(5)
    await runner.cleanup()


async def keep_alive(world: World) -> None:
    """Clients that keep their connections, and a server that is asked to end."""
    clients = [httpx.AsyncClient() for _ in range(CROWD)]
    for client in clients:
        assert (await client.get(f"http://{HOST}:{PORT}/")).json() == "here"
    world.process.stop(HOST)
    await world.sleep(seconds(9))
    for client in clients:
        await client.aclose()


async def talk_by_websockets(world: World) -> None:
    """One says something, and all hear it."""
    clients = [await connect(f"ws://{HOST}:{PORT}/") for _ in range(CROWD)]
    await clients[0].send("hello")
    assert {await client.recv() for client in clients} == {"hello"}
    world.process.stop(HOST)
    await world.sleep(seconds(9))


async def talk_by_aiohttp(world: World) -> None:
    """The same with the other client."""
    async with aiohttp.ClientSession() as session:
        clients = [await session.ws_connect(f"http://{HOST}:{PORT}/") for _ in range(CROWD)]
        await clients[0].send_str("hello")
        assert {await client.receive_str() for client in clients} == {"hello"}
        await world.sleep(seconds(9))


async def leave_by_aiohttp(world: World) -> None:
    """A session closes what it has not given back, in the order of a set; in small sets each place counts."""
    for _ in range(CROWD):
        async with aiohttp.ClientSession() as session:
            visits = [session.ws_connect(f"http://{HOST}:{PORT}/") for _ in range(4)]
            clients = await asyncio.gather(*visits)
        assert len(clients) == len(visits)


def library_hazard(
    name: str, serve: Callable[[Sequence[str]], Awaitable[None]], visit: Callable[[World], Awaitable[None]]
) -> None:
    """Keep a trial of a server and its visitors."""

    async def run(world: World) -> None:
        await world.start(HOST, serve, ready=PORT)
        await visit(world)
        world.note(TOLD, code=0, answers=["served"])

    HAZARDS[name] = Trial(name=name, run=run)


library_hazard("uvicorn_shutdown", serve_asgi, keep_alive)
library_hazard("starlette_broadcast", serve_asgi, talk_by_websockets)
library_hazard("websockets_broadcast", serve_broadcasts, talk_by_websockets)
library_hazard("aiohttp_broadcast", serve_aiohttp, talk_by_aiohttp)
library_hazard("aiohttp_session", serve_aiohttp, leave_by_aiohttp)

# A target of its own: a fork of an interpreter with all these libraries costs more.
globals().update(HAZARDS)
