"""Those who do harm: what they do is bounded, and comes to an end."""

import random
from dataclasses import replace

import pytest

from lydite_subjects.coin.node.effects import Address, Dial
from lydite_subjects.coin.node.frames import BadFrame
from lydite_subjects.coin.node.settings import Limits
from lydite_subjects.coin.node.wire import (
    Addresses,
    BlockMessage,
    GetAddresses,
    GetData,
    GetHeaders,
    HeadersMessage,
    Inventory,
    Known,
    Message,
    NotFound,
    Ping,
    Pong,
    TransactionMessage,
    Verack,
    Version,
    blocks,
    transactions,
)
from tests.subjects.coin.node.pump import EASY, PORT, Pump, address, chain_of, payment
from tests.subjects.coin.node.stranger import LONG, Stranger, kinds


def test_a_banned_peer_stays_out_until_its_time_is_over() -> None:
    pump = Pump(limits=Limits(ban_s=100))
    core = pump.add(LONG[:5])
    banned = Stranger(pump).greet()
    bad = LONG[5].header._replace(nonce=LONG[5].header.nonce + 1)
    while bad.hash[0] < 0x80:
        bad = bad._replace(nonce=bad.nonce + 1)
    banned.say(HeadersMessage((bad,)))
    assert banned.ban_s == 100

    assert Stranger(pump).why == "it is banned"
    assert not Stranger(pump, 51).why
    banned.tick(101)
    assert not Stranger(pump).greet().why
    assert core.roster.counts["peers_banned"] == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_noise_from_a_caller_of_this_machine_does_not_shut_out_the_others(host: str) -> None:
    pump = Pump()
    core = pump.add()
    for peer in range(12):
        core.opened(peer, Address(host, 0), None, pump.now_s)
        core.malformed(peer, BadFrame("no frame"))
    core.tick(pump.now_s)

    core.opened(77, Address(host, 0), None, pump.now_s)
    core.received(77, Version(1, "dev", "a", 0, core.chain.tip.hash, 5, PORT, 0), pump.now_s)

    assert [str(each.address) for each in core.roster] == [str(Address(host, PORT))]
    assert core.roster.counts["peers_banned"] == 1
    assert not core.roster.conduct.bans(core.roster.at_s)
    core.roster.conduct.restore(str(Address(host, 0)), 3_000, 10)
    assert core.roster.conduct.bans(10) == ((str(Address(host, 0)), 1),)


def test_a_banned_address_is_not_called() -> None:
    pump = Pump()
    pump.add(LONG[:5])
    core = pump.cores[0]
    for _ in range(20):
        core.roster.conduct.punish(address(9), "bad-block", 0)
    core.dialling.book.add(Known(*address(9), pump.now_s), "10.0.0.1", pump.now_s)

    assert not [each for _ in range(50) for each in core.tick(pump.now_s) if isinstance(each, Dial)]


def test_bad_frames_add_up_to_a_ban() -> None:
    pump = Pump()
    pump.add()
    strangers: list[Stranger] = []
    for _ in range(5):
        strangers.append(Stranger(pump))
        strangers[-1]._take(pump.cores[0].malformed(strangers[-1].id, BadFrame("not a frame")))

    assert [each.ban_s for each in strangers] == [0, 0, 0, 0, 3_600]
    assert all("not a frame" in each.why for each in strangers)


def test_a_flood_of_inventory_is_bounded_and_ends() -> None:
    pump = Pump()
    core = pump.add(LONG[:20])
    draws, stranger = random.Random(3), Stranger(pump).greet()

    for _ in range(20):
        stranger.say(Inventory(transactions([draws.randbytes(32) for _ in range(20_000)])))
        peer = core.roster.get(stranger.id)
        assert peer is None or len(peer.known) <= core.roster.limits.inventory
        assert core.relay.waiting <= core.roster.limits.asked // 4
    for _ in range(100):
        stranger.say(Inventory(transactions([draws.randbytes(32) for _ in range(10_000)])))

    assert stranger.why.startswith("flood")
    assert core.relay.waiting == 0


def test_nobody_can_fill_the_table_of_what_is_asked_for() -> None:
    pump = Pump(limits=Limits(asked=100))
    core = pump.add(LONG[:20])
    draws = random.Random(3)
    for number in range(3):
        Stranger(pump, number).greet().say(Inventory(transactions([draws.randbytes(32) for _ in range(500)])))
    honest = Stranger(pump, 9).greet()

    assert core.relay.waiting == 75
    assert kinds(honest.say(Inventory(transactions([bytes(32)])))) == ["getdata"]


