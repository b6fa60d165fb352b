"""Randomness: each process has its own generator and its own entropy, keyed by seed, host and incarnation.

| asked for | answered by |
|---|---|
| the functions of `random` | the process's generator: `random.seed(7)` seeds that one alone |
| `random.Random()` without a seed | a generator seeded with the process's entropy |
| one that a library made while it was imported | seeded anew for each world, shared by its hosts |
| `os.urandom`, `os.getrandom`, `ssl.RAND_bytes` | the process's entropy |
| `SystemRandom`, `secrets`, `uuid4`, `tempfile`, numpy's `default_rng()` | they call `os.urandom`: so the same |
| `uuid1`, `uuid6`, `uuid7`, `getnode` | the host's clock, and an address made of its number |

**Why at the bottom.** Everything random in Python ends at a few functions. Replacing these, and not
the many above them, keeps the identity of what people hold on to (`default_factory=uuid4`).

**What is out of reach**: generators inside of extension modules that ask the kernel themselves, such
as OpenSSL's when it makes keys (`cryptography`), and hash seeds, which are fixed when Python starts.
"""

import itertools
import os
import random
import ssl
import sys
import uuid
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator
from types import FrameType, MethodType, ModuleType
from typing import Any, Final

from lydite.model import derive
from lydite.sim.context import active_world, at_threshold, current_process
from lydite.sim.patches import real
from lydite.sim.patches.memory import memory_of
from lydite.sim.patches.swaps import put, put_all

NAMES: Final = tuple(
    name
    for name in (*random.__all__, "binomialvariate")
    if getattr(getattr(random, name, None), "__self__", None) is real.shared_random
)
"""The functions of `random` that belong to its shared generator."""


def _octets(count: int, real_function: Callable[[int], bytes]) -> bytes:
    process = current_process()
    if process is None or count < 0:
        return real_function(count)
    return process.entropy.octets(count)


class Entropy:
    """What stands in for the sources of entropy."""

    def urandom(self, size: int, /) -> bytes:
        return _octets(size, real.urandom)

    def getrandom(self, size: int, flags: int = 0) -> bytes:
        return _octets(size, lambda count: _real_getrandom(count, flags))

    def RAND_bytes(self, num: int, /) -> bytes:  # noqa: N802 - its name in `ssl`
        return _octets(num, _real_rand_bytes)


class ProcessRandom:
    """Where the functions that stand in for those of `random` are bound to."""


def _through_the_process(name: str) -> Callable[..., object]:
    """A function of `random` that asks the generator of the process whose code is running."""

    def function(anchor: ProcessRandom, /, *arguments: Any, **keywords: Any) -> object:
        process = current_process()
        generator = real.shared_random if process is None else process.random
        return getattr(generator, name)(*arguments, **keywords)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = getattr(random, name).__doc__
    return MethodType(function, _ANCHOR)


def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
    """`Random.seed`: without a seed, C would ask the kernel by itself."""
    process = current_process()
    if a is None and process is not None:
        a = int.from_bytes(process.entropy.octets(32), "little")
    elif a is None and not isinstance(self, random.SystemRandom):
        site = _site_of(sys._getframe(1))
        _made_outside.append((f"{site} #{next(_made_at[site])}", weakref.ref(self)))
    _real_seed(self, a, version)


def seed_what_was_made_outside() -> None:
    """A library may keep a generator since its import, such as aiohttp's for the masks of websockets.

    Nobody gave it a seed, so nobody misses the one that it had.
    """
    world = active_world()
    assert world is not None
    for name, reference in _made_outside:
        generator = reference()
        if generator is not None:
            _real_seed(generator, derive(world.seed, "random", f"import {name}"))


def _site_of(frame: FrameType | None) -> str:
    """Where a generator is made. Its place names it: a count would move with whatever else was imported."""
    while frame is not None and frame.f_globals.get("__name__") == "random":
        frame = frame.f_back
    return f"{frame.f_globals.get('__name__')}:{frame.f_lineno}" if frame is not None else ""


