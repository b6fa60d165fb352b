"""Stories for the tests of checks: events in order, made by hand."""

from lydite.model import Event, Facts, Kind, Plain, seconds


class Story(list[Event]):
    """Events that are added one after the other; time goes on by a millisecond each, or to where it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ns = 0

    @classmethod
    def of(cls, other: "Story") -> "Story":
        """The same story, to go on with in another way."""
        made = cls()
        made += other
        made.now_ns = other.now_ns
        return made

    def at(self, when_s: float) -> "Story":
        """What is added next happens at that second."""
        self.now_ns = seconds(when_s)
        return self

    def note(self, name: str, **facts: Plain) -> "Story":
        return self._add(Kind.NOTE, "tester", {"name": name, "facts": facts})

    def fault(self, verb: str, **args: Plain) -> "Story":
        return self._add(Kind.FAULT, "tester", {"verb": verb, "args": args})

    def start(self, host: str) -> "Story":
        return self._add(Kind.START, host, {"incarnation": 1, "program": "node"})

    def crash(self, host: str) -> "Story":
        return self._add(Kind.CRASH, host, {"incarnation": 1, "cause": "crash"})

    def claim(self, mode: str, name: str, *, holds: bool = True, **facts: Plain) -> "Story":
        fields: Facts = {"name": name, "mode": mode, "holds": holds, "facts": facts}
        return self._add(Kind.CHECK, "tester", fields)

    def decided(self, *, from_s: float, to_s: float, every_s: float, **facts: Plain) -> "Story":
        """Something is decided at regular intervals, the last time before `to_s`."""
        count = 0
        while from_s + count * every_s < to_s:
            self.at(from_s + count * every_s).note("decided", item=len(self), **facts)
            count += 1
        return self

    def _add(self, kind: Kind, host: str, fields: Facts) -> "Story":
        self.append(Event(number=len(self), at_ns=self.now_ns, host=host, kind=kind, fields=fields))
        self.now_ns += 1_000_000
        return self


def chain(story: Story, node: str, *values: str, start: int = 1, **facts: Plain) -> Story:
    """A node notes blocks, one after the other."""
    for height, value in enumerate(values, start):
        story.note("block", node=node, height=height, value=value, **facts)
    return story
