"""Campaigns carried out: who does which phase, where, and what it brings home."""

from lydite.runner.campaign.carrying import carry_out, setting_of
from lydite.runner.campaign.errands import Begun, Going, Over, Setting, Watch
from lydite.runner.campaign.laboratory import SimulatedLaboratory
from lydite.runner.campaign.parent import PIPE
from lydite.runner.campaign.plans import campaign_of
from lydite.runner.campaign.suites import REPORTER
from lydite.runner.campaign.telling import reasons

__all__ = [
    "PIPE",
    "REPORTER",
    "Begun",
    "Going",
    "Over",
    "Setting",
    "SimulatedLaboratory",
    "Watch",
    "campaign_of",
    "carry_out",
    "reasons",
    "setting_of",
]
