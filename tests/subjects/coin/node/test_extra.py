"""The extra peer: called when no block comes, and gone again when it is of no use."""

from lydite_subjects.coin.node.effects import Address, Dial, Drop, Effect
from lydite_subjects.coin.node.settings import Limits
from lydite_subjects.coin.node.wire import BlockMessage, HeadersMessage, Known, Verack, Version
from tests.subjects.coin.node.pump import EASY, PORT, Pump, mined
from tests.subjects.coin.node.stranger import LONG

STALE_S = 3 * EASY.spacing_s
QUIET = Limits(outbound=2, ping_s=10_000, poll_s=10_000, stale_spacings=3, extra_s=60)


class Watched:
    """A core with two places for peers of its own choice, and peers who shake hands and say nothing more."""

    def __init__(self, *, trusted: int = 0) -> None:
        self.pump = Pump(limits=QUIET)
        self.core = self.pump.add(LONG[:5])
        self.peers: list[Address] = []
        self.why: dict[str, str] = {}
        book = self.core.dialling.book
        for number in range(trusted):
            book.trust(Address(f"4.{number}.1.1", PORT))
        for number in range(6):
            book.add(Known(f"5.{number}.1.1", PORT, self.pump.now_s), "8.8.8.8", self.pump.now_s)

    def take(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Dial):
                self.peers.append(Address(effect.host, effect.port))
                number, tip = len(self.peers), self.core.chain.tip
                self.take(self.core.opened(number, self.peers[-1], self.peers[-1], self.pump.now_s))
                version = Version(1, "dev", "x", tip.height, tip.hash, number << 16, PORT, 0)
                self.take(self.core.received(number, version, self.pump.now_s))
                self.take(self.core.received(number, Verack(), self.pump.now_s))
            elif isinstance(effect, Drop):
                self.why[self.peers[effect.peer - 1].host] = effect.why

    def pass_s(self, seconds: int) -> None:
        for _ in range(seconds):
            self.pump.now_s += 1
            self.take(self.core.tick(self.pump.now_s))

    def brings(self, peer: int) -> None:
        """A peer sends the next block."""
        tip = self.core.chain.tip
        block = mined(EASY, tip.header, tip.height + 1)
        for message in (HeadersMessage((block.header,)), BlockMessage(block)):
            self.take(self.core.received(peer, message, self.pump.now_s))
        self.pass_s(1)
        assert self.core.chain.tip.hash == block.hash

    def here(self) -> list[str]:
        return [each.address.host for each in self.core.roster]


def test_while_blocks_come_nobody_is_called_beyond_the_usual() -> None:
    watched = Watched()

    for _ in range(10):
        watched.pass_s(STALE_S - 2)
        watched.brings(1)

    assert len(watched.peers) == 2


def test_when_no_block_comes_one_more_is_called_and_others_after_it() -> None:
    watched = Watched()

    watched.pass_s(STALE_S + 3)
    assert len(watched.here()) == 3
    extra = watched.here()[2]
    watched.pass_s(50)
    assert watched.here()[2] == extra
    watched.pass_s(12)
    assert watched.here() == [each.host for each in watched.peers[:2]]
    assert watched.why == {extra: "expected a new block within 60 s, found none"}
    watched.pass_s(STALE_S + 3)

    assert len(watched.here()) == 3
    assert len(watched.peers) == 4


def test_it_leaves_when_the_tip_moves_without_it() -> None:
    watched = Watched()
    watched.pass_s(STALE_S + 3)
    extra = watched.here()[2]

    watched.brings(2)

    assert watched.why == {extra: "the tip has moved without it"}
    assert len(watched.here()) == 2


def test_if_it_brings_the_block_it_takes_the_place_of_the_one_that_has_brought_the_least() -> None:
    watched = Watched()
    watched.pass_s(3)
    watched.brings(1)
    watched.pass_s(STALE_S + 3)
    first, second, extra = watched.here()

    watched.brings(3)

    assert watched.here() == [first, extra]
    assert watched.why == {second: "another one has brought the block that was missed"}
    watched.pass_s(5)
    assert watched.here() == [first, extra]


def test_whom_the_node_was_given_keeps_its_place() -> None:
    watched = Watched(trusted=2)
    watched.pass_s(STALE_S + 3)
    first, second, extra = watched.here()
    assert {first, second} == {"4.0.1.1", "4.1.1.1"}

    watched.brings(3)

    assert watched.here() == [first, second]
    assert watched.why == {extra: "the tip has moved without it"}


def test_one_that_does_not_answer_makes_room_for_another() -> None:
    watched = Watched()
    watched.pass_s(STALE_S)
    effects = [each for _ in range(3) for each in watched.core.tick(watched.pump.now_s)]
    (call,) = [each for each in effects if isinstance(each, Dial)]
    watched.take(watched.core.unreachable(Address(*call), "nobody"))

    watched.pass_s(3)

    assert len(watched.here()) == 3


def test_the_extra_peer_is_of_another_group() -> None:
    watched = Watched()
    watched.pass_s(3)
    for host in watched.here():
        for number in range(100):
            neighbour = host.replace(".1.1", f".9.{number}")
            watched.core.dialling.book.add(Known(neighbour, PORT, 1), "9.9.9.9", watched.pump.now_s)

    watched.pass_s(STALE_S + 3)

    groups = [each.split(".")[1] for each in watched.here()]
    assert len(groups) == len(set(groups)) == 3
