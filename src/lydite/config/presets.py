"""Presets: values that go together, a layer below the file."""

from collections.abc import Mapping
from typing import Final

from lydite.config.keys import Value

PRESETS: Final[Mapping[str, Mapping[str, Value]]] = {
    "development": {
        "sweep.seeds": 100,
        "property.cases": 100,
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
        "coverage.enabled": True,
        "report.formats": ("html", "markdown", "json", "junit", "ctrf"),
    },
}
"""What each preset says."""
