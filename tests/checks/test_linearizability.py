"""Linearizability: right on every small history, fast on long ones, and UNKNOWN when its budget ends."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lydite.checks import Check, Model, Operation, counter, linearizability, register, unordered_set
from lydite.checks.linearizability.operation import Words, operations
from lydite.checks.linearizability.search import Found, search
from lydite.model import Event, Facts, Plain, Verdict
from tests.checks.histories import has_order, played
from tests.checks.stories import Story

WORDS = Words(
    note="operation", client="client", phase="phase", action="action", key="", value="value", tag=""
)

LIMIT_S = 5.0
"""How long a history of 1,000 operations may take on a machine that does much else."""


def invoke(story: Story, client: str, action: str, value: Plain = None) -> Story:
    return story.note("operation", client=client, phase="invoke", action=action, value=value)


def end(story: Story, client: str, value: Plain = None, phase: str = "ok") -> Story:
    return story.note("operation", client=client, phase=phase, value=value)


def done(story: Story, client: str, action: str, value: Plain = None, answer: Plain = None) -> Story:
    return end(invoke(story, client, action, value), client, answer)


def verdict(story: Story, check: Check | None = None) -> Verdict:
    return (check or linearizability()).judge(story).verdict


def test_one_after_the_other_holds() -> None:
    story = done(done(Story(), "a", "write", 1), "b", "read", answer=1)

    assert verdict(done(story, "b", "cas", [1, 2])) is Verdict.HOLDS


def test_operations_that_overlap_may_happen_in_either_order() -> None:
    for seen in (None, 1):
        story = invoke(Story(), "a", "write", 1)
        done(story, "b", "read", answer=seen)

        assert verdict(end(story, "a")) is Verdict.HOLDS


def test_a_stale_read_has_no_order() -> None:
    story = done(done(done(Story(), "a", "write", 1), "a", "write", 2), "b", "read", answer=1)

    finding = linearizability().judge(done(story, "b", "read", answer=2))

    assert finding.verdict is Verdict.VIOLATED
    assert finding.evidence[-1] == 5
    assert finding.facts["prefix"] == 3
    assert finding.facts["contradiction"] == [
        "a write 1, 0.000 s to 0.001 s",
        "a write 2, 0.002 s to 0.003 s",
        "b read → 1, 0.004 s to 0.005 s",
    ]


def test_a_value_that_was_seen_and_gone_again_is_blamed_on_the_two_reads() -> None:
    story = done(Story(), "a", "write", 1)
    for _ in range(5):
        done(story, "c", "read", answer=1)
    invoke(story, "a", "write", 2)
    done(done(story, "b", "read", answer=2), "c", "read", answer=1)

    finding = linearizability().judge(end(story, "a"))

    assert finding.verdict is Verdict.VIOLATED
    told = finding.facts["contradiction"]
    assert isinstance(told, list)
    assert [str(each).partition(",")[0] for each in told if "read" in str(each)] == [
        "b read → 2",
        "c read → 1",
    ]
    assert finding.evidence[-1] == len(story) - 2


def test_what_was_never_answered_may_happen_late_or_never() -> None:
    story = end(invoke(Story(), "a", "write", 1), "a", phase="info")
    done(done(story, "b", "read", answer=None), "b", "read", answer=1)

    assert verdict(story) is Verdict.HOLDS
    assert verdict(done(story, "b", "read", answer=None)) is Verdict.VIOLATED
    silent = invoke(Story(), "a", "write", 1)
    assert verdict(done(silent, "b", "read", answer=1)) is Verdict.HOLDS


def test_what_failed_never_happened() -> None:
    story = end(invoke(Story(), "a", "write", 1), "a", phase="fail")

    assert verdict(done(story, "b", "read", answer=1)) is Verdict.VIOLATED


def test_the_order_that_is_tried_first_need_not_be_the_right_one() -> None:
    story = invoke(invoke(Story(), "a", "write", 1), "b", "write", 2)
    end(end(story, "a"), "b")

    assert verdict(done(Story.of(story), "c", "read", answer=1)) is Verdict.HOLDS
    assert verdict(done(Story.of(story), "c", "cas", [1, 3])) is Verdict.HOLDS


def test_what_was_never_answered_is_kept_for_when_it_is_needed() -> None:
    story = invoke(invoke(Story(), "lost-1", "write", 1), "lost-2", "cas", [0, 1])
    done(done(story, "c", "read", answer=1), "c", "write", 2)
    done(done(story, "c", "read", answer=2), "c", "read", answer=1)

    assert verdict(story, linearizability(register(0))) is Verdict.HOLDS


def test_a_cas_that_found_another_value_has_no_order() -> None:
    assert verdict(done(done(Story(), "a", "write", 1), "a", "cas", [2, 3])) is Verdict.VIOLATED


def keyed(key: str, first: int) -> Story:
    story = Story()
    story.note("operation", client="a", phase="invoke", action="write", key="x", value=first)
    story.note("operation", client="a", phase="ok")
    story.note("operation", client="b", phase="invoke", action="read", key=key)
    return story.note("operation", client="b", phase="ok", value=1)


def test_each_key_is_an_object_of_its_own() -> None:
    by_key = linearizability(key="key")

    assert verdict(keyed("x", 1), by_key) is Verdict.HOLDS
    assert by_key.judge(keyed("y", 1)).facts["key"] == "y"
    assert verdict(keyed("y", 1)) is Verdict.HOLDS


def test_a_counter_counts_and_a_set_keeps() -> None:
    counted = done(invoke(Story(), "a", "add", 2), "b", "read", answer=2)
    assert verdict(counted, linearizability(counter())) is Verdict.HOLDS
    assert verdict(done(counted, "b", "read", answer=1), linearizability(counter())) is Verdict.VIOLATED

    kept = done(done(Story(), "a", "add", [1]), "b", "read", answer=[[1]])
    done(done(kept, "a", "remove", [1]), "b", "contains", [1], False)
    assert verdict(kept, linearizability(unordered_set())) is Verdict.HOLDS
    assert verdict(done(kept, "b", "contains", [1], True), linearizability(unordered_set())) is (
        Verdict.VIOLATED
    )


def test_a_model_of_ones_own() -> None:
    def step(state: object, operation: Operation) -> tuple[bool, object]:
        queue = state if isinstance(state, tuple) else ()
        if operation.action == "put":
            return True, (*queue, operation.argument)
        return (not operation.answered or queue[:1] == (operation.result,)), queue[1:]

    queue = Model(name="queue", initial=(), step=step, reads=frozenset(), tells=frozenset({"take"}))
    story = done(done(Story(), "a", "put", 1), "a", "put", 2)

    assert verdict(done(story, "b", "take", answer=1), linearizability(queue)) is Verdict.HOLDS
    finding = linearizability(queue).judge(done(story, "b", "take", answer=1))
    assert finding.verdict is Verdict.VIOLATED
    assert finding.facts["model"] == "queue"


def test_writes_alone_prove_nothing() -> None:
    assert verdict(done(done(Story(), "a", "write", 1), "b", "write", 2)) is Verdict.UNKNOWN
    assert verdict(invoke(done(Story(), "a", "write", 1), "b", "read")) is Verdict.UNKNOWN
    assert verdict(Story()) is Verdict.UNKNOWN


def test_a_history_that_cannot_be_is_told() -> None:
    twice = invoke(invoke(Story(), "a", "read"), "a", "read")
    never = end(Story(), "a", 1)
    alien = done(Story(), "a", "increment")
    odd = done(Story(), "a", "cas", 3)

    assert "begins an operation while another is open" in linearizability().judge(twice).message
    assert "expected an invoke before it, found none" in linearizability().judge(never).message
    assert "expected read, write or cas, found 'increment'" in linearizability().judge(alien).message
    assert "expected a list of the old and the new value" in linearizability().judge(odd).message
    assert "whole number for add" in linearizability(counter()).judge(done(Story(), "a", "add", "x")).message


def test_a_tag_tells_operations_of_one_client_apart() -> None:
    story = Story()
    story.note("operation", client="a", call=1, phase="invoke", action="write", value=1)
    story.note("operation", client="a", call=2, phase="invoke", action="read")
    story.note("operation", client="a", call=1, phase="ok")
    story.note("operation", client="a", call=2, phase="ok", value=1)

    assert verdict(story, linearizability(tag="call")) is Verdict.HOLDS


def test_a_spent_budget_is_unknown_and_not_green() -> None:
    story = played(1, operations=50)

    finding = linearizability(budget=10).judge(story)

    assert finding.verdict is Verdict.UNKNOWN
    assert "in 10 places" in finding.message
    assert verdict(story) is Verdict.HOLDS


# -- against a checker that tries everything

VALUES = st.integers(0, 2)
ASKED: dict[str, tuple[Model, st.SearchStrategy[tuple[str, Plain]]]] = {
    "register": (
        register(0),
        st.one_of(
            st.just(("read", None)),
            st.tuples(st.just("write"), VALUES),
            st.tuples(st.just("cas"), st.lists(VALUES, min_size=2, max_size=2)),
        ),
    ),
    "counter": (
        counter(),
        st.one_of(st.just(("read", None)), st.tuples(st.just("add"), st.integers(-1, 1))),
    ),
    "set": (
        unordered_set(),
        st.one_of(st.just(("read", None)), st.tuples(st.sampled_from(["add", "remove", "contains"]), VALUES)),
    ),
}


def answers(kind: str, action: str) -> st.SearchStrategy[Plain]:
    if action == "contains":
        return st.booleans()
    if kind == "set" and action == "read":
        return st.lists(VALUES, unique=True, max_size=2)
    return VALUES


def answer(kind: str, state: object, action: str, value: Plain) -> Plain:
    """What a true object in that state answers."""
    if kind == "set":
        assert isinstance(state, frozenset)
        return value in state if action == "contains" else sorted(state) if action == "read" else None
    assert isinstance(state, int)
    return state if action == "read" else None


@st.composite
def histories(draw: st.DrawFn, kind: str) -> list[Event]:
    """Up to six operations of three clients on a true object, of which some answers are made up."""
    model, asked = ASKED[kind]
    story, state, begun = Story(), model.initial, 0
    running: dict[str, tuple[str, Plain]] = {}
    answered: dict[str, Plain] = {}
    for _ in range(draw(st.integers(4, 16))):
        client = draw(st.sampled_from(["a", "b", "c"]))
        if client not in running:
            if begun < 6:
                running[client] = draw(asked)
                invoke(story, client, *running[client])
                begun += 1
        elif client not in answered and draw(st.booleans()):
            action, value = running[client]
            answered[client] = answer(kind, state, action, value)
            happened = Story()
            (one,) = operations(invoke(happened, client, action, value), WORDS)
            state = model.step(state, one)[1]
        else:
            action, _ = running.pop(client)
            made_up = client not in answered or draw(st.integers(0, 5)) == 0
            said = draw(answers(kind, action)) if made_up else answered[client]
            answered.pop(client, None)
            phase = draw(st.sampled_from(["ok", "ok", "ok", "info", "fail"]))
            end(story, client, said if phase == "ok" else None, phase)
    return story


def without_failures(story: list[Event]) -> list[Event]:
    """The story without the operations that turn out never to have happened, as a judge after the end knows it."""
    kept = {event for each in operations(story, WORDS) for event in (each.begun.number, _number(each.ended))}
    return [event for event in story if event.number in kept or _phase(event) == "info"]


def _number(event: Event | None) -> int:
    return -1 if event is None else event.number


def _phase(event: Event) -> Plain:
    return _facts(event)["phase"]


def _facts(event: Event) -> Facts:
    facts = event.fields["facts"]
    assert isinstance(facts, dict)
    return facts


@pytest.mark.parametrize("kind", list(ASKED))
def test_the_search_agrees_with_trying_everything(kind: str) -> None:
    model = ASKED[kind][0]
    seen = set()

    @settings(max_examples=400)
    @given(histories(kind))
    def agrees(story: list[Event]) -> None:
        history = operations(story, WORDS)
        expected = Found.ORDER if has_order(history, model) else Found.NONE
        seen.add(expected)

        assert search(history, model, budget=10**6).found is expected

    agrees()
    assert seen == {Found.ORDER, Found.NONE}


@pytest.mark.parametrize("kind", list(ASKED))
def test_the_prefix_that_is_blamed_is_the_smallest_without_an_order(kind: str) -> None:
    model = ASKED[kind][0]

    @settings(max_examples=200)
    @given(histories(kind))
    def is_smallest(story: list[Event]) -> None:
        finding = linearizability(model).judge(story)
        if finding.verdict is not Verdict.VIOLATED:
            return
        moment = finding.evidence[-1]
        story = without_failures(story)
        assert not has_order(operations([each for each in story if each.number <= moment], WORDS), model)
        assert has_order(operations([each for each in story if each.number < moment], WORDS), model)

    is_smallest()


# -- long histories


@pytest.mark.parametrize(
    ("lost", "keys", "seed"), [(0.0, 1, 1), (0.0, 10, 2), (0.02, 1, 3), (0.1, 1, 4), (0.1, 10, 5)]
)
def test_a_thousand_operations_of_five_clients_are_ordered_soon(lost: float, keys: int, seed: int) -> None:
    story = played(seed, operations=1000, lost=lost, keys=keys)

    begun = time.process_time()
    finding = linearizability(key="key").judge(story)

    assert finding.verdict is Verdict.HOLDS
    assert time.process_time() - begun < LIMIT_S


@pytest.mark.parametrize("seed", range(3))
def test_a_stale_read_among_a_thousand_operations_is_found(seed: int) -> None:
    story = played(seed, operations=1000)
    reads = [each for each in story if _phase(each) == "ok" and "value" in _facts(each)]
    stale, old = reads[len(reads) // 2], reads[len(reads) // 2 - 30]
    facts = {**_facts(stale), "value": _facts(old)["value"]}
    story[stale.number] = replace(stale, fields={"name": "operation", "facts": facts})

    finding = linearizability().judge(story)

    assert finding.verdict is Verdict.VIOLATED
    assert finding.evidence[-1] == stale.number
