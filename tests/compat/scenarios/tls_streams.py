"""TLS: with asyncio's streams, and above them with httpx, aiohttp, `websockets` and anyio."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import httpx
import pytest
import uvicorn
import websockets.asyncio.client
import websockets.asyncio.server
from aiohttp import web
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSAttribute, TLSListener, TLSStream

from lydite.world import World
from tests.compat.authority import Identity, authority, issue
from tests.compat.programs.shop import app

PORT = 7443
URL = f"https://shop:{PORT}"
ROOT = authority("Root of Trust")
STRANGER = authority("Somebody Else")
SHOP = issue(ROOT, "shop", "shop", "shop.example")
ANN = issue(ROOT, "ann")
MALLORY = issue(STRANGER, "mallory")


def server_context(identity: Identity = SHOP, **options: bool) -> ssl.SSLContext:
    """A server's context, whose files lie on the host's own disk."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    _load(context, identity)
    if options.get("clients"):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=ROOT.certificate)
    return context


def client_context(trusted: Identity = ROOT, identity: Identity | None = None) -> ssl.SSLContext:
    """A client's context."""
    context = ssl.create_default_context(cadata=trusted.certificate)
    if identity is not None:
        _load(context, identity)
    return context


def _load(context: ssl.SSLContext, identity: Identity) -> None:
    Path("certificate.pem").write_text(identity.certificate, encoding="utf-8")
    Path("key.pem").write_text(identity.key, encoding="utf-8")
    context.load_cert_chain("certificate.pem", "key.pem")


