"""The verbs of the levers: what bends a world, and what heals it again.

They stand here because who reads a trace must know them as well as who pulls a lever.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

HEALERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "network.cut": ("network.heal",),
        "network.block": ("network.unblock", "network.heal"),
        "network.hold": ("network.release",),
        "network.delay": ("network.hasten",),
        "network.lose": ("network.keep",),
        "network.duplicate": ("network.dedupe",),
        "network.throttle": ("network.unthrottle",),
        "network.corrupt": ("network.mend",),
        "network.reorder": ("network.order",),
        "network.refuse": ("network.admit",),
        "network.tamper": ("network.restore",),
        "network.forget": ("network.recall",),
        "network.reset": (),
        "clock.step": (),
        "clock.offset": ("clock.correct",),
        "clock.drift": ("clock.steady",),
        "disk.fail": ("disk.repair",),
        "disk.fill": ("disk.drain",),
        "disk.slow": ("disk.quicken",),
        "disk.lie": ("disk.confess",),
        "disk.rot": (),
        "disk.swap": ("disk.unswap",),
        "disk.trip": ("disk.untrip",),
        "process.crash": ("process.revive", "process.power_on"),
        "process.power_off": ("process.power_on", "process.revive"),
        "process.stop": ("process.revive", "process.power_on"),
        "process.pause": ("process.resume",),
        "cpu.burden": ("cpu.relieve",),
        "memory.limit": ("memory.unlimit",),
    }
)
"""Each verb that bends, and the verbs that heal it, its opposite first; none, where it happens once and stays."""

OPPOSITES: Final[Mapping[str, str]] = MappingProxyType(
    {verb: healers[0] if healers else "" for verb, healers in HEALERS.items()}
)
"""Each verb that bends, and its opposite; empty, where it happens once and stays."""

HEALS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        healer: tuple(verb for verb, healers in HEALERS.items() if healer in healers)
        for healer in dict.fromkeys(healer for healers in HEALERS.values() for healer in healers)
    }
)
"""Each verb that heals, and what it heals."""
