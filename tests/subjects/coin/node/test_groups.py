"""Groups of addresses: who has many addresses in one place is called once."""

import random

import pytest

from lydite_subjects.coin.node.addresses import AddressBook
from lydite_subjects.coin.node.effects import Address, Dial, Effect
from lydite_subjects.coin.node.groups import group_of
from lydite_subjects.coin.node.settings import Limits
from lydite_subjects.coin.node.wire import Known
from tests.subjects.coin.node.pump import PORT, Pump


@pytest.mark.parametrize(
    ("host", "other", "same"),
    [
        ("5.6.7.8", "5.6.200.1", True),
        ("5.6.7.8", "5.7.7.8", False),
        ("2a01:4f8:1::1", "2a01:4f8:ffff::2", True),
        ("2a01:4f8:1::1", "2a01:4f9:1::1", False),
        ("5.6.7.8", "::ffff:5.6.9.9", True),
        ("5.6.7.8", "2002:506:909::1", True),
        ("5.6.7.8", "2001:0:1::f9f9:f7f7", False),
        ("250.249.8.8", "2001:0:1::506:f7f7", False),
        ("5.6.7.8", "2001:0:506:1::faf9:f7f7", True),
        ("2a01:4f8::1", "2a01:4f8::1%eth0", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("192.168.1.1", "192.168.1.2", False),
        ("127.0.0.1", "127.0.0.2", False),
        ("fd00::1", "fd00::2", False),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("node-1", "node-2", False),
    ],
)
def test_an_address_of_the_internet_shares_its_group_and_others_stand_for_themselves(
    host: str, other: str, same: bool
) -> None:
    assert (group_of(Address(host, PORT)) == group_of(Address(other, PORT))) is same


def test_nodes_of_one_machine_are_told_apart_by_their_ports() -> None:
    assert group_of(Address("127.0.0.1", 1)) != group_of(Address("127.0.0.1", 2))
    assert group_of(Address("5.6.7.8", 1)) == group_of(Address("5.6.7.8", 2))


def dialled(effects: list[Effect]) -> list[str]:
    return [each.host for each in effects if isinstance(each, Dial)]


def test_of_each_group_one_is_called_however_many_addresses_it_tells() -> None:
    pump = Pump()
    core = pump.add()
    for number in range(400):
        source = f"5.6.0.{number // 200}"
        core.dialling.book.add(
            Known(f"5.6.{number // 200}.{number % 200}", PORT, pump.now_s), source, pump.now_s
        )
    assert len(dialled(core.tick(pump.now_s))) == 1
    for number in range(5):
        core.dialling.book.add(Known(f"7.{number}.1.1", PORT, pump.now_s), "8.8.8.8", pump.now_s)

    called = ["5.6.7.8"]
    core.opened(1, Address("5.6.7.8", PORT), Address("5.6.7.8", PORT), pump.now_s)
    for _ in range(8):
        for host in dialled(core.tick(pump.now_s)):
            called.append(host)
            core.opened(len(called), Address(host, PORT), Address(host, PORT), pump.now_s)

    assert sum(host.startswith("5.6.") for host in called) == 1
    assert sorted(host for host in called if host.startswith("7.")) == [f"7.{each}.1.1" for each in range(5)]


def test_a_group_with_one_address_has_the_chance_of_one_with_many() -> None:
    book = AddressBook(Limits(), ())
    for number in range(200):
        book.add(Known(f"5.6.7.{number}", PORT, 1), "5.6.0.1", 1)
    book.add(Known("7.7.7.7", PORT, 1), "8.8.8.8", 1)

    draws = random.Random(1)
    chosen = [book.choose((), (), 0, draws) for _ in range(400)]

    assert 150 < sum(each == Address("7.7.7.7", PORT) for each in chosen) < 250


def test_whom_the_node_was_given_is_called_first_whatever_its_group() -> None:
    given = (Address("5.6.7.1", PORT), Address("5.6.7.2", PORT), Address("node-3", PORT))
    book = AddressBook(Limits(), given)
    for number in range(100):
        book.add(Known(f"7.{number}.1.1", PORT, 1), "8.8.8.8", 1)

    draws, avoided, taken = random.Random(1), set[Address](), set[str]()
    for _ in given:
        chosen = book.choose(avoided, taken, 0, draws)
        assert chosen is not None
        avoided.add(chosen)
        taken.add(group_of(chosen))

    assert avoided == set(given)


def test_a_private_network_is_called_as_a_whole() -> None:
    pump = Pump()
    for number in range(6):
        pump.add(bootstrap=[0] if number else [])

    pump.run(60)

    assert [len(core.roster.ready()) for core in pump.cores] == [5] * 6


def test_an_address_with_the_scope_of_another_machine_is_none() -> None:
    book = AddressBook(Limits(), ())

    assert not book.add(Known("2a01:4f8::1%eth0", PORT, 1), "8.8.8.8", 1)
    assert book.add(Known("2a01:4f8::1", PORT, 1), "8.8.8.8", 1)
