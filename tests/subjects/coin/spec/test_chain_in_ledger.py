"""The chain and its ledger: what comes back, what a failure leaves, and ledgers that nobody may build on."""

from dataclasses import replace

import pytest

from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.coins import BadLedger
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.params import MAIN
from tests.subjects.coin.spec.mint import LATE_S, QUICK, block, line, reward
from tests.subjects.coin.spec.standing import GENESIS, Counting, assert_stands, begun, hashes


def test_a_chain_is_read_again_with_all_it_knew() -> None:
    trunk = line(QUICK, 3)
    bad = line(QUICK, 1, block(QUICK, trunk[-1], first=reward(QUICK, 4, extra=1)))
    bad.insert(0, block(QUICK, trunk[-1], first=reward(QUICK, 4, extra=1)))
    side = line(QUICK, 2, trunk[0], memo=b"side")
    ahead = line(QUICK, 4, trunk[-1], memo=b"ahead")
    chain = begun(trunk, side)
    chain.add_headers([each.header for each in ahead], LATE_S)
    chain.add_blocks([*bad, ahead[1]], LATE_S)

    again = Chain.open(QUICK, chain.ledger)

    assert_stands(again, trunk)
    assert len(again.headers) == len(chain.headers)
    assert again.headers.best.hash == chain.headers.best.hash == ahead[-1].hash
    assert again.headers.invalid(bad[1].hash) == chain.headers.invalid(bad[1].hash)
    assert [each.hash for each in again.wanted(9)] == hashes([ahead[0], *ahead[2:]])
    assert again.has_block(side[-1].hash)
    assert hashes(again.add_blocks([ahead[0]], LATE_S).connected) == hashes(ahead[:2])


@pytest.mark.parametrize("failing", ["coins", "commit"])
def test_when_the_ledger_fails_nothing_is_believed_that_it_does_not_hold(failing: str) -> None:
    trunk = line(QUICK, 4)
    ledger = Counting()
    chain = Chain.open(QUICK, ledger)
    chain.add_blocks(trunk[:2], LATE_S)
    ledger.failing = failing

    with pytest.raises(CoinError, match="the disk is full"):
        chain.add_blocks(trunk[2:], LATE_S)
    assert_stands(Chain.open(QUICK, ledger), trunk[:2])
    change = chain.add_blocks(trunk[2:], LATE_S)

    assert hashes(change.connected) == hashes(trunk[2:])
    assert_stands(chain, trunk)


@pytest.mark.parametrize("failing", ["hash_at", "headers", "has_block", "bodies"])
def test_while_the_ledger_cannot_be_read_again_what_was_known_can_be_asked_for(failing: str) -> None:
    trunk, ahead = line(QUICK, 4), line(QUICK, 9, memo=b"ahead")
    ledger = Counting()
    chain = Chain.open(QUICK, ledger)
    chain.add_blocks(trunk[:2], LATE_S)
    chain.add_headers([each.header for each in ahead], LATE_S)
    ledger.failing = "commit"
    with pytest.raises(CoinError):
        chain.add_blocks(trunk[2:], LATE_S)

    ledger.failing = failing
    with pytest.raises(CoinError, match="the disk is full"):
        chain.add_headers((), LATE_S)

    assert chain.tip.hash == trunk[1].hash
    assert chain.headers.get(chain.tip.hash) is chain.tip
    assert [each.hash for each in chain.wanted(9)] == hashes(ahead)
    assert chain.has_block(trunk[0].hash)
    change = chain.add_blocks(trunk[2:], LATE_S)
    assert hashes(change.connected) == hashes(trunk[2:])
    assert_stands(chain, trunk)


def test_headers_that_the_ledger_did_not_take_are_not_believed() -> None:
    trunk = line(QUICK, 2)
    ledger = Counting()
    chain = Chain.open(QUICK, ledger)
    ledger.failing = "add_headers"

    with pytest.raises(CoinError, match="the disk is full"):
        chain.add_headers([each.header for each in trunk], LATE_S)
    chain.add_headers([each.header for each in trunk], LATE_S)

    assert len(list(ledger.headers())) == len(chain.headers) == 3


