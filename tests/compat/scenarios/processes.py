"""Programs as processes: named by text, killed, cut off, frozen, stopped, and started again on the same disk."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence

import pytest

from lydite.model import ProgramEnded, seconds
from lydite.world import World
from tests.compat.programs import tally  # noqa: F401 - imported before the patches

PORT = 7300
TALLY = "tests.compat.programs.tally:main"


class Client:
    """Talks to the tally of a host."""

    def __init__(self, host: str) -> None:
        self._host = host
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def connect(self) -> "Client":
        self.reader, self.writer = await asyncio.open_connection(self._host, PORT)
        return self

    async def count(self) -> int:
        self.writer.write(b"one\n")
        line = await self.reader.readline()
        if not line:
            raise EOFError
        return int(json.loads(line)["count"])


def last_words(world: World, host: str) -> list[str]:
    """What the programs of a host have printed."""
    return [text for _, _, text in world.host(host).last_words]  # type: ignore[attr-defined]


async def a_program_named_by_text_has_a_memory_of_its_own(world: World) -> None:
    for host in ("a", "b"):
        await world.start(host, TALLY, str(PORT), ready=PORT)
    first, second = await Client("a").connect(), await Client("b").connect()

    assert [await first.count() for _ in range(3)] == [1, 2, 3]
    assert await second.count() == 1


async def a_crash_closes_connections_and_keeps_the_disk(world: World) -> None:
    process = await world.start("a", TALLY, str(PORT), ready=PORT)
    client = await Client("a").connect()
    assert [await client.count() for _ in range(3)] == [1, 2, 3]

    with world.process.crash("a"):
        assert not process.running
        assert await process.wait() == -9
        with pytest.raises((EOFError, ConnectionResetError)):
            await client.count()
        with pytest.raises(ConnectionRefusedError):
            await Client("a").connect()
    await world.sleep(seconds(1))

    assert await (await Client("a").connect()).count() == 4

    async def look(argv: Sequence[str]) -> None:
        assert not os.path.exists("farewell.txt"), "a killed program cannot tidy up"

    assert await (await world.start("a", look)).wait() == 0


async def a_crash_with_something_unread_is_a_reset(world: World) -> None:
    async def deaf(argv: Sequence[str]) -> None:
        async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            assert isinstance(writer.transport, asyncio.Transport)
            writer.transport.pause_reading()

        async with await asyncio.start_server(serve, "0.0.0.0", PORT):
            await asyncio.Event().wait()

    await world.start("a", deaf, ready=PORT)
    client = await Client("a").connect()
    client.writer.write(b"unread\n")
    await asyncio.sleep(1)
    world.process.crash("a")
    with pytest.raises(ConnectionResetError):
        await client.reader.read()


async def a_loss_of_power_is_silent(world: World) -> None:
    await world.start("a", TALLY, str(PORT), ready=PORT)
    client = await Client("a").connect()
    assert await client.count() == 1
    world.process.power_off("a")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.count(), 20)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(Client("a").connect(), 20)
    world.process.power_on("a")
    await world.sleep(seconds(1))
    again = await Client("a").connect()

    # What was sent meanwhile is sent again, meets a kernel that knows nothing of it, and is answered.
    with pytest.raises((ConnectionResetError, EOFError)):
        await asyncio.wait_for(client.count(), 200)
    assert await again.count() == 2


async def a_paused_program_goes_on_where_it_was(world: World) -> None:
    await world.start("a", TALLY, str(PORT), ready=PORT)
    clients = [await Client("a").connect() for _ in range(10)]
    assert sorted(await asyncio.gather(*(client.count() for client in clients))) == list(range(1, 11))
    with world.process.pause("a"):
        waiting = [asyncio.create_task(client.count()) for client in clients]
        await world.sleep(seconds(60))
        assert not any(task.done() for task in waiting)
        # The kernel takes connections while its program sleeps.
        await asyncio.wait_for(Client("a").connect(), 1)

    assert sorted(await asyncio.gather(*waiting)) == list(range(11, 21))


async def a_stop_lets_the_program_tidy_up(world: World) -> None:
    process = await world.start("a", TALLY, str(PORT), ready=PORT)
    world.process.stop("a")

    assert await process.wait() == 0
    assert last_words(world, "a") == ["stopped"]
    with pytest.raises(ConnectionRefusedError):
        await Client("a").connect()


async def signals_reach_their_handlers(world: World) -> None:
    async def main(argv: Sequence[str]) -> None:
        got: list[str] = []
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, got.append, "by the loop")
        signal.signal(signal.SIGUSR2, lambda number, frame: got.append(f"by signal {number}"))
        os.kill(os.getpid(), signal.SIGUSR1)
        signal.raise_signal(signal.SIGUSR2)
        await asyncio.sleep(0.1)
        assert sorted(got) == ["by signal 12", "by the loop"]
        assert loop.remove_signal_handler(signal.SIGUSR1)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)
        print("never reached")

    process = await world.start("a", main)
    assert await process.wait() == -15
    assert last_words(world, "a") == []


async def ctrl_c_unwinds_the_program(world: World) -> None:
    async def main(argv: Sequence[str]) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(100)
        finally:
            print("tidied up")

    process = await world.start("a", main)
    assert await process.wait() != 0
    assert last_words(world, "a")[0] == "tidied up"


async def programs_end_with_a_code(world: World) -> None:
    async def leave(argv: Sequence[str]) -> None:
        sys.exit(int(argv[0]))

    async def fail(argv: Sequence[str]) -> None:
        raise LookupError("not found")

    left_behind: list[asyncio.Task[None]] = []

    async def return_at_once(argv: Sequence[str]) -> None:
        left_behind.append(asyncio.create_task(asyncio.sleep(1_000)))

    assert await (await world.start("a", leave, "3")).wait() == 3
    assert await (await world.start("a", fail)).wait() == 1
    assert await (await world.start("b", return_at_once)).wait() == 0
    assert last_words(world, "a")[-1] == "LookupError: not found"


async def a_program_that_ends_before_it_is_ready_is_told(world: World) -> None:
    async def fail(argv: Sequence[str]) -> None:
        raise LookupError("no configuration")

    with pytest.raises(ProgramEnded, match="exit code 1") as ended:
        await world.start("a", fail, ready=PORT)
    assert "no configuration" in str(ended.value)


async def an_error_in_a_connection_leaves_the_others(world: World) -> None:
    await world.start("a", TALLY, str(PORT), ready=PORT)
    good, bad = await Client("a").connect(), await Client("a").connect()
    bad.writer.write(b"fail\n")
    await asyncio.sleep(1)

    assert await good.count() == 1
    assert any("Refused" in line for line in last_words(world, "a"))
