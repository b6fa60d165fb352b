"""Who is a peer at all, whom a node calls, and who has to go when there is no room."""

from itertools import pairwise

import pytest

from lydite_subjects.coin.node.effects import Address, Dial
from lydite_subjects.coin.node.settings import Limits
from lydite_subjects.coin.node.wire import (
    Addresses,
    GetAddresses,
    GetData,
    Known,
    Message,
    Ping,
    Pong,
    Verack,
    Version,
    blocks,
)
from tests.subjects.coin.node.pump import PORT, Pump
from tests.subjects.coin.node.stranger import LONG, Stranger, kinds


def test_a_caller_introduces_itself_first_and_then_both_are_peers() -> None:
    pump = Pump()
    pump.add()

    stranger = Stranger(pump)
    assert stranger.heard == []
    assert kinds(stranger.say(Version(1, "dev", "a", 0, LONG[0].header.previous, 5, PORT, 0))) == [
        "version",
        "verack",
    ]
    stranger.say(Verack())

    assert [each.ready for each in pump.cores[0].roster] == [True]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Version(1, "main", "a", 0, bytes(32), 5, PORT, 0), "expected network dev, found main"),
        (Version(0, "dev", "a", 0, bytes(32), 5, PORT, 0), "expected protocol 1 or later, found 0"),
        (Ping(1), "expected a handshake, found ping"),
        (GetData(blocks([bytes(32)])), "expected a handshake, found getdata"),
    ],
)
def test_who_does_not_fit_is_turned_away(said: Message, why: str) -> None:
    pump = Pump()
    pump.add()
    stranger = Stranger(pump)

    stranger.say(said)

    assert stranger.why == why
    assert len(pump.cores[0].roster) == 0


def test_a_node_that_calls_itself_notices_and_never_does_it_again() -> None:
    pump = Pump()
    core = pump.add(bootstrap=[0])

    pump.run(600)

    assert next(drop.why for _, drop in pump.drops) == "it is this node itself"
    assert len(pump.drops) <= 2
    assert len(core.roster) == 0


def test_two_that_call_each_other_at_once_keep_one_connection() -> None:
    pump = Pump()
    pump.add(bootstrap=[1])
    pump.add(bootstrap=[0])

    pump.run(30)

    assert [len(core.roster) for core in pump.cores] == [1, 1]
    assert all(peer.ready for core in pump.cores for peer in core.roster)


def test_who_says_nothing_is_given_up() -> None:
    pump = Pump(limits=Limits(poll_s=1_000))
    pump.add()
    silent, quiet = Stranger(pump, 1), Stranger(pump, 2).greet()

    silent.tick(12)
    assert silent.why == "expected a handshake within 10 s, found none"
    pings = [each for each in quiet.tick(60) if isinstance(each, Ping)]
    assert len(pings) == 1
    assert len(pump.cores[0].roster) == 1
    quiet.say(Pong(pings[0].nonce))
    quiet.tick(61)
    quiet.tick(32)

    assert quiet.why == "expected a sign of life within 30 s, found none"


def test_callers_make_room_and_no_host_has_all_places() -> None:
    pump = Pump(limits=Limits(inbound=30))
    core = pump.add()
    kept = [Stranger(pump, number).greet() for number in range(20)]
    chosen = Stranger(pump, 30, called=True).greet()

    attackers = []
    for number in range(100):
        attacker = Stranger.__new__(Stranger)
        attacker.pump, attacker.core, attacker.id = pump, core, 5_000 + number
        attacker.heard, attacker.why, attacker.ban_s = [], "", 0
        attacker._take(core.opened(attacker.id, Address("10.6.6.6", 0), None, pump.now_s))
        attackers.append(attacker)

    assert len(core.roster) == 31
    assert core.roster.get(chosen.id) is not None
    assert all(core.roster.get(each.id) is not None for each in kept)


def test_addresses_spread_and_nobody_can_fill_the_book() -> None:
    pump = Pump()
    core = pump.add()
    stranger = Stranger(pump, called=True)
    stranger.greet()
    assert "getaddr" in kinds(stranger.heard)

    stranger.say(
        Addresses(tuple(Known(f"10.{at // 250}.3.{at % 250}", 8_000, pump.now_s) for at in range(1_000)))
    )
    assert len(core.dialling.book) == core.roster.limits.addresses_per_source
    for bad in ("localhost", "127.0.0.1", "0.0.0.0", "224.0.0.1", "evil.example"):
        assert not core.dialling.book.add(Known(bad, 8_000, 0), stranger.host, pump.now_s)

    other = Stranger(pump, 51).greet()
    (told,) = other.say(GetAddresses())
    assert isinstance(told, Addresses)
    assert 16 <= len(told.addresses) <= 60
    assert other.say(GetAddresses()) == []


def test_who_is_away_is_called_less_and_less_often() -> None:
    pump = Pump()
    core = pump.add(bootstrap=[9])
    times: list[int] = []

    for second in range(2_000):
        for effect in core.tick(pump.now_s):
            if isinstance(effect, Dial):
                times.append(second)
                core.unreachable(Address(effect.host, effect.port), "nobody")

    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[0] <= 2
    assert 150 <= gaps[-1] <= 301
    assert 10 <= len(times) < 30


def test_a_peer_that_was_lost_is_called_again() -> None:
    pump = Pump()
    pump.add(LONG[:5])
    pump.add(bootstrap=[0])
    pump.run(5)
    pump.sever(0, 1)
    pump.run(30)
    pump.cut.clear()

    took_s = pump.run(120, until=lambda: bool(pump.cores[1].roster.ready()))

    assert took_s < 100
