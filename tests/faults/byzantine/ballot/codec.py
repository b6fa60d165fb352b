"""The codec of the ballot, with all powers: lines of JSON, and the keys of all validators."""

import json
from typing import Any, TypeAlias

from lydite.model import Draws
from tests.faults.byzantine.ballot.program import PORT, SIDES, signed

Words: TypeAlias = dict[str, Any]

OTHER = dict(zip(SIDES, reversed(SIDES), strict=True))


class BallotCodec:
    """Reads, writes and falsifies the messages of a ballot."""

    ports = (PORT,)

    def frames(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        *lines, rest = buffer.split(b"\n")
        return [line + b"\n" for line in lines], rest

    def decode(self, frame: bytes) -> Words | None:
        try:
            message = json.loads(frame)
        except ValueError:
            return None
        return message if isinstance(message, dict) and "signature" in message else None

    def encode(self, message: Words) -> bytes:
        return json.dumps(message).encode() + b"\n"

    def role(self, message: Words) -> str:
        return str(message["kind"])

    def slot(self, message: Words) -> str | None:
        return None if message["kind"] == "chain" else f"{message['kind']} {message['height']}"

    def conflict(self, message: Words, host: str, draws: Draws) -> Words | None:
        return self._otherwise(message, host, "vote", "proposal")

    def flip(self, message: Words, host: str) -> Words | None:
        return self._otherwise(message, host, "vote")

    def fake(self, message: Words, host: str, draws: Draws) -> Words | None:
        if message["author"] != host or message["kind"] != "proposal":
            return None
        return signed("proposal", host, message["height"], "edge")

    def spoil(self, message: Words) -> Words | None:
        return {**message, "signature": message["signature"][::-1]}

    def impersonate(self, message: Words, identity: str) -> Words | None:
        return signed(message["kind"], identity, message["height"], message["value"])

    def endorse(self, message: Words, host: str) -> Words | None:
        if message["kind"] != "proposal":
            return None
        return signed("vote", host, message["height"], message["value"])

    def rewrite(self, message: Words, host: str, depth: int) -> Words | None:
        if message["kind"] != "chain" or message["author"] != host:
            return None
        blocks = message["value"]
        fork = [[height, OTHER.get(value, value), votes] for height, value, votes in blocks[-depth:]]
        return signed("chain", host, message["height"], blocks[:-depth] + fork)

    def _otherwise(self, message: Words, host: str, *kinds: str) -> Words | None:
        if message["author"] != host or message["kind"] not in kinds:
            return None
        return signed(message["kind"], host, message["height"], OTHER.get(message["value"], "heads"))
