"""Whom a TLS context trusts: authorities that are read when somebody asks for them, and not before.

httpx fills a context with the authorities of `certifi` for every client, though most clients in a world speak plain
HTTP; reading them takes longer than the rest of a small run. So inside a world a context only notes what
it is to load, and loads it, in the order in which it was told, before its first handshake and before
it says what it holds. What could fail is never put off: see `patches.tls_streams`.
"""

import ssl
from collections.abc import Callable
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

Load: TypeAlias = Callable[[ssl.SSLContext], None]

_put_off: Final[WeakKeyDictionary[ssl.SSLContext, list[Load]]] = WeakKeyDictionary()


def put_off(context: ssl.SSLContext, load: Load) -> None:
    """Let a context load this later. A load that held its own context would keep it for good."""
    _put_off.setdefault(context, []).append(load)


def settle(context: ssl.SSLContext) -> None:
    """Load now what a context has put off."""
    for load in _put_off.pop(context, ()):
        load(context)
