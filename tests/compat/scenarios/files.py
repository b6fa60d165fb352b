"""Files of a host's disk, served and stored by web frameworks."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import anyio
import httpx
import uvicorn
from aiohttp import web
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

from lydite.world import World

PORT = 7600
URL = f"http://store:{PORT}"
CONTENT = bytes(range(256)) * 4_000


async def serve_with_fastapi(argv: Sequence[str]) -> None:
    """Give files out, and take them."""
    Path("public").mkdir(exist_ok=True)
    Path("public/large.bin").write_bytes(CONTENT)
    app = FastAPI()

    @app.get("/one")
    async def one() -> FileResponse:
        return FileResponse("public/large.bin", filename="one.bin")

    @app.put("/upload/{name}")
    async def upload(name: str, request: Request) -> int:
        async with await anyio.open_file(Path("public", name), "wb") as file:
            async for piece in request.stream():
                await file.write(piece)
            return await file.tell()

    app.mount("/public", StaticFiles(directory="public"))
    config = uvicorn.Config(app, host="0.0.0.0", port=PORT, loop="none", http="h11", log_config=None)
    await uvicorn.Server(config).serve()


async def fastapi_gives_files_out_and_takes_them(world: World) -> None:
    await world.start("store", serve_with_fastapi, ready=PORT)
    async with httpx.AsyncClient(base_url=URL) as client:
        one = await client.get("/one")
        static = await client.get("/public/large.bin")
        unchanged = await client.get("/public/large.bin", headers={"if-none-match": static.headers["etag"]})
        part = await client.get("/public/large.bin", headers={"range": "bytes=256-511"})
        stored = await client.put("/upload/new.bin", content=b"z" * 2_000_000)
        back = await client.get("/public/new.bin")
        missing = await client.get("/public/nothing")

    assert one.content == CONTENT
    assert one.headers["content-disposition"] == 'attachment; filename="one.bin"'
    assert static.content == CONTENT
    assert unchanged.status_code == 304
    assert (part.status_code, part.content) == (206, bytes(range(256)))
    assert stored.json() == 2_000_000
    assert back.content == b"z" * 2_000_000
    assert missing.status_code == 404
    world.note("file", etag=static.headers["etag"], modified=static.headers["last-modified"])


async def aiohttp_gives_files_out(world: World) -> None:
    async def serve(argv: Sequence[str]) -> None:
        Path("public").mkdir()
        Path("public/large.bin").write_bytes(CONTENT)
        application = web.Application()
        application.router.add_static("/public", "public")
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", PORT).start()
        await asyncio.Event().wait()

    await world.start("store", serve, ready=PORT)
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{URL}/public/large.bin") as response:
            assert await response.read() == CONTENT
        async with session.get(f"{URL}/public/large.bin", headers={"range": "bytes=256-511"}) as response:
            assert response.status == 206
            assert await response.read() == bytes(range(256))


async def a_file_is_sent_by_the_loop(world: World) -> None:
    async def serve(argv: Sequence[str]) -> None:
        Path("large.bin").write_bytes(CONTENT)

        async def send(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            loop = asyncio.get_running_loop()
            assert isinstance(writer.transport, asyncio.WriteTransport)
            with open("large.bin", "rb") as file:
                assert await loop.sendfile(writer.transport, file) == len(CONTENT)
                assert await loop.sendfile(writer.transport, file, 256, 256) == 256
            writer.close()

        async with await asyncio.start_server(send, "0.0.0.0", PORT) as server:
            await server.serve_forever()

    await world.start("store", serve, ready=PORT)
    reader, _writer = await asyncio.open_connection("store", PORT)
    assert await reader.read() == CONTENT + bytes(range(256))
