"""Randomness as a function: the k-th draw of an entity depends on nothing but its name.

One shared stream would couple everything with everything: remove one fault, one node, one log
line, and every later draw moves, so that a shrunk schedule no longer means the same run. Here
each entity (a link, a host, a workload) owns a stream of its own, keyed by the seed, a domain
and the entity's name. The k-th value is ``BLAKE2b(seed, domain, entity, k)``: pure, equal on
every machine, and indifferent to what anybody else draws.

>>> link = Draws(42, "network", "a>b")
>>> link.below(6), link.below(6), link.below(6)
(0, 2, 5)
>>> [Draws(42, "network", "a>b").below(6) for _ in range(2)]
[0, 0]
"""

import hashlib
import struct
from collections.abc import MutableSequence, Sequence
from typing import TypeVar

Element = TypeVar("Element")

_WORD = struct.Struct("<Q").unpack_from
_BLOCK_BYTES = 64
_FLOAT_STEP = 2.0**-53


def derive(seed: int, domain: str, entity: str) -> bytes:
    """The 32-byte key of an entity: what separates its randomness from everybody else's."""
    name = f"{seed}\x1f{domain}\x1f{entity}".encode()
    return hashlib.blake2b(name, digest_size=32, person=b"lydite-draws").digest()


class Draws:
    """The stream of one entity. `word` is the raw 64-bit draw; the rest are shapes of it.

    Eight words are hashed at once and kept as bytes, not as numbers: a world of a thousand hosts
    has ten thousand streams, and what they hold must fit into the processor's cache.
    """

    __slots__ = ("_block", "_blocks", "_key", "_position")

    def __init__(self, seed: int, domain: str, entity: str = "") -> None:
        self._key = derive(seed, domain, entity)
        self._block = b""
        self._blocks = 0
        self._position = _BLOCK_BYTES

    def word(self) -> int:
        """The next draw: a whole number below 2**64."""
        position = self._position
        if position == _BLOCK_BYTES:
            self._block = hashlib.blake2b(self._blocks.to_bytes(8, "little"), key=self._key).digest()
            self._blocks += 1
            position = 0
        self._position = position + 8
        word: int = _WORD(self._block, position)[0]
        return word

    def unit(self) -> float:
        """A float in [0, 1), exact on every machine (53 bits, one multiplication by a power of two)."""
        return (self.word() >> 11) * _FLOAT_STEP

    def below(self, limit: int) -> int:
        """A whole number in [0, limit). The bias is below 2**-32 for limits below 2**32."""
        return (self.word() * limit) >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number in [low, high], both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """True with that probability."""
        return self.unit() < probability

    def choice(self, options: Sequence[Element]) -> Element:
        """One of the options."""
        return options[self.below(len(options))]

    def sample(self, options: Sequence[Element], count: int) -> tuple[Element, ...]:
        """That many different options, in the order in which they stand."""
        order = list(range(len(options)))
        self.shuffle(order)
        return tuple(options[index] for index in sorted(order[:count]))

    def shuffle(self, items: MutableSequence[Element]) -> None:
        """Put the items in a random order, in place."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]

    def octets(self, count: int) -> bytes:
        """That many random bytes."""
        words = (count + 7) // 8
        return b"".join(self.word().to_bytes(8, "little") for _ in range(words))[:count]
