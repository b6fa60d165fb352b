"""Traitors without a ballot: hosts that say given messages to each other, and what arrives."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lydite.faults import Codec, Hands, Trouble
from lydite.model import milliseconds
from lydite.world import Bend, World
from tests.faults.byzantine.ballot.codec import BallotCodec, Words
from tests.faults.byzantine.ballot.program import PORT
from tests.sim.playing import play
from tests.sim.speaking import STEADY, Speaker

HOSTS = ("a", "b", "c", "d", "e")


@dataclass(slots=True)
class Scene:
    """Hosts in a world, each of which can speak and listens to all."""

    world: World
    codec: Codec
    speakers: dict[str, Speaker] = field(default_factory=dict)
    writers: dict[tuple[str, str], asyncio.StreamWriter] = field(default_factory=dict)
    arrived: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """What came, by source and target."""
    when_ns: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    async def open(self, hosts: Sequence[str]) -> None:
        """Start the hosts and connect each with each."""
        for host in hosts:
            await self.world.start(host, _Ear(self, host).main, ready=PORT)
            self.speakers[host] = Speaker()
            await self.world.start(host, self.speakers[host].main)
        for source in hosts:
            for target in hosts:
                if source != target:
                    _, writer = await self.speakers[source].connect(target)
                    self.writers[source, target] = writer
                    await self.speakers[source].says(writer, source.encode() + b"\n")
        await self.world.sleep(milliseconds(100))

    async def says(self, source: str, *messages: Words, to: Sequence[str] = HOSTS) -> None:
        """Let a host say this to all others, or to some."""
        for message in messages:
            for target in to:
                if (source, target) in self.writers:
                    frame = self.codec.encode(message)
                    await self.speakers[source].says(self.writers[source, target], frame)
        await self.world.sleep(milliseconds(100))

    def got(self, source: str, target: str) -> list[Words]:
        """The messages that have arrived, without the name at the beginning."""
        frames, _ = self.codec.frames(self.arrived.get((source, target), b""))
        return [self.codec.decode(frame) or {"raw": frame} for frame in frames]

    def all_got(self, source: str) -> Mapping[str, list[Words]]:
        """What each of the others got from one."""
        return {target: self.got(source, target) for target in HOSTS if target != source}

    def pull(self, trouble: Trouble) -> Bend:
        """Let it begin."""
        bend = trouble.pull(Hands(self.world, self.codec))
        assert bend is not None
        return bend


@dataclass(slots=True)
class _Ear:
    """What listens on one host."""

    scene: Scene
    host: str

    async def main(self, _argv: Any) -> None:
        server = await asyncio.start_server(self._hear, "0.0.0.0", PORT)
        await server.serve_forever()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair = ((await reader.readline()).decode().strip(), self.host)
        while data := await reader.read(65_536):
            self.scene.arrived[pair] = self.scene.arrived.get(pair, b"") + data
            self.scene.when_ns.setdefault(pair, []).append(self.scene.world.now_ns)


def whisper(
    tale: Any, *, hosts: Sequence[str] = HOSTS, seed: int = 1, codec: Codec | None = None
) -> tuple[Scene, str]:
    """Let a tale happen among the hosts: the scene as it was left, and the digest."""
    scenes: list[Scene] = []

    async def trial(world: World) -> None:
        scene = Scene(world, codec or BallotCodec())
        scenes.append(scene)
        await scene.open(hosts)
        await tale(scene)
        await world.sleep(milliseconds(100))

    outcome = play(trial, seed=seed, regions=STEADY)
    return scenes[0], outcome.digest
