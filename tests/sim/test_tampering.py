"""The lever `tamper`: code rewrites what programs send, on its way out of their host, and they do not notice."""

import asyncio
import socket
from functools import partial
from typing import Any

import pytest

from lydite.model import InputError, Kind, milliseconds, seconds
from lydite.world import World
from tests.compat.scenarios.tls_streams import client_context, server_context
from tests.sim.playing import PORT, play
from tests.sim.speaking import STEADY, Editor, Keeper, Listener, Speaker, flagged, late, pass_by, stage


def test_only_what_is_sent_meanwhile_is_tampered_with() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        await speaker.says(writer, b"before ")
        with world.network.tamper("a", Editor()):
            await speaker.says(writer, b"during ")
        await speaker.says(writer, b"after")
        await pass_by(world)
        assert listener.bytes == b"before DURING after"

    play(trial, regions=STEADY)


def test_what_is_under_way_when_it_begins_arrives_as_it_was_sent() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        await speaker.says(writer, b"early")
        with world.network.tamper("a", Editor()):
            await pass_by(world)
            assert listener.bytes == b"early"

    play(trial, regions=STEADY)


def test_a_tamperer_is_told_who_speaks_to_whom_on_which_connection() -> None:
    async def trial(world: World) -> None:
        speaker, _ = await stage(world)
        editor = Editor()
        world.network.tamper(("a", "b"), editor)
        _, writer = await speaker.connect()
        await speaker.says(writer, b"hi")
        await pass_by(world)
        out, back = editor.ways
        assert (out.source, out.target, out.opened, out.port) == ("a", "b", True, PORT)
        assert (back.source, back.target, back.opened, back.port) == ("b", "a", False, PORT)
        assert out.connection == back.connection > 0
        assert editor.said == [b"hi", b"hello"]

    play(trial)


def test_other_hosts_and_what_a_host_says_to_itself_stay_as_they_are() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        own, other = Listener(world), Speaker()
        await world.start("a", own.main, ready=PORT)
        await world.start("c", other.main)
        with world.network.tamper("a", Editor()):
            _, inside = await speaker.connect("a")
            await speaker.says(inside, b"to myself")
            _, elsewhere = await other.connect()
            await other.says(elsewhere, b"from c")
            await pass_by(world)
        assert (own.bytes, listener.bytes) == (b"to myself", b"from c")

    play(trial)


def test_what_others_say_to_the_host_is_heard_and_arrives_unchanged() -> None:
    async def trial(world: World) -> None:
        speaker, _ = await stage(world)
        editor = Editor()
        with world.network.tamper("a", editor):
            reader, writer = await speaker.connect()
            await speaker.says(writer, b"hi")
            answer = await speaker.does(lambda: reader.readexactly(5))
        assert answer == b"hello"
        assert b"".join(data for _, _, data in editor.heard) == b"hello"
        assert {(source, target) for source, target, _ in editor.heard} == {("b", "a")}

    play(trial)


def test_a_delay_keeps_the_order_of_a_stream() -> None:
    delays = iter((300, 0, 100))

    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        editor = Editor(lambda data: ((milliseconds(next(delays)), data),))
        world.network.tamper("a", editor)
        _, writer = await speaker.connect()
        begun = world.now_ns
        for word in (b"one", b"two", b"three"):
            await speaker.says(writer, word)
        await pass_by(world, 250)
        assert listener.bytes == b""
        await pass_by(world, 250)
        assert listener.bytes == b"onetwothree"
        assert listener.got[0][0] == begun + milliseconds(310)

    play(trial, regions=STEADY)


def test_what_is_late_leaves_in_order_when_the_bend_is_lifted() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        with world.network.tamper("a", late(seconds(60))):
            for word in (b"one ", b"two ", b"three "):
                await speaker.says(writer, word)
            await pass_by(world)
            assert listener.bytes == b""
        await speaker.says(writer, b"four")
        await pass_by(world)
        assert listener.bytes == b"one two three four"

    play(trial)


