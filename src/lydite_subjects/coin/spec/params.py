"""The parameters of a network: what its nodes must agree on before they meet.

`DEV` is for laptops and trials: a block takes some hundred hashes, and rewards ripen quickly. `MAIN` has the figures
that everybody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lydite_subjects.coin.spec.amounts import COIN
from lydite_subjects.coin.spec.errors import CoinError


@dataclass(frozen=True, slots=True, kw_only=True)
class Params:
    """One network."""

    name: str
    magic: bytes
    """The four bytes in front of each frame, so that networks never talk to each other by mistake."""
    easiest_bits: int
    """The easiest target that a block may have, in its compact form."""
    spacing_s: int
    """How long a block should take."""
    retarget_blocks: int
    """After how many blocks the target is set anew."""
    subsidy: int
    halving_blocks: int
    maturity_blocks: int
    """How deep a reward must be before it can be spent."""
    genesis_time_s: int
    block_bytes_max: int = 1_000_000
    future_s_max: int = 7_200
    """How far a block's time may be ahead of the clock of the node that judges it."""
    timewarp_s_max: int = 600
    """How far the first block of a period may step back from the last block of the period before."""
    checkpoints: Mapping[int, bytes] = field(default_factory=dict)
    """Blocks that must be in the chain, by height: what contradicts them is not even looked at."""

    @property
    def period_s(self) -> int:
        """How long the blocks between two retargets should take."""
        return self.spacing_s * self.retarget_blocks

    def subsidy_at(self, height: int) -> int:
        """What a block of that height may create."""
        halvings = height // self.halving_blocks
        return self.subsidy >> halvings if halvings < 64 else 0


MAIN: Final = Params(
    name="main",
    magic=b"LyCm",
    easiest_bits=0x1F00FFFF,
    spacing_s=600,
    retarget_blocks=2_016,
    subsidy=50 * COIN,
    halving_blocks=210_000,
    maturity_blocks=100,
    genesis_time_s=1_735_689_600,
)

DEV: Final = Params(
    name="dev",
    magic=b"LyCd",
    easiest_bits=0x2000FFFF,
    spacing_s=5,
    retarget_blocks=20,
    subsidy=50 * COIN,
    halving_blocks=10_000,
    maturity_blocks=5,
    genesis_time_s=1_735_689_600,
)

NETWORKS: Final[Mapping[str, Params]] = MappingProxyType({each.name: each for each in (MAIN, DEV)})


def network(name: str) -> Params:
    """The network of that name."""
    try:
        return NETWORKS[name]
    except KeyError:
        raise CoinError(f"a network: expected {' or '.join(NETWORKS)}, found {name!r:.40}") from None
