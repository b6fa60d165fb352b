"""The levers: everything a tester may bend, each with its opposite.

A lever never reaches into a program. It bends the machine around it: the network between two
hosts, a clock, a disk, a process, a processor. Pulling one returns a `Bend`, which holds until
it is lifted, so a fault can be a scope::

    with world.network.cut("node-1", "node-2"):
        await world.sleep(seconds(10))

Bends stack: two cuts of the same link are both lifted before it carries anything again, loss
rates combine, delays add up, the narrowest bandwidth wins. The opposite verb (`heal` for `cut`)
lifts every bend of that kind between those hosts at once, whoever made it. A bend of which nothing is left is
over: `world.bent` tells of it no more, and lifting it does nothing.

Hosts are named by text; several by a tuple. `"*"` is every host but the tester's own.

A lever that does something at once finds nothing to do it to where nothing runs, is stored or is connected. What there
is can be asked (`runs`, `stores`, `unsynced`, `connected`), so that nobody takes that for a fault that was survived.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Literal, Protocol, Self, TypeAlias

from lydite.world.tampering import Tamperer

Hosts: TypeAlias = "str | Sequence[str]"
"""One host, several, or `"*"` for every host but the tester's own."""

Unsynced: TypeAlias = Literal["any", "lost", "kept", "torn"]
"""What a power loss makes of what was not synced."""


class Bend(Protocol):
    """One thing bent: lift it, or leave the scope that it opened. Lifting twice is harmless."""

    def lift(self) -> None:
        """Undo this bend, and only this one."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class NetworkLever(Protocol):
    """The network between hosts. Both directions unless the verb says otherwise."""

    def cut(self, left: Hosts, right: Hosts) -> Bend:
        """Lose everything between the two sides, silently, in both directions."""
        ...

    def heal(self, left: Hosts, right: Hosts) -> None:
        """Lift every cut and every block between the two sides."""
        ...

    def block(self, source: Hosts, target: Hosts) -> Bend:
        """Lose everything from source to target; the way back stays open."""
        ...

    def unblock(self, source: Hosts, target: Hosts) -> None:
        """Lift every block from source to target."""
        ...

    def hold(self, left: Hosts, right: Hosts) -> Bend:
        """Keep everything between the two sides back, in order, to be delivered on release."""
        ...

    def release(self, left: Hosts, right: Hosts) -> None:
        """Deliver what was held and hold no more."""
        ...

    def delay(self, left: Hosts, right: Hosts, by_ns: int, jitter_ns: int = 0) -> Bend:
        """Add latency, and up to `jitter_ns` more on each packet."""
        ...

    def hasten(self, left: Hosts, right: Hosts) -> None:
        """Take every added latency away."""
        ...

    def lose(self, left: Hosts, right: Hosts, rate: float, burst: float = 1) -> Bend:
        """Lose packets at that rate: datagrams vanish, streams wait for a retransmission.

        With `burst`, they are lost in a row, and so many of them in the mean (a Gilbert-Elliott channel).
        """
        ...

    def keep(self, left: Hosts, right: Hosts) -> None:
        """Lose no more."""
        ...

    def duplicate(self, left: Hosts, right: Hosts, rate: float) -> Bend:
        """Deliver datagrams twice at that rate. Streams hide duplicates, as TCP does."""
        ...

    def dedupe(self, left: Hosts, right: Hosts) -> None:
        """Duplicate no more."""
        ...

    def reorder(self, left: Hosts, right: Hosts, rate: float, by_ns: int) -> Bend:
        """Let a share of the packets be late by so much. In a stream what comes behind waits for them."""
        ...

    def order(self, left: Hosts, right: Hosts) -> None:
        """Reorder no more."""
        ...

    def throttle(self, left: Hosts, right: Hosts, bytes_per_second: int) -> Bend:
        """Limit the bandwidth in each direction."""
        ...

    def unthrottle(self, left: Hosts, right: Hosts) -> None:
        """Lift every limit."""
        ...

    def corrupt(self, left: Hosts, right: Hosts, rate: float) -> Bend:
        """Flip one bit in datagrams at that rate. A stream's checksum turns it into a retransmission."""
        ...

    def mend(self, left: Hosts, right: Hosts) -> None:
        """Corrupt no more."""
        ...

    def forget(self, names: Hosts) -> Bend:
        """Let name resolution fail for these hosts; their addresses still work."""
        ...

    def recall(self, names: Hosts) -> None:
        """Resolve these names again."""
        ...

    def refuse(self, left: Hosts, right: Hosts) -> Bend:
        """Refuse new connections between the two sides, as a firewall does; open ones and datagrams go on."""
        ...

    def admit(self, left: Hosts, right: Hosts) -> None:
        """Take connections again."""
        ...

    def reset(self, left: Hosts, right: Hosts) -> None:
        """Reset every open connection between the two sides, once."""
        ...

    def connected(self, left: Hosts, right: Hosts) -> bool:
        """Is any connection open between the two sides?"""
        ...

    def tamper(self, hosts: Hosts, tamperer: Tamperer) -> Bend:
        """Let code rewrite what programs on these hosts send to others, in streams and in datagrams.

        Its argument is code, so it stands in no schedule by itself: the troubles `byzantine.*` pull it.
        """
        ...

    def restore(self, hosts: Hosts) -> None:
        """Tamper no more; what was kept back leaves."""
        ...


