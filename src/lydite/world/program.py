"""Programs: what a host runs, named so that both worlds can start it.

A program is an entry point, `package.module:main`, whose `main` is ``async def main(argv)``, or an
ASGI application, `package.module:app`, served on a port. Named by text, it gets fresh copies of its
own modules in each process: module globals are a process's memory, so two hosts share none, and a
restart forgets them all.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Main: TypeAlias = Callable[[Sequence[str]], Awaitable[object]]
"""A program that is already imported: the caller's own function, shared as it is."""


@dataclass(frozen=True, slots=True)
class Program:
    """`main(argv)` at an entry point, or a function that is already there."""

    entry: str | Main
    argv: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = self.entry if isinstance(self.entry, str) else self.entry.__qualname__
        return " ".join((name, *self.argv))


@dataclass(frozen=True, slots=True)
class Asgi:
    """An ASGI application at an entry point, served with uvicorn on a port of its host."""

    entry: str
    port: int = 8000

    def __str__(self) -> str:
        return f"asgi {self.entry} on port {self.port}"


Runnable: TypeAlias = Program | Asgi
