"""Strategies for Hypothesis: values, topologies, workloads, fault schedules, and a state machine that drives a world.

Needs `hypothesis`, which the extra `lydite[test]` brings.
"""

from lydite.strategies.machine import WorldMachine
from lydite.strategies.schedules import DrawnByHypothesis, faults, schedules, storms
from lydite.strategies.topologies import Peers, connected, links, maps, meshes, rings, stars, topologies
from lydite.strategies.values import durations, host_names, moments, payloads, rates, seeds, some_of
from lydite.strategies.workloads import Operation, operations, workloads

__all__ = [
    "DrawnByHypothesis",
    "Operation",
    "Peers",
    "WorldMachine",
    "connected",
    "durations",
    "faults",
    "host_names",
    "links",
    "maps",
    "meshes",
    "moments",
    "operations",
    "payloads",
    "rates",
    "rings",
    "schedules",
    "seeds",
    "some_of",
    "stars",
    "storms",
    "topologies",
    "workloads",
]
