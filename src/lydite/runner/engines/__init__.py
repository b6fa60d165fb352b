"""Ways to carry out many runs: forked processes on this machine."""

from lydite.runner.engines.forked import ForkedEngine
from lydite.runner.engines.keeper import Habitat

__all__ = ["ForkedEngine", "Habitat"]
