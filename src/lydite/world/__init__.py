"""What a tester may bend, and the interface of the world that a trial is handed."""

from lydite.world.levers import (
    OPPOSITES,
    Bend,
    ClockLever,
    CpuLever,
    DiskLever,
    Hosts,
    NetworkLever,
    ProcessLever,
)
from lydite.world.place import Clock, Cpu, Disk, Limits, Link, Map, Tempo
from lydite.world.program import Asgi, Main, Program, Runnable
from lydite.world.world import Capability, Host, Process, World

__all__ = [
    "OPPOSITES",
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
    "Limits",
    "Link",
    "Main",
    "Map",
    "NetworkLever",
    "Process",
    "ProcessLever",
    "Program",
    "Runnable",
    "Tempo",
    "World",
]
