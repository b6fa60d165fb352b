"""What a campaign logs of itself: that it begins, what becomes of each phase, and every case that did not pass.

The component of a case is the work of its phase and the name of that phase, as `pytest.e2e`.
"""

import logging
from typing import Final

from lydite.harness import Campaign, Phase
from lydite.logs import component_named
from lydite.model import CampaignResult, Case, Outcome, PhaseResult
from lydite.runner.campaign.errands import Setting

LOG: Final = logging.getLogger("lydite.campaign")
# Whoever does not listen is told nothing: without any handler Python would print what is grave.
logging.getLogger("lydite").addHandler(logging.NullHandler())

_FINE: Final = (Outcome.PASSED, Outcome.SKIPPED)


def logger_of(*parts: str) -> logging.Logger:
    """The logger of a component of ours that is made of these."""
    return logging.getLogger(f"lydite.{component_named(*parts)}")


def begins(campaign: Campaign, setting: Setting) -> None:
    """A campaign begins."""
    LOG.info(
        "%s begins: %s, %s, with %d workers and seed %d",
        setting.identity,
        campaign.target,
        campaign.preset,
        setting.workers,
        campaign.seed,
    )


def phase_begins(phase: Phase, number: int, of: int) -> None:
    """A phase begins."""
    LOG.info(
        "phase %d of %d, %s, begins: %s of %s", number, of, phase.name, phase.work, ", ".join(phase.targets)
    )


def raised(phase: Phase, error: Exception) -> None:
    """A phase was ended by an exception that nobody has expected: where it came from is told nowhere else."""
    LOG.error("phase %s broke", phase.name, exc_info=error)


def case_is_known(case: Case, phase: Phase) -> None:
    """A case is over."""
    logger = logger_of(phase.work, phase.name)
    level = logging.DEBUG if case.outcome in _FINE else logging.WARNING
    if logger.isEnabledFor(level):
        again = f"; again: {case.reproduce}" if case.reproduce and level is logging.WARNING else ""
        why = f": {case.message}" if case.message else ""
        logger.log(level, "%s %s after %.1f s%s%s", case.name, case.outcome, case.seconds, why, again)


def phase_is_over(result: PhaseResult) -> None:
    """A phase is over, or was left out."""
    if result.outcome is Outcome.SKIPPED:
        LOG.info("phase %s is left out: %s", result.name, result.message)
        return
    level = logging.INFO if result.outcome is Outcome.PASSED else logging.WARNING
    why = f": {result.message}" if result.message else ""
    LOG.log(
        level,
        "phase %s %s after %.1f s; cases: %d%s",
        result.name,
        result.outcome,
        result.seconds,
        len(result.cases),
        why,
    )


def is_over(result: CampaignResult) -> None:
    """The campaign is over."""
    LOG.info("%s after %.1f s: %s", result.verdict, result.seconds, result.sentence)
