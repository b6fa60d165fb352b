"""The fixture `wallets`: wallets of a subject, from the factory that its package announces.

A package announces one in the entry point group `lydite.wallets`: something that is called with a seed and has `make`
and `batch`.
"""

from hashlib import blake2b
from importlib.metadata import entry_points
from typing import Any, Final

import pytest

from lydite.model import near

GROUP: Final = "lydite.wallets"


def wallets_of(config: pytest.Config, test: str) -> Any:
    """A new factory; a test gets the same wallets each time, and other ones than other tests."""
    announced = {entry.name: entry for entry in entry_points(group=GROUP)}
    wanted = config.getini("lydite_wallets") or (next(iter(announced)) if len(announced) == 1 else "")
    if wanted not in announced:
        found = f"lydite_wallets = {wanted!r}" if wanted else f"{len(announced)} of them"
        pytest.fail(
            f"wallets are made by one of the factories in the entry point group {GROUP}, found {found}; "
            f"{near(wanted, sorted(announced))}",
            pytrace=False,
        )
    try:
        factory = announced[wanted].load()
    except ImportError as error:
        pytest.fail(
            f"the wallets of {wanted} need what is not installed: {error}; try pip install 'lydite[{wanted}]'",
            pytrace=False,
        )
    return factory(int.from_bytes(blake2b(test.encode(), digest_size=8).digest()))
