"""A program with a module global, which counts how often it was started in this memory."""

import itertools
from collections.abc import Sequence

STARTS = itertools.count(1)
SEEN: dict[str, int] = {}


async def main(argv: Sequence[str]) -> None:
    """End with the count as the exit code."""
    SEEN["starts"] = next(STARTS)
    raise SystemExit(SEEN["starts"])
