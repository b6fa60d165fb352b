"""A ballot: validators toss a coin at each height, and agree on how it fell. An ordinary asyncio program.

At each beat begins a height. Its proposer says heads or tails; whoever hears a valid proposal votes for it, once; what
more than two thirds have voted for when the beat ends is final, with their votes as its certificate. All tell what
is final to each other, for those who missed it. Validators pass on what they hear, so whoever says two things for one
height is found out, and accused.

    program.main(["--name", "v1", "--names", "v1", "v2", "v3", "v4", "--epoch", "10.0"])

Signatures are a stand-in: anybody could make them here, and the programs and the tests agree not to.
"""

import argparse
import asyncio
import hashlib
import json
import random
import time
from collections.abc import Sequence
from typing import Any

PORT = 7000
BEAT = 1.0
SIDES = ("heads", "tails")
TOLD_MAX = 8
"""How many final heights are told at each beat."""


def signature(author: str, *words: object) -> str:
    """What only the author can make."""
    return hashlib.blake2b(json.dumps(words).encode(), key=author.encode(), digest_size=8).hexdigest()


def signed(kind: str, author: str, height: int, value: Any) -> dict[str, Any]:
    """A message of its author."""
    message = {"kind": kind, "author": author, "height": height, "value": value}
    return {**message, "signature": signature(author, kind, height, value)}


def is_signed(message: dict[str, Any]) -> bool:
    """Was this said by who is named as its author?"""
    words = (message["kind"], message["height"], message["value"])
    return bool(message["signature"] == signature(message["author"], *words))


def is_certified(names: Sequence[str], height: int, value: str, votes: Sequence[Any]) -> bool:
    """Have more than two thirds of the validators voted for it?"""
    authors = {author for author, spelt in votes if spelt == signature(author, "vote", height, value)}
    return len(authors & set(names)) == len(votes) >= 2 * len(names) // 3 + 1


class Validator:
    """One of those who vote."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        self.name = name
        self.names = names
        self.quorum = 2 * len(names) // 3 + 1
        self.height = 0
        self.final: dict[int, tuple[str, list[list[str]]]] = {}
        self.accused: set[str] = set()
        self.rejected = 0
        self.proposals = 0
        self.outbox: asyncio.Queue[bytes] = asyncio.Queue()
        self._begin(0)

    def _begin(self, height: int) -> None:
        self.height = height
        self.voted = False
        self.decided = ""
        self.known: set[str] = set()
        self.first: dict[tuple[str, str], str] = {}
        self.box: dict[str, dict[str, list[str]]] = {}
        """The votes of this height: the value, who voted for it, and the signature."""

    def beat(self, height: int) -> None:
        """The height is over; the next one begins."""
        if self.decided:
            self.final.setdefault(self.height, (self.decided, list(self.box[self.decided].values())))
        told = [[each, *self.final[each]] for each in sorted(self.final)[-TOLD_MAX:]]
        self._begin(height)
        self._say("chain", told)
        if self.names[height % len(self.names)] == self.name:
            self._say("proposal", random.choice(SIDES))

    def _say(self, kind: str, value: Any) -> None:
        message = signed(kind, self.name, self.height, value)
        self._pass_on(message)
        self.hear(message)

    def _pass_on(self, message: dict[str, Any]) -> None:
        self.outbox.put_nowait(json.dumps(message).encode() + b"\n")

    def hear(self, message: dict[str, Any]) -> None:
        """Somebody has said something."""
        kind, author, value = message["kind"], message["author"], message["value"]
        if author not in self.names:
            self.rejected += 1
            return
        if not is_signed(message):
            self.rejected += 1
            return
        if kind == "chain":
            for height, told, votes in value:
                self._believe(height, told, votes)
            return
        if message["height"] != self.height:
            return
        if message["signature"] not in self.known:
            self.known.add(message["signature"])
            if author != self.name:
                self._pass_on(message)
        first = self.first.setdefault((kind, author), value)
        if first != value:
            self.accused.add(author)
        if kind == "proposal":
            self._consider(author, value)
        elif first == value:
            self._count(author, value, message["signature"])

    def _believe(self, height: int, value: str, votes: list[list[str]]) -> None:
        if height in self.final or not is_certified(self.names, height, value, votes):
            return
        self.final[height] = (value, votes)

    def _consider(self, author: str, value: str) -> None:
        if author != self.names[self.height % len(self.names)]:
            return
        self.proposals += 1
        if value not in SIDES:
            return
        if self.voted:
            return
        self.voted = True
        self._say("vote", value)

    def _count(self, author: str, value: str, spelt: str) -> None:
        votes = self.box.setdefault(value, {})
        votes[author] = [author, spelt]
        if len(votes) >= self.quorum:
            self.decided = self.decided or value

    def description(self) -> dict[str, Any]:
        """What the tester wants to know."""
        return {
            "final": self.final,
            "accused": sorted(self.accused),
            "rejected": self.rejected,
            "proposals": self.proposals,
        }


class Links:
    """A validator's connections: it calls every other one, and is called by it."""

    def __init__(self, validator: Validator) -> None:
        self.validator = validator
        self.writers: dict[str, asyncio.StreamWriter] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take what a caller says."""
        while line := await reader.readline():
            try:
                message = json.loads(line)
                if message["kind"] == "describe":
                    writer.write(json.dumps(self.validator.description()).encode() + b"\n")
                elif message["kind"] in ("proposal", "vote", "chain"):
                    self.validator.hear(message)
            except (ValueError, KeyError, TypeError):
                self.validator.rejected += 1

    async def keep(self, name: str) -> None:
        """Stay connected to another validator."""
        while True:
            try:
                reader, self.writers[name] = await asyncio.open_connection(name, PORT)
                await reader.read()
            except OSError:
                pass
            self.writers.pop(name, None)
            await asyncio.sleep(BEAT / 4)

    async def post(self) -> None:
        """Send to everybody what is to be sent."""
        while True:
            line = await self.validator.outbox.get()
            for writer in self.writers.values():
                writer.write(line)


async def keep_beating(validator: Validator, epoch: float) -> None:
    """Let one height follow the other, for everybody at the same time."""
    height = 0
    while True:
        height += 1
        await asyncio.sleep(epoch + height * BEAT - time.time())
        validator.beat(height)


async def main(argv: Sequence[str]) -> None:
    """Run a validator."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--names", nargs="+", required=True)
    parser.add_argument("--epoch", type=float, required=True)
    options = parser.parse_args(argv)
    links = Links(Validator(options.name, options.names))
    async with asyncio.TaskGroup() as group:
        await asyncio.start_server(links.serve, "0.0.0.0", PORT)
        for name in options.names:
            if name != options.name:
                group.create_task(links.keep(name))
        group.create_task(links.post())
        group.create_task(keep_beating(links.validator, options.epoch))
