"""What every test may count on: Hypothesis that is the same on every run, and no limit on its patience."""

import pytest
from hypothesis import settings

settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have to say though they passed: which Pythons were compared, what was left out."""
    said = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in getattr(report, "user_properties", ())
        if name == "said"
    ]
    if said:
        terminalreporter.section("said by tests that passed")
        for line in said:
            terminalreporter.write_line(str(line))
