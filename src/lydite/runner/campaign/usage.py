"""The use of the machine by a campaign itself: what its process and all that it has started use, phase by phase."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

from lydite.harness import Metric
from lydite.runner.campaign.errands import Errand, Piece
from lydite.runner.campaign.meter import ProcessMeter

CAMPAIGN: Final = "campaign"
"""The name of the campaign's own lines."""

Kind = TypeVar("Kind")


def metered(carrier: Callable[[Errand], Iterator[Piece]], errand: Errand) -> Iterator[Piece]:
    """What a phase brings home, and what it used meanwhile, whatever becomes of it."""
    meter = ProcessMeter()
    meter.watch(CAMPAIGN, os.getpid())
    meter.start()
    try:
        yield from carrier(errand)
    except GeneratorExit:
        raise
    except BaseException:
        meter.stop()
        yield from meter.series()
        raise
    finally:
        meter.stop()
    yield from meter.series()


def only(kind: type[Kind], metrics: Iterable[Metric]) -> tuple[Kind, ...]:
    """Those of one kind."""
    return tuple(each for each in metrics if isinstance(each, kind))
