"""An event: one record of a trace, decoded, as judges and reports see it."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from lydite.model.canonical import Facts

TESTER: Final = "tester"
"""The host of the trial itself, and of its clients: its roads may be bent, but nobody would be left to revive it."""


class Kind(IntEnum):
    """What happened. The number is the record's code on disk and never changes its meaning."""

    START = 1
    EXIT = 2
    CRASH = 3
    LISTEN = 4
    CONNECT = 5
    ACCEPT = 6
    REFUSE = 7
    SEND = 8
    DELIVER = 9
    FINISH = 10
    RESET = 11
    DATAGRAM = 12
    ARRIVE = 13
    LOSE = 14
    FAULT = 15
    DISK = 16
    NOTE = 17
    CHECK = 18
    ENTROPY = 19
    END = 20
    HOST = 21
    SCHEDULED = 22


class Phase(StrEnum):
    """What a SCHEDULED record says of a fault of the schedule."""

    BEGIN = "begin"
    END = "end"
    MISSED = "missed"
    """It met nobody, and was not performed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One record: its number in the trace, the world's time, the host it happened on, and its fields."""

    number: int
    at_ns: int
    host: str
    kind: Kind
    fields: Facts