def test_a_header_that_comes_alone_is_kept_in_one_step_with_its_block() -> None:
    trunk = line(QUICK, 2)
    ledger = Counting()
    chain = Chain.open(QUICK, ledger)
    ledger.asked.clear()

    for each in trunk:
        chain.add_headers([each.header], LATE_S)
    assert (ledger.asked, len(list(ledger.headers()))) == ([], 1)
    chain.add_blocks(trunk, LATE_S)

    assert ledger.asked == ["coins", "commit"]
    assert_stands(Chain.open(QUICK, ledger), trunk)


def test_a_header_that_comes_alone_is_kept_before_a_verdict_on_its_block() -> None:
    ledger = Counting()
    chain = Chain.open(QUICK, ledger)
    bad = block(QUICK, GENESIS, first=reward(QUICK, 1, extra=1))

    chain.add_headers([bad.header], LATE_S)
    assert bad.hash in chain.add_blocks([bad], LATE_S).refused

    assert Chain.open(QUICK, ledger).headers.invalid(bad.hash) is not None


def test_what_a_step_that_failed_would_have_kept_can_come_again() -> None:
    (one,) = line(QUICK, 1)
    ledger = Counting()
    chain = Chain.open(QUICK, ledger)
    chain.add_headers([one.header], LATE_S)
    ledger.failing = "commit"

    with pytest.raises(CoinError, match="the disk is full"):
        chain.add_blocks([one], LATE_S)
    assert [each.hash for each in chain.add_headers([one.header], LATE_S)] == [one.hash]
    chain.add_blocks([one], LATE_S)

    assert_stands(Chain.open(QUICK, ledger), [one])


def test_a_ledger_of_another_network_is_refused() -> None:
    with pytest.raises(BadLedger, match="expected one of network dev, found main"):
        Chain.open(QUICK, Memory(MAIN.name))
    chain = begun(params=replace(QUICK, subsidy=1))
    with pytest.raises(BadLedger, match="expected the genesis"):
        Chain.open(QUICK, chain.ledger)


def damaged(what: str) -> Memory:
    """A ledger of three blocks in which something is not as it was."""
    trunk = line(QUICK, 3)
    ledger = Memory(QUICK.name)
    Chain.open(QUICK, ledger).add_blocks(trunk, LATE_S)
    match what:
        case "a header":
            del ledger._headers[trunk[1].hash]
        case "the last header":
            del ledger._headers[trunk[2].hash]
        case "a height":
            ledger._headers[trunk[2].hash] = (trunk[2].header, 9)
        case "the chain":
            ledger._connected.insert(1, trunk[1].hash)
        case "the body":
            del ledger._blocks[trunk[2].hash]
        case "the undo data":
            del ledger._undo[trunk[2].hash]
        case "the verdict":
            ledger.mark_invalid(trunk[1].hash, "bad")
        case _:
            ledger.mark_invalid(b"\1" * 32, "bad")
    return ledger


@pytest.mark.parametrize(
    "what",
    [
        "a header",
        "the last header",
        "a height",
        "the chain",
        "the body",
        "the undo data",
        "the verdict",
        "nobody",
    ],
)
def test_a_ledger_that_contradicts_itself_is_refused(what: str) -> None:
    with pytest.raises(BadLedger, match=r"expected .*, found "):
        Chain.open(QUICK, damaged(what))


@pytest.mark.parametrize("lost", ["block", "undo"])
def test_what_is_missing_in_the_middle_is_told_when_it_is_needed(lost: str) -> None:
    left, right = line(QUICK, 2, memo=b"left"), line(QUICK, 3, memo=b"right")
    chain = begun(left)
    ledger = chain.ledger
    assert isinstance(ledger, Memory)
    (ledger._blocks if lost == "block" else ledger._undo).pop(left[0].hash)

    with pytest.raises(BadLedger, match=left[0].hash.hex()):
        chain.add_blocks(right, LATE_S)
