"""Scenes for the tests of pictures: records made by hand, in the order of time, as a recorder writes them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from lydite.model import Event, Facts, Fault, Finding, Kind, Plain, Schedule, Verdict, milliseconds, seconds
from lydite.reports import Scene

VOID = {"br", "input", "meta"}


class Records(list[Event]):
    """Records that are added one after the other; time stands until it is set."""

    def __init__(self, *hosts: str) -> None:
        super().__init__()
        self.now_ns = 0
        for index, host in enumerate(("tester", *hosts)):
            self.add(host, Kind.HOST, index=index, name=host, region="", address="")
        for host in hosts:
            self.add(host, Kind.START, incarnation=1, program="node")

    def at(self, when_s: float) -> "Records":
        """What is added next happens at that second."""
        self.now_ns = seconds(when_s)
        return self

    def add(self, host: str, kind: Kind, **fields: Plain) -> Event:
        event = Event(number=len(self), at_ns=self.now_ns, host=host, kind=kind, fields=fields)
        self.append(event)
        return event

    def connect(self, number: int, host: str, peer: str) -> None:
        self.add(host, Kind.CONNECT, connection=number, peer=peer, port=7000, local_port=32768)

    def send(self, number: int, host: str, size: int = 10) -> None:
        self.add(host, Kind.SEND, connection=number, size=size, payload="00000000")

    def deliver(self, number: int, host: str, size: int = 10) -> None:
        self.add(host, Kind.DELIVER, connection=number, size=size)

    def fault(self, verb: str, **args: Plain) -> None:
        self.add("tester", Kind.FAULT, verb=verb, args=args)

    def scheduled(self, number: int, fault: str, phase: str, **args: Plain) -> None:
        self.add("tester", Kind.SCHEDULED, number=number, fault=fault, phase=phase, args=args)

    def note(self, name: str, **facts: Plain) -> Event:
        return self.add("tester", Kind.NOTE, name=name, facts=facts)


CUT = Fault(
    at_ns=seconds(1), kind="network.cut", args={"left": ["a"], "right": ["b", "c"]}, lasting_ns=seconds(2)
)


def small_scene() -> Scene:
    """Three hosts, a cut, a message that arrives, one that is lost, and a read that is wrong."""
    records = Records("a", "b", "c")
    records.connect(1, "a", "b")
    records.connect(2, "tester", "c")
    records.at(0.9).send(1, "a")
    records.at(0.902).deliver(1, "b")
    records.at(1).fault("network.cut", left=["a"], right=["b", "c"])
    records.at(1.5).send(1, "a")
    records.at(2).add("c", Kind.CRASH, incarnation=1, cause="power")
    records.at(2.4).add("c", Kind.START, incarnation=2, program="node")
    told = records.at(2.5).note("write", phase="ok", value=1)
    records.send(2, "tester")
    records.at(2.503).deliver(2, "c")
    read = records.note("read", phase="ok", value=0)
    records.at(3).fault("network.heal", left=["a"], right=["b", "c"])
    records.at(8).add("tester", Kind.END, outcome="ended")
    return scene_of(records, [told, read], [CUT])


def scene_of(records: Sequence[Event], evidence: Sequence[Event], faults: Sequence[Fault] = ()) -> Scene:
    """A scene in which the last piece of evidence is where it broke."""
    finding = None
    if evidence:
        finding = Finding(
            check="no-stale-reads",
            verdict=Verdict.VIOLATED,
            message="a read was told 0 after 1 was written",
            at_ns=evidence[-1].at_ns,
            host=evidence[-1].host,
            facts={"value": 0},
            evidence=tuple(event.number for event in evidence),
        )
    return Scene(
        title="store.storm, seed 17",
        sentence="no-stale-reads: a read was told 0 after 1 was written",
        finding=finding,
        schedule=Schedule.of(faults),
        events=tuple(records),
        last_words={"a": ["0.000 stdout: a listens"], "c": ["2.400 stdout: recovered"]},
        replay="lydite replay store.storm-17.failure.json",
        facts={"seed": 17, "digest": "5f" * 32},
    )


def crowded_scene(messages: int = 14_000, faults: int = 40) -> Scene:
    """Five hosts, very many messages, and faults upon faults, with long words of everybody."""
    hosts = [f"node-{number}" for number in range(1, 6)]
    records = Records(*hosts)
    pairs = [("tester", host) for host in hosts] + [
        (one, other) for one in hosts for other in hosts if one < other
    ]
    for number, (one, other) in enumerate(pairs, 1):
        records.connect(number, one, other)
    plans = [_plan(number, hosts) for number in range(faults)]
    sends = [(milliseconds(3) + number * milliseconds(8), number % len(pairs)) for number in range(messages)]
    for sent_ns, place in sends:
        one, other = pairs[place][:: 1 if sent_ns % 3 else -1]
        records.now_ns = sent_ns
        records.send(place + 1, one)
        records.now_ns = sent_ns + milliseconds(2)
        records.deliver(place + 1, other)
        if place == 7:
            records.note("progress", text="<b>" + "x" * 300, other="語" * 100)
    evidence = [event for event in records if event.kind is Kind.NOTE][-30::10]
    scene = scene_of(records, evidence, plans)
    return Scene(
        title=scene.title,
        sentence=scene.sentence,
        finding=scene.finding,
        schedule=scene.schedule,
        events=scene.events,
        last_words={host: ["語" * 5000] * 50 for host in hosts},
        replay=scene.replay,
        facts={f"fact {number}": "y" * 1000 for number in range(100)},
    )


def _plan(number: int, hosts: Sequence[str]) -> Fault:
    at_ns = seconds(1 + number * 2)
    kind = ("network.lose", "disk.fail", "process.pause", "clock.step")[number % 4]
    side = [hosts[number % 5], hosts[(number + 2) % 5]]
    args: Facts
    match kind:
        case "network.lose":
            args = {"left": side, "right": [host for host in hosts if host not in side], "rate": 0.3}
        case "disk.fail":
            args = {"hosts": side, "operation": "*", "path": "", "rate": 0.5}
        case "process.pause":
            args = {"hosts": list(hosts)}
        case _:
            args = {"hosts": side, "by_ns": -seconds(7)}
    return Fault(at_ns=at_ns, kind=kind, args=args, lasting_ns=0 if kind == "clock.step" else seconds(9))


@dataclass(slots=True)
class Element:
    """An element of a page: its name, what it says of itself, and what stands in it."""

    name: str
    attributes: dict[str, str]
    inside: list["Element"] = field(default_factory=list)
    text: str = ""

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def all(self, name: str = "", class_: str = "") -> list["Element"]:
        """Every element below this one with that name and that class."""
        found = []
        for each in self.inside:
            if (not name or each.name == name) and (not class_ or class_ in each.classes):
                found.append(each)
            found += each.all(name, class_)
        return found

    def words(self) -> str:
        """All text below this element, in order."""
        return self.text + "".join(each.words() for each in self.inside)


class Page(HTMLParser):
    """Parses a page into elements; what is not closed in order is an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]
        self.feed(text)
        self.close()
        assert [each.name for each in self._open] == [""], "elements stay open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs})
        assert len(made.attributes) == len(attrs), f"an attribute of {tag} is given twice"
        self._open[-1].inside.append(made)
        if tag not in VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].name == tag, f"{tag} is closed where {self._open[-1].name} is open"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(Element("", {}, text=data))


def page(text: str) -> Element:
    """The elements of a page."""
    return Page(text).root
