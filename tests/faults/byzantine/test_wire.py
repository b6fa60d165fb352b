"""What each betrayal makes of the messages of a traitor, as those who receive them see it."""

from typing import Any

import pytest

from lydite.faults import CATALOGUE, Trouble
from lydite.model import milliseconds, seconds
from tests.faults.byzantine.ballot.program import is_signed, signed
from tests.faults.byzantine.whispering import HOSTS, Scene, whisper

VOTE = signed("vote", "a", 5, "heads")
FLIPPED = signed("vote", "a", 5, "tails")
PROPOSAL = signed("proposal", "a", 5, "heads")
RELAYED = signed("vote", "b", 5, "heads")
CHAIN = signed("chain", "a", 5, [[1, "heads", []], [2, "tails", []], [3, "heads", []]])


def trouble(kind: str, hosts: Any = "a", **fields: Any) -> Trouble:
    """One of the catalogue."""
    made, problems = CATALOGUE[f"byzantine.{kind}"].read({"hosts": hosts, **fields})
    assert made is not None, problems
    return made


def after(done: Trouble, *messages: Any, seed: int = 1) -> Scene:
    """Host a says this to all under one trouble, and then, when it is over, a last vote."""

    async def tale(scene: Scene) -> None:
        with scene.pull(done):
            await scene.says("a", *messages)

    return whisper(tale, seed=seed)[0]


@pytest.mark.parametrize("kind", [kind for kind in CATALOGUE if kind.startswith("byzantine.")])
def test_what_is_said_before_and_after_and_by_others_is_as_it_was(kind: str) -> None:
    fields: dict[str, int] = {"by_ns": seconds(9)} if kind == "byzantine.delay" else {}
    fields |= {"depth": 2} if kind == "byzantine.long_range" else {}
    done = trouble(kind.removeprefix("byzantine."), **fields)

    async def tale(scene: Scene) -> None:
        await scene.says("a", VOTE)
        with scene.pull(done):
            await scene.says("b", RELAYED, CHAIN)
            assert scene.all_got("a") == {host: [VOTE] for host in HOSTS[1:]}
        await scene.says("a", PROPOSAL, VOTE, CHAIN)

    scene, _ = whisper(tale)

    assert scene.all_got("a") == {host: [VOTE, PROPOSAL, VOTE, CHAIN] for host in HOSTS[1:]}
    assert scene.all_got("b") == {host: [RELAYED, CHAIN] for host in HOSTS if host != "b"}


@pytest.mark.parametrize("seed", range(5))
def test_double_sign_tells_some_this_and_some_that_and_signs_both(seed: int) -> None:
    scene = after(trouble("double_sign"), VOTE, VOTE, RELAYED, seed=seed)

    told = scene.all_got("a")
    assert {got[0]["value"] for got in told.values()} == {"heads", "tails"}
    for got in told.values():
        assert got[0] == got[1], "one slot, one word to each"
        assert all(is_signed(message) for message in got)
        assert got[2] == RELAYED


def test_double_sign_may_be_for_some_roles_only() -> None:
    scene = after(trouble("double_sign", roles=["proposal"]), PROPOSAL, VOTE)

    told = scene.all_got("a").values()
    assert {got[0]["value"] for got in told} == {"heads", "tails"}
    assert all(got[1] == VOTE for got in told)


@pytest.mark.parametrize("seed", range(5))
def test_a_cartel_tells_the_same_victims_the_same_and_its_members_the_truth(seed: int) -> None:
    async def tale(scene: Scene) -> None:
        with scene.pull(trouble("cartel", hosts=["a", "b"])):
            await scene.says("a", VOTE)
            await scene.says("b", RELAYED)

    scene, _ = whisper(tale, seed=seed)

    from_a, from_b = scene.all_got("a"), scene.all_got("b")
    assert (from_a["b"], from_b["a"]) == ([VOTE], [RELAYED])
    assert {from_a[host][0]["value"] for host in "cde"} == {"heads", "tails"}
    assert all(from_a[host][0]["value"] == from_b[host][0]["value"] for host in "cde")


def test_flip_vote_says_both_to_everybody() -> None:
    scene = after(trouble("flip_vote"), VOTE, PROPOSAL, RELAYED)

    assert scene.all_got("a") == {host: [VOTE, FLIPPED, PROPOSAL, RELAYED] for host in HOSTS[1:]}


def test_fake_proposal_is_signed_and_forbidden_and_the_same_for_all() -> None:
    scene = after(trouble("fake_proposal"), PROPOSAL, VOTE)

    fake = signed("proposal", "a", 5, "edge")
    assert scene.all_got("a") == {host: [fake, VOTE] for host in HOSTS[1:]}


def test_spoil_signature_leaves_the_words_and_no_valid_signature() -> None:
    scene = after(trouble("spoil_signature"), VOTE)

    for (message,) in scene.all_got("a").values():
        assert not is_signed(message)
        assert {**message, "signature": VOTE["signature"]} == VOTE


def test_sybil_brings_so_many_who_do_not_exist() -> None:
    scene = after(trouble("sybil", identities=4), VOTE)

    for got in scene.all_got("a").values():
        assert got[0] == VOTE
        assert [message["author"] for message in got[1:]] == [f"a-sybil-{number}" for number in range(1, 5)]
        assert all(is_signed(message) for message in got)


