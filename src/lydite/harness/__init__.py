"""What is tested and how: the trial, the planted bug, the campaign of many of them, and the protocol of harnesses."""

from lydite.harness.campaign import CI, DEVELOPMENT, NIGHTLY, PRESETS, Campaign, Phase, Policy, preset
from lydite.harness.marked import (
    MARKER,
    OF_A_SWEEP,
    OF_A_TRIAL,
    WORLD,
    Mark,
    marked,
    marks_of,
    takes_more,
    told_by,
)
from lydite.harness.mutant import Mutant, Planter, plant
from lydite.harness.network import Demands, Network, NetworkHarness, network_trials
from lydite.harness.protocol import Harness, Laboratory, Meter, Metric
from lydite.harness.scale import Scale
from lydite.harness.script import Script
from lydite.harness.trial import Run, Storm, Trial, trial

__all__ = [
    "CI",
    "DEVELOPMENT",
    "MARKER",
    "NIGHTLY",
    "OF_A_SWEEP",
    "OF_A_TRIAL",
    "PRESETS",
    "WORLD",
    "Campaign",
    "Demands",
    "Harness",
    "Laboratory",
    "Mark",
    "Meter",
    "Metric",
    "Mutant",
    "Network",
    "NetworkHarness",
    "Phase",
    "Planter",
    "Policy",
    "Run",
    "Scale",
    "Script",
    "Storm",
    "Trial",
    "marked",
    "marks_of",
    "network_trials",
    "plant",
    "preset",
    "takes_more",
    "told_by",
    "trial",
]
