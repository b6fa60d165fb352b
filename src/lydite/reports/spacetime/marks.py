"""Marks: the moments in a lane, those too near to each other put together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lydite.model import Event, Kind
from lydite.reports.spacetime.axis import Axis

MARKS_MAX: Final = 180


class Sign(StrEnum):
    """What a mark stands for."""

    NOTE = "note"
    CHECK = "check"
    FAILED = "failed"
    RESET = "reset"
    REFUSED = "refused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark, for one event or for several."""

    host: str
    sign: Sign
    x: float
    events: tuple[Event, ...]


def sign_of(event: Event) -> Sign | None:
    """The sign of an event, if it has one."""
    match event.kind:
        case Kind.NOTE:
            return Sign.NOTE
        case Kind.CHECK:
            return Sign.CHECK if event.fields.get("holds") else Sign.FAILED
        case Kind.RESET:
            return Sign.RESET
        case Kind.REFUSE:
            return Sign.REFUSED
        case Kind.FINISH:
            return Sign.CLOSED
        case _:
            return None


def marks_of(axis: Axis, events: Iterable[Event], hosts: Sequence[str]) -> list[Mark]:
    """The marks that an axis shows. As many as would crowd it are put together, none is left out."""
    placed = [
        (event.host, sign, piece.x(event.at_ns), event)
        for event in events
        if (sign := sign_of(event)) is not None
        and event.host in hosts
        and (piece := axis.piece_at(event.at_ns)) is not None
    ]
    width = 6.0
    while True:
        groups: dict[tuple[str, Sign, int], list[tuple[float, Event]]] = {}
        for host, sign, x, event in placed:
            groups.setdefault((host, sign, int(x // width)), []).append((x, event))
        if len(groups) <= MARKS_MAX or width > axis.right:
            break
        width *= 2
    return [
        Mark(host=host, sign=sign, x=group[0][0], events=tuple(event for _, event in group))
        for (host, sign, _), group in groups.items()
    ]
