"""Presets: values that go together, a layer below the file."""

from collections.abc import Mapping
from typing import Final

from lydite.config.keys import Value

PRESETS: Final[Mapping[str, Mapping[str, Value]]] = {
    "development": {
        "sweep.seeds": 100,
        "property.cases": 100,
        "chaos.duration_s": 20.0,
        "chaos.interval_s": 5.0,
        "actors.scale": 0.5,
        "sync.chain_size": 1000,
        "performance.tracking": False,
    },
    "ci": {
        "sweep.seeds": 400,
        "property.cases": 1000,
        "coverage.enabled": True,
        "report.formats": ("html", "markdown", "json", "junit", "github"),
    },
    "nightly": {
        "sweep.seeds": 10_000,
        "property.cases": 10_000,
        "chaos.duration_s": 300.0,
        "chaos.recovery_timeout_s": 120.0,
        "sync.chain_size": 50_000,
        "coverage.enabled": True,
        "report.formats": ("html", "markdown", "json", "junit", "ctrf"),
    },
}
"""What each preset says."""
