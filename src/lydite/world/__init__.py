"""What a tester may bend, and the interface of the world that a trial is handed."""

from lydite.world.levers import (
    Bend,
    ClockLever,
    CpuLever,
    DiskLever,
    Hosts,
    MemoryLever,
    NetworkLever,
    ProcessLever,
    Unsynced,
)
from lydite.world.place import Clock, Cpu, Disk, Limits, Link, Map, Tempo
from lydite.world.program import Asgi, Main, Program, Runnable
from lydite.world.tampering import Leaving, Tamperer, Way
from lydite.world.world import Capability, Host, Process, World

__all__ = [
    "Asgi",
    "Bend",
    "Capability",
    "Clock",
    "ClockLever",
    "Cpu",
    "CpuLever",
    "Disk",
    "DiskLever",
    "Host",
    "Hosts",
    "Leaving",
    "Limits",
    "Link",
    "Main",
    "Map",
    "MemoryLever",
    "NetworkLever",
    "Process",
    "ProcessLever",
    "Program",
    "Runnable",
    "Tamperer",
    "Tempo",
    "Unsynced",
    "Way",
    "World",
]
