"""Dialling: keeping enough peers of the node's own choice, and a fair place for those who call.

An eclipse is when all peers of a node belong to one attacker. Against it stands that the node's own choices are
never given up for a caller, that they are of different groups of addresses, that addresses come from many sources, and
that the host with the most callers loses one first when there is no room. And when no block has come for a while, an
extra peer is called: if it brings the block that the others have kept back, it takes the place of one of them.
"""

from lydite_subjects.coin.node.addresses import AddressBook
from lydite_subjects.coin.node.effects import Address, Dial, Tell
from lydite_subjects.coin.node.groups import group_of
from lydite_subjects.coin.node.peers import Peer, Roster
from lydite_subjects.coin.node.trusted import HANGS_UP, Trusted
from lydite_subjects.coin.node.wire import Addresses, GetAddresses, Known
from lydite_subjects.coin.spec.params import Params

ADDRESSES_UNASKED_MAX = 10
"""How many addresses a peer may tell when nobody asked."""
PROTECTED = 8
"""How many callers keep their place because of what they have sent, and as many because they were here first."""


class Dialling:
    """Whom to call, and whom to let in."""

    def __init__(self, roster: Roster, params: Params) -> None:
        self._roster = roster
        self._patience_s = roster.limits.stale_spacings * params.spacing_s
        self.book = AddressBook(roster.limits, roster.settings.bootstrap)
        self.trusted = Trusted(params.name)
        for each in roster.settings.bootstrap:
            self.trusted.add(str(each))
        self._dialling: dict[Address, None] = {}
        self._extra: Address | None = None
        """Whom one more call than usual was for."""
        self._tip = b""
        self._tip_s = 0
        """When the tip has moved, or an extra peer was of no use."""

    def introduced(self, address: Address) -> None:
        """Somebody to call, on the word of who runs this node."""
        self.book.trust(address)
        self.trusted.add(str(address))

    def is_own(self, address: Address) -> None:
        """It is this node's own address."""
        self.book.is_own(address)
        self.trusted.forget(str(address))

    def opened(self, peer: Peer) -> None:
        """A connection was made. A caller may be one too many."""
        if peer.dialled is not None:
            self._dialling.pop(peer.dialled, None)
        elif sum(not each.outbound for each in self._roster) > self._roster.limits.inbound:
            leaver = self._least_missed(peer)
            self._roster.drop(leaver, "there is no room for so many callers")

    def unreachable(self, address: Address, why: str) -> None:
        """A call was not answered."""
        self._dialling.pop(address, None)
        self.trouble(str(address), why)

    def lost(self, peer: Peer) -> None:
        """A connection is gone. Who was called and has said nothing that fits may be no node of this network."""
        if peer.dialled is None:
            return
        name = str(peer.dialled)
        # It may have called this node as well, and of two connections one is enough.
        is_connected = any(each.ready and each.address == peer.address for each in self._roster)
        if peer.version is not None or is_connected:
            self.trusted.worked(name)
        else:
            self.trouble(name, f"one that is turned away: {peer.why}" if peer.why else HANGS_UP)

    def trouble(self, name: str, found: str) -> None:
        """A bootstrap node was of no use."""
        text = self.trusted.failed(name, found)
        if text:
            self._roster.do(Tell(text))

    def ready(self, peer: Peer, now_s: int) -> None:
        """The handshake is done."""
        self.trusted.worked(str(peer.dialled or peer.address))
        if peer.dialled is not None:
            self.book.worked(peer.dialled, now_s)
            peer.wants_addresses = True
            self._roster.send(peer, GetAddresses())
        elif peer.address.port:
            self.book.add(Known(*peer.address, now_s), peer.address.host, now_s)

    def asked(self, peer: Peer, now_s: int) -> None:
        """It wants addresses; it gets some, once."""
        if not peer.told_addresses:
            peer.told_addresses = True
            self._roster.send(peer, Addresses(self.book.told(now_s, self._roster.draws)))

    def told(self, peer: Peer, message: Addresses, now_s: int) -> None:
        """It tells addresses."""
        if not peer.wants_addresses and len(message.addresses) > ADDRESSES_UNASKED_MAX:
            self._roster.punish(peer, "bad-address", f"{len(message.addresses)} that nobody asked for")
            return
        peer.wants_addresses = False
        source = peer.address.host
        bad = sum(not self.book.add(each, source, now_s) for each in message.addresses)
        if bad:
            self._roster.punish(peer, "bad-address", bad)

    def tick(self, tip: bytes) -> None:
        """Call somebody, if there are too few peers of the node's own choice for what is known of the tip."""
        roster, limits = self._roster, self._roster.limits
        self._look_at(tip)
        is_stale = roster.at_s - self._tip_s > self._patience_s
        wanted = limits.outbound + (is_stale and limits.outbound > 0)
        peers = [each for each in roster if each.outbound]
        outbound = len(peers) + len(self._dialling)
        if outbound >= wanted:
            return
        taken = {group_of(each) for peer in peers for each in (peer.address, peer.dialled) if each}
        taken.update(group_of(each) for each in self._dialling)
        avoided = {each.address for each in roster} | {each.dialled for each in peers if each.dialled}
        avoided.update(self._dialling)
        while outbound < wanted and len(self._dialling) < limits.dials:
            address = self.book.choose(avoided, taken, roster.at_s, roster.draws)
            if address is None:
                return
            avoided.add(address)
            self.book.called(address, roster.at_s, roster.draws)
            if not roster.conduct.is_banned(address, roster.at_s):
                if outbound >= limits.outbound:
                    self._extra = address
                taken.add(group_of(address))
                self._dialling[address] = None
                roster.do(Dial(*address))
                outbound += 1

    def _look_at(self, tip: bytes) -> None:
        """Has the tip moved, and what has the extra peer to do with it?"""
        roster = self._roster
        extra = next((each for each in roster if each.dialled and each.dialled == self._extra), None)
        if tip != self._tip:
            self._tip, self._tip_s, self._extra = tip, roster.at_s, None
            if extra is not None and not (extra.brought and self._makes_room_for(extra)):
                roster.drop(extra, "the tip has moved without it")
        elif extra and not extra.brought and roster.at_s - extra.opened_s > roster.limits.extra_s:
            self._tip_s, self._extra = roster.at_s, None
            roster.drop(extra, f"expected a new block within {roster.limits.extra_s} s, found none")

    def _makes_room_for(self, extra: Peer) -> bool:
        """The one that was of the least use has to go, if it was this node's own choice alone."""
        others = [each for each in self._roster if each.outbound and each is not extra]
        if len(others) < self._roster.limits.outbound:
            return True
        exposed = [each for each in others if each.dialled and not self.book.is_trusted(each.dialled)]
        leaver = min(exposed, key=lambda each: (each.brought, each.useful), default=None)
        if leaver is not None:
            self._roster.drop(leaver, "another one has brought the block that was missed")
        return leaver is not None

    def _least_missed(self, newcomer: Peer) -> Peer:
        """Of the callers, one of the host that has most of them: its last to come. Some cannot lose their place."""
        callers = [each for each in self._roster if not each.outbound and each is not newcomer]
        useful = sorted(callers, key=lambda each: -each.useful)[:PROTECTED]
        first = callers[:PROTECTED]
        exposed = [each for each in callers if each not in useful and each not in first]
        counts: dict[str, int] = {}
        for each in [*exposed, newcomer]:
            counts[each.address.host] = counts.get(each.address.host, 0) + 1
        if not exposed or counts[newcomer.address.host] == max(counts.values()) > 1:
            return newcomer
        return max(exposed, key=lambda each: (counts[each.address.host], each.opened_s))
