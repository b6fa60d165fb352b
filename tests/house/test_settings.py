"""A setting that nobody reads is a lie: every key is read somewhere outside of the package that defines it."""

import re

from lydite.config import KEYS, Gates
from lydite.gates import DEFAULTS
from tests.house.tree import ROOT

READERS = [
    path
    for path in sorted((ROOT / "src").rglob("*.py"))
    if not path.is_relative_to(ROOT / "src/lydite/config")
]

LIMITS = [name for name in Gates.__slots__ if name not in {"waiver_days", "owners"}]

THROUGH = {
    "lydite.parallel": "lydite.workers",
    "lydite.jobs": "lydite.workers",
    "gates.owners": "gates.owned",
    **{f"gates.{name}": "gates.limits" for name in LIMITS},
}
"""Keys that are read by a property of their section."""


def unread(keys: list[str], texts: list[str]) -> list[str]:
    """The keys that no text reads, as `settings.sweep.seeds`."""
    return [
        key
        for key in keys
        if not any(re.search(rf"\bsettings\.{re.escape(THROUGH.get(key, key))}\b", text) for text in texts)
    ]


def test_every_setting_is_read() -> None:
    texts = [path.read_text() for path in READERS]

    lost = unread(list(KEYS), texts)

    assert not lost, f"no code outside of lydite.config reads {', '.join(lost)}: let it act, or take it out"


def test_what_nobody_reads_is_found() -> None:
    assert unread(["a.b", "a.c"], ["settings.a.b + 1", "a.c", "settings.a.cd"]) == ["a.c"]


def test_every_gate_of_the_settings_has_a_limit() -> None:
    assert sorted(Gates().limits.values()) == sorted(getattr(Gates(), name) for name in LIMITS)


def test_every_gate_may_have_an_owner() -> None:
    assert list(KEYS["gates.owners"].choices) == [rule.name for rule in DEFAULTS]
