"""The catalogue of troubles by resource, and the schedules that are made of them."""

from lydite.faults.catalogue import CATALOGUE, trouble_of, validate
from lydite.faults.performing import perform, under
from lydite.faults.trouble import Bends, Hands, Harm, Trouble

__all__ = ["CATALOGUE", "Bends", "Hands", "Harm", "Trouble", "perform", "trouble_of", "under", "validate"]