class ClockLever(Protocol):
    """The clocks of a host. The monotonic clock keeps its rate but never steps."""

    def step(self, hosts: Hosts, by_ns: int) -> None:
        """Set the wall clock forward, or back with a negative step; it stays so until it is corrected."""
        ...

    def offset(self, hosts: Hosts, by_ns: int) -> Bend:
        """Let the wall clock be wrong by so much; lifting the bend sets it back by as much."""
        ...

    def correct(self, hosts: Hosts) -> None:
        """Set the wall clock right: take every offset and every step away (what was gained stays gained)."""
        ...

    def drift(self, hosts: Hosts, rate: float) -> Bend:
        """Let all clocks of the host run at that rate: 1.1 is ten per cent fast."""
        ...

    def steady(self, hosts: Hosts) -> None:
        """Let them run true again (what was gained stays gained)."""
        ...


class DiskLever(Protocol):
    """The disk of a host. `path` limits a fault to files whose path begins with it."""

    def fail(self, hosts: Hosts, operation: str = "*", path: str = "", rate: float = 1.0) -> Bend:
        """Answer EIO to `read`, `write`, `sync` or all (`*`), at that rate."""
        ...

    def repair(self, hosts: Hosts) -> None:
        """Fail no more."""
        ...

    def fill(self, hosts: Hosts) -> Bend:
        """Answer ENOSPC to every write that needs room."""
        ...

    def drain(self, hosts: Hosts) -> None:
        """Give the room back."""
        ...

    def slow(self, hosts: Hosts, by_ns: int) -> Bend:
        """Let each operation keep the host's processor for so long."""
        ...

    def quicken(self, hosts: Hosts) -> None:
        """Take the slowness away."""
        ...

    def lie(self, hosts: Hosts) -> Bend:
        """Say yes to fsync and do nothing: the next power loss takes the writes."""
        ...

    def confess(self, hosts: Hosts) -> None:
        """Sync truly again."""
        ...

    def trip(self, hosts: Hosts, path: str = "", skip: int = 0) -> Bend:
        """Take the power at the next sync, before anything is safe; lifting gives it back. `skip` syncs may pass."""
        ...

    def untrip(self, hosts: Hosts) -> None:
        """Wait for no sync any more (what has lost its power is not given it back)."""
        ...

    def swap(self, left: str, right: str) -> Bend:
        """Shut two hosts down, exchange their disks, and start both again, each on the data of the other."""
        ...

    def unswap(self, left: str, right: str) -> None:
        """Take back every swap of these two, in the same way."""
        ...

    def rot(self, hosts: Hosts, path: str = "", bits: int = 1) -> None:
        """Flip that many stored bits, once."""
        ...

    def stores(self, hosts: Hosts, path: str = "") -> bool:
        """Is there any bit that could flip, in files whose path begins so?"""
        ...

    def unsynced(self, hosts: Hosts) -> bool:
        """Is there anything that a power loss could take?"""
        ...


class ProcessLever(Protocol):
    """The processes of a host."""

    def runs(self, hosts: Hosts) -> bool:
        """Does any program run there, or would it, if no fault kept its host down?"""
        ...

    def crash(self, hosts: Hosts) -> Bend:
        """Kill every process at once: no `finally`, no exit handler; the kernel closes the sockets."""
        ...

    def revive(self, hosts: Hosts) -> None:
        """Start again what was started there, on the same disk."""
        ...

    def power_off(self, hosts: Hosts, unsynced: Unsynced = "any") -> Bend:
        """Take the power: peers hear nothing, and what was not synced to disk is lost or torn.

        `unsynced` says what becomes of that: `any` of it may be kept, all of it is `lost`, all of it is `kept`, or all
        but the last write of each file, which is `torn`.
        """
        ...

    def power_on(self, hosts: Hosts) -> None:
        """Give the power back and start again what was started there."""
        ...

    def stop(self, hosts: Hosts) -> Bend:
        """Ask every process to end (SIGTERM); programs may tidy up."""
        ...

    def pause(self, hosts: Hosts) -> Bend:
        """Freeze every process (SIGSTOP): time passes, nothing runs, buffers fill."""
        ...

    def resume(self, hosts: Hosts) -> None:
        """Let them run on."""
        ...


class CpuLever(Protocol):
    """The processor of a host."""

    def burden(self, hosts: Hosts, factor: float) -> Bend:
        """Let everything take that many times longer."""
        ...

    def relieve(self, hosts: Hosts) -> None:
        """Lift every burden."""
        ...


class MemoryLever(Protocol):
    """The memory of a host's programs."""

    def limit(self, hosts: Hosts, bytes_max: int) -> Bend:
        """Let the programs of a host hold no more than so many bytes: what would go over raises MemoryError.

        Counted are the bytes that the world holds for them: what they have sent and the other side has not taken, and
        what has come for them and they have not read. What a program keeps in objects of its own is not counted.
        """
        ...

    def unlimit(self, hosts: Hosts) -> None:
        """Lift every limit."""
        ...
