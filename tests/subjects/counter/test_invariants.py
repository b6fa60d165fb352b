"""Each invariant has a story that holds, one that breaks it, and one that proves nothing."""

import pytest

from lydite.checks import Check
from lydite.model import Event, Facts, Kind, Verdict
from lydite_subjects.counter.invariants import (
    INVARIANTS,
    no_acknowledged_increment_is_lost,
    no_increment_counts_twice,
    reads_never_go_back,
    replicas_converge,
)

Story = list[tuple[str, Facts]]


def begin(number: int) -> tuple[str, Facts]:
    return "increment", {"phase": "invoke", "client": "ann", "number": number}


def done(number: int) -> tuple[str, Facts]:
    return "increment", {"phase": "ok", "client": "ann", "number": number}


def failed(number: int) -> tuple[str, Facts]:
    return "increment", {"phase": "fail", "client": "ann", "number": number}


def ask(tag: int, client: str = "bob") -> tuple[str, Facts]:
    return "read", {"phase": "invoke", "client": client, "tag": tag}


def told(tag: int, value: int, client: str = "bob") -> tuple[str, Facts]:
    return "read", {"phase": "ok", "client": client, "tag": tag, "value": value}


def unheard(tag: int) -> tuple[str, Facts]:
    return "read", {"phase": "fail", "client": "bob", "tag": tag}


def replica(node: str, value: int, digest: str = "aa") -> tuple[str, Facts]:
    return "replica", {"node": node, "value": value, "digest": digest}


def events(story: Story) -> list[Event]:
    """The story as a trace tells it, with a fault and another's note in between."""
    notes: list[tuple[Kind, Facts]] = [(Kind.NOTE, {"name": name, "facts": facts}) for name, facts in story]
    fields: list[tuple[Kind, Facts]] = [
        (Kind.FAULT, {"verb": "network.cut", "args": {}}),
        (Kind.NOTE, {"name": "weather", "facts": {"phase": "ok"}}),
        *notes,
    ]
    return [
        Event(number=number, at_ns=number * 1_000_000_000, host="tester", kind=kind, fields=field)
        for number, (kind, field) in enumerate(fields, start=10)
    ]


HOLDS: list[tuple[Check, Story]] = [
    (no_acknowledged_increment_is_lost, [begin(1), done(1), ask(1), told(1, 1)]),
    (no_acknowledged_increment_is_lost, [begin(1), done(1), ask(1), begin(2), done(2), told(1, 1)]),
    (no_acknowledged_increment_is_lost, [begin(1), failed(1), begin(2), done(2), ask(1), told(1, 2)]),
    (no_increment_counts_twice, [begin(1), ask(1), told(1, 1)]),
    (no_increment_counts_twice, [ask(1), begin(1), told(1, 1), failed(1)]),
    (reads_never_go_back, [ask(1), told(1, 1), ask(2), told(2, 1), ask(3), told(3, 4)]),
    (reads_never_go_back, [ask(1), ask(2, "cy"), told(1, 3), told(2, 2, "cy"), ask(3), told(3, 3)]),
    (replicas_converge, [begin(1), done(1), replica("a", 1), replica("b", 1)]),
    (replicas_converge, [begin(1), failed(1), begin(2), done(2), replica("a", 2), replica("b", 2)]),
    (replicas_converge, [begin(1), done(1), replica("a", 1), replica("b", 0, "bb"), replica("b", 1)]),
]

BREAKS: list[tuple[Check, Story, str]] = [
    (
        no_acknowledged_increment_is_lost,
        [begin(1), done(1), begin(2), done(2), ask(1), told(1, 1)],
        "a read that began at 16.000 s was told 1, and 2 increments had been acknowledged",
    ),
    (
        no_increment_counts_twice,
        [begin(1), begin(1), done(1), ask(1), told(1, 2), begin(2)],
        "a read that ended at 16.000 s was told 2, and 1 increments had been attempted",
    ),
    (
        reads_never_go_back,
        [ask(1), told(1, 2), ask(2), told(2, 1), ask(3, "cy"), told(3, 2, "cy")],
        "a read that ended at 13.000 s was told 2, and one that began after it at 14.000 s was told 1",
    ),
    (
        replicas_converge,
        [begin(1), done(1), replica("a", 1, "aa"), replica("b", 1, "bb")],
        "a has 1 operations and the digest aa, b has 1 and bb",
    ),
    (
        replicas_converge,
        [begin(1), done(1), replica("a", 1), ("replica", {"node": "b"})],
        "b does not answer after the storm",
    ),
    (
        replicas_converge,
        [begin(1), done(1), replica("a", 0), replica("b", 0)],
        "the replicas agree on 0 operations; 1 were acknowledged and 1 attempted",
    ),
    (
        replicas_converge,
        [begin(1), done(1), replica("a", 2), replica("b", 2)],
        "the replicas agree on 2 operations; 1 were acknowledged and 1 attempted",
    ),
]

PROVES_NOTHING: list[tuple[Check, Story]] = [
    (no_acknowledged_increment_is_lost, [begin(1), failed(1), ask(1), told(1, 1)]),
    (no_acknowledged_increment_is_lost, [begin(1), done(1), ask(1), unheard(1)]),
    (no_increment_counts_twice, [begin(1), done(1), ask(1), unheard(1)]),
    (no_increment_counts_twice, [begin(1), failed(1), ask(1), told(1, 0)]),
    (reads_never_go_back, [ask(1), told(1, 1)]),
    (reads_never_go_back, [ask(1), ask(2, "cy"), told(1, 1), told(2, 0, "cy")]),
    (replicas_converge, [begin(1), done(1), replica("a", 1)]),
    (replicas_converge, [begin(1), failed(1), replica("a", 0), replica("b", 0)]),
]


@pytest.mark.parametrize(("check", "story"), HOLDS)
def test_a_story_in_which_it_holds(check: Check, story: Story) -> None:
    assert check.judge(events(story)).verdict is Verdict.HOLDS


@pytest.mark.parametrize(("check", "story", "message"), BREAKS)
def test_a_story_that_breaks_it_is_told_with_its_evidence(check: Check, story: Story, message: str) -> None:
    found = check.judge(events(story))

    assert (found.verdict, found.message) == (Verdict.VIOLATED, message)
    assert found.evidence
    assert set(found.evidence) <= {event.number for event in events(story)}


@pytest.mark.parametrize(("check", "story"), PROVES_NOTHING)
def test_a_story_that_proves_nothing_is_not_green(check: Check, story: Story) -> None:
    assert check.judge(events(story)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("check", INVARIANTS, ids=lambda check: check.name)
def test_an_empty_story_proves_nothing(check: Check) -> None:
    assert check.judge([]).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("check", INVARIANTS, ids=lambda check: check.name)
def test_each_invariant_says_what_it_does_not_check(check: Check) -> None:
    assert "Does not check" in (check.sentence.__doc__ or "")