def test_what_a_tamperer_keeps_leaves_when_the_bend_is_lifted() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        with world.network.tamper("a", Keeper()):
            await speaker.says(writer, b"one. tw")
            await pass_by(world)
            assert listener.bytes == b"one."
        await speaker.says(writer, b"o. three")
        await pass_by(world)
        assert listener.bytes == b"one. two. three"

    play(trial)


@pytest.mark.parametrize("first", [0, 1])
def test_two_bends_stack_and_heal_in_either_order(first: int) -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        bends = [world.network.tamper("a", flagged(b"1")), world.network.tamper("*", flagged(b"2"))]
        await speaker.says(writer, b"both")
        bends[first].lift()
        await speaker.says(writer, b" one")
        bends[1 - first].lift()
        bends[first].lift()
        await speaker.says(writer, b" none")
        await pass_by(world)
        assert listener.bytes == b"both12 one" + (b"2", b"1")[first] + b" none"

    play(trial)


def test_lifting_one_bend_takes_only_its_own_delay_away() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        short = world.network.tamper("a", late(seconds(1)))
        world.network.tamper("a", late(seconds(2)))
        begun = world.now_ns
        await speaker.says(writer, b"late")
        short.lift()
        await pass_by(world, 5000)
        assert listener.got == [(begun + seconds(2) + milliseconds(10), b"late")]

    play(trial, regions=STEADY)


def test_restore_lifts_all_of_a_host_and_heal_all_of_the_world() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        bend = world.network.tamper("a", flagged(b"1"))
        world.network.tamper("a", late(seconds(60)))
        await speaker.says(writer, b"tampered ")
        world.network.restore("a")
        await speaker.says(writer, b"restored ")
        world.network.tamper("a", flagged(b"3"))
        world.heal()
        await speaker.says(writer, b"healed")
        bend.lift()
        await pass_by(world)
        assert listener.bytes == b"tampered 1restored healed"

    play(trial)


def test_what_one_tamperer_kept_goes_through_those_that_came_later() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        keeper = world.network.tamper("a", Keeper())
        world.network.tamper("a", flagged(b"!"))
        await speaker.says(writer, b"one. two")
        keeper.lift()
        await pass_by(world)
        assert listener.bytes == b"one.! two!"

    play(trial)


def test_a_connection_of_before_and_one_of_meanwhile_are_tampered_with_alike() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, before = await speaker.connect()
        world.network.tamper("a", Editor())
        _, meanwhile = await speaker.connect()
        await speaker.says(before, b"x")
        await speaker.says(meanwhile, b"y")
        await pass_by(world)
        assert sorted(data for _, data in listener.got) == [b"X", b"Y"]

    play(trial)


def test_a_connection_may_be_tampered_with_again() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        for number in range(3):
            with world.network.tamper("a", flagged(b"!")):
                await speaker.says(writer, b"%d" % number)
            await speaker.says(writer, b"-")
        await pass_by(world)
        assert listener.bytes == b"0!-1!-2!-"

    play(trial)


def test_sockets_by_hand_are_tampered_with() -> None:
    async def talk() -> None:
        loop = asyncio.get_running_loop()
        sock = socket.socket()
        sock.setblocking(False)
        await loop.sock_connect(sock, ("b", PORT))
        await loop.sock_sendall(sock, b"by hand")

    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        world.network.tamper("a", Editor())
        await speaker.does(talk)
        await pass_by(world)
        assert listener.bytes == b"BY HAND"

    play(trial)


class Buffered(asyncio.BufferedProtocol):
    """A protocol with a buffer of its own."""

    def __init__(self) -> None:
        self.buffer = bytearray(4)
        self.got = b""

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.got += self.buffer[:nbytes]