def getnode() -> int:
    """The network address of the host: locally administered, made of its number."""
    process = current_process()
    if process is None:
        return _real_getnode()
    return 0x02_00_00_00_00_00 | process.host.index


def _with_own_globals(name: str) -> Callable[..., uuid.UUID]:
    """A time-based UUID for which `uuid` remembers the last one of this process only.

    Shared, the last timestamp would let one host's UUIDs depend on whether another has made some.
    Without the functions of the C library it computes from the host's clock and address.
    """

    def function(*arguments: Any, **keywords: Any) -> uuid.UUID:
        process = current_process()
        real_function: Callable[..., uuid.UUID] = globals()[f"_real_{name}"]
        if process is None:
            return real_function(*arguments, **keywords)
        own = memory_of(process).uuid_globals
        outside = {variable: vars(uuid)[variable] for variable in _UUID_GLOBALS if hasattr(uuid, variable)}
        vars(uuid).update({variable: own.get(variable) for variable in outside})
        try:
            made = real_function(*arguments, **keywords)
            own.update({variable: vars(uuid)[variable] for variable in outside})
        finally:
            vars(uuid).update(outside)
        return made

    function.__name__ = function.__qualname__ = name
    function.__module__ = "uuid"
    return function


_UUID_GLOBALS: Final = (
    "_generate_time_safe",
    "_UuidCreate",
    "_last_timestamp",
    "_last_timestamp_v6",
    "_last_timestamp_v7",
    "_last_counter_v7",
)
_real_uuid1 = uuid.uuid1
_real_uuid6 = getattr(uuid, "uuid6", None)
_real_uuid7 = getattr(uuid, "uuid7", None)
_made_outside: Final[list[tuple[str, weakref.ref[random.Random]]]] = []
_made_at: Final[defaultdict[str, Iterator[int]]] = defaultdict(itertools.count)
_ANCHOR: Final = ProcessRandom()
_real_seed = random.Random.seed
_real_getnode = uuid.getnode
_real_getrandom = os.getrandom
_real_rand_bytes = ssl.RAND_bytes


def install() -> None:
    """Let every source of randomness be the process's own."""
    import _ssl

    entropy = Entropy()
    put_all(os, ("urandom", "getrandom"), entropy)
    random._urandom = entropy.urandom  # type: ignore[attr-defined]
    for module in (ssl, _ssl):
        put(module, "RAND_bytes", entropy.RAND_bytes)
        put(module, "RAND_priv_bytes", entropy.RAND_bytes)
    for name in NAMES:
        put(random, name, _through_the_process(name))
    random.Random.seed = seed  # type: ignore[method-assign]
    at_threshold(enter=seed_what_was_made_outside, leave=lambda: None)
    put(uuid, "getnode", getnode)
    for name in ("uuid1", "uuid6", "uuid7"):
        put(uuid, name, _with_own_globals(name))


def patch_numpy(module: ModuleType) -> None:
    """numpy's legacy functions (`np.random.rand`): a generator for each process instead of one for all.

    The new ones need nothing: `default_rng()` takes its seed from `secrets`, and so from the process.
    """
    shared = module.mtrand._rand

    def generator() -> Any:
        process = current_process()
        if process is None:
            return shared
        memory = memory_of(process)
        if memory.numpy_state is None:
            key = int.from_bytes(process.entropy.octets(16), "little")
            memory.numpy_state = module.RandomState(module.MT19937(key))
        return memory.numpy_state

    def through_the_process(name: str) -> Callable[..., object]:
        def function(anchor: ProcessRandom, /, *arguments: Any, **keywords: Any) -> object:
            return getattr(generator(), name)(*arguments, **keywords)

        function.__name__ = function.__qualname__ = name
        return MethodType(function, _ANCHOR)

    for name, value in tuple(vars(module).items()):
        if getattr(value, "__self__", None) is shared:
            put(module, name, through_the_process(name))
