"""What every ledger does, wherever it keeps things: in memory, in SQLite, in PostgreSQL."""

import random
from dataclasses import replace

import pytest

from lydite_subjects.coin.spec.coins import BadLedger, Coin
from lydite_subjects.coin.spec.ledger import Ledger, Located, Step
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.params import DEV
from lydite_subjects.coin.spec.transactions import NO_OUTPOINT, Outpoint, Output
from tests.subjects.coin.store.building import (
    audit,
    begin,
    block_on,
    connecting,
    give,
    growing,
    owner,
    payment,
    root,
    tip_of,
    wandering,
)
from tests.subjects.coin.store.conftest import Place

NOBODY = bytes(32)


def grown(place: Place, blocks: int = 5) -> Ledger:
    ledger = place.open()
    begin(ledger)
    give(ledger, growing(ledger, blocks, owners=3))
    return ledger


def test_an_empty_ledger_has_nothing(place: Place) -> None:
    ledger = place.open()

    assert ledger.network == DEV.name
    assert (ledger.tip(), ledger.height(), ledger.hash_at(0)) == (None, -1, None)
    assert (list(ledger.headers()), ledger.invalid()) == ([], {})
    assert (ledger.block(NOBODY), ledger.undo(NOBODY), ledger.transaction(NOBODY)) == (None, None, None)
    assert (ledger.has_block(NOBODY), ledger.bodies([NOBODY]), ledger.bodies([])) == (False, set(), set())
    assert (ledger.coin(NO_OUTPOINT), ledger.coins([NO_OUTPOINT]), ledger.coins([])) == (None, {}, {})
    assert (ledger.balance(owner(0)), ledger.unspent(owner(0), 5), ledger.history(owner(0), 5)) == (0, [], [])


def test_what_was_committed_is_told_by_height_by_hash_and_by_transaction(place: Place) -> None:
    ledger = place.open()
    first, block = root()
    begin(ledger)

    assert (ledger.tip(), ledger.height(), ledger.hash_at(0)) == (first.hash, 0, first.hash)
    assert (ledger.hash_at(1), ledger.hash_at(-1), ledger.hash_at(1 << 70)) == (None, None, None)
    assert ledger.block(first.hash) == block
    assert ledger.undo(first.hash) == ()
    located = ledger.transaction(block.transactions[0].txid)
    assert located is not None
    assert located[:3] == (block.transactions[0], 0, first.hash)
    assert ledger.coin(block.transactions[0].outpoint(0)) == Coin(DEV.subsidy, bytes(20), 0, coinbase=True)


def test_headers_come_in_order_of_height_and_then_of_arrival(place: Place) -> None:
    ledger = place.open()
    genesis, _ = root()
    first = [block_on(genesis, nonce=each)[0] for each in (9, 3, 5)]
    second = [block_on(first[1], nonce=each)[0] for each in (8, 2)]

    ledger.add_headers([genesis, first[0], first[1], second[0]])
    ledger.add_headers([])
    ledger.add_headers([first[1], first[2], second[0], second[1], first[0]])

    wanted = [genesis, *first, *second]
    assert list(ledger.headers()) == [(each.header, each.height) for each in wanted]


def test_bodies_are_kept_without_being_connected(place: Place) -> None:
    ledger = place.open()
    genesis = begin(ledger)
    blocks = [block_on(genesis, nonce=each) for each in range(300)]
    ledger.add_headers([entry for entry, _ in blocks])

    ledger.commit(Step(tip=genesis, new_blocks=tuple(blocks[:290])))

    hashes = [entry.hash for entry, _ in blocks]
    assert ledger.bodies([NOBODY, *hashes, hashes[0]]) == set(hashes[:290])
    assert [ledger.has_block(each) for each in (hashes[289], hashes[290])] == [True, False]
    assert ledger.block(hashes[7]) == blocks[7][1]
    assert ledger.undo(hashes[7]) is None
    assert ledger.transaction(blocks[7][1].transactions[0].txid) is None
    assert ledger.tip() == genesis.hash


def test_a_spent_coin_goes_and_new_ones_come(place: Place) -> None:
    ledger = place.open()
    one, block = block_on(begin(ledger), nonce=1, rewards=[Output(50, owner(0)), Output(7, owner(1))])
    give(ledger, connecting(ledger, [(one, block)]))
    reward = block.transactions[0]
    spend = payment([reward.outpoint(0)], [Output(20, owner(1)), Output(30, owner(0))])
    two, above = block_on(one, [spend], nonce=2, rewards=[Output(50, owner(2))])

    give(ledger, connecting(ledger, [(two, above)]))

    assert ledger.coin(reward.outpoint(0)) is None
    assert ledger.coin(spend.outpoint(1)) == Coin(30, owner(0), 2, coinbase=False)
    assert ledger.undo(two.hash) == (Coin(50, owner(0), 1, coinbase=True),)
    assert [ledger.balance(owner(each)) for each in range(4)] == [30, 27, 50, 0]
    assert [each.transaction for each in ledger.history(owner(0), 9)] == [spend, reward]
    assert [each.transaction for each in ledger.history(owner(1), 9)] == [spend, reward]
    audit(ledger)


