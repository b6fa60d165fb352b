"""Bursts: the good and the bad moments of a road, of which the bad ones lose every packet (Gilbert-Elliott).

A channel is either good or bad. Before each packet it may turn: from good to bad with one chance, from bad to good
with another. The second is one over the mean length of a burst, the first is such that, over time, the wanted
share of packets meets a bad moment. Time does not enter: what is lost depends on how many packets have travelled
the road since it was bent, and on nothing else.
"""

from lydite.model import Draws


class Burst:
    """The moments of one road under one bend."""

    __slots__ = ("_bad", "_draws", "_enter", "_leave")

    def __init__(self, rate: float, length: float, draws: Draws) -> None:
        self._draws = draws
        self._leave = 1 / length if rate < 1 else 0.0
        self._enter = rate * self._leave / (1 - rate) if rate < 1 else 1.0
        self._bad = draws.chance(rate)

    def loses(self) -> bool:
        """Is the next packet lost?"""
        turns = self._draws.chance(self._leave if self._bad else self._enter)
        self._bad = self._bad is not turns
        return self._bad
