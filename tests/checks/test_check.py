"""A check, given a trace that holds, one that breaks, and one that proves nothing."""

from collections.abc import Sequence

import pytest

from lydite.checks import Check, Judgement, check, holds, unknown, violated
from lydite.model import Event, Kind, Verdict


def noted(number: int, name: str, **facts: int) -> Event:
    return Event(
        number=number,
        at_ns=number * 10,
        host="node-1",
        kind=Kind.NOTE,
        fields={"name": name, "facts": dict(facts)},
    )


@check
def at_most_one_leader(events: Sequence[Event]) -> Judgement:
    """Nobody else leads while one does.

    Does not check that anybody leads.
    """
    leaders = [event for event in events if event.fields["name"] == "leads"]
    if not leaders:
        return unknown("nobody ever led")
    if len(leaders) > 1:
        return violated("two lead at once", *leaders, count=len(leaders))
    return holds("one leads", leaders[0])


@pytest.mark.parametrize(
    ("names", "verdict"),
    [
        (["leads", "follows"], Verdict.HOLDS),
        (["leads", "leads"], Verdict.VIOLATED),
        (["follows"], Verdict.UNKNOWN),
    ],
)
def test_a_check_says_what_the_events_show(names: list[str], verdict: Verdict) -> None:
    events = [noted(number, name) for number, name in enumerate(names)]

    finding = at_most_one_leader.judge(events)

    assert (finding.check, finding.verdict) == ("at-most-one-leader", verdict)


def test_a_finding_stands_where_its_last_event_stands() -> None:
    events = [noted(3, "leads"), noted(7, "leads")]

    finding = at_most_one_leader.judge(events)

    assert (finding.at_ns, finding.host, finding.evidence) == (70, "node-1", (3, 7))
    assert finding.facts == {"count": 2}
    assert finding.message == "two lead at once"


def test_a_check_is_named_and_told_by_its_function() -> None:
    assert isinstance(at_most_one_leader, Check)
    assert at_most_one_leader.name == "at-most-one-leader"
    assert at_most_one_leader.story == "Nobody else leads while one does."
