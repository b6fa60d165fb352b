"""From the settings to the scale that harnesses and tests of real processes go by."""

from lydite.config import Settings
from lydite.harness import Scale


def scale_of(settings: Settings) -> Scale:
    """The scale that the settings ask for."""
    return Scale(
        nodes=settings.network.nodes,
        latency_ms=settings.network.latency_ms,
        discovery_timeout_s=settings.network.discovery_timeout_s,
        propagation_timeout_s=settings.network.propagation_timeout_s,
        chain_size=settings.sync.chain_size,
        sync_timeout_s=settings.sync.timeout_s,
        chaos_duration_s=settings.chaos.duration_s,
        chaos_interval_s=settings.chaos.interval_s,
        recovery_timeout_s=settings.chaos.recovery_timeout_s,
    )
