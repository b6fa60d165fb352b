"""Byzantine troubles: honest programs whose words are bent, message by message, through the subject's codec."""

from lydite.faults.byzantine.betrayal import Betrayal, RolesShape, roles
from lydite.faults.byzantine.kinds import BYZANTINE
from lydite.faults.byzantine.traitor import Lie, Traitor, Voice

__all__ = ["BYZANTINE", "Betrayal", "Lie", "RolesShape", "Traitor", "Voice", "roles"]
