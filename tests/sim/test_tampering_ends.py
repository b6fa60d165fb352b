"""What becomes of words that are tampered with when a connection ends: they leave first, unless it breaks."""

import asyncio
from typing import Any

import pytest

from lydite.model import milliseconds, seconds
from lydite.world import World
from tests.sim.playing import play
from tests.sim.speaking import Keeper, late, pass_by, stage


@pytest.mark.parametrize("close", ["close", "write_eof"])
def test_what_is_kept_and_what_is_late_comes_before_the_end_of_a_stream(close: str) -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        world.network.tamper("a", Keeper())
        world.network.tamper("a", late(seconds(1)))
        _, writer = await speaker.connect()
        begun = world.now_ns
        await speaker.says(writer, b"one. tw")
        await speaker.does(getattr(writer, close))
        await pass_by(world, 500)
        assert (listener.bytes, listener.over) == (b"", [])
        await pass_by(world, 1000)
        assert listener.bytes == b"one. tw"
        assert listener.over[0] >= begun + seconds(1)

    play(trial)


def test_a_killed_program_has_said_what_it_said() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        world.network.tamper("a", late(milliseconds(200)))
        _, writer = await speaker.connect()
        await speaker.says(writer, b"last words")
        world.process.crash("a")
        await pass_by(world, 1000)
        assert (listener.bytes, len(listener.over)) == (b"last words", 1)

    play(trial)


def test_a_loss_of_power_takes_what_had_not_left() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        bend = world.network.tamper("a", late(milliseconds(200)))
        _, writer = await speaker.connect()
        await speaker.says(writer, b"last words")
        await speaker.does(writer.write_eof)
        with world.process.power_off("a"):
            await pass_by(world, 50)
        bend.lift()
        await pass_by(world, 1000)
        assert (listener.bytes, listener.over) == (b"", [])

    play(trial)


def test_a_reset_takes_what_had_not_left() -> None:
    async def trial(world: Any) -> None:
        speaker, listener = await stage(world)
        bend = world.network.tamper("a", late(milliseconds(200)))
        _, writer = await speaker.connect()
        await speaker.says(writer, b"last words")
        sent: list[int] = []
        world.network_model.emit_send = lambda *record: sent.append(record[3])
        world.network.reset("a", "b")
        await pass_by(world, 50)
        bend.lift()
        await pass_by(world, 1000)
        assert (listener.bytes, listener.errors) == (b"", ["ConnectionResetError"])
        assert not sent

    play(trial)


def test_a_writer_waits_while_what_it_wrote_is_late() -> None:
    async def flood(writer: asyncio.StreamWriter) -> None:
        for _ in range(20):
            writer.write(bytes(100_000))
            await writer.drain()

    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        begun = world.now_ns
        with world.network.tamper("a", late(seconds(2))):
            await speaker.does(lambda: flood(writer))
        assert world.now_ns > begun + seconds(2)
        await pass_by(world)
        assert len(listener.bytes) == 2_000_000

    play(trial)
