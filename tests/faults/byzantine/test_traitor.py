"""The traitor: messages come in parts, codecs differ in what they can, and chance belongs to one thing each."""

import json
from typing import Any

import pytest

from lydite.faults import CATALOGUE, Codec, Hands, Trouble, trouble_of, validate
from lydite.model import Draws, Fault, InputError, Schedule, ScheduleRefused, milliseconds, seconds
from lydite.world import World
from tests.faults.byzantine.ballot.codec import BallotCodec, Words
from tests.faults.byzantine.ballot.program import signed
from tests.faults.byzantine.test_wire import VOTE, trouble
from tests.faults.byzantine.whispering import HOSTS, Scene, whisper
from tests.sim.playing import play

KINDS = tuple(kind for kind in CATALOGUE if kind.startswith("byzantine."))
SEVEN = tuple(f"v{number}" for number in range(1, 8))


class LinesCodec:
    """Lines of JSON, and no power at all."""

    def frames(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        *lines, rest = buffer.split(b"\n")
        return [line + b"\n" for line in lines], rest

    def decode(self, frame: bytes) -> Words | None:
        return json.loads(frame) if frame.startswith(b"{") else None

    def encode(self, message: Words) -> bytes:
        return json.dumps(message).encode() + b"\n"


def faults(*troubles: Trouble) -> Schedule:
    return Schedule.of(each.at(seconds(number)) for number, each in enumerate(troubles, 1))


# -- messages


def test_a_message_may_come_in_parts_and_several_in_one() -> None:
    async def tale(scene: Scene) -> None:
        one, two = scene.codec.encode(VOTE), scene.codec.encode(signed("vote", "a", 6, "heads"))
        writer, speaker = scene.writers["a", "b"], scene.speakers["a"]
        with scene.pull(trouble("flip_vote")):
            await speaker.says(writer, one[:10])
            await speaker.says(writer, one[10:] + two + b"{")
            await scene.world.sleep(milliseconds(100))
            assert scene.arrived["a", "b"].endswith(b"\n")
        await speaker.says(writer, b"}\n")

    scene, _ = whisper(tale)

    heights = [message.get("height") for message in scene.got("a", "b")]
    assert heights == [5, 5, 6, 6, None]
    assert scene.got("a", "b")[-1] == {"raw": b"{}\n"}


def test_what_is_no_message_passes_as_it_is() -> None:
    async def tale(scene: Scene) -> None:
        with scene.pull(trouble("withhold")):
            await scene.speakers["a"].says(scene.writers["a", "b"], b"how do you do\n")

    assert whisper(tale)[0].got("a", "b") == [{"raw": b"how do you do\n"}]


def test_what_is_spoken_on_other_ports_passes_as_it_is() -> None:
    class Elsewhere(BallotCodec):
        ports = (9999,)

    async def tale(scene: Scene) -> None:
        with scene.pull(trouble("withhold")):
            await scene.says("a", VOTE, to="b")

    assert whisper(tale, codec=Elsewhere())[0].got("a", "b") == [VOTE]


def test_a_codec_that_loses_bytes_ends_the_run() -> None:
    class Careless(BallotCodec):
        def frames(self, buffer: bytes) -> tuple[list[bytes], bytes]:
            return [], b""

    async def tale(scene: Scene) -> None:
        scene.pull(trouble("withhold"))
        await scene.says("a", VOTE, to="b")

    with pytest.raises(InputError, match=r"Careless\.frames lost or changed some of"):
        whisper(tale, codec=Careless())


# -- chance


def told_to_b(
    *others: Trouble, kind: str = "withhold", extra: bool = False, hosts: tuple[str, ...] = HOSTS
) -> bytes:
    """What b gets of a under one betrayal with a rate, and other things that happen."""

    async def tale(scene: Scene) -> None:
        for other in others:
            scene.pull(other)
        scene.pull(trouble(kind, rate=0.5))
        if extra:
            await scene.speakers["c"].connect("d")
            await scene.says("c", VOTE)
        await scene.says("a", *(signed("vote", "a", height, "heads") for height in range(30)))

    return whisper(tale, hosts=hosts)[0].arrived["a", "b"]


@pytest.mark.parametrize("kind", ["withhold", "double_sign", "garble"])
def test_no_other_fault_and_no_other_connection_moves_a_draw(kind: str) -> None:
    alone = told_to_b(kind=kind)

    assert told_to_b(kind=kind, extra=True) == alone
    assert told_to_b(trouble("spoil_signature", hosts="c"), kind=kind) == alone
    assert told_to_b(trouble("sybil", hosts="d", rate=0.5), kind=kind, extra=True) == alone


@pytest.mark.parametrize("kind", ["withhold", "garble"])
def test_connections_of_others_that_came_before_move_no_draw(kind: str) -> None:
    assert told_to_b(kind=kind, hosts=("z", *HOSTS)) == told_to_b(kind=kind)


@pytest.mark.parametrize("seed", range(5))
def test_an_invented_lie_is_the_same_for_all_who_are_deceived(seed: int) -> None:
    class Inventive(BallotCodec):
        def conflict(self, message: Words, host: str, draws: Draws) -> Words | None:
            return signed("vote", host, message["height"], f"side {draws.below(1_000_000)}")

    async def tale(scene: Scene) -> None:
        with scene.pull(trouble("double_sign", rate=0.5)):
            await scene.says("a", *(signed("vote", "a", height, "heads") for height in range(20)))

    told = whisper(tale, codec=Inventive(), seed=seed)[0].all_got("a")

    lies = {tuple(message["value"] for message in got) for got in told.values()} - {("heads",) * 20}
    assert len(lies) == 1
    (lie,) = lies
    assert 2 < lie.count("heads") < 18
    assert len(set(lie)) == 21 - lie.count("heads")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_digest(kind: str) -> None:
    made = CATALOGUE[kind].drawn(Draws(3, "test", kind), ("a", "b", "c", "d", "e", "f", "g"))
    assert made is not None

    async def tale(scene: Scene) -> None:
        scene.pull(made)
        for host in HOSTS:
            await scene.says(host, *(signed("vote", host, height, "heads") for height in range(5)))

    digests = [whisper(tale, hosts=(*HOSTS, "f", "g"), seed=seed)[1] for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


# -- what storms draw


@pytest.mark.parametrize("kind", KINDS)
def test_a_storm_draws_fewer_than_a_third_of_traitors(kind: str) -> None:
    for count in range(14):
        names = SEVEN[:count] if count < 8 else tuple(f"v{number}" for number in range(count))
        most = max(0, (count - 1) // 3)
        drawn = [CATALOGUE[kind].drawn(Draws(seed, "test", kind), names) for seed in range(30)]
        sizes = {len(each.victims(names)) for each in drawn if each is not None}
        assert sizes <= set(range(1, most + 1))
        assert bool(sizes) == (most >= (2 if kind == "byzantine.cartel" else 1))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_drawn_comes_back_from_its_json_form_and_has_simpler_ones(kind: str) -> None:
    for seed in range(20):
        made = CATALOGUE[kind].drawn(Draws(seed, "test", kind), SEVEN)
        assert made is not None
        fault = made.at(seconds(1), lasting_ns=seconds(1))
        assert trouble_of(Schedule.from_plain([fault.as_plain()]).faults[0]) == made
        validate(Schedule.of([fault]), hosts=SEVEN, codec=BallotCodec())
        for simpler in made.simpler():
            assert trouble_of(simpler.at(0)) == simpler != made


def test_only_the_traitors_are_its_victims() -> None:
    assert trouble("withhold", hosts="v1", towards="*").victims(SEVEN) == ("v1",)
    assert trouble("withhold", hosts=["v1", "v2"], towards="v3").victims(SEVEN) == ("v1", "v2")
    assert trouble("withhold", hosts="*").victims(SEVEN) == SEVEN


# -- what is refused before the run


def test_without_a_codec_every_betrayal_is_refused_all_at_once() -> None:
    schedule = faults(*(trouble_with_needs(kind) for kind in KINDS))

    with pytest.raises(ScheduleRefused) as caught:
        validate(schedule)

    for number, kind in enumerate(KINDS, 1):
        assert f"fault {number} ({kind}): needs a codec, and the trial declares none" in str(caught.value)


def trouble_with_needs(kind: str) -> Trouble:
    made = CATALOGUE[kind].drawn(Draws(1, "test", kind), SEVEN)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        ("double_sign", "conflict"),
        ("cartel", "conflict"),
        ("flip_vote", "flip"),
        ("fake_proposal", "fake"),
        ("spoil_signature", "spoil"),
        ("sybil", "impersonate"),
        ("nothing_at_stake", "endorse"),
        ("stall_finality", "role"),
    ],
)
def test_an_attack_names_the_power_that_its_codec_lacks(kind: str, verb: str) -> None:
    with pytest.raises(ScheduleRefused) as caught:
        validate(faults(trouble(kind)), codec=LinesCodec())

    words = f"fault 1 (byzantine.{kind}): needs a codec that can `{verb}`, and LinesCodec cannot"
    assert words in str(caught.value)


@pytest.mark.parametrize("kind", ["withhold", "delay", "replay", "garble"])
def test_an_attack_that_chooses_no_roles_needs_no_power(kind: str) -> None:
    made = trouble_with_needs(f"byzantine.{kind}")
    args = {**made.args, "roles": ["vote"]}

    validate(faults(made), codec=LinesCodec())
    with pytest.raises(ScheduleRefused, match="needs a codec that can `role`, and LinesCodec cannot"):
        validate(Schedule.of([Fault(at_ns=1, kind=made.kind, args=args)]), codec=LinesCodec())


def test_what_is_no_codec_is_told() -> None:
    class Nothing:
        pass

    nothing: Any = Nothing()
    with pytest.raises(
        ScheduleRefused, match="needs a codec with `frames`, `decode` and `encode`, and Nothing"
    ):
        validate(faults(trouble("garble")), codec=nothing)


def test_a_schedule_that_needs_a_codec_is_refused_by_the_run_too() -> None:
    ran: list[bool] = []

    async def trial(world: World) -> None:
        ran.append(True)

    with pytest.raises(ScheduleRefused):
        play(trial, faults=faults(trouble("double_sign")).faults, codec=LinesCodec())

    assert not ran


def test_a_betrayal_that_is_pulled_by_hand_is_refused_as_well() -> None:
    async def trial(world: World) -> None:
        with pytest.raises(InputError, match=r"byzantine\.double_sign needs a codec that can `conflict`"):
            trouble("double_sign").pull(Hands(world, LinesCodec()))

    play(trial)


def test_bad_roles_are_refused() -> None:
    made, problems = CATALOGUE["byzantine.withhold"].read({"hosts": "a", "roles": "vote"})

    assert made is None
    assert problems == (
        "argument roles is 'vote', expected a list of roles that the codec tells; empty for every message",
    )


def test_both_codecs_of_the_tests_are_codecs() -> None:
    assert isinstance(LinesCodec(), Codec)
    assert isinstance(BallotCodec(), Codec)