async def upper(argv: Sequence[str]) -> None:
    """Answer lines in capitals, in TLS; with `clients`, to those who show a certificate."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        certificate = writer.get_extra_info("peercert")
        name = certificate["subject"][0][0][1] if certificate else "somebody"
        while line := await reader.readline():
            writer.write(f"{name}: {line.decode().upper()}".encode())
        writer.close()

    context = server_context(clients="clients" in argv)
    context.set_alpn_protocols(["lines/2", "lines/1"])
    async with await asyncio.start_server(serve, "0.0.0.0", PORT, ssl=context) as server:
        await server.serve_forever()


async def streams_know_their_peer(world: World) -> None:
    await world.start("shop", upper, ready=PORT)
    context = client_context()
    context.set_alpn_protocols(["lines/1", "lines/3"])
    before = time.monotonic()
    reader, writer = await asyncio.open_connection("shop", PORT, ssl=context)
    took = time.monotonic() - before
    writer.write(b"hello\n")

    assert await reader.readline() == b"somebody: HELLO\n"
    assert 0.008 <= took <= 0.012, "a round trip to connect, and one to shake hands"
    certificate = writer.get_extra_info("peercert")
    assert certificate["subjectAltName"] == (("DNS", "shop"), ("DNS", "shop.example"))
    assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "lines/1"
    assert writer.get_extra_info("ssl_object").version().startswith("TLSv1.")
    assert writer.get_extra_info("cipher")[2] >= 128
    assert not writer.can_write_eof()
    writer.close()
    await writer.wait_closed()
    world.note("peer", serial=certificate["serialNumber"])


async def a_wrong_name_is_refused(world: World) -> None:
    await world.start("shop", upper, ready=PORT)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        await asyncio.open_connection("shop", PORT, ssl=client_context(), server_hostname="bank")
    _reader, writer = await asyncio.open_connection(
        "shop", PORT, ssl=client_context(), server_hostname="shop.example"
    )
    assert not writer.is_closing()


async def a_wrong_authority_is_refused(world: World) -> None:
    await world.start("shop", upper, ready=PORT)
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer certificate"):
        await asyncio.open_connection("shop", PORT, ssl=client_context(STRANGER))

    trusting = client_context(STRANGER)
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection("shop", PORT, ssl=trusting)
    writer.write(b"anyway\n")
    assert await reader.readline() == b"somebody: ANYWAY\n"


async def clients_show_certificates(world: World) -> None:
    await world.start("shop", upper, "clients", ready=PORT)
    reader, writer = await asyncio.open_connection("shop", PORT, ssl=client_context(identity=ANN))
    writer.write(b"hello\n")
    assert await reader.readline() == b"ann: HELLO\n"

    for context in (client_context(), client_context(identity=MALLORY)):
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection("shop", PORT, ssl=context)


async def who_speaks_no_tls_is_not_understood(world: World) -> None:
    async def plain(argv: Sequence[str]) -> None:
        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 welcome\r\n")

        async with await asyncio.start_server(serve, "0.0.0.0", PORT) as server:
            await server.serve_forever()

    await world.start("shop", upper, ready=PORT)
    await world.start("plain", plain, ready=PORT)
    reader, writer = await asyncio.open_connection("shop", PORT)
    writer.write(b"hello\n")
    with pytest.raises(ConnectionResetError):
        assert await reader.read() == b""
        raise ConnectionResetError
    with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
        await asyncio.open_connection("plain", PORT, ssl=client_context())


async def a_handshake_without_an_answer_ends_in_time(world: World) -> None:
    async def silent(argv: Sequence[str]) -> None:
        # Kept, for a stream that nobody holds is closed when it is collected.
        silent_streams: list[object] = []
        server = await asyncio.start_server(lambda *both: silent_streams.append(both), "0.0.0.0", PORT)
        async with server:
            await server.serve_forever()

    await world.start("shop", silent, ready=PORT)
    before = time.monotonic()
    with pytest.raises(ConnectionAbortedError, match="longer than 5 seconds"):
        await asyncio.open_connection("shop", PORT, ssl=client_context(), ssl_handshake_timeout=5)
    assert 5 <= time.monotonic() - before < 5.1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await asyncio.open_connection("shop", PORT, ssl=client_context())


async def a_connection_turns_to_tls_in_the_middle(world: World) -> None:
    async def serve(argv: Sequence[str]) -> None:
        context = server_context()

        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            assert await reader.readline() == b"STARTTLS\n"
            writer.write(b"go ahead\n")
            await writer.start_tls(context)
            # The server speaks first, right after the handshake.
            writer.write(b"now we are alone\n")
            writer.write((await reader.readline()).upper())
            writer.close()

        async with await asyncio.start_server(greet, "0.0.0.0", PORT) as server:
            await server.serve_forever()

    await world.start("shop", serve, ready=PORT)
    reader, writer = await asyncio.open_connection("shop", PORT)
    writer.write(b"STARTTLS\n")
    assert await reader.readline() == b"go ahead\n"
    await writer.start_tls(client_context(), server_hostname="shop")
    assert writer.get_extra_info("peercert")["subject"] == ((("commonName", "shop"),),)
    assert await reader.readline() == b"now we are alone\n"
    writer.write(b"secret\n")
    assert await reader.readline() == b"SECRET\n"


async def serve_with_uvicorn(argv: Sequence[str]) -> None:
    """The FastAPI shop, over https."""
    server_context()
    config = uvicorn.Config(
        app,
        host="0.0.0.0",
        port=PORT,
        loop="none",
        http="h11",
        log_config=None,
        ssl_certfile="certificate.pem",
        ssl_keyfile="key.pem",
    )
    await uvicorn.Server(config).serve()


async def httpx_asks_uvicorn_over_https(world: World) -> None:
    await world.start("shop", serve_with_uvicorn, ready=PORT)
    async with httpx.AsyncClient(base_url=URL, verify=client_context()) as client:
        answers = await asyncio.gather(*(client.get(f"/sync/{number}") for number in range(10)))
        large = await client.post("/size", content=b"x" * 500_000)
        stream = large.extensions["network_stream"]
        certificate = stream.get_extra_info("ssl_object").getpeercert()
    async with httpx.AsyncClient(verify=client_context(STRANGER)) as client:
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.get(f"{URL}/orders")
    async with httpx.AsyncClient(verify=client_context()) as client:
        with pytest.raises(httpx.ConnectError, match=r"Hostname mismatch|not valid for"):
            await client.get(f"https://{world.host('shop').address}:{PORT}/orders")
    async with httpx.AsyncClient() as client:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await client.get(f"http://shop:{PORT}/orders")

    assert [answer.json()["square"] for answer in answers] == [number * number for number in range(10)]
    assert large.json() == {"size": 500_000}
    assert certificate["subject"] == ((("commonName", "shop"),),)


async def httpx_times_out_in_the_handshake(world: World) -> None:
    async def silent(argv: Sequence[str]) -> None:
        # Kept, for a stream that nobody holds is closed when it is collected.
        silent_streams: list[object] = []
        server = await asyncio.start_server(lambda *both: silent_streams.append(both), "0.0.0.0", PORT)
        async with server:
            await server.serve_forever()

    await world.start("shop", silent, ready=PORT)
    async with httpx.AsyncClient(verify=client_context(), timeout=4) as client:
        before = time.monotonic()
        with pytest.raises(httpx.ConnectTimeout):
            await client.get(f"{URL}/orders")
        assert 4 <= time.monotonic() - before < 4.1


async def aiohttp_speaks_https_on_both_sides(world: World) -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        return web.json_response({"secure": request.secure, "length": len(await request.read())})

    async def serve(argv: Sequence[str]) -> None:
        application = web.Application(client_max_size=1_000_000)
        application.router.add_post("/", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "0.0.0.0", PORT, ssl_context=server_context()).start()
        await asyncio.Event().wait()

    await world.start("shop", serve, ready=PORT)
    async with aiohttp.ClientSession() as session:
        async with session.post(URL, data=b"x" * 200_000, ssl=client_context()) as response:
            assert await response.json() == {"secure": True, "length": 200_000}
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await session.post(URL, ssl=client_context(STRANGER))


async def websockets_are_secure(world: World) -> None:
    async def reverse(socket: websockets.asyncio.server.ServerConnection) -> None:
        async for message in socket:
            await socket.send(message[::-1])

    async def serve(argv: Sequence[str]) -> None:
        async with websockets.asyncio.server.serve(reverse, "0.0.0.0", PORT, ssl=server_context()) as server:
            await server.serve_forever()

    await world.start("shop", serve, ready=PORT)
    async with websockets.asyncio.client.connect(
        f"wss://shop:{PORT}/", proxy=None, ssl=client_context()
    ) as socket:
        await socket.send("abc")
        assert await socket.recv() == "cba"


async def anyio_carries_tls_by_itself(world: World) -> None:
    async def serve(argv: Sequence[str]) -> None:
        async def greet(stream: TLSStream) -> None:
            async with stream:
                certificate: Any = stream.extra(TLSAttribute.peer_certificate)
                name = certificate["subject"][0][0][1]
                await stream.send(f"hello {name}".encode())
                word = await BufferedByteReceiveStream(stream).receive_exactly(3)
                await stream.send(word[::-1])

        listener = await anyio.create_tcp_listener(local_host="0.0.0.0", local_port=PORT)
        await TLSListener(listener, server_context(clients=True)).serve(greet)

    await world.start("shop", serve, ready=PORT)
    context = client_context(identity=ANN)
    async with await anyio.connect_tcp("shop", PORT, ssl_context=context, tls_hostname="shop") as stream:
        assert await BufferedByteReceiveStream(stream).receive_exactly(9) == b"hello ann"
        assert stream.extra(TLSAttribute.tls_version).startswith("TLSv1.")
        await stream.send(b"abc")
        assert await BufferedByteReceiveStream(stream).receive_exactly(3) == b"cba"
        with pytest.raises(anyio.EndOfStream):
            await stream.receive()

    reader, writer = await asyncio.open_connection("shop", PORT, ssl=client_context(identity=ANN))
    assert await reader.readexactly(9) == b"hello ann"
    writer.write(b"def")
    assert await reader.read() == b"fed"


async def certificates_are_read_from_the_disk_of_the_host(world: World) -> None:
    async def find_nothing(argv: Sequence[str]) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        with pytest.raises(FileNotFoundError):
            context.load_cert_chain("certificate.pem", "key.pem")
        Path("root.pem").write_text(ROOT.certificate, encoding="utf-8")
        assert ssl.create_default_context(cafile="root.pem").cert_store_stats()["x509_ca"] == 1

    server_context()
    assert await (await world.start("other", find_nothing)).wait() == 0
