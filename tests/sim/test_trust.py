"""Authorities are loaded when they are needed, and nobody can tell."""

import asyncio
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lydite.sim.patches import tls_streams
from lydite.world import World
from tests.compat.authority import Identity, authority, issue
from tests.sim.patches.inside import in_world
from tests.sim.playing import play

ROOT = authority("Root of Trust")
STRANGER = authority("Somebody Else")
SHOP = issue(ROOT, "shop", "shop")
PORT = 7443


@pytest.fixture
def machine() -> Iterator[Path]:
    """A folder of this machine that no host takes for its own: /tmp is a host's, and pytest's folders are there."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What OpenSSL is really told to load, in order."""
    told: list[str] = []
    load, load_default = tls_streams._real_load_verify_locations, tls_streams._real_set_default_verify_paths

    def loading(context: ssl.SSLContext, cafile: str, *others: object) -> None:
        told.append(str(cafile))
        load(context, cafile, *others)  # type: ignore[arg-type]

    def loading_default(context: ssl.SSLContext) -> None:
        told.append("default")
        load_default(context)

    monkeypatch.setattr(tls_streams, "_real_load_verify_locations", loading)
    monkeypatch.setattr(tls_streams, "_real_set_default_verify_paths", loading_default)
    return told


def _written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def _proven(path: Path, text: str) -> str:
    """A file that this interpreter has loaded before, as a nursery does."""
    file = _written(path, text)
    ssl.create_default_context(cafile=file)
    return file


def test_a_context_that_is_never_used_loads_nothing(machine: Path, loads: list[str]) -> None:
    file = _proven(machine / "root.pem", ROOT.certificate)
    loads.clear()

    def make() -> None:
        ssl.create_default_context(cafile=file)
        ssl.create_default_context()

    in_world(make)

    assert loads == []


def test_whoever_asks_what_a_context_holds_sees_all_of_it(machine: Path) -> None:
    first = _proven(machine / "first.pem", ROOT.certificate)
    other = _proven(machine / "other.pem", STRANGER.certificate)

    def ask() -> tuple[object, object, object]:
        listing, counting, further = (ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) for _ in range(3))
        for context in (listing, counting, further):
            context.load_verify_locations(first)
            context.load_verify_locations(other)
        further.load_verify_locations(cadata=SHOP.certificate)
        return (
            [each["subject"][0][0][1] for each in listing.get_ca_certs()],
            counting.cert_store_stats(),
            further.get_ca_certs(binary_form=True),
        )

    outside = ask()
    (inside,) = in_world(ask)

    assert inside == outside
    assert sorted(outside[0]) == ["Root of Trust", "Somebody Else"]  # type: ignore[call-overload]


def test_default_authorities_are_there_as_soon_as_somebody_asks() -> None:
    def ask() -> list[bytes]:
        return ssl.create_default_context().get_ca_certs(binary_form=True)

    outside = ask()

    assert in_world(ask) == [outside]


def test_what_is_put_off_is_loaded_in_its_order(machine: Path, loads: list[str]) -> None:
    first = _proven(machine / "first.pem", ROOT.certificate)
    loads.clear()

    def ask() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        context.load_verify_locations(first)
        context.load_verify_locations(cadata=STRANGER.certificate)

    in_world(ask)

    assert loads == ["default", first, "None"]


@pytest.mark.parametrize("trusted", [ROOT, STRANGER], ids=["trusted", "unknown"])
def test_what_is_put_off_is_loaded_for_the_handshake(
    machine: Path, trusted: Identity, loads: list[str]
) -> None:
    file = _proven(machine / "trusted.pem", trusted.certificate)
    loads.clear()
    seen: list[object] = []

    async def serve(argv: Sequence[str]) -> None:
        Path("certificate.pem").write_text(SHOP.certificate, encoding="utf-8")
        Path("key.pem").write_text(SHOP.key, encoding="utf-8")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain("certificate.pem", "key.pem")

        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())

        await (await asyncio.start_server(echo, "0.0.0.0", PORT, ssl=context)).serve_forever()

    async def trial(world: World) -> None:
        await world.start("shop", serve, ready=PORT)
        context = ssl.create_default_context(cafile=file)
        seen.append(list(loads))
        try:
            reader, writer = await asyncio.open_connection("shop", PORT, ssl=context)
            writer.write(b"hello\n")
            seen.append(await reader.readline())
        except ssl.SSLCertVerificationError as error:
            seen.append(error.verify_message)

    play(trial)

    assert seen == [[], b"hello\n" if trusted is ROOT else "unable to get local issuer certificate"]
    assert loads == [file]


def test_a_file_that_cannot_be_loaded_fails_where_it_is_asked_for(machine: Path) -> None:
    gone = _proven(machine / "gone.pem", ROOT.certificate)
    Path(gone).unlink()
    spoilt = _proven(machine / "spoilt.pem", ROOT.certificate)
    _written(Path(spoilt), "no certificate any more")
    never = str(machine / "never.pem")
    nonsense = _written(machine / "nonsense.pem", "no certificate")

    def ask() -> list[str]:
        return [_error_of(file) for file in (gone, spoilt, never, nonsense, nonsense)]

    outside = ask()
    (inside,) = in_world(ask)

    assert inside == outside
    assert [each.partition(":")[0] for each in inside] == [
        "FileNotFoundError", "SSLError", "FileNotFoundError", "SSLError", "SSLError",
    ]  # fmt: skip


def _error_of(file: str) -> str:
    try:
        ssl.create_default_context(cafile=file)
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    return "none"


def test_a_context_made_in_a_world_is_whole_outside_of_it(machine: Path, loads: list[str]) -> None:
    file = _proven(machine / "root.pem", ROOT.certificate)
    loads.clear()
    (context,) = in_world(lambda: ssl.create_default_context(cafile=file))
    assert loads == []

    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="shop")

    assert loads == [file]
