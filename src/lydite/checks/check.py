"""A check: a named judge of one run, a pure function from its events to what it says of them.

A user's check sees the story of a run: the events of the kinds NOTE, CHECK, FAULT, SCHEDULED, START, EXIT and CRASH, in
their order. It sees neither the packets (SEND, DELIVER and their like) nor what programs print: what a check
needs to know, the trial writes down with `world.note`.

>>> @check
... def somebody_leads(events: Sequence[Event]) -> Judgement:
...     \"\"\"At least one leader was noted. Does not check that there is only one.\"\"\"
...     seen = [event for event in events if event.fields.get("name") == "leader"]
...     return holds(f"{len(seen)} leaders") if seen else unknown("no leader was ever noted")
>>> somebody_leads.judge(()).verdict
<Verdict.UNKNOWN: 'UNKNOWN'>
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lydite.model import Event, Facts, Finding, Plain, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a check says: a verdict, a sentence, and the events that show it."""

    verdict: Verdict
    message: str
    evidence: tuple[Event, ...] = ()
    facts: Facts = field(default_factory=dict)


def holds(message: str, *evidence: Event, **facts: Plain) -> Judgement:
    """The check saw what it wanted to see."""
    return Judgement(verdict=Verdict.HOLDS, message=message, evidence=evidence, facts=facts)


def unknown(message: str, *evidence: Event, **facts: Plain) -> Judgement:
    """The events prove nothing: what the check is about did not happen."""
    return Judgement(verdict=Verdict.UNKNOWN, message=message, evidence=evidence, facts=facts)


def violated(message: str, *evidence: Event, **facts: Plain) -> Judgement:
    """The events show that it does not hold. The last of them is the moment at which it broke."""
    return Judgement(verdict=Verdict.VIOLATED, message=message, evidence=evidence, facts=facts)


Judge: TypeAlias = Callable[[Sequence[Event]], Judgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A judge with a name. Two findings are of the same kind when the names of their checks are equal."""

    name: str
    sentence: Judge
    story: str = ""

    def judge(self, events: Sequence[Event]) -> Finding:
        """What this check finds in the story of a run."""
        said = self.sentence(events)
        moment = said.evidence[-1] if said.evidence else None
        return Finding(
            check=self.name,
            verdict=said.verdict,
            message=said.message,
            at_ns=moment.at_ns if moment else 0,
            host=moment.host if moment else "",
            facts=said.facts,
            evidence=tuple(event.number for event in said.evidence),
        )


def check(judge: Judge) -> Check:
    """Make a check of a function. Its name is the function's, its story the first line of the docstring."""
    name = str(getattr(judge, "__name__", "check"))
    story = (judge.__doc__ or "").strip().partition("\n")[0]
    return Check(name=name.replace("_", "-"), sentence=judge, story=story)
