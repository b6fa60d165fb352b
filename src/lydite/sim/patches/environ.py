"""The environment of a process: written by it alone, and the same on every machine.

`os.environ` is one object that everybody may hold, so it is not exchanged but taught: it gets a
class that looks the process up first. What a process finds there, in this order:

| from | what |
|---|---|
| its host | `HOME`, `TMPDIR`, `HOSTNAME`, `PWD` |
| the trial | what the trial has set before it started the process, as a shell hands it down |
| the trial's file | what it has set while it was imported |
| every Unix | `PATH`, `LANG`, `LC_ALL`, `TZ`, `USER`, `LOGNAME`, `SHELL`: never those of this machine |

Nothing is taken from the environment in which Lydite was started: a proxy or a password that somebody's
shell has set would make a run that nobody else can replay. What a process changes, no other process sees,
and a restart forgets.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from lydite.sim.context import current_process
from lydite.sim.patches.memory import memory_of
from lydite.sim.patches.swaps import put_all

if TYPE_CHECKING:
    from lydite.sim.hosts.process import SimProcess

    Environ = os._Environ[Any]
else:
    Environ = os._Environ

_start: dict[str, str] = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "USER": "root",
    "LOGNAME": "root",
    "SHELL": "/bin/sh",
}
"""What every process finds, and what the trial's file has set while no world ran."""


def hand_down(parent: "SimProcess", child: "SimProcess") -> None:
    """Let a process begin with what another one has set, but for what is its own host's."""
    if parent.memory is not None and parent.memory.environ_ready:
        own = _own_of(parent)
        child.environ.update((key, value) for key, value in parent.environ.items() if own.get(key) != value)


def _own_of(process: "SimProcess") -> dict[str, str]:
    host = process.host
    return {"HOME": host.root, "TMPDIR": "/tmp", "HOSTNAME": host.name, "PWD": host.root}  # noqa: S108


def environ_of(process: "SimProcess") -> dict[str, str]:
    """The environment of a process. What was set before its first look stays on top."""
    memory = memory_of(process)
    if not memory.environ_ready:
        memory.environ_ready = True
        process.environ = {**_start, **_own_of(process), **process.environ}
    return process.environ


def _own() -> dict[str, str] | None:
    process = current_process()
    return None if process is None else environ_of(process)


class HostEnviron(Environ):
    """`os.environ` inside a world, and what it always was outside."""

    def __getitem__(self, key: str) -> str:
        own = _own()
        if own is None:
            return super().__getitem__(key)  # type: ignore[no-any-return]
        self.encodekey(key)
        return own[key]

    def __setitem__(self, key: str, value: str) -> None:
        own = _own()
        if own is None:
            super().__setitem__(key, value)
            _start[key] = value
            return
        self.encodekey(key), self.encodevalue(value)
        own[key] = value

    def __delitem__(self, key: str) -> None:
        own = _own()
        if own is None:
            super().__delitem__(key)
            _start.pop(key, None)
        else:
            del own[key]

    def __iter__(self) -> Iterator[str]:
        own = _own()
        return iter(super().__iter__() if own is None else tuple(own))

    def __len__(self) -> int:
        own = _own()
        return super().__len__() if own is None else len(own)


class HostEnvironBytes(Environ):
    """`os.environb`: the same environment, in bytes."""

    def __getitem__(self, key: bytes) -> bytes:
        own = _own()
        if own is None:
            return super().__getitem__(key)  # type: ignore[no-any-return]
        try:
            return os.fsencode(own[os.fsdecode(key)])
        except KeyError:
            raise KeyError(key) from None

    def __setitem__(self, key: bytes, value: bytes) -> None:
        own = _own()
        if own is None:
            super().__setitem__(key, value)
            _start[os.fsdecode(key)] = os.fsdecode(value)
        else:
            own[os.fsdecode(key)] = os.fsdecode(value)

    def __delitem__(self, key: bytes) -> None:
        own = _own()
        if own is None:
            super().__delitem__(key)
            _start.pop(os.fsdecode(key), None)
        else:
            del own[os.fsdecode(key)]

    def __iter__(self) -> Iterator[bytes]:
        own = _own()
        return iter(super().__iter__() if own is None else tuple(map(os.fsencode, own)))

    def __len__(self) -> int:
        own = _own()
        return super().__len__() if own is None else len(own)


class Variables:
    """What stands in for the calls below `os.environ`."""

    def putenv(self, name: str | bytes, value: str | bytes, /) -> None:
        own = _own()
        if own is None:
            _real_putenv(name, value)
        else:
            own[os.fsdecode(name)] = os.fsdecode(value)

    def unsetenv(self, name: str | bytes, /) -> None:
        own = _own()
        if own is None:
            _real_unsetenv(name)
        else:
            own.pop(os.fsdecode(name), None)


_real_putenv: Final = os.putenv
_real_unsetenv: Final = os.unsetenv


def install() -> None:
    """Give every process an environment of its own."""
    os.environ.__class__ = HostEnviron
    os.environb.__class__ = HostEnvironBytes
    put_all(os, ("putenv", "unsetenv"), Variables())
