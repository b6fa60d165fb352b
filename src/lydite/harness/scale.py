"""The scale of harnesses and tests of real processes: how large they are, how patient, and how long trouble goes on.

A trial has none. Its runs are known by its name and a seed, so how large it is stands in its own code.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What whoever starts real processes goes by; a campaign fills it from the settings."""

    nodes: int = 3
    """How many nodes a network has; two at least."""
    latency_ms: float = 0.0
    """How long whatever one node says to another is underway."""
    discovery_timeout_s: float = 60.0
    """How long nodes may take to come up, and to find each other."""
    propagation_timeout_s: float = 60.0
    """How long what one node tells may take until all have it."""
    chain_size: int = 16
    """How many blocks there are to be caught up with."""
    sync_timeout_s: float = 60.0
    """How long it may take to catch up with them."""
    chaos_duration_s: float = 0.0
    """How long faults go on being made; there is one at least."""
    chaos_interval_s: float = 10.0
    """From the end of a fault to the next one."""
    recovery_timeout_s: float = 60.0
    """How long what a fault has brought down may take until it answers again."""
