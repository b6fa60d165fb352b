"""What a trial writes down: claims that come true in time, reached lines, parts, roles, faults of a schedule."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import pytest

from lydite.checks import judge
from lydite.faults import under
from lydite.model import (
    Event,
    Fault,
    Finding,
    Header,
    InputError,
    Kind,
    Schedule,
    Verdict,
    milliseconds,
    seconds,
)
from lydite.sim import Outcome, simulate
from lydite.world import World
from tests.sim.playing import PORT, ask, echo, play


def checks(outcome: Outcome) -> list[Mapping[str, Any]]:
    return [event.fields for event in outcome.story if event.kind is Kind.CHECK]


def scheduled(outcome: Outcome) -> list[Event]:
    return [event for event in outcome.story if event.kind is Kind.SCHEDULED]


def answers(world: World) -> Any:
    async def probe() -> bool:
        reader, writer = await asyncio.open_connection("a", PORT)
        try:
            return await ask(reader, writer) == b"HELLO\n"
        finally:
            writer.close()

    return probe


def test_eventually_looks_until_it_is_so_and_tells_how_long_it_took() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        world.process.crash("a")
        world.at(world.now_ns + milliseconds(2_500), world.heal)
        assert await world.eventually("answers", answers(world), within_ns=seconds(10), node="a")

    (told,) = checks(play(trial))

    assert (told["name"], told["mode"], told["holds"]) == ("answers", "eventually", True)
    assert told["facts"]["node"] == "a"
    assert seconds(2.5) < told["facts"]["took_ns"] < seconds(4)
    assert told["facts"]["bent"] == []


def test_eventually_gives_up_in_time_and_tells_what_was_bent() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        world.network.cut("a", "tester")
        begun_ns = world.now_ns
        assert not await world.eventually("answers", answers(world), within_ns=seconds(5))
        assert seconds(5) <= world.now_ns - begun_ns <= seconds(6)

    (told,) = checks(play(trial))

    assert not told["holds"]
    assert told["facts"]["bent"] == ["network.cut(a, tester)"]


def waited(
    bend: Callable[[World], None], *, from_s: float, to_s: float, true_s: float = 99
) -> tuple[Mapping[str, Any], Finding, float]:
    """What is told and judged of a wait of five seconds in which something is bent, and how long it was, in seconds."""
    lasted: list[float] = []

    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        begun_ns = world.now_ns

        async def probe() -> bool:
            return world.now_ns - begun_ns >= seconds(true_s)

        world.at(begun_ns + seconds(from_s), partial(bend, world))
        world.at(begun_ns + seconds(to_s), world.heal)
        await world.eventually("settles", probe, within_ns=seconds(5))
        lasted.append((world.now_ns - begun_ns) / 1e9)

    outcome = play(trial)
    (told,) = checks(outcome)
    (finding,) = judge(outcome.story, (), None).findings
    return told, finding, lasted[0]


def cut(world: World) -> None:
    world.network.cut("a", "tester")


def test_the_time_of_a_claim_counts_from_the_last_moment_at_which_something_was_bent() -> None:
    told, finding, lasted_s = waited(cut, from_s=1, to_s=4)

    assert 9 <= lasted_s <= 10
    assert told["facts"]["bent_until_ns"] >= seconds(4)
    assert finding.verdict is Verdict.VIOLATED
    assert (
        finding.message
        == "did not come true within 5.000 s, counted from 4.005 s, when something was bent last"
    )


def test_what_comes_true_after_its_time_but_in_time_after_the_last_bend_holds() -> None:
    told, finding, _ = waited(cut, from_s=1, to_s=4, true_s=8)

    assert told["holds"]
    assert finding.verdict is Verdict.HOLDS
    assert seconds(8) <= finding.facts["took_ns"] <= seconds(9)  # type: ignore[operator]
    assert finding.facts["bent_until_ns"] == told["facts"]["bent_until_ns"]


def test_what_comes_true_while_something_is_bent_holds_at_once() -> None:
    told, finding, lasted_s = waited(cut, from_s=1, to_s=4, true_s=2)

    assert told["facts"]["bent"] == ["network.cut(a, tester)"]
    assert finding.verdict is Verdict.HOLDS
    assert lasted_s <= 3


def test_what_happens_at_once_counts_as_bent_for_that_moment() -> None:
    _, finding, lasted_s = waited(lambda world: world.clock.step("a", 5), from_s=3, to_s=3)

    assert 8 <= lasted_s <= 9
    assert finding.verdict is Verdict.VIOLATED


def test_what_is_bent_when_the_time_is_up_ends_the_wait_and_proves_nothing() -> None:
    _, finding, lasted_s = waited(cut, from_s=1, to_s=30)

    assert 5 <= lasted_s <= 6
    assert (finding.verdict, finding.message) == (
        Verdict.UNKNOWN,
        "the world was still bent: network.cut(a, tester)",
    )


def test_what_is_bent_again_in_the_time_that_was_added_ends_the_wait_and_proves_nothing() -> None:
    def twice(again: Callable[[World], None]) -> Callable[[World], None]:
        def bend(world: World) -> None:
            world.at(world.now_ns + seconds(1), world.network.cut("a", "tester").lift)
            world.at(world.now_ns + seconds(6), partial(again, world))

        return bend

    _, still, still_s = waited(twice(cut), from_s=2, to_s=30)
    _, once, once_s = waited(twice(lambda world: world.clock.step("a", 5)), from_s=1.5, to_s=30)

    assert 8 <= still_s <= 9
    assert (still.verdict, still.message) == (
        Verdict.UNKNOWN,
        "the world was still bent: network.cut(a, tester)",
    )
    assert 7.5 <= once_s <= 8.5
    assert (once.verdict, once.message) == (
        Verdict.UNKNOWN,
        "the world was bent again while it waited, at 7.505 s",
    )


def test_a_wait_in_a_whole_world_says_nothing_of_bends() -> None:
    async def trial(world: World) -> None:
        with world.network.cut(world.host("a").name, "tester"):
            await world.sleep(seconds(1))
        await world.sleep(1)
        await world.eventually("never", nothing, within_ns=seconds(5))
        assert world.now_ns == seconds(6) + 1

    async def nothing() -> bool:
        return False

    (told,) = checks(play(trial))

    assert "bent_until_ns" not in told["facts"]


def test_an_error_of_the_probe_that_is_none_of_the_network_is_the_trials_own() -> None:
    async def trial(world: World) -> None:
        async def probe() -> bool:
            raise ValueError("a mistake")

        await world.eventually("never", probe, within_ns=seconds(5))

    assert isinstance(play(trial, fails=True).error, ValueError)


def test_a_line_that_is_reached_is_told() -> None:
    async def trial(world: World) -> None:
        world.reachable("the end", after=1)

    (told,) = checks(play(trial))

    assert (told["name"], told["mode"], told["holds"], told["facts"]) == (
        "the end",
        "reachable",
        True,
        {"after": 1},
    )


def test_several_are_all_unless_a_run_leaves_some_out() -> None:
    seen: list[tuple[int, ...]] = []

    async def trial(world: World) -> None:
        seen.append(world.several("operations", 5))
        seen.append(world.several("nodes", 3, least=2))

    simulate(trial, Header(trial="t", seed=1))
    outcome = simulate(trial, Header(trial="t", seed=1), parts={"operations": (2, 4, 9)})

    assert seen == [(1, 2, 3, 4, 5), (1, 2, 3), (2, 4), (1, 2, 3)]
    assert outcome.asked == {"operations": (5, 1), "nodes": (3, 2)}


def test_several_with_a_least_above_the_count_is_a_mistake() -> None:
    async def trial(world: World) -> None:
        world.several("nodes", 3, least=4)

    assert isinstance(play(trial, fails=True).error, InputError)


def test_a_fault_at_a_role_meets_whoever_has_it_when_it_begins() -> None:
    faults = [
        Fault(at_ns=seconds(at), kind="process.crash", args={"hosts": "@leader"}, lasting_ns=1)
        for at in (1, 3, 5)
    ]

    async def trial(world: World) -> None:
        for name in ("a", "b"):
            await world.start(name, echo, ready=PORT)
        await world.sleep(seconds(2))
        world.appoint("leader", "b")
        await world.sleep(seconds(2))
        world.appoint("leader", "a")
        await world.sleep(seconds(2))

    outcome = play(trial, faults=faults)

    told = [
        (event.fields["number"], event.fields["phase"], event.fields["args"]) for event in scheduled(outcome)
    ]
    assert told == [
        (1, "missed", {"hosts": "@leader"}),
        (2, "begin", {"hosts": "b"}),
        (2, "end", {"hosts": "b"}),
        (3, "begin", {"hosts": "a"}),
        (3, "end", {"hosts": "a"}),
    ]
    assert [event.host for event in outcome.story if event.kind is Kind.CRASH] == ["b", "a"]


@pytest.mark.parametrize(("role", "host"), [("leader", "nobody"), ("the leader", "a")])
def test_a_role_is_a_word_and_its_holder_a_host(role: str, host: str) -> None:
    async def trial(world: World) -> None:
        world.host("a")
        world.appoint(role, host)

    assert isinstance(play(trial, fails=True).error, InputError)


def test_what_is_done_at_a_moment_is_done_then_or_at_once_when_that_is_past() -> None:
    done: list[int] = []

    async def trial(world: World) -> None:
        await world.sleep(seconds(2))
        world.at(seconds(1), lambda: done.append(world.now_ns))
        world.at(seconds(3), lambda: done.append(world.now_ns))
        await world.sleep(seconds(2))

    play(trial)

    assert done == [seconds(2), seconds(3)]


def test_a_mistake_in_what_is_done_later_ends_the_run() -> None:
    async def trial(world: World) -> None:
        world.at(seconds(1), lambda: world.network.heal("a", "nobody"))
        await world.sleep(seconds(2))

    error = play(trial, fails=True).error

    assert isinstance(error, InputError)
    assert "there is no host 'a'" in str(error)


def test_any_exception_of_what_is_done_later_ends_the_run() -> None:
    async def trial(world: World) -> None:
        world.at(seconds(1), lambda: print(int("a mistake")))
        await world.sleep(seconds(2))

    assert isinstance(play(trial, fails=True).error, ValueError)


def test_a_schedule_is_told_before_what_its_levers_did() -> None:
    async def trial(world: World) -> None:
        await world.start("a", echo, ready=PORT)
        await world.sleep(seconds(5))

    fault = Fault(at_ns=seconds(1), kind="process.pause", args={"hosts": "a"}, lasting_ns=seconds(1))
    schedule = Schedule.of([fault])
    outcome = simulate(under(schedule, trial), Header(trial="t", seed=1, schedule=schedule))

    told = [
        (event.at_ns, event.fields.get("phase") or event.fields["verb"])
        for event in outcome.story
        if event.kind in (Kind.SCHEDULED, Kind.FAULT)
    ]
    assert told == [
        (seconds(1), "begin"),
        (seconds(1), "process.pause"),
        (seconds(2), "process.resume"),
        (seconds(2), "end"),
    ]


@pytest.mark.parametrize("claim", ["always", "sometimes"])
def test_a_claim_that_was_not_awaited_or_not_called_is_refused_and_not_true(claim: str) -> None:
    async def converged() -> bool:
        return False

    def trial_of(made: Callable[[], object]) -> Callable[[World], Awaitable[None]]:
        async def trial(world: World) -> None:
            getattr(world, claim)("they converged", made())

        return trial

    coroutine = play(trial_of(converged), fails=True).error
    function = play(trial_of(lambda: converged), fails=True).error

    assert isinstance(coroutine, InputError)
    assert "'they converged' is true or false, found a coroutine" in str(coroutine)
    assert isinstance(function, InputError)
    assert "found a function; call it" in str(function)


def test_a_probe_that_answers_with_a_coroutine_has_not_answered() -> None:
    async def converged() -> bool:
        return False

    async def probe() -> bool:
        return converged()  # type: ignore[return-value]

    async def trial(world: World) -> None:
        await world.eventually("they converge", probe, within_ns=seconds(1))

    assert isinstance(play(trial, fails=True).error, InputError)


def test_several_of_one_name_are_the_same_each_time() -> None:
    async def again(world: World) -> None:
        assert world.several("nodes", 3) == world.several("nodes", 3)

    async def other(world: World) -> None:
        world.several("nodes", 3)
        world.several("nodes", 5)

    play(again)
    assert "asked before with the count and least (3, 1)" in str(play(other, fails=True).error)