def test_many_coins_are_found_in_one_question(place: Place) -> None:
    ledger = grown(place, 700)
    there = [outpoint for number in range(3) for outpoint, _ in ledger.unspent(owner(number), 5_000)]
    missing = [Outpoint(txid, output + 50) for txid, output in there]

    found = ledger.coins([*missing, *there])

    assert len(there) > 600
    assert list(found) != []
    assert found == {outpoint: ledger.coin(outpoint) for outpoint in there}
    assert all(
        ledger.coins(there[:count]).keys() == set(there[:count]) for count in (1, 7, 8, 9, 64, 65, 256, 257)
    )


def test_unspent_coins_come_in_parts_in_order_of_their_outpoints(place: Place) -> None:
    ledger = grown(place, 30)
    everything = ledger.unspent(owner(1), 1_000)

    found: list[tuple[Outpoint, Coin]] = []
    while part := ledger.unspent(owner(1), 4, found[-1][0] if found else None):
        found += part

    assert found == everything == sorted(everything)
    assert len(found) > 15
    assert (ledger.unspent(owner(1), 0), ledger.unspent(owner(1), -3)) == ([], [])


def test_a_history_is_told_from_its_end_on(place: Place) -> None:
    ledger = grown(place, 12)
    everything = ledger.history(owner(1), 1_000)
    heights = [each.height for each in everything]

    assert heights == sorted(heights, reverse=True)
    assert ledger.history(owner(1), 3) == everything[:3]
    assert ledger.history(owner(1), 99, 6) == [each for each in everything if each.height < 6]
    assert (ledger.history(owner(1), 0), ledger.history(owner(1), 9, 0), ledger.history(owner(1), 9, -4)) == (
        [],
        [],
        [],
    )
    assert ledger.history(owner(1), 1_000, 1 << 70) == everything


def test_of_one_block_the_last_transaction_comes_first(place: Place) -> None:
    ledger = place.open()
    one, block = block_on(begin(ledger), nonce=1, rewards=[Output(50, owner(0))])
    first = payment([block.transactions[0].outpoint(0)], [Output(50, owner(0))])
    second = payment([first.outpoint(0)], [Output(50, owner(0))])
    two, above = block_on(one, [first, second], nonce=2, rewards=[Output(50, owner(0))])

    give(ledger, connecting(ledger, [(one, block), (two, above)]))

    wanted = [second, first, above.transactions[0], block.transactions[0]]
    assert [each.transaction for each in ledger.history(owner(0), 9)] == wanted
    found: list[Located] = []
    while part := ledger.history(owner(0), 1, *((found[-1].height, found[-1].place) if found else ())):
        found += part
    assert [each.transaction for each in found] == wanted
    assert ledger.undo(two.hash) == (
        Coin(50, owner(0), 1, coinbase=True),
        Coin(50, owner(0), 2, coinbase=False),
    )
    audit(ledger)


def test_a_reorganisation_carries_a_payment_from_one_block_to_another(place: Place) -> None:
    ledger = place.open()
    low, block = block_on(begin(ledger), nonce=1, rewards=[Output(50, owner(0))])
    give(ledger, connecting(ledger, [(low, block)]))
    spend = payment([block.transactions[0].outpoint(0)], [Output(50, owner(1))])
    left, left_block = block_on(low, [spend], nonce=2, rewards=[Output(50, owner(2))])
    give(ledger, connecting(ledger, [(left, left_block)]))
    right, right_block = block_on(low, nonce=3, rewards=[Output(50, owner(3))])
    top, top_block = block_on(right, [spend], nonce=4, rewards=[Output(50, owner(3))])

    give(ledger, connecting(ledger, [(right, right_block), (top, top_block)], leaving=[left]))

    assert [ledger.hash_at(each) for each in (2, 3)] == [right.hash, top.hash]
    located = ledger.transaction(spend.txid)
    assert located is not None
    assert located[:3] == (spend, 3, top.hash)
    assert ledger.transaction(left_block.transactions[0].txid) is None
    assert (ledger.block(left.hash), ledger.undo(left.hash)) == (left_block, None)
    assert [ledger.balance(owner(each)) for each in range(4)] == [0, 50, 0, 100]
    assert ledger.history(owner(2), 9) == []
    audit(ledger)


def test_a_chain_may_become_shorter(place: Place) -> None:
    ledger = grown(place, 3)
    top = tip_of(ledger)
    give(ledger, growing(ledger, 1))
    above = tip_of(ledger)
    made = ledger.history(owner(0), 1)[0].transaction.outpoint(0)

    ledger.commit(Step(tip=top, disconnected=(above,), coins={made: None}))

    assert (ledger.height(), ledger.tip(), ledger.hash_at(4)) == (3, top.hash, None)
    assert ledger.has_block(above.hash)


