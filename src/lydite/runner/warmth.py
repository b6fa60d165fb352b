"""What a nursery imports ahead of time, because libraries import it in the middle of a run.

Some libraries load a part of themselves when it is first used: httpx its transport, uvicorn its protocols.
In a forked run that would be done again each time, and takes longer than the run. So where a target has
imported such a library, its late parts are imported too. A table and not an observation: what is warm
must be the same in every nursery of a target.

The authorities of `certifi`, which httpx hands to OpenSSL for every client, are loaded once for the same reason: a
world then knows that nothing is wrong with them, and loads them where a program speaks TLS and nowhere else.
"""

import importlib
import ssl
import sys
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from typing import Any, Final

from lydite.runner.provenance import is_library

LATE_PARTS: Final = {
    "aiohttp": ("aiohttp.web", "aiohttp.resolver", "aiohttp.connector"),
    "aiosqlite": ("sqlite3.dbapi2",),
    "anyio": ("anyio._backends._asyncio", "anyio.streams.memory", "anyio.to_thread"),
    "fastapi": ("fastapi.openapi.utils", "fastapi.telemetry._runtime", "starlette.websockets"),
    "httpx": ("httpcore", "certifi", "anyio", "anyio._backends._asyncio", "importlib.resources.readers"),
    "sqlalchemy": ("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.sqlite.aiosqlite"),
    "starlette": ("uvicorn",),  # on which `world.serve` serves it
    "uvicorn": (
        "uvicorn.lifespan.on",
        "uvicorn.lifespan.off",
        "uvicorn.loops.asyncio",
        "uvicorn.protocols.http.auto",
        "uvicorn.protocols.http.h11_impl",
        "uvicorn.protocols.websockets.auto",
        "uvicorn.middleware.proxy_headers",
    ),
    "websockets": ("websockets.asyncio.client", "websockets.asyncio.server"),
}
"""A library, and the parts that it loads late."""


def warm_libraries() -> None:
    """Import the late parts of every library that is here; a part that this version does not have is let be."""
    for library, parts in LATE_PARTS.items():
        if library in sys.modules:
            for part in parts:
                with suppress(ImportError):
                    importlib.import_module(part)
    if "certifi" in sys.modules:
        with suppress(OSError):
            ssl.create_default_context(cafile=sys.modules["certifi"].where())


def compile_libraries_once() -> None:
    """From now on the compiled files of libraries are kept, as Python does it, and those of other code are not.

    Some installers leave libraries uncompiled, and to compile a web framework takes longer than a sweep. By its second
    and its size Python tells whether a compiled file is of today's source, and a bug may be mended faster than that:
    what may be the code under test is compiled anew in each nursery.
    """
    keep = SourceFileLoader.set_data

    def keep_of_libraries(loader: SourceFileLoader, path: str, data: Any, *, _mode: int = 0o666) -> None:
        if is_library(path):
            keep(loader, path, data, _mode=_mode)

    SourceFileLoader.set_data = keep_of_libraries  # type: ignore[method-assign, assignment]
