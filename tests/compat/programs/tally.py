"""A program as one writes it with the standard library: counts lines over TCP, and keeps the count on disk."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

STATE = Path("count.txt")
starts: list[str] = []


class Refused(ValueError):
    """A line that cannot be counted."""


async def main(argv: Sequence[str]) -> None:
    """Serve on the port that is given, until somebody says stop."""
    import json  # late, as programs do

    starts.append(argv[0])
    assert len(starts) == 1, "module globals are the memory of one process"
    assert list(sys.argv[1:]) == list(argv)
    count = int(STATE.read_text(encoding="utf-8")) if STATE.exists() else 0
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        while line := await reader.readline():
            if line == b"fail\n":
                raise Refused(line)
            count += 1
            with STATE.open("w", encoding="utf-8") as file:
                file.write(str(count))
                file.flush()
                os.fsync(file.fileno())
            writer.write(json.dumps({"count": count, "pid": os.getpid()}).encode() + b"\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "0.0.0.0", int(argv[0]))
    try:
        await stop.wait()
    finally:
        Path("farewell.txt").write_text("tidily", encoding="utf-8")
    server.close()
    print("stopped")
