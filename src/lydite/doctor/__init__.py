"""The doctor: what this machine has, what it lacks, what that would enable, and how to get it."""

from lydite.doctor.catalogue import probes
from lydite.doctor.examine import examine
from lydite.doctor.ports import PORTS, Port
from lydite.doctor.probe import Answer, Health, Probe, Seen

__all__ = ["PORTS", "Answer", "Health", "Port", "Probe", "Seen", "examine", "probes"]
