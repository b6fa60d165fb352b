"""The handshake, and signs of life: who is a peer at all, and who still is one."""

from typing import Final

from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.peers import Peer, Roster
from lydite_subjects.coin.node.wire import PROTOCOL, Ping, Pong, Verack, Version
from lydite_subjects.coin.spec.chain import Chain

CONNECTION_BITS: Final = 16
"""The end of a nonce tells connections of one node apart."""


class Handshake:
    """Who called says its version first; each acknowledges the other's; then they are peers."""

    def __init__(self, chain: Chain, roster: Roster) -> None:
        self._chain = chain
        self._roster = roster
        self._nonce = roster.draws.getrandbits(64 - CONNECTION_BITS)
        """The front of all its nonces. By this a node knows itself when it has called itself."""

    def opened(self, peer: Peer, now_s: int) -> None:
        """A connection was made."""
        if peer.outbound:
            self._introduce(peer, now_s)

    def version(self, peer: Peer, version: Version, now_s: int) -> Address | None:
        """It has said who it is. If it is we ourselves: whom had we called?"""
        roster = self._roster
        if peer.version is not None:
            roster.punish(peer, "out-of-turn", "a second version")
            return None
        if _node(version) == self._nonce:
            roster.drop(peer, "it is this node itself")
            callers = (each for each in (peer, *roster) if self._nonce_for(each) == version.nonce)
            return next((each.dialled for each in callers), None)
        name = self._chain.params.name
        if version.network != name:
            roster.drop(peer, f"expected network {name}, found {version.network}")
        elif version.protocol < PROTOCOL:
            roster.drop(peer, f"expected protocol {PROTOCOL} or later, found {version.protocol}")
        else:
            if not peer.outbound:
                peer.address = Address(peer.address.host, version.port)
            self._meet(peer, version, now_s)
        return None

    def acknowledged(self, peer: Peer) -> bool:
        """It has read our version. Is it a peer from now on?"""
        if peer.acknowledged or (peer.version is None and not peer.outbound):
            self._roster.punish(peer, "out-of-turn", "a second or early verack")
            return False
        peer.acknowledged = True
        return peer.ready

    def pong(self, peer: Peer, pong: Pong) -> None:
        """It is alive."""
        if pong.nonce == peer.ping:
            peer.ping = None

    def tick(self) -> None:
        """Part with those who do not finish their handshake or show no sign of life."""
        roster, limits = self._roster, self._roster.limits
        for peer in roster:
            if not peer.ready:
                if roster.at_s - peer.opened_s > limits.handshake_s:
                    roster.drop(peer, f"expected a handshake within {limits.handshake_s} s, found none")
            elif peer.ping is not None:
                if roster.at_s - peer.ping_s > limits.pong_s:
                    roster.drop(peer, f"expected a sign of life within {limits.pong_s} s, found none")
            elif roster.at_s - peer.heard_s >= limits.ping_s:
                peer.ping, peer.ping_s = roster.draws.getrandbits(64), roster.at_s
                roster.send(peer, Ping(peer.ping))

    def _meet(self, peer: Peer, version: Version, now_s: int) -> None:
        roster = self._roster
        if roster.conduct.is_banned(peer.address, roster.at_s):
            roster.drop(peer, "it is banned")
            return
        peer.version = version
        twin = self._twin(peer, version)
        if twin is not None:
            # Both ends see both connections: the one that stays is the one of the smaller nonce, for both.
            ours_first = self._nonce < _node(version)
            stays = peer if peer.outbound is ours_first and twin.outbound is not ours_first else twin
            roster.drop(twin if stays is peer else peer, "it is connected already")
            if stays is twin:
                return
        if not peer.outbound:
            self._introduce(peer, now_s)
        roster.send(peer, Verack())

    def _twin(self, peer: Peer, version: Version) -> Peer | None:
        """Another connection with the same node. A nonce alone proves nothing: anybody may repeat one."""
        return next(
            (
                each
                for each in self._roster
                if each is not peer
                and each.version is not None
                and _node(each.version) == _node(version)
                and each.address.host == peer.address.host
            ),
            None,
        )

    def _introduce(self, peer: Peer, now_s: int) -> None:
        tip, settings = self._chain.tip, self._roster.settings
        peer.introduced = tip.hash
        self._roster.send(
            peer,
            Version(
                protocol=PROTOCOL,
                network=self._chain.params.name,
                node_id=settings.node_id,
                height=tip.height,
                tip=tip.hash,
                nonce=self._nonce_for(peer),
                port=self._roster.port,
                time_s=now_s,
            ),
        )

    def _nonce_for(self, peer: Peer) -> int:
        return self._nonce << CONNECTION_BITS | peer.id % (1 << CONNECTION_BITS)


def _node(version: Version) -> int:
    return version.nonce >> CONNECTION_BITS
