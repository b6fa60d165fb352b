"""The hazards of Python itself as trials: a target that the gate is pointed at."""

from tests.determinism import hazards_of_chance, hazards_of_machine, hazards_of_order, hazards_of_time
from tests.determinism.hazard import HAZARDS

TOPICS = (hazards_of_order, hazards_of_chance, hazards_of_time, hazards_of_machine)

# The trials of a target are those among the names of its module.
globals().update(HAZARDS)
