"""Exchanges of disks: which host has whose disk, however many swaps overlap, and in whatever order they are taken back.

A host whose disk changes is shut down first, as an administrator would do it: its processes are killed, its kernel
writes back what was not synced. Then it is started on the disk that it has now, unless something else keeps it down.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.world import SimWorld


class Exchanges:
    """The swaps in force, oldest first, and what has been carried out of them."""

    def __init__(self, world: "SimWorld") -> None:
        self._world = world
        self._made = 0
        self._swaps: dict[int, tuple[SimHost, SimHost]] = {}
        self._has: dict[SimHost, SimHost] = {}
        """Whose disk a host has; its own, where it is not named."""

    def add(self, one: "SimHost", other: "SimHost") -> int:
        """Let two hosts exchange the disks that they have now; the number to take it back with."""
        self._made += 1
        self._swaps[self._made] = (one, other)
        self._carry_out()
        return self._made

    def __contains__(self, number: int) -> bool:
        return number in self._swaps

    def take_back(self, number: int) -> None:
        """As if that swap had not been; harmless if it was taken back already."""
        if self._swaps.pop(number, None) is not None:
            self._carry_out()

    def take_back_all(self, one: "SimHost", other: "SimHost") -> None:
        """As if these two had never been swapped with each other."""
        pairs = ((one, other), (other, one))
        self._swaps = {number: pair for number, pair in self._swaps.items() if pair not in pairs}
        self._carry_out()

    def _carry_out(self) -> None:
        wanted: dict[SimHost, SimHost] = {}
        for one, other in self._swaps.values():
            wanted[one], wanted[other] = wanted.get(other, other), wanted.get(one, one)
        moved = [
            host
            for host in {**self._has, **wanted}
            if self._has.get(host, host) is not wanted.get(host, host)
        ]
        for host in moved:
            self._world.kill_all(host, "crash")
            host.disk.settle()
        for host in moved:
            self._bring(host, wanted.get(host, host), moved)
        for host in moved:
            if host.powered and not host.down:
                self._world.revive(host)

    def _bring(self, host: "SimHost", owner: "SimHost", moved: "list[SimHost]") -> None:
        """Give a host the disk of that owner, and whoever has it what the host had."""
        holder = next(each for each in moved if self._has.get(each, each) is owner)
        if holder is not host:
            host.disk.swap_contents(holder.disk)
            self._has[host], self._has[holder] = owner, self._has.get(host, host)