def test_protocols_of_both_kinds_hear_what_arrives() -> None:
    async def trial(world: World) -> None:
        speaker, _ = await stage(world)
        editor, protocol = Editor(), Buffered()
        loop = asyncio.get_running_loop()
        with world.network.tamper("a", editor):
            transport, _ = await speaker.does(lambda: loop.create_connection(lambda: protocol, "b", PORT))
            await speaker.does(partial(transport.write, b"hi"))
            await pass_by(world)
        await speaker.does(partial(transport.write, b"hi"))
        await pass_by(world)
        assert protocol.got == b"hellohello"
        assert b"".join(data for _, _, data in editor.heard) == b"hello"

    play(trial)


def test_tls_is_tampered_with_in_plain_text_and_its_handshake_is_not() -> None:
    async def trial(world: World) -> None:
        speaker, listener = Speaker(), Listener(world, server_context())
        await world.start("b", listener.main, ready=PORT)
        await world.start("a", speaker.main)
        editor = Editor()
        world.network.tamper("a", editor)
        reader, writer = await speaker.connect(ssl=client_context(), server_hostname="shop")
        await speaker.says(writer, b"hi")
        assert await speaker.does(lambda: reader.readexactly(5)) == b"hello"
        assert (listener.bytes, editor.said) == (b"HI", [b"hi"])
        assert b"".join(data for _, _, data in editor.heard) == b"hello"

    for seed in range(20):
        play(trial, seed=seed)


def test_a_tamperer_that_changes_nothing_changes_nothing_that_others_see() -> None:
    async def trial(world: World) -> None:
        speaker, listener = await stage(world)
        _, writer = await speaker.connect()
        with world.network.tamper("a", Editor(lambda data: ((0, data),))):
            for number in range(200):
                await speaker.says(writer, b"%d " % number)
            await pass_by(world)
        assert listener.bytes == b"".join(b"%d " % number for number in range(200))

    play(trial)


def test_the_pull_and_its_end_are_told() -> None:
    async def trial(world: World) -> None:
        await stage(world)
        with world.network.tamper(("a", "b"), Editor()):
            assert world.bent == ("network.tamper(a b, editor)",)
        world.network.restore("a")

    outcome = play(trial)

    told = [
        (event.fields["verb"], event.fields["args"]) for event in outcome.story if event.kind is Kind.FAULT
    ]
    args = {"hosts": ["a", "b"], "tamperer": "editor"}
    assert told == [
        ("network.tamper", args),
        ("network.restore", args),
        ("network.restore", {"hosts": "a"}),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: 1 / 0, "editor could not tamper: ZeroDivisionError: division by zero"),
        (lambda data: ((-1, data),), "a delay of at least 0 ns and bytes can leave, found -1 ns and bytes"),
        (lambda _: ((0, "text"),), "found 0 ns and str"),
    ],
)
def test_an_error_of_the_tamperer_ends_the_run_and_the_program_hears_nothing(change: Any, words: str) -> None:
    heard: list[BaseException] = []

    async def trial(world: World) -> None:
        speaker, _ = await stage(world)
        world.network.tamper("a", Editor(change))
        _, writer = await speaker.connect()
        try:
            await speaker.says(writer, b"x")
        except Exception as error:
            heard.append(error)
        await pass_by(world)

    outcome = play(trial, fails=True)

    assert isinstance(outcome.error, InputError)
    assert words in str(outcome.error)
    assert not heard


def test_the_same_seed_gives_the_same_digest() -> None:
    async def trial(world: World) -> None:
        speaker, _ = await stage(world)
        _, writer = await speaker.connect()
        world.network.tamper("a", late(milliseconds(3)))
        world.network.tamper("a", Keeper())
        for word in (b"a.b", b"c.", b"d"):
            await speaker.says(writer, word)
        await speaker.does(writer.close)
        await pass_by(world)

    assert play(trial, seed=7).digest == play(trial, seed=7).digest != play(trial, seed=8).digest
