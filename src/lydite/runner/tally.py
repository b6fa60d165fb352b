"""The tally of a run's faults: of each kind, how many began, met nobody, or were due after the end.

What neither began nor is told as missed was due after the end. A run that holds has survived nothing of both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lydite.model import Event, Kind, Phase, Schedule
from lydite.runner.wire import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of faults of one kind."""

    begun: int = 0
    missed: int = 0
    late: int = 0

    @property
    def asked(self) -> int:
        """How many there were."""
        return self.begun + self.missed + self.late

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            begun=self.begun + other.begun,
            missed=self.missed + other.missed,
            late=self.late + other.late,
        )


def tallied(schedule: Schedule, story: Sequence[Event]) -> dict[str, Tally]:
    """What became of the faults of a schedule, by their kind."""
    if not schedule:
        return {}
    told = {
        (event.fields["number"], event.fields["phase"]) for event in story if event.kind is Kind.SCHEDULED
    }
    tallies: dict[str, Tally] = {}
    for number, fault in enumerate(schedule.faults, 1):
        begun, missed = (number, Phase.BEGIN) in told, (number, Phase.MISSED) in told
        one = Tally(begun=begun, missed=missed, late=not begun and not missed)
        tallies[fault.kind] = tallies.get(fault.kind, Tally()) + one
    return tallies


def tallies_as_plain(tallies: Mapping[str, Tally]) -> Message:
    """The JSON form."""
    return {kind: [each.begun, each.missed, each.late] for kind, each in tallies.items()}


def tallies_from_plain(value: Message) -> dict[str, Tally]:
    """Tallies from their JSON form."""
    return {
        kind: Tally(begun=begun, missed=missed, late=late) for kind, (begun, missed, late) in value.items()
    }
