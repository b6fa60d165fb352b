"""The ports of the services that documents name: is each free, and if not, whose is it?"""

import errno
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lydite.doctor.probe import Answer, fine, lacking, unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port, and the service that listens there unless told otherwise."""

    number: int
    service: str


PORTS: Final = (
    Port(number=3000, service="a consensus client's HTTP"),
    Port(number=3001, service="Grafana"),
    Port(number=5000, service="a coin node's HTTP"),
    Port(number=5432, service="PostgreSQL"),
    Port(number=6379, service="Redis"),
    Port(number=8000, service="a coin node's peers"),
    Port(number=8011, service="a job coordinator"),
    Port(number=8080, service="a blockchain node's HTTP"),
    Port(number=8081, service="a wallet daemon"),
    Port(number=8082, service="an exchange"),
    Port(number=8102, service="a marketplace"),
    Port(number=8545, service="an execution client's JSON-RPC"),
    Port(number=8551, service="an execution client's Engine API"),
    Port(number=9090, service="Prometheus"),
    Port(number=18443, service="Bitcoin's JSON-RPC on regtest"),
    Port(number=55444, service="a consensus client's peers"),
)

LISTENING: Final = "0A"
"""The state of a socket that listens, as the kernel writes it."""


def port(number: int) -> Answer:
    """Is a port free, and if not, who has it?"""
    inodes = _inodes(number)
    if not inodes:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind(("", number))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    return unknown(f"it cannot be tried: {(error.strerror or '').lower()}")
            else:
                return fine("free")
    remedy = "end that program, if nobody needs it, or give the service another port"
    return lacking(f"used by {_owner(inodes) or 'a process of somebody else'}", remedy)


def _owner(inodes: list[str]) -> str:
    """The process that has one of these sockets, where the kernel lets us see it."""
    wanted = {f"socket:[{inode}]" for inode in inodes}
    if not wanted:
        return ""
    for process in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            if any(str(each.readlink()) in wanted for each in (process / "fd").iterdir()):
                return f"process {process.name} ({(process / 'comm').read_text().strip()})"
        except OSError:
            # It has ended, or is somebody else's.
            continue
    return ""


def _inodes(number: int) -> list[str]:
    """The sockets that listen on a port, on any address."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if columns[3] == LISTENING and int(columns[1].rpartition(":")[2], 16) == number:
                found.append(columns[9])
    return found
