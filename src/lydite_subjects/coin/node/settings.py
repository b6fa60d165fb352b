"""Settings of a node among its peers: who it is, whom it calls first, and its limits on everything others may do."""

from dataclasses import dataclass, field

from lydite_subjects.coin.node.effects import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of anything there may be. Durations are seconds that the node's ticks have counted."""

    tick_s: int = 1
    """How much time passes between two ticks."""
    outbound: int = 8
    """How many peers the node chooses by itself, one of each group of addresses. Nobody can take their places: that is
    what resists an eclipse."""
    inbound: int = 64
    """How many peers may have called; beyond that one has to go for each that comes."""
    handshake_s: int = 10
    ping_s: int = 60
    """Who was silent so long is asked for a sign of life."""
    pong_s: int = 30
    headers_s: int = 15
    """How long an answer with headers may take."""
    stall_s: int = 8
    """Who owes blocks and has sent none for so long is replaced."""
    ask_s: int = 5
    """How long one peer is waited for when a transaction can be had from several."""
    poll_s: int = 30
    """How often some peer is asked whether there is a longer chain: an announcement may have been lost."""
    window_blocks: int = 2_048
    """How far beyond the last kept block others are asked for."""
    peer_blocks: int = 256
    """How many blocks one peer may owe."""
    batch_blocks: int = 500
    """How many blocks are given to the chain at once."""
    batch_bytes: int = 4_000_000
    buffer_bytes: int = 32_000_000
    """Blocks that wait for one before them take at most so much memory."""
    serve_bytes: int = 256_000
    serve_items: int = 128
    """How much of what a peer has asked for is sent before it is looked whether it reads."""
    owed_items: int = 4_096
    """How much a peer may have asked for that was not sent yet."""
    messages_per_s: int = 200
    messages_at_once: int = 2_000
    """A peer's allowance: what nobody asked it for costs some of it."""
    inventory: int = 20_000
    """How much is remembered of what a peer has."""
    asked: int = 5_000
    """How many transactions may be asked for at the same time."""
    announcers: int = 8
    """How many peers are remembered for one thing that they could send."""
    refused: int = 5_000
    """How many transactions that were refused are remembered, so that nobody is asked for them again."""
    side_headers: int = 20_000
    """How many headers one peer may send that are on no chain with more work than ours."""
    addresses: int = 2_000
    addresses_per_source: int = 200
    """How many addresses are remembered, and of one peer that told them."""
    dial_s: int = 5
    dials: int = 4
    """How many peers are called at the same time."""
    back_off_s_min: int = 1
    back_off_s_max: int = 300
    score_max: int = 100
    """Who has so many points is banned."""
    ban_s: int = 3_600
    stale_spacings: int = 3
    """When no block has come for so many times as long as one should take, one more peer is called."""
    extra_s: int = 60
    """How long that peer has to bring something."""
    save_s: int = 30
    """How long known addresses and bans may differ from the file that they are kept in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One node."""

    node_id: str
    port: int = 0
    """Where it listens for peers; 0: a port that is free."""
    bootstrap: tuple[Address, ...] = ()
    """Whom it calls first, and again and again if they are away."""
    limits: Limits = field(default_factory=Limits)
