"""An inventory of this process: its children, the ports on which it listens, the files that it has open."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")

LISTENING: Final = "0A"

AIDES: Final = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""Processes that Python starts once and keeps for itself."""

NO_FILES: Final = ("/dev/", "/proc/", "/sys/", "/memfd:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing that can be left behind."""

    kind: str
    words: str = field(compare=False)
    key: str
    """What it is known by: a path, a port, a command."""
    number: int = 0
    """What tells two with the same key apart: the number of a process."""


def is_readable() -> bool:
    """Can an inventory be made on this system?"""
    return (PROC / "self" / "fd").is_dir()


def inventory() -> Counter[Thing]:
    """Everything that there is now."""
    files, sockets = _open()
    return Counter([*files, *_ports(sockets), *_children()])


def _open() -> tuple[list[Thing], frozenset[str]]:
    """The files that are open, and the numbers of the sockets."""
    files, sockets = [], []
    for descriptor in (PROC / "self" / "fd").iterdir():
        # The descriptor that lists the folder is gone by now.
        with suppress(OSError):
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                sockets.append(target[8:-1])
            elif target.startswith("/") and not target.startswith(NO_FILES):
                files.append(Thing(kind="files", words=f"the open file {target}", key=target))
    return files, frozenset(sockets)


def _ports(sockets: frozenset[str]) -> Iterator[Thing]:
    if not sockets:
        return
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "self" / "net" / table).read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == LISTENING and words[9] in sockets:
                    address, port = _address(words[1])
                    yield Thing(
                        kind="ports", words=f"the listening port {address}:{port}", key=f"{address}:{port}"
                    )


def _address(spelled: str) -> tuple[str, int]:
    """An address as the kernel spells it: each four bytes are in the order of the machine."""
    digits, _, port = spelled.partition(":")
    raw = b"".join(bytes.fromhex(digits[at : at + 8])[::-1] for at in range(0, len(digits), 8))
    address = str(IPv4Address(raw)) if len(raw) == 4 else f"[{IPv6Address(raw)}]"
    return address, int(port, 16)


def _children() -> Iterator[Thing]:
    """All processes that descend from this one."""
    parents: dict[int, list[tuple[int, str]]] = {}
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                parents.setdefault(int(parent), []).append((int(folder.name), state))
    family = [*parents.get(os.getpid(), ())]
    for number, state in family:
        family += parents.get(number, ())
        command = _command(number)
        if not any(aide in command for aide in AIDES):
            ended = ", which has ended and was not waited for" if state == "Z" else ""
            yield Thing(
                kind="processes", words=f"the process {number} ({command}){ended}", key=command, number=number
            )


def _command(number: int) -> str:
    with suppress(OSError):
        spelled = (PROC / str(number) / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ")
        return spelled.decode(errors="replace") or (PROC / str(number) / "comm").read_text().strip()
    return "gone"
