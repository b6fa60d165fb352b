"""Gates: from what a campaign has found to the decision whether to ship, and a proof that each gate can say no."""

from lydite.gates.decision import decide
from lydite.gates.rule import Demand, Gauge, Rule
from lydite.gates.rules import DEFAULTS, Rules
from lydite.gates.selftest import Proof, selftest
from lydite.gates.waiver import Waiver, read_waivers

__all__ = [
    "DEFAULTS",
    "Demand",
    "Gauge",
    "Proof",
    "Rule",
    "Rules",
    "Waiver",
    "decide",
    "read_waivers",
    "selftest",
]
