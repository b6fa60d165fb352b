"""Calls: what a user asks nodes over HTTP, on connections that are kept.

A client of few lines, because most of a run would otherwise be spent in a larger one. To a user it is all the same
whether a node has refused the connection, has lost it, or is late: there is no answer.
"""

import asyncio
import json
from typing import Any, Final, NamedTuple

API_PORT: Final = 5000
PATIENCE_S: Final = 3.0

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Answer(NamedTuple):
    """A status, and the body as it came and as JSON."""

    status: int
    text: str
    body: dict[str, Any]

    @property
    def ok(self) -> bool:
        """Was it done?"""
        return self.status < 300

    @property
    def rule(self) -> str:
        """Why not: the rule that was broken, or the kind of trouble; nothing if it was done."""
        error = self.body.get("error", {})
        return str(error.get("rule") or error.get("kind") or "")


class Caller:
    """One user's telephone."""

    def __init__(self) -> None:
        self._kept: dict[str, _Connection] = {}

    async def get(self, node: str, path: str) -> Answer | None:
        """What a node tells; None if it tells nothing in time."""
        return await self._ask(node, f"GET {path} HTTP/1.1\r\nHost: {node}\r\n\r\n".encode())

    async def post(self, node: str, path: str, body: dict[str, Any]) -> Answer | None:
        """What a node says to what it is given."""
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {node}\r\nContent-Length: {len(data)}\r\n\r\n"
        return await self._ask(node, head.encode() + data)

    async def text(self, node: str, path: str) -> str:
        """What a node tells that is no JSON; nothing if it tells nothing in time."""
        answer = await self.get(node, path)
        return "" if answer is None else answer.text

    def hang_up(self) -> None:
        """Close what is open."""
        for _, writer in self._kept.values():
            writer.close()
        self._kept.clear()

    async def _ask(self, node: str, request: bytes) -> Answer | None:
        connection = self._kept.pop(node, None)
        try:
            async with asyncio.timeout(PATIENCE_S):
                if connection is None or connection[0].at_eof():
                    connection = await asyncio.open_connection(node, API_PORT)
                reader, writer = connection
                writer.write(request)
                answer = await _answer(reader)
        except (OSError, EOFError):
            if connection is not None:
                connection[1].close()
            return None
        # Of two that were open at once, one is kept.
        before = self._kept.pop(node, None)
        if before is not None:
            before[1].close()
        self._kept[node] = connection
        return answer


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    size = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    text = (await reader.readexactly(size)).decode()
    body = json.loads(text) if b"application/json" in head else {}
    return Answer(int(head.split(b" ", 2)[1]), text, body if isinstance(body, dict) else {})
