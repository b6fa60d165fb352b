"""The `websockets` library: client and server."""

import asyncio
import time
from collections.abc import Sequence

import pytest
import websockets.asyncio.client
import websockets.asyncio.server
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus

from lydite.world import World

PORT = 8765
URL = "ws://talk:8765/room"


async def reverse(socket: websockets.asyncio.server.ServerConnection) -> None:
    """Send back what comes, from its end to its beginning."""
    if socket.request is not None and socket.request.path == "/room":
        async for message in socket:
            await socket.send(message[::-1])
    else:
        await socket.close(4004, "no such room")


async def serve(argv: Sequence[str]) -> None:
    """Serve for ever."""
    async with websockets.asyncio.server.serve(reverse, "0.0.0.0", PORT, max_size=None) as server:
        await server.serve_forever()


async def messages_go_both_ways(world: World) -> None:
    await world.start("talk", serve, ready=PORT)
    async with websockets.asyncio.client.connect(URL, proxy=None, max_size=None) as socket:
        for message in ("abc", "", "d" * 200_000, b"\x00\x01\x02", bytes(100_000)):
            await socket.send(message)
            assert await socket.recv() == message[::-1]
        latency = await (await socket.ping())
        assert 0.004 <= latency <= 0.006
    with pytest.raises(ConnectionClosedOK):
        await socket.recv()
    assert socket.close_code == 1000


async def a_server_says_why_it_closes(world: World) -> None:
    await world.start("talk", serve, ready=PORT)
    async with websockets.asyncio.client.connect("ws://talk:8765/cellar", proxy=None) as socket:
        with pytest.raises(ConnectionClosedError) as closed:
            await socket.recv()

    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4004, "no such room")


async def a_silent_peer_is_noticed_by_its_missing_pong(world: World) -> None:
    await world.start("talk", serve, ready=PORT)
    async with websockets.asyncio.client.connect(
        URL, proxy=None, ping_interval=20, ping_timeout=20
    ) as socket:
        with world.network.cut("tester", "talk"):
            before = time.monotonic()
            with pytest.raises(ConnectionClosedError):
                await socket.recv()
            assert 40 <= time.monotonic() - before <= 51


async def a_client_comes_back_by_itself(world: World) -> None:
    await world.start("talk", serve, ready=PORT)
    answers = []
    async for socket in websockets.asyncio.client.connect(URL, proxy=None):
        try:
            await socket.send("abc")
            answers.append(await socket.recv())
            if len(answers) == 2:
                break
            world.process.crash("talk")
            world.process.revive("talk")
            await socket.recv()
        except ConnectionClosedError:
            continue

    assert answers == ["cba", "cba"]


async def many_clients_hear_one_broadcast(world: World) -> None:
    async def serve_a_crowd(argv: Sequence[str]) -> None:
        everybody: list[websockets.asyncio.server.ServerConnection] = []

        async def join(socket: websockets.asyncio.server.ServerConnection) -> None:
            everybody.append(socket)
            if len(everybody) == 10:
                websockets.asyncio.server.broadcast(everybody, "all here")
            await socket.wait_closed()

        async with websockets.asyncio.server.serve(join, "0.0.0.0", PORT):
            await asyncio.Event().wait()

    async def attend() -> object:
        async with websockets.asyncio.client.connect(URL, proxy=None) as socket:
            return await socket.recv()

    await world.start("talk", serve_a_crowd, ready=PORT)
    assert await asyncio.gather(*(attend() for _ in range(10))) == ["all here"] * 10


async def a_refused_handshake_is_told_with_its_status(world: World) -> None:
    async def refuse(argv: Sequence[str]) -> None:
        async with websockets.asyncio.server.serve(
            reverse,
            "0.0.0.0",
            PORT,
            process_request=lambda connection, _: connection.respond(403, "members only\n"),
        ):
            await asyncio.Event().wait()

    await world.start("talk", refuse, ready=PORT)
    with pytest.raises(InvalidStatus) as refused:
        async with websockets.asyncio.client.connect(URL, proxy=None):
            pass
    assert refused.value.response.status_code == 403
