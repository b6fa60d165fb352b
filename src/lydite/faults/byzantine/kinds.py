"""All Byzantine troubles, in the order of the reference."""

from typing import Final

from lydite.faults.byzantine.betrayal import Betrayal
from lydite.faults.byzantine.lies import LIES
from lydite.faults.byzantine.silences import SILENCES

BYZANTINE: Final[tuple[type[Betrayal], ...]] = (*LIES, *SILENCES)
