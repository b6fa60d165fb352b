"""The fixture `scale`: how large and how patient tests of real processes are, as the settings say."""

import pytest

from lydite.harness import Scale
from lydite.pytest_plugin.settled import settled
from lydite.pytest_plugin.trials import Trials
from lydite.runner import scale_of


def scale_for_tests(config: pytest.Config) -> Scale:
    """What tests of a session go by. A run of a trial is known by its seed alone, and so it has none."""
    # Where a trial is set up for a run, whatever carries trials out as tests is switched off.
    if config.pluginmanager.is_blocked(Trials.NAME):
        pytest.fail(
            "`scale` is for tests of real processes: a trial says itself how large it is, so that its seed tells all",
            pytrace=False,
        )
    return scale_of(settled(config).settings)
