"""Where a host stands and how it is made: regions, links, clocks, disks, processors.

Frozen values that a trial hands to the world before anything runs. Together with the seed they
are the run's configuration, and go into the trace's header.
"""

from dataclasses import dataclass, field

from lydite.model import GIGABYTE, MILLISECOND, Facts, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The road from one region to another: a latency, an even jitter on top, and a bandwidth (0: no limit)."""

    latency_ns: int = 2 * MILLISECOND
    jitter_ns: int = 1 * MILLISECOND
    bytes_per_second: int = 0

    def __post_init__(self) -> None:
        for name in ("latency_ns", "jitter_ns", "bytes_per_second"):
            if getattr(self, name) < 0:
                raise InputError(f"{name} is not negative, found {getattr(self, name)}", where="Link")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How far a host's wall clock is off at the start, and how fast its clocks run."""

    offset_ns: int = 0
    rate: float = 1.0

    def __post_init__(self) -> None:
        if not 0.001 <= self.rate <= 1000:
            raise InputError(f"a clock's rate lies between 0.001 and 1000, found {self.rate}", where="Clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """How much a host's disk holds, and how long an operation keeps the host."""

    bytes_max: int = GIGABYTE
    operation_ns: int = 0
    sync_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cpu:
    """What work costs a host: so much for each message that arrives, so much for each byte.

    Virtual time stands still while Python runs, so without a cost no host is ever overloaded.
    """

    message_ns: int = 0
    byte_ns: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Regions and the links between them. Regions without a link of their own use `otherwise`."""

    otherwise: Link = field(default_factory=Link)
    inside: Link | None = None
    """Between two hosts of one region; `otherwise` where it is not given."""
    links: tuple[tuple[str, str, Link], ...] = ()
    """Both directions; to make a way asymmetric give both, first match wins."""

    def between(self, source: str, target: str) -> Link:
        """The link from a host in one region to a host in another."""
        for left, right, link in self.links:
            if (left, right) == (source, target):
                return link
        for left, right, link in self.links:
            if (right, left) == (source, target):
                return link
        return self.inside if source == target and self.inside is not None else self.otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """The subject's own beat: durations are told in it, so that a trial fits every world.

    >>> Tempo(heartbeat_ns=500_000_000).heartbeats(3)
    1500000000
    """

    heartbeat_ns: int = 1_000 * MILLISECOND
    block_ns: int = 10_000 * MILLISECOND

    def heartbeats(self, count: float) -> int:
        """That many heartbeats, in nanoseconds."""
        return round(count * self.heartbeat_ns)

    def blocks(self, count: float) -> int:
        """That many blocks, in nanoseconds."""
        return round(count * self.block_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a run is called off: it never ends by itself, or keeps the processor."""

    virtual_ns: int = 3_600_000 * MILLISECOND
    events: int = 50_000_000
    blocked_ns: int = 10_000 * MILLISECOND
    """Real time that one step of a program may take."""

    def as_plain(self) -> Facts:
        """The part that can change a trace: real time cannot."""
        return {"virtual_ns": self.virtual_ns, "events": self.events}
