"""What travels in a stream, and the numbers that TCP is known by."""

from typing import Final

from lydite.sim.hosts.clock import BILLION

KERNEL_BUFFER: Final = 128 * 1024
"""What the two kernels take between them before a sender's own buffer begins to fill."""

SEGMENT_MAX: Final = 64 * 1024
"""The most that one arrival carries."""

GIVE_UP_NS: Final = 924 * BILLION
"""How long TCP goes on sending again before it gives the connection up (Linux: fifteen retries)."""

HIGH_WATER: Final = 64 * 1024


class Mark:
    """What travels in a stream besides bytes."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


FIN: Final = Mark("FIN")
RST: Final = Mark("RST")
PROBE: Final = Mark("PROBE")
"""What a waiting writer's kernel sends to see whether there is room again."""