def test_nothing_at_stake_votes_for_what_it_hears_of_once_to_each() -> None:
    async def tale(scene: Scene) -> None:
        with scene.pull(trouble("nothing_at_stake")):
            await scene.says("b", signed("proposal", "b", 5, "heads"))
            await scene.says("c", signed("proposal", "c", 5, "tails"))
            await scene.says("a", VOTE, RELAYED)

    scene, _ = whisper(tale)

    assert scene.all_got("a") == {host: [VOTE, FLIPPED, RELAYED] for host in HOSTS[1:]}


def test_long_range_tells_history_otherwise_from_some_depth_on() -> None:
    scene = after(trouble("long_range", depth=2), CHAIN, VOTE)

    fork = signed("chain", "a", 5, [[1, "heads", []], [2, "heads", []], [3, "tails", []]])
    assert scene.all_got("a") == {host: [fork, VOTE] for host in HOSTS[1:]}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"b": [], "c": []}),
        ({"towards": "b"}, {"b": [], "c": [VOTE, PROPOSAL]}),
        ({"roles": ["vote"]}, {"b": [PROPOSAL], "c": [PROPOSAL]}),
        ({"roles": ["vote"], "towards": ["c", "d"]}, {"b": [VOTE, PROPOSAL], "c": [PROPOSAL]}),
        ({"rate": 0.0}, {"b": [VOTE, PROPOSAL], "c": [VOTE, PROPOSAL]}),
    ],
)
def test_withhold_keeps_some_roles_from_some(fields: Any, expected: dict[str, Any]) -> None:
    told = after(trouble("withhold", **fields), VOTE, PROPOSAL).all_got("a")

    assert {host: told[host] for host in expected} == expected


def test_delay_is_late_and_keeps_the_order() -> None:
    async def tale(scene: Scene) -> None:
        scene.pull(trouble("delay", by_ns=seconds(2), roles=["vote"]))
        begun = scene.world.now_ns
        await scene.says("a", VOTE, PROPOSAL, to="b")
        assert scene.got("a", "b") == []
        await scene.world.sleep(seconds(2))
        assert scene.got("a", "b") == [VOTE, PROPOSAL]
        assert scene.when_ns["a", "b"][0] == begun + seconds(2) + milliseconds(10)

    whisper(tale)


def test_stall_finality_lets_proposals_pass_and_votes_late_or_never() -> None:
    async def tale(scene: Scene) -> None:
        with scene.pull(trouble("stall_finality", by_ns=seconds(2))):
            await scene.says("a", VOTE, PROPOSAL, to="b")
            assert scene.got("a", "b") == [PROPOSAL]
            await scene.world.sleep(seconds(2))
            await scene.says("a", CHAIN, to="b")
            assert scene.got("a", "b") == [PROPOSAL, VOTE, CHAIN]
            await scene.says("a", FLIPPED, to="b")
        await scene.world.sleep(milliseconds(100))
        assert scene.got("a", "b") == [PROPOSAL, VOTE, CHAIN, FLIPPED]
        with scene.pull(trouble("stall_finality")):
            await scene.says("a", VOTE, to="b")
        await scene.says("a", CHAIN, to="b")
        assert scene.got("a", "b") == [PROPOSAL, VOTE, CHAIN, FLIPPED, CHAIN]

    whisper(tale)


def test_replay_says_again_what_it_has_said_before_word_for_word() -> None:
    words = [signed("vote", "a", height, "heads") for height in range(20)]
    scene = after(trouble("replay", again=2), *words)

    for got in scene.all_got("a").values():
        assert [message for message in got if message not in words] == []
        assert len(got) >= 3 * len(words) - 2
        fresh = [got.index(word) for word in words]
        assert fresh == sorted(fresh)
    assert len({str(got) for got in scene.all_got("a").values()}) > 1


def test_garble_damages_words_and_no_borders() -> None:
    words = [signed("vote", "a", height, "heads") for height in range(50)]
    scene = after(trouble("garble", bits=2), *words)

    for pair in (("a", "b"), ("a", "c")):
        frames, rest = scene.codec.frames(scene.arrived[pair])
        assert (len(frames), rest) == (len(words), b"")
        assert all(frame != scene.codec.encode(word) for frame, word in zip(frames, words, strict=True))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("withhold", {}),
        ("garble", {}),
        ("spoil_signature", {}),
        ("flip_vote", {}),
        ("replay", {}),
        ("sybil", {"identities": 1}),
    ],
)
def test_at_a_rate_of_a_half_about_half_of_the_messages_are_met(kind: str, fields: Any) -> None:
    words = [signed("vote", "a", height, "heads") for height in range(60)]
    scene = after(trouble(kind, rate=0.5, **fields), *words)

    frames, _ = scene.codec.frames(scene.arrived["a", "b"])
    honest = {scene.codec.encode(word) for word in words}
    if len(frames) > len(words):
        met = len(frames) - len(words)
    else:
        met = len(words) - len([frame for frame in frames if frame in honest])
    assert 18 < met < 42
