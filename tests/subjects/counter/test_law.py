from collections.abc import Sequence

import pytest

from lydite_subjects.counter.spec import (
    FRAME_BYTES_MAX,
    Answered,
    Append,
    Asked,
    Beat,
    Compare,
    Counted,
    Describe,
    Description,
    Effect,
    Event,
    Holds,
    Increment,
    Left,
    Linked,
    Read,
    Refused,
    Reply,
    Same,
    Send,
    State,
    Store,
    Stored,
    Tally,
    Value,
    digest,
    encode,
    one,
    step,
)
from lydite_subjects.counter.spec.law import CLIENTS_MAX, PROMISE_BEATS_MAX, PROMISES_MAX, SPANS_MAX
from lydite_subjects.counter.spec.wire import NUMBER_MAX

ANN, BOB = {"ann": ((1, 1),)}, {"bob": ((1, 1),)}
BOTH = {**ANN, **BOB}


def node(*peers: str, tally: Tally | None = None) -> State:
    return State(name="node-1", peers=peers or ("node-2", "node-3"), tally=tally or {})


def after(state: State, *events: Event) -> tuple[State, list[Effect]]:
    effects: list[Effect] = []
    for event in events:
        state, more = step(state, event)
        effects += more
    return state, effects


def replies(effects: Sequence[Effect]) -> list[Reply]:
    return [effect for effect in effects if isinstance(effect, Reply)]


def test_an_increment_is_kept_first_then_sent_and_acknowledged_by_nobody_yet() -> None:
    _, effects = after(node(), Asked(7, Increment(5, "ann", 1)))

    assert effects == [Append(ANN), Send("node-2", Store(1, ANN)), Send("node-3", Store(1, ANN))]


def test_an_increment_is_acknowledged_once_a_majority_has_stored_it() -> None:
    state, _ = after(node("b", "c", "d", "e"), Asked(7, Increment(5, "ann", 1)))

    state, first = after(state, Answered("b", Stored(1)), Answered("b", Stored(1)))
    state, second = after(state, Answered("c", Stored(1)))
    state, third = after(state, Answered("d", Stored(1)))

    assert (first, second, third) == ([], [Reply(7, Counted(5))], [])
    assert not state.promises


def test_a_node_without_peers_is_its_own_majority() -> None:
    alone = State(name="node-1", peers=())

    _, effects = after(alone, Asked(7, Increment(1, "ann", 1)), Asked(7, Read(2)), Beat())

    assert effects == [Append(ANN), Reply(7, Counted(1)), Reply(7, Value(2, 1))]


def test_a_repeated_increment_counts_once_and_is_acknowledged_by_a_majority_again() -> None:
    state, effects = after(node(tally=ANN), Asked(7, Increment(5, "ann", 1)))

    assert not [effect for effect in effects if isinstance(effect, Append | Reply)]
    assert replies(after(state, Answered("node-3", Stored(1)))[1]) == [Reply(7, Counted(5))]
    assert state.tally == ANN


def test_a_peer_stores_what_is_new_to_it_and_says_so_after_the_disk() -> None:
    _, effects = after(node(tally=ANN), Asked(3, Store(9, BOTH)), Asked(3, Store(10, BOTH)))

    assert effects == [Append(BOB), Reply(3, Stored(9)), Reply(3, Stored(10))]


def test_a_read_of_a_majority_that_agrees_takes_one_round() -> None:
    state, asks = after(node(tally=ANN), Asked(7, Read(5)))

    _, effects = after(state, Answered("node-2", Same(1)))

    assert asks == [Send(peer, Compare(1, digest(ANN))) for peer in ("node-2", "node-3")]
    assert effects == [Reply(7, Value(5, 1))]


def test_a_read_learns_what_a_peer_has_and_answers_with_it() -> None:
    state, _ = after(node(), Asked(7, Read(5)))

    _, effects = after(state, Answered("node-2", Holds(1, ANN)))

    assert effects == [Append(ANN), Reply(7, Value(5, 1))]


def test_a_read_writes_back_what_the_majority_lacks_before_it_answers() -> None:
    state, _ = after(node(tally=ANN), Asked(7, Read(5)))

    state, waiting = after(state, Answered("node-2", Holds(1, BOB)))
    _, done = after(state, Answered("node-2", Stored(1)))

    assert waiting == [Append(BOB), Send("node-2", Store(1, ANN)), Send("node-3", Store(1, BOTH))]
    assert done == [Reply(7, Value(5, 2))]


