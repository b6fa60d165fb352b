"""What programs that hold connections see of the troubles that are about them."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from lydite.faults import Trouble
from lydite.model import milliseconds, seconds
from lydite.sim import Outcome
from lydite.world import Host, World
from tests.faults.acting import BEGIN_NS, perform, trouble, verbs
from tests.sim.playing import PORT, ask, echo

Talk = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Act = Callable[[World, Host], Awaitable[object]]


async def until(world: World, second: float) -> None:
    """Wait for a moment of the run."""
    await world.sleep(round(second * 1e9) - world.now_ns)


def talked(
    done: Trouble, act: Callable[[World], Awaitable[None]], *, lasting_ns: int = seconds(4)
) -> Outcome:
    """Let a program on host `b` act, while host `a` answers it."""

    def scene() -> Callable[[World], Awaitable[None]]:
        async def trial(world: World) -> None:
            await world.start("a", echo, ready=PORT)
            await world.start("c", echo, ready=PORT)

            async def program(_argv: object) -> None:
                await act(world)

            process = await world.start("b", program)
            assert await process.wait() == 0, process.host.last_words  # type: ignore[attr-defined]

        return trial

    return perform(done, scene, lasting_ns=lasting_ns)


async def refused(host: str) -> bool:
    """Is a new connection refused?"""
    try:
        _, writer = await asyncio.open_connection(host, PORT)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False


def test_a_new_connection_is_refused_and_an_open_one_goes_on() -> None:
    async def act(world: World) -> None:
        talk = await asyncio.open_connection("a", PORT)
        await until(world, 2)
        assert await ask(*talk) == b"HELLO\n"
        assert await refused("a")
        assert not await refused("c")
        await until(world, 6)
        assert not await refused("a")

    outcome = talked(trouble("network.refuse", left="a", right="b"), act)

    assert verbs(outcome) == ["network.refuse", "network.admit"]


def test_a_reset_breaks_open_connections_once() -> None:
    async def act(world: World) -> None:
        broken, whole = await asyncio.open_connection("a", PORT), await asyncio.open_connection("c", PORT)
        await until(world, 1.5)
        try:
            await ask(*broken)
        except ConnectionResetError:
            assert await ask(*whole) == b"HELLO\n"
            assert await ask(*await asyncio.open_connection("a", PORT)) == b"HELLO\n"
            return
        raise AssertionError("the connection was not reset")

    assert verbs(talked(trouble("network.reset", left="a", right="b"), act, lasting_ns=0)) == [
        "network.reset"
    ]


def test_a_forgotten_name_does_not_resolve_and_its_address_answers() -> None:
    async def act(world: World) -> None:
        await until(world, 2)
        try:
            await asyncio.open_connection("a", PORT)
        except socket.gaierror:
            talk = await asyncio.open_connection(world.host("a").address, PORT)
            assert await ask(*talk) == b"HELLO\n"
            await until(world, 6)
            assert await ask(*await asyncio.open_connection("a", PORT)) == b"HELLO\n"
            return
        raise AssertionError("the name resolved")

    assert verbs(talked(trouble("network.forget", names="a"), act)) == ["network.forget", "network.recall"]


def test_a_disconnected_host_loses_its_connections_and_makes_none_until_the_end() -> None:
    async def act(world: World) -> None:
        talk = await asyncio.open_connection("a", PORT)
        await until(world, 1.5)
        try:
            await ask(*talk)
        except ConnectionResetError:
            assert await refused("a")
            assert not await refused("c")
            await until(world, 4.9)
            assert await refused("a")
            await until(world, 5.1)
            assert not await refused("a")
            return
        raise AssertionError("the connection was not reset")

    outcome = talked(trouble("network.disconnect", hosts="a"), act)

    assert verbs(outcome) == ["network.reset", "network.refuse", "network.admit"]


def test_a_stream_hides_that_its_segments_were_reordered() -> None:
    waits: list[int] = []

    async def act(world: World) -> None:
        reader, writer = await asyncio.open_connection("a", PORT)
        await until(world, 2)
        for number in range(40):
            writer.write(f"line {number}\n".encode())
            await asyncio.sleep(0.02)
        for number in range(40):
            assert await reader.readline() == f"LINE {number}\n".encode()
        waits.append(world.now_ns)

    talked(trouble("network.reorder", left="a", right="b", rate=0.5, by_ns=milliseconds(900)), act)

    # What was late kept back all that came behind it, and nothing was late twice over.
    assert all(seconds(3.6) < at_ns < seconds(5) for at_ns in waits)


def test_a_stream_that_is_held_is_read_at_the_end() -> None:
    answered: list[int] = []

    async def act(world: World) -> None:
        talk = await asyncio.open_connection("a", PORT)
        await until(world, 2)
        assert await ask(*talk, within=10) == b"HELLO\n"
        answered.append(world.now_ns)

    talked(trouble("network.hold", left="a", right="b"), act)

    assert all(BEGIN_NS + seconds(4) <= at_ns < BEGIN_NS + seconds(4.5) for at_ns in answered)


# -- memory


def test_a_host_short_of_memory_cannot_write_what_nobody_takes() -> None:
    async def act(world: World) -> None:
        # The echo program of `a` is cut off, so what is sent to it stays with the sender.
        reader, writer = await asyncio.open_connection("a", PORT)
        await until(world, 2)
        world.process.pause("a")
        writer.write(b"x" * 3000)
        try:
            writer.write(b"x" * 3000)
        except MemoryError:
            await until(world, 6)
            writer.write(b"x" * 3000 + b"\n")
            world.process.resume("a")
            assert len(await reader.readline()) == 6001
            return
        raise AssertionError("there was memory enough")

    outcome = talked(trouble("memory.limit", hosts="b", bytes_max=4096), act)

    pulled = [verb for verb in verbs(outcome) if verb.startswith("memory")]
    assert pulled == ["memory.limit", "memory.unlimit"]


def test_a_host_short_of_memory_breaks_the_connection_that_brings_too_much() -> None:
    async def act(world: World) -> None:
        reader, writer = await asyncio.open_connection("a", PORT)
        world.process.pause("a")
        for _ in range(3):
            writer.write(b"y" * 999 + b"\n")
        await until(world, 2)
        # It reads nothing of the answer: what lies in the reader counts, until it does not fit any more.
        world.process.resume("a")
        await until(world, 3)
        try:
            for _ in range(3):
                await reader.readline()
        except MemoryError:
            await until(world, 6)
            assert await ask(*await asyncio.open_connection("a", PORT)) == b"HELLO\n"
            return
        raise AssertionError("there was memory enough")

    talked(trouble("memory.limit", hosts="b", bytes_max=2500), act)


def test_what_was_read_needs_no_memory_of_the_world_any_more() -> None:
    async def act(world: World) -> None:
        talk = await asyncio.open_connection("a", PORT)
        await until(world, 2)
        for _ in range(20):
            assert len(await ask(*talk, line=b"z" * 999 + b"\n")) == 1000

    talked(trouble("memory.limit", hosts="b", bytes_max=2500), act)


def test_a_host_short_of_memory_cannot_read_a_large_file_at_once() -> None:
    async def act(world: World) -> None:
        with open("large", "wb") as file:
            file.write(b"l" * 10_000)
        await until(world, 2)
        try:
            with open("large", "rb") as file:
                file.read()
        except MemoryError:
            with open("large", "rb", buffering=0) as file:
                assert len(file.read(1000)) == 1000
            await until(world, 6)
            with open("large", "rb") as file:
                assert len(file.read()) == 10_000
            return
        raise AssertionError("there was memory enough")

    talked(trouble("memory.limit", hosts="b", bytes_max=4096), act)


def test_sqlite_tells_of_a_failed_allocation() -> None:
    import sqlite3

    async def act(world: World) -> None:
        with sqlite3.connect("data.db") as base:
            base.execute("create table t (x)")
            base.executemany("insert into t values (?)", [("v" * 1000,)] * 50)
        base.close()
        await until(world, 2)
        try:
            again = sqlite3.connect("data.db")
            again.execute("select sum(length(x)) from t").fetchone()
        except (MemoryError, sqlite3.OperationalError):
            await until(world, 6)
            again = sqlite3.connect("data.db")
            assert again.execute("select sum(length(x)) from t").fetchone() == (50_000,)
            return
        raise AssertionError("there was memory enough")

    talked(trouble("memory.limit", hosts="b", bytes_max=1000), act)


def test_of_two_limits_the_narrower_one_rules_and_each_is_lifted_for_itself() -> None:
    async def act(world: World) -> None:
        await until(world, 2)
        wide, narrow = world.memory.limit("b", 5000), world.memory.limit("b", 500)
        _, writer = await asyncio.open_connection("a", PORT)
        assert fails(writer, 1000)
        narrow.lift()
        assert not fails(writer, 1000)
        assert fails(writer, 6000)
        world.memory.unlimit("b")
        assert not fails(writer, 6000)
        wide.lift()

    def fails(writer: asyncio.StreamWriter, size: int) -> bool:
        try:
            writer.write(b"x" * size)
        except MemoryError:
            return True
        return False

    talked(trouble("clock.step", hosts="c", by_ns=1), act, lasting_ns=0)
