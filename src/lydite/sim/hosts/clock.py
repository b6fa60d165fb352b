"""The clocks of one host: a monotonic one and a wall clock, both a function of the world's own time.

Everything is whole nanoseconds. The rate is kept in parts per billion, so a clock that drifts
computes with integers too. A change of rate starts a new segment where the old one ended: what
was gained stays gained, and the monotonic clock never runs backwards.
"""

from lydite.world import Clock

BILLION = 1_000_000_000

EPOCH_NS = 1_767_225_600 * BILLION
"""Where every world begins: 1 January 2026, midnight UTC."""

BOOT_NS = 1_000 * BILLION
"""What a monotonic clock shows when the world begins: like a machine that has been up for a while."""


class HostClock:
    """One host's clocks. `true` says that they have run at the world's own rate so far."""

    __slots__ = ("_begun_ns", "_offset_ns", "_shown_ns", "ppb", "true")

    def __init__(self, clock: Clock) -> None:
        self._begun_ns = 0
        self._shown_ns = 0
        self._offset_ns = clock.offset_ns
        self.ppb = round(clock.rate * BILLION)
        self.true = self.ppb == BILLION

    def elapsed(self, now_ns: int) -> int:
        """How long the host believes that the world has lasted."""
        if self.true:
            return now_ns
        return self._shown_ns + (now_ns - self._begun_ns) * self.ppb // BILLION

    def monotonic(self, now_ns: int) -> int:
        """The monotonic clock."""
        return BOOT_NS + self.elapsed(now_ns)

    def wall(self, now_ns: int) -> int:
        """The wall clock, in nanoseconds since 1970."""
        return EPOCH_NS + self._offset_ns + self.elapsed(now_ns)

    def world_time_of(self, monotonic_ns: int) -> int:
        """The first moment of the world at which the monotonic clock shows at least that."""
        elapsed_ns = monotonic_ns - BOOT_NS
        if self.true:
            return elapsed_ns
        return self._begun_ns - (-(elapsed_ns - self._shown_ns) * BILLION // self.ppb)

    def step(self, by_ns: int) -> None:
        """Set the wall clock forward or back."""
        self._offset_ns += by_ns

    def run_at(self, rate: float, now_ns: int) -> None:
        """Run at another rate from now on."""
        shown_ns = self.elapsed(now_ns)
        self._begun_ns, self._shown_ns = now_ns, shown_ns
        self.ppb = round(rate * BILLION)
        self.true = self.ppb == BILLION and shown_ns == now_ns
