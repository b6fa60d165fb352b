"""The counter's codec: messages of a counter can be withheld, delayed, repeated and damaged."""

from typing import Any

import pytest

from lydite.checks import judge
from lydite.faults import CATALOGUE, Classifies, Codec
from lydite.model import Fault, Kind, Verdict, seconds
from lydite.sim import Outcome
from lydite_subjects.counter import trials
from lydite_subjects.counter.codec import CODEC
from lydite_subjects.counter.invariants import INVARIANTS
from lydite_subjects.counter.spec import Increment, Read, Store, encode
from tests.sim.playing import play

ALL = (trials.everything_quiet, trials.storm, trials.survives_partitions)


def under(kind: str, *, lasting_ns: int = seconds(8), **fields: Any) -> Outcome:
    """Three nodes and their clients under one betrayal."""
    made, problems = CATALOGUE[f"byzantine.{kind}"].read(fields)
    assert made is not None, problems
    fault: Fault = made.at(seconds(1) // 10, lasting_ns=lasting_ns)
    return play(trials.survives_partitions.run, faults=[fault], codec=trials.survives_partitions.codec)


def verdict(outcome: Outcome) -> Verdict:
    """What the judges of the counter say."""
    return judge(outcome.story, INVARIANTS, outcome.error).verdict


def test_every_trial_declares_the_codec_and_it_is_one() -> None:
    assert all(each.codec is CODEC for each in ALL)
    assert isinstance(CODEC, Codec)
    assert isinstance(CODEC, Classifies)


def test_lines_are_cut_read_and_written() -> None:
    lines = [encode(Increment(1, "ann", 7)), encode(Read(2)), encode(Store(3, {"ann": ((1, 2),)}))]

    frames, rest = CODEC.frames(b"".join(lines) + b'{"kind"')

    assert (frames, rest) == (lines, b'{"kind"')
    messages = [CODEC.decode(frame) for frame in frames]
    assert [CODEC.encode(message) for message in messages if message] == lines
    assert [CODEC.role(message) for message in messages if message] == ["increment", "read", "store"]
    assert CODEC.decode(b"nonsense\n") is None


def test_increments_and_stores_that_come_again_count_once() -> None:
    quiet = under("replay", hosts="node-1", rate=0.0)
    clients = under("replay", hosts="tester", roles=["increment"], again=3)
    nodes = under("replay", hosts="node-1", roles=["store"], again=3)

    assert verdict(clients) is verdict(nodes) is verdict(quiet) is Verdict.HOLDS
    assert len({quiet.digest, clients.digest, nodes.digest}) == 3


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("withhold", {"roles": ["stored", "same", "holds"]}),
        ("withhold", {"towards": "node-2"}),
        ("delay", {"by_ns": seconds(0.7), "rate": 0.5}),
    ],
)
def test_a_node_that_is_silent_or_slow_is_survived(kind: str, fields: dict[str, Any]) -> None:
    outcome = under(kind, hosts="node-1", **fields)

    assert verdict(outcome) is Verdict.HOLDS
    assert outcome.digest != under("replay", hosts="node-1", rate=0.0).digest


def test_damaged_messages_are_refused_and_the_nodes_go_on() -> None:
    outcome = under("garble", hosts="node-1", roles=["store", "compare"], bits=3)

    assert outcome.error is None
    answered = [event for event in outcome.story if event.kind is Kind.CHECK and event.fields["holds"]]
    assert answered
