"""What the settings say to tests: `lydite.toml` of the root folder, and the variables over it."""

import os
from pathlib import Path
from typing import Final

import pytest

from lydite.config import FILE_NAME, ConfigRefused, Loaded, Source, load

LOADED: Final = pytest.StashKey[Loaded]()

PROFILE: Final = "lydite"

CHAOS: Final = "chaos"
"""The marker of tests that are left out where no chaos is wanted."""


def settled(config: pytest.Config) -> Loaded:
    """The settings of a session, read once."""
    if LOADED not in config.stash:
        file = config.rootpath / FILE_NAME
        named = os.environ.get("LYDITE_CONFIG")
        try:
            config.stash[LOADED] = load(file if file.is_file() and not named else None)
        except ConfigRefused as error:
            raise pytest.UsageError(str(error)) from error
    return config.stash[LOADED]


def tell_hypothesis(config: pytest.Config) -> None:
    """So many cases for each property, if anybody has said so; what a conftest says of them comes later and wins."""
    loaded = settled(config)
    said = loaded.origin("property.cases").source
    if said is Source.DEFAULT or (
        said is Source.PRESET and loaded.origin("lydite.preset").source is Source.DEFAULT
    ):
        return
    try:
        from hypothesis import settings
    except ImportError:
        return
    settings.register_profile(PROFILE, max_examples=loaded.settings.property.cases)
    settings.load_profile(PROFILE)


def leave_out_chaos(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the tests that make faults, where none are wanted."""
    loaded = settled(config)
    if loaded.settings.chaos.enabled:
        return
    why = f"chaos.enabled is false ({loaded.origin('chaos.enabled')})"
    for item in items:
        if item.get_closest_marker(CHAOS) is not None:
            item.add_marker(pytest.mark.skip(reason=why))


def failures_in(config: pytest.Config) -> Path:
    """Where failure files are kept unless an option says otherwise."""
    return config.rootpath / settled(config).settings.lydite.data_dir / "failures"
