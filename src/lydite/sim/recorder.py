"""The recorder: what happens in the world becomes records of the trace, and a story for the judges.

The busy kinds (sends, deliveries, datagrams) go to the trace alone. What judges and reports read
(notes, checks, faults, starts and crashes) is also kept as events: the run's *story*.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from zlib import crc32

from lydite.model import Event, Facts, Kind, Phase, TraceWriter, plain

if TYPE_CHECKING:
    from lydite.sim.hosts.host import SimHost
    from lydite.sim.hosts.process import SimProcess


class Recorder:
    """Writes the trace of one world."""

    def __init__(self, writer: TraceWriter, now: Callable[[], int]) -> None:
        self.writer = writer
        self.story: list[Event] = []
        self._now = now
        emitter = writer.emitter
        self.send: Callable[[int, int, int, int, bytes], None] = emitter(Kind.SEND)
        self.deliver: Callable[[int, int, int, int], None] = emitter(Kind.DELIVER)
        self.finish: Callable[[int, int, int], None] = emitter(Kind.FINISH)
        self.reset: Callable[[int, int, int], None] = emitter(Kind.RESET)
        self.connect: Callable[[int, int, int, int, int, int], None] = emitter(Kind.CONNECT)
        self.accept: Callable[[int, int, int, int, int], None] = emitter(Kind.ACCEPT)
        self.refuse: Callable[[int, int, int, int, str], None] = emitter(Kind.REFUSE)
        self.datagram: Callable[[int, int, int, int, int, int, bytes], None] = emitter(Kind.DATAGRAM)
        self.arrive: Callable[[int, int, int, int, int], None] = emitter(Kind.ARRIVE)
        self.lose: Callable[[int, int, int, int, str], None] = emitter(Kind.LOSE)
        self.listen: Callable[[int, int, int], None] = emitter(Kind.LISTEN)
        self._host: Callable[..., None] = emitter(Kind.HOST)
        self._disk: Callable[..., None] = emitter(Kind.DISK)
        self._told: dict[Kind, Callable[..., None]] = {
            kind: emitter(kind)
            for kind in (Kind.START, Kind.EXIT, Kind.CRASH, Kind.FAULT, Kind.SCHEDULED, Kind.NOTE, Kind.CHECK)
        }
        self._entropy: Callable[..., None] = emitter(Kind.ENTROPY)
        self._end: Callable[..., None] = emitter(Kind.END)

    def _tell(self, kind: Kind, host: "SimHost", fields: dict[str, Any]) -> None:
        at_ns = self._now()
        self.story.append(
            Event(number=self.writer.records, at_ns=at_ns, host=host.name, kind=kind, fields=fields)
        )
        self._told[kind](at_ns, host.index, *fields.values())

    def host(self, host: "SimHost") -> None:
        """A host was made."""
        self._host(self._now(), host.index, host.index, host.name, host.region, host.address)

    def start(self, process: "SimProcess") -> None:
        """A process was started."""
        fields = {"incarnation": process.incarnation, "program": str(process.program)}
        self._tell(Kind.START, process.host, fields)

    def exit(self, process: "SimProcess", code: int) -> None:
        """A process ended by itself."""
        self._tell(Kind.EXIT, process.host, {"incarnation": process.incarnation, "code": code})

    def crash(self, process: "SimProcess", cause: str) -> None:
        """A process was killed."""
        self._tell(Kind.CRASH, process.host, {"incarnation": process.incarnation, "cause": cause})

    def fault(self, tester: "SimHost", verb: str, args: Facts) -> None:
        """A lever was pulled, or let go."""
        self._tell(Kind.FAULT, tester, {"verb": verb, "args": plain(args)})

    def scheduled(self, tester: "SimHost", number: int, fault: str, phase: Phase, args: Facts) -> None:
        """A fault of the schedule began, ended, or met nobody."""
        fields = {"number": number, "fault": fault, "phase": phase.value, "args": plain(args)}
        self._tell(Kind.SCHEDULED, tester, fields)

    def note(self, process: "SimProcess", name: str, facts: Facts) -> None:
        """The trial wrote something down."""
        self._tell(Kind.NOTE, process.host, {"name": name, "facts": plain(facts)})

    def check(self, process: "SimProcess", name: str, *, mode: str, holds: bool, facts: Facts) -> None:
        """The trial checked something."""
        fields = {"name": name, "mode": mode, "holds": holds, "facts": plain(facts)}
        self._tell(Kind.CHECK, process.host, fields)

    def disk(self, host: "SimHost", operation: str, path: str, size: int, content: bytes = b"") -> None:
        """A program changed its disk, or was told that it could not. What it wrote is told by a checksum."""
        self._disk(self._now(), host.index, operation, path, size, crc32(content))

    def log(self, process: "SimProcess", stream: str, text: str) -> None:
        """A program printed a line: kept as the host's last words, not in the trace.

        What programs print holds addresses of objects and paths of the machine, which differ
        between machines without meaning anything.
        """
        process.host.last_words.append((self._now(), stream, text))

    def entropy(self, host: "SimHost", state: int) -> None:
        """Where a process's randomness stands at the end: equal only if all its draws were."""
        self._entropy(self._now(), host.index, state)

    def end(self, tester: "SimHost", outcome: str) -> None:
        """The run is over."""
        self._end(self._now(), tester.index, outcome)
