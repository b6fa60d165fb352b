"""Datagrams that are tampered with: each one whole, and each answer is a datagram."""

import asyncio
from collections.abc import Sequence
from typing import Any

from lydite.model import seconds
from lydite.world import Leaving, World
from tests.sim.playing import PORT, play
from tests.sim.speaking import STEADY, Editor, Keeper, Speaker, pass_by


class Datagrams(asyncio.DatagramProtocol):
    """Remembers what arrives."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.got.append(data)


async def datagrams(world: World, editor: Editor, protocol: Datagrams) -> Any:
    """Host b listens for datagrams; what host a sends them with."""

    async def listen(_argv: Any) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: protocol, local_addr=("0.0.0.0", PORT))
        await asyncio.Event().wait()

    speaker = Speaker()
    await world.start("b", listen)
    await world.start("a", speaker.main)
    await pass_by(world)
    loop = asyncio.get_running_loop()
    transport, _ = await speaker.does(
        lambda: loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=("b", PORT))
    )
    return transport


def test_datagrams_are_changed_doubled_kept_and_late() -> None:
    async def trial(world: World) -> None:
        replies: dict[bytes, Sequence[Leaving]] = {
            b"change": ((0, b"changed"),),
            b"double": ((0, b"double"), (0, b"double")),
            b"keep": (),
            b"late": ((seconds(9), b"late"),),
        }
        editor, protocol = Editor(replies.__getitem__), Datagrams()
        transport = await datagrams(world, editor, protocol)
        with world.network.tamper("a", editor):
            for word in replies:
                transport.sendto(word)
                await pass_by(world, 50)
            assert protocol.got == [b"changed", b"double", b"double"]
        await pass_by(world)
        assert protocol.got[3:] == [b"late"]
        assert {(way.source, way.target, way.connection, way.port) for way in editor.ways} == {
            ("a", "b", 0, PORT)
        }
        transport.sendto(b"change")
        await pass_by(world)
        assert protocol.got[4:] == [b"change"]

    play(trial)


def test_datagrams_to_the_host_are_heard_and_a_rest_leaves_as_one() -> None:
    async def trial(world: World) -> None:
        editor, keeper, protocol = Editor(), Keeper(), Datagrams()
        transport = await datagrams(world, editor, protocol)
        world.network.tamper("b", editor)
        with world.network.tamper("a", keeper):
            transport.sendto(b"one. tw")
        await pass_by(world)
        assert protocol.got == [b"one.", b" tw"]
        assert [data for _, _, data in editor.heard] == [b"one.", b" tw"]

    play(trial, regions=STEADY)


def test_a_datagram_that_has_grown_too_large_is_lost() -> None:
    async def trial(world: World) -> None:
        editor, protocol = Editor(lambda data: ((0, data * 70_000),)), Datagrams()
        transport = await datagrams(world, editor, protocol)
        world.network.tamper("a", editor)
        transport.sendto(b"x")
        await pass_by(world)
        assert protocol.got == []

    play(trial)
