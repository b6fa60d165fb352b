"""The pytest plugin: trials as tests, fixtures for ordinary tests, and a check of what a test leaves behind.

Pytest loads `lydite_pytest`, which imports this package when something of it is used.
"""

from lydite.pytest_plugin.database import Database, opened_database
from lydite.pytest_plugin.leaks import expect_leak_check, watch_leaks
from lydite.pytest_plugin.network import SmallNetwork, open_stage
from lydite.pytest_plugin.scaling import scale_for_tests
from lydite.pytest_plugin.settled import leave_out_chaos, tell_hypothesis
from lydite.pytest_plugin.trials import expect_trial
from lydite.pytest_plugin.trying import Trying
from lydite.pytest_plugin.wallets import wallets_of

__all__ = [
    "Database",
    "SmallNetwork",
    "Trying",
    "expect_leak_check",
    "expect_trial",
    "leave_out_chaos",
    "open_stage",
    "opened_database",
    "scale_for_tests",
    "tell_hypothesis",
    "wallets_of",
    "watch_leaks",
]