def test_cheap_headers_beside_the_chain_come_to_an_end() -> None:
    pump = Pump(limits=Limits(side_headers=150))
    core = pump.add(LONG[:500])
    stranger = Stranger(pump).greet()
    beside = chain_of(EASY, 200, memo=b"beside")

    for at in range(0, 200, 50):
        stranger.say(HeadersMessage(tuple(each.header for each in beside[at : at + 50])))

    assert stranger.why.startswith("headers-beside")
    assert core.chain.tip.hash == LONG[499].hash


def test_headers_that_lead_nowhere_are_not_asked_for_for_ever() -> None:
    pump = Pump()
    pump.add()
    stranger = Stranger(pump).greet(bytes(32), 5)

    for _ in range(40):
        stranger.say(HeadersMessage(tuple(each.header for each in LONG[1_000:2_000])))

    assert stranger.why.startswith("headers-unconnected")


def test_whatever_a_peer_says_the_core_goes_on() -> None:
    draws = random.Random(4)
    pump = Pump(limits=Limits(score_max=10**9, messages_per_s=10**6, messages_at_once=10**6))
    core = pump.add(LONG[:30])
    hashes = [*(each.hash for each in LONG[:60]), bytes(32), draws.randbytes(32)]
    bodies = [*LONG[20:60], *chain_of(EASY, 5, upon=LONG[25], memo=b"x")]
    paid = payment(EASY, LONG[3].transactions[0])

    def any_message() -> Message:
        some = [draws.choice(hashes) for _ in range(draws.randint(0, 5))]
        at = draws.randrange(len(bodies))
        choices: list[Message] = [
            Version(1, "dev", "x", draws.getrandbits(32), draws.choice(hashes), draws.getrandbits(64), 1, 0),
            Verack(),
            Ping(1),
            Pong(draws.getrandbits(64)),
            GetAddresses(),
            Addresses((Known(draws.choice(["10.1.1.1", "x", "::1"]), draws.getrandbits(16), 1 << 63),)),
            Inventory((*blocks(some), *transactions(some))),
            GetData((*blocks(some), *transactions(some))),
            NotFound((*blocks(some), *transactions(some))),
            GetHeaders(tuple(some), draws.choice(hashes)),
            HeadersMessage(tuple(each.header for each in bodies[at : at + draws.randint(0, 9)])),
            BlockMessage(draws.choice(bodies)),
            BlockMessage(replace(draws.choice(bodies), transactions=draws.choice([(), (paid,)]))),
            TransactionMessage(draws.choice([paid, LONG[2].transactions[0], replace(paid, inputs=())])),
        ]
        return draws.choice(choices)

    ids: list[int] = []
    for step in range(15_000):
        if len(ids) < 4 or draws.random() < 0.01:
            ids.append(step)
            caller = Address(f"10.0.{draws.randrange(3)}.{step % 250}", 0)
            core.opened(step, caller, caller if draws.random() < 0.3 else None, pump.now_s)
            core.received(step, Version(1, "dev", "x", 9, hashes[40], step << 16, 1, 0), pump.now_s)
            core.received(step, Verack(), pump.now_s)
        elif draws.random() < 0.02:
            core.closed(ids.pop(draws.randrange(len(ids))))
        elif draws.random() < 0.02:
            core.tick(pump.now_s)
        else:
            core.received(draws.choice(ids), any_message(), pump.now_s)
        ids = [each for each in ids if core.roster.get(each)]

    sync_from_an_honest_one(pump)


def sync_from_an_honest_one(pump: Pump) -> None:
    core, honest = pump.cores[0], Stranger(pump, 99)
    honest.greet(LONG[99].hash, 100)
    core.tick(pump.now_s)
    for _ in range(3):
        for message in list(honest.heard):
            if isinstance(message, GetHeaders):
                honest.say(HeadersMessage(tuple(each.header for each in LONG[:100])))
            if isinstance(message, GetData):
                honest.say(*[BlockMessage(each) for each in LONG[:100] if (1, each.hash) in message.items])
        honest.tick(12)
    assert core.chain.tip.height >= 100
