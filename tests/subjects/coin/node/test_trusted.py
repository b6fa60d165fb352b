"""Bootstrap nodes that are of no use: told of once, and there for whoever asks."""

import errno
import socket
from collections.abc import Callable, Sequence

import pytest

from lydite_subjects.coin.node.core import Core
from lydite_subjects.coin.node.effects import Address, Dial, Effect, Tell
from lydite_subjects.coin.node.frames import BadFrame
from lydite_subjects.coin.node.reasons import reason_of
from lydite_subjects.coin.node.trusted import CALLS_UNTOLD, HANGS_UP, Trusted
from lydite_subjects.coin.node.wire import Verack, Version
from tests.subjects.coin.node.pump import PORT, Pump, address

NAME = str(address(9))
Answer = Callable[[Core, int, Address], Sequence[Effect]]


def refuses(core: Core, peer: int, called: Address) -> Sequence[Effect]:
    return core.unreachable(called, "nobody")


def hangs_up(core: Core, peer: int, called: Address) -> Sequence[Effect]:
    return [*core.opened(peer, called, called, 0), *core.closed(peer)]


def talks_otherwise(core: Core, peer: int, called: Address) -> Sequence[Effect]:
    error = BadFrame("a frame: expected this, found that")
    return [*core.opened(peer, called, called, 0), *core.malformed(peer, error), *core.closed(peer)]


def is_of_another_network(core: Core, peer: int, called: Address) -> Sequence[Effect]:
    version = Version(1, "main", "a", 0, bytes(32), 5, PORT, 0)
    return [*core.opened(peer, called, called, 0), *core.received(peer, version, 0), *core.closed(peer)]


def told(core: Core, answer: Answer, *, calls: int = 10) -> list[str]:
    """What a node tells while its bootstrap node answers so many calls in the same way."""
    texts, left, peer = list[str](), calls, 0
    while left:
        for effect in core.tick(1_000_000):
            if isinstance(effect, Dial):
                left, peer = left - 1, peer + 1
                found = answer(core, peer, Address(effect.host, effect.port))
                texts += [each.text for each in found if isinstance(each, Tell)]
    return texts


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (refuses, "nobody"),
        (hangs_up, HANGS_UP),
        (talks_otherwise, "one that is turned away: a frame: expected this, found that"),
        (is_of_another_network, "one that is turned away: expected network dev, found main"),
    ],
)
def test_a_bootstrap_node_that_is_of_no_use_is_told_of_once(answer: Answer, found: str) -> None:
    core = Pump().add(bootstrap=[9])

    few = told(core, answer, calls=CALLS_UNTOLD)
    (text,) = told(core, answer, calls=1)
    reported = core.dialling.trusted.found()
    # Who talks otherwise is banned at this one, which is the same kind of trouble.
    more = told(core, answer, calls=1)

    assert few == more == []
    assert text == (
        f"bootstrap node {NAME}: expected a node of network dev, found {found}; this node works without it "
        "and goes on calling it; does it run with --network dev, and is this its --p2p-port?"
    )
    assert reported == [{"node": NAME, "failed_calls": CALLS_UNTOLD + 1, "trouble": found}]


def test_another_reason_is_told_as_well() -> None:
    core = Pump().add(bootstrap=[9])

    texts = told(core, refuses) + told(core, hangs_up) + told(core, hangs_up)

    assert ["found nobody" in each for each in texts] == [True, False]


def test_one_that_has_worked_is_not_told_of() -> None:
    pump = Pump()
    pump.add(bootstrap=[1])
    pump.add()
    pump.run(5)
    pump.sever(0, 1)

    pump.run(600)

    assert pump.told == []
    ((found),) = pump.cores[0].dialling.trusted.found()
    assert (found["trouble"], found["failed_calls"] > CALLS_UNTOLD) == ("nobody", True)
    pump.cut.clear()
    pump.run(600)
    assert pump.cores[0].dialling.trusted.found() == [
        {"node": str(address(1)), "failed_calls": 0, "trouble": None}
    ]


def test_one_that_has_called_this_node_works_and_may_hang_up_when_it_is_called() -> None:
    core = Pump().add(bootstrap=[9])
    told(core, refuses, calls=2)

    core.opened(78, address(9), address(9), 0)
    core.opened(77, Address(address(9).host, 0), None, 0)
    core.received(77, Version(1, "dev", "a", 0, core.chain.tip.hash, 5, PORT, 0), 0)
    core.received(77, Verack(), 0)
    core.closed(78)

    assert core.dialling.trusted.found() == [{"node": NAME, "failed_calls": 0, "trouble": None}]


def test_two_that_call_each_other_and_a_node_that_calls_itself_are_no_trouble() -> None:
    pump = Pump()
    pump.add(bootstrap=[0, 1])
    pump.add(bootstrap=[0, 1])

    pump.run(600)

    assert pump.told == []
    for number, core in enumerate(pump.cores):
        other = str(address(1 - number))
        assert core.dialling.trusted.found() == [{"node": other, "failed_calls": 0, "trouble": None}]


def test_an_interface_is_told_of_by_its_own_port() -> None:
    trusted = Trusted("main")
    trusted.add("http://a:1")

    texts = [trusted.failed("http://a:1", "nobody") for _ in range(CALLS_UNTOLD + 5)]

    (text,) = filter(None, texts)
    assert text.endswith("does it run with --network main, and is this its --api-port?")
    assert trusted.failed("somebody else", "nobody") == ""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "no"), "connection refused: nobody listens there"),
        (
            OSError("Multiple exceptions: [Errno 111] A, [Errno 111] B"),
            "connection refused: nobody listens there",
        ),
        (
            OSError("Multiple exceptions: [Errno 111] A, [Errno 113] B"),
            "connection refused: nobody listens there and no route to host",
        ),
        (TimeoutError(), "no answer within 5 s"),
        (TimeoutError(errno.ETIMEDOUT, "late"), "connection timed out"),
        (
            socket.gaierror(-2, "Name or service not known"),
            "no address of that name (name or service not known)",
        ),
        (UnicodeError("label too long"), "a name that no host can have"),
        (OSError(errno.EADDRINUSE, "while attempting"), "address already in use"),
        (OSError("something"), "something"),
    ],
)
def test_a_reason_is_told_in_words(error: OSError | UnicodeError, reason: str) -> None:
    assert reason_of(error, within_s=5) == reason
