"""An interpreter with the patches and without a world is an ordinary one."""

import os
import subprocess
import sys

from tests.compat.stage import SCENARIOS

ROOT = SCENARIOS.parents[2]

ORDINARY = """
import asyncio, socket, ssl, subprocess, sys, threading, time
from lydite.model import Header
from lydite.sim import install, simulate

async def trial(world):
    await asyncio.sleep(5)

install()
assert simulate(trial, Header(trial="trial", seed=1)).error is None

async def upper(reader, writer):
    writer.write((await reader.readline()).upper())
    writer.close()

async def main():
    async with await asyncio.start_server(upper, "127.0.0.1", 0) as server:
        address, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(address, port)
        writer.write(b"hello\\n")
        assert await reader.read() == b"HELLO\\n"
        assert writer.get_extra_info("socket").family == socket.AF_INET
    assert await asyncio.to_thread(threading.get_ident) != threading.get_ident()

asyncio.run(main())
left, right = socket.socketpair()
left.sendall(b"pair")
assert right.recv(4) == b"pair"
context = ssl.create_default_context()
end = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="a")
assert type(end) is ssl.SSLObject
assert sys.argv[1:] == ["an", "argument"]
assert subprocess.run(["true"]).returncode == 0
assert abs(time.time() - time.clock_gettime(time.CLOCK_REALTIME)) < 60
print("ordinary")
"""


def test_after_a_world_everything_is_real_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ORDINARY, "an", "argument"],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.stdout == "ordinary\n", done.stderr
