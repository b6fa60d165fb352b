"""The markers of a test: its category, which says what it is, and topics, which say what it needs."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Category(StrEnum):
    """What a test is. Each has a folder of its name."""

    UNIT = "unit"
    INTEGRATION = "integration"
    PERFORMANCE = "performance"
    E2E = "e2e"
    CHAOS = "chaos"
    SECURITY = "security"
    PROPERTY = "property"


MEANINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unit": "one part by itself",
        "integration": "several parts together",
        "performance": "how fast something is",
        "e2e": "whole systems of real processes",
        "chaos": "faults while it runs",
        "security": "attacks, and what must withstand them",
        "property": "laws for any input",
        "slow": "more than ten seconds",
        "database": "needs a database",
        "network": "needs nodes that talk with each other",
        "mining": "blocks are looked for",
        "crypto": "keys, signatures and addresses",
        "gpu": "needs a graphics processor",
    }
)
"""What each marker means, as it is registered with pytest."""

CATEGORIES: Final = tuple(str(each) for each in Category)
TOPICS: Final = tuple(name for name in MEANINGS if name not in CATEGORIES)