def test_a_coin_may_take_the_place_of_another_one(place: Place) -> None:
    ledger = grown(place, 2)
    outpoint, before = ledger.unspent(owner(1), 1)[0]

    ledger.commit(Step(tip=tip_of(ledger), coins={outpoint: before._replace(owner=owner(9), amount=1)}))

    assert ledger.coin(outpoint) == before._replace(owner=owner(9), amount=1)
    assert ledger.balance(owner(9)) == 1
    assert outpoint not in dict(ledger.unspent(owner(1), 100))


def test_no_sum_is_too_large(place: Place) -> None:
    ledger = place.open()
    rewards = [
        Output(2**63 - 1, owner(8)),
        Output(2**63 - 1, owner(8)),
        Output(-5, owner(8)),
        Output(-(2**63), owner(9)),
    ]
    entry, block = block_on(begin(ledger), nonce=1, rewards=rewards)

    give(ledger, connecting(ledger, [(entry, block)]))

    assert ledger.balance(owner(8)) == 2**64 - 7
    assert ledger.balance(owner(9)) == -(2**63)
    assert sorted(coin.amount for _, coin in ledger.unspent(owner(8), 9)) == [-5, 2**63 - 1, 2**63 - 1]


def test_a_block_is_invalid_for_the_first_reason_that_was_told(place: Place) -> None:
    ledger = grown(place, 1)
    block_hash = tip_of(ledger).hash

    ledger.mark_invalid(block_hash, "no\0such – \udcff coin")
    ledger.mark_invalid(block_hash, "another reason")

    assert ledger.invalid() == {block_hash: "no\0such – \udcff coin"}


@pytest.mark.parametrize("misfit", ["from elsewhere", "another tip", "a gap", "upside down", "no such block"])
def test_a_step_that_does_not_fit_changes_nothing(place: Place, misfit: str) -> None:
    ledger = grown(place, 4)
    step = growing(ledger, 2)
    ledger.add_headers([entry for entry, _ in step.new_blocks])
    stranger = block_on(root()[0], nonce=77)[0]
    steps = {
        "from elsewhere": lambda: replace(step, connected=step.connected[1:]),
        "another tip": lambda: replace(step, tip=stranger),
        "a gap": lambda: replace(
            step, connected=(*step.connected, (stranger, *step.connected[0][1:])), tip=stranger
        ),
        "upside down": lambda: replace(step, disconnected=(tip_of(ledger), tip_of(ledger))),
        "no such block": lambda: replace(step, disconnected=(stranger,)),
    }

    with pytest.raises(BadLedger, match=r"expected .*, found"):
        ledger.commit(steps[misfit]())

    assert ledger.height() == 4
    assert ledger.bodies([entry.hash for entry, _ in step.new_blocks]) == set()
    audit(ledger)
    ledger.commit(step)
    audit(ledger)


def test_a_step_that_is_refused_leaves_its_headers_unknown(place: Place) -> None:
    ledger = grown(place, 4)
    step = growing(ledger, 2)
    headers = tuple([entry for entry, _ in step.new_blocks])
    stranger = block_on(root()[0], nonce=77)[0]

    with pytest.raises(BadLedger, match=r"expected .*, found"):
        ledger.commit(replace(step, headers=headers, disconnected=(stranger,)))
    assert len(list(ledger.headers())) == 5
    ledger.commit(replace(step, headers=headers))

    assert [header for header, _ in ledger.headers()][5:] == [each.header for each in headers]
    audit(ledger)


def test_everything_is_there_when_it_is_opened_again(place: Place) -> None:
    ledger = grown(place, 20)
    ledger.mark_invalid(tip_of(ledger).hash, "why")
    told = list(ledger.headers()), ledger.tip(), ledger.invalid(), ledger.balance(owner(1))
    ledger.close()
    ledger.close()

    again = place.open()

    assert (list(again.headers()), again.tip(), again.invalid(), again.balance(owner(1))) == told
    audit(again)


@pytest.mark.parametrize("seed", range(4))
def test_any_walk_leaves_what_it_leaves_in_memory(place: Place, seed: int) -> None:
    chance, ledger, model = random.Random(seed), place.open(), Memory(DEV.name)

    for number in range(40):
        step = wandering(model, chance)
        give(model, step)
        if place.kind != "memory":
            give(ledger, step)
            if number == 20:
                ledger.close()
                ledger = place.open()

    found = model if place.kind == "memory" else ledger
    audit(found)
    assert found.tip() == model.tip()
    assert list(found.headers()) == list(model.headers())
    assert all(found.history(owner(each), 7, 20) == model.history(owner(each), 7, 20) for each in range(6))
