"""How the messages of the coin are read and written from outside: for whoever bends them on their way.

A traitor of this chain has nobody's keys, but it may work: what it changes in a block it pays for with hashes, as long
as blocks are easy. So its lies are blocks with work and without truth, payments out of nothing, headers that nobody
has worked for, signatures that are none, and names that nobody has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from lydite.model import Draws
from lydite_subjects.coin.node.frames import HEAD, frame
from lydite_subjects.coin.node.wire import (
    MESSAGES,
    BlockMessage,
    HeadersMessage,
    Message,
    TransactionMessage,
    Version,
    message_of,
)
from lydite_subjects.coin.spec.amounts import COIN
from lydite_subjects.coin.spec.blocks import Block, root_of
from lydite_subjects.coin.spec.encoding import hash256
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.mining import solve
from lydite_subjects.coin.spec.params import DEV, Params
from lydite_subjects.coin.spec.transactions import Transaction

P2P_PORT: Final = 8000
API_PORT: Final = 5000
ATTEMPTS_MAX: Final = 20_000
"""How many hashes a traitor spends on one lie."""


@dataclass(frozen=True, slots=True)
class CoinCodec:
    """Frames of one network; the role of a message is its command: `block`, `tx`, `headers`, `inv` and so on."""

    params: Params = DEV
    ports: Sequence[int] = (P2P_PORT,)

    def frames(self, buffer: bytes) -> tuple[list[bytes], bytes]:
        """Whole frames, and the beginning of one."""
        found, at = [], 0
        while len(buffer) - at >= HEAD.size:
            end = at + HEAD.size + HEAD.unpack_from(buffer, at)[2]
            if end > len(buffer):
                break
            found.append(buffer[at:end])
            at = end
        return found, buffer[at:]

    def decode(self, frame_bytes: bytes) -> Message | None:
        """What a frame says; None for one that says nothing."""
        command = HEAD.unpack_from(frame_bytes)[1].rstrip(b"\0").decode("ascii", "replace")
        try:
            return message_of(command, frame_bytes[HEAD.size :]) if command in MESSAGES else None
        except CoinError:
            return None

    def encode(self, message: Message) -> bytes:
        """The frame that says it."""
        return frame(message, self.params.magic)

    def role(self, message: Message) -> str:
        """Its command."""
        return message.command

    def slot(self, message: Message) -> str | None:
        """A place on a chain, which has room for one block."""
        if isinstance(message, BlockMessage):
            return f"block after {message.block.previous_hash}"
        return None

    def conflict(self, message: Message, host: str, draws: Draws) -> Message | None:
        """Another block for the same place, just as valid."""
        if not isinstance(message, BlockMessage):
            return None
        first = message.block.transactions[0]
        memo = first.inputs[0].memo[:4] + draws.word().to_bytes(8, "little")
        inputs = (first.inputs[0]._replace(memo=memo),)
        return self._mined(message.block, replace(first, inputs=inputs))

    def fake(self, message: Message, host: str, draws: Draws) -> Message | None:
        """A block that pays its miner too much, a header without work, or a payment that makes money."""
        match message:
            case BlockMessage(block):
                return self._mined(block, _richer(block.transactions[0]))
            case HeadersMessage(headers) if headers:
                worthless = headers[-1]._replace(nonce=draws.word() % (1 << 32))
                return HeadersMessage((*headers[:-1], worthless))
            case TransactionMessage(transaction):
                return TransactionMessage(_richer(transaction))
            case _:
                return None

    def spoil(self, message: Message) -> Message | None:
        """A payment whose first signature is that of nobody, alone or in a block that was mined again with it."""
        match message:
            case TransactionMessage(transaction):
                return TransactionMessage(_unsigned(transaction))
            case BlockMessage(block) if len(block.transactions) > 1:
                return self._mined(block, block.transactions[0], _unsigned(block.transactions[1]))
            case _:
                return None

    def impersonate(self, message: Message, identity: str) -> Message | None:
        """The same introduction by somebody who does not exist."""
        if not isinstance(message, Version):
            return None
        nonce = int.from_bytes(hash256(identity.encode())[:8], "little")
        return replace(message, node_id=identity[:64], nonce=nonce)

    def _mined(self, block: Block, *instead: Transaction) -> BlockMessage | None:
        """The block with other transactions at its beginning, if the work for it can be done."""
        transactions = (*instead, *block.transactions[len(instead) :])
        header = block.header._replace(root=root_of(transactions), nonce=0)
        nonce = solve(header, 0, ATTEMPTS_MAX)
        if nonce is None:
            return None
        return BlockMessage(Block(header._replace(nonce=nonce), transactions, block.index))


def _richer(transaction: Transaction) -> Transaction:
    first = transaction.outputs[0]
    return replace(
        transaction, outputs=(first._replace(amount=first.amount + COIN), *transaction.outputs[1:])
    )


def _unsigned(transaction: Transaction) -> Transaction:
    first = transaction.inputs[0]
    spoilt = first._replace(signature=bytes([first.signature[0] ^ 1]) + first.signature[1:])
    return replace(transaction, inputs=(spoilt, *transaction.inputs[1:]))


CODEC: Final = CoinCodec()
