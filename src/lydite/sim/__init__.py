"""The deterministic simulated world, in which unmodified asyncio programs run."""

from lydite.sim.context import active_world, current_process
from lydite.sim.outcome import Outcome
from lydite.sim.patches import install, sweep
from lydite.sim.programs.modules import warm
from lydite.sim.world import CAPABILITIES, SimWorld, simulate

__all__ = [
    "CAPABILITIES",
    "Outcome",
    "SimWorld",
    "active_world",
    "current_process",
    "install",
    "simulate",
    "sweep",
    "warm",
]