def test_a_read_does_not_count_what_arrived_here_after_the_others_were_asked() -> None:
    state, _ = after(node(), Asked(7, Read(5)), Asked(8, Increment(6, "ann", 1)))

    _, effects = after(state, Answered("node-2", Same(1)))

    assert replies(effects) == [Reply(7, Value(5, 0))]


def test_nodes_that_differ_give_each_other_what_they_lack() -> None:
    _, asked = after(node(tally=ANN), Asked(3, Compare(0, digest(ANN))), Asked(3, Compare(0, digest(BOB))))
    _, told = after(node(tally=ANN), Answered("node-2", Holds(0, BOB)))

    assert asked == [Reply(3, Same(0)), Reply(3, Holds(0, ANN))]
    assert told == [Append(BOB), Send("node-2", Store(0, ANN))]


def test_each_beat_compares_with_the_next_peer() -> None:
    _, effects = after(node("b", "c", "d"), *[Beat()] * 4)

    assert [effect.peer for effect in effects if isinstance(effect, Send)] == ["c", "d", "b", "c"]


def test_a_new_connection_is_asked_again_what_the_old_one_may_have_lost() -> None:
    state, _ = after(node(), Asked(7, Increment(5, "ann", 1)), Asked(8, Read(6)))

    _, effects = after(state, Linked("node-2"))

    assert effects == [Send("node-2", request) for request in (Store(1, ANN), Compare(2, digest(ANN)))]


def test_nobody_answers_a_caller_who_has_gone() -> None:
    state, effects = after(
        node(), Asked(7, Increment(5, "ann", 1)), Left(7), Answered("node-2", Stored(1)), Linked("node-3")
    )

    assert not replies(effects)
    assert not state.promises
    assert state.tally == ANN


def test_a_promise_without_a_majority_is_given_up_after_a_while() -> None:
    state, _ = after(node(), Asked(7, Read(5)), Asked(7, Increment(6, "ann", 1)))

    state, patient = after(state, *[Beat()] * PROMISE_BEATS_MAX)
    state, ended = after(state, Beat())

    assert not replies(patient)
    assert replies(ended) == [Reply(7, Refused(tag, "no majority answers")) for tag in (5, 6)]
    assert not state.promises


def test_a_node_says_what_is_on_its_own_disk() -> None:
    _, effects = after(node(tally=BOTH), Asked(7, Describe(5)))

    assert effects == [Reply(7, Description(5, "node-1", 2, digest(BOTH)))]


@pytest.mark.parametrize("request_", [Read(1), Increment(1, "ann", 1)])
def test_a_node_that_keeps_too_many_waiting_refuses_more(request_: Read | Increment) -> None:
    state, _ = after(node(), *[Asked(7, Read(tag)) for tag in range(PROMISES_MAX)])

    full, effects = after(state, Asked(8, request_))

    assert effects == [Reply(8, Refused(1, f"{PROMISES_MAX} requests wait already"))]
    assert full == state


def test_a_tally_stays_small_enough_for_one_message() -> None:
    crowd = {f"client-{number}": ((1, 1),) for number in range(CLIENTS_MAX)}
    holes = {"ann": tuple((number, number) for number in range(1, 2 * SPANS_MAX, 2))}

    _, stranger = after(node(tally=crowd), Asked(7, Increment(1, "ann", 1)))
    _, gap = after(node(tally=holes), Asked(7, Increment(1, "ann", 2 * SPANS_MAX + 1)))
    _, filled = after(node(tally=holes), Asked(7, Increment(1, "ann", 2)))

    assert replies(stranger) == [Reply(7, Refused(1, f"this counter has its {CLIENTS_MAX} clients already"))]
    assert replies(gap) == [Reply(7, Refused(1, "ann leaves too many numbers out; count 1, 2, 3"))]
    assert filled[0] == Append(one("ann", 2))


def test_the_largest_tally_fits_into_one_message_with_room_for_what_others_took_meanwhile() -> None:
    spans = tuple((NUMBER_MAX - 3 * gap - 1, NUMBER_MAX - 3 * gap) for gap in reversed(range(SPANS_MAX)))
    largest = {f"{number:064}": spans for number in range(CLIENTS_MAX)}

    assert 4 * len(encode(Holds(NUMBER_MAX, largest))) < 3 * FRAME_BYTES_MAX


def test_late_and_repeated_answers_change_nothing() -> None:
    state, _ = after(node(), Asked(7, Increment(5, "ann", 1)), Answered("node-2", Stored(1)))

    late = [
        Answered("node-3", answer) for answer in (Stored(1), Same(1), Same(9), Stored(0), Refused(1, "no"))
    ]
    again, effects = after(state, *late)

    assert (again, effects) == (state, [])
