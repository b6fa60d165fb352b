"""Settings: what they are, where each value comes from, and what is wrong with a file of them."""

from lydite.config.keys import KEYS, Key, Value, variable_of
from lydite.config.load import FILE_NAME, Flag, Loaded, load
from lydite.config.origin import Origin, Source
from lydite.config.presets import PRESETS
from lydite.config.problems import ConfigRefused, Problem
from lydite.config.schema import schema
from lydite.config.settings import (
    CampaignSettings,
    Chaos,
    Coverage,
    Gates,
    HistorySettings,
    LogSettings,
    NetworkSettings,
    Performance,
    Platform,
    PropertyTests,
    ReportSettings,
    Settings,
    Sweeps,
    SyncSettings,
)
from lydite.config.variables import variables_in

__all__ = [
    "FILE_NAME",
    "KEYS",
    "PRESETS",
    "CampaignSettings",
    "Chaos",
    "ConfigRefused",
    "Coverage",
    "Flag",
    "Gates",
    "HistorySettings",
    "Key",
    "Loaded",
    "LogSettings",
    "NetworkSettings",
    "Origin",
    "Performance",
    "Platform",
    "Problem",
    "PropertyTests",
    "ReportSettings",
    "Settings",
    "Source",
    "Sweeps",
    "SyncSettings",
    "Value",
    "load",
    "schema",
    "variable_of",
    "variables_in",
]
