"""The program: mines until its time is over, its blocks are found, or it is told to end.

A node that cannot be reached, or that cannot take a block, is asked again, with longer and longer pauses.
"""

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

from lydite_subjects.coin.miner.client import FRESH_S, Mined, MiningClient
from lydite_subjects.coin.remote import NODE_URL, NodeRefused, NodeUnreachable
from lydite_subjects.coin.spec.blocks import Block
from lydite_subjects.coin.spec.errors import BadAddress, CoinError
from lydite_subjects.coin.spec.keys import owner_of
from lydite_subjects.coin.wallet import UnknownWallet, address_in

PAUSE_S_MIN: Final = 0.5
PAUSE_S_MAX: Final = 8.0


class _Ended(BaseException):
    """Somebody wants the miner to end."""


def main(argv: Sequence[str]) -> int:
    """Mine; return the exit code: 1 if the wallet is none, or no node was there in the end that has taken a block."""
    options = PARSER.parse_args(argv)
    try:
        with MiningClient(_address(options.wallet), options.node, options.workers) as client:
            mined = _mine(client, options)
    except CoinError as error:
        print(f"miner: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(mined))
    else:
        print(
            f"{mined['blocks']} blocks, {mined['stale']} too late, {mined['hashes']:,} hashes in "
            f"{mined['seconds']:.1f} s: {mined['hash_rate']:,.0f} a second"
        )
    return 0


def _mine(client: MiningClient, options: argparse.Namespace) -> Mined:
    """Mine until the end, with pauses while the node is away or in trouble."""
    began, pause_s, trouble = time.monotonic(), PAUSE_S_MIN, ""

    def tell(block: Block) -> None:
        if not options.json:
            print(f"block {block.index} {block.calculate_hash()}", flush=True)

    with _told_to_end():
        while (left := began + options.timeout - time.monotonic()) > 0 and client.blocks != options.blocks:
            wanted = None if options.blocks is None else options.blocks - client.blocks
            try:
                client.mine_for_duration(min(left, FRESH_S), blocks_max=wanted, tell=tell)
                pause_s, trouble = PAUSE_S_MIN, ""
            except (NodeRefused, NodeUnreachable) as error:
                if trouble != str(error):
                    print(f"miner: {error}; trying again", file=sys.stderr, flush=True)
                trouble = str(error)
                time.sleep(max(0.0, min(pause_s, left)))
                pause_s = min(2 * pause_s, PAUSE_S_MAX)
    if trouble and not client.blocks:
        raise NodeUnreachable(
            "expected a node to mine for, found none that takes blocks until the time was over"
        )
    took = time.monotonic() - began
    return Mined(
        hashes=client.hashes,
        blocks=client.blocks,
        stale=client.stale,
        seconds=took,
        hash_rate=client.hashes / took if took else 0.0,
    )


@contextmanager
def _told_to_end() -> Iterator[None]:
    """SIGTERM and SIGINT end the mining, and what was done is told."""

    def end(number: int, frame: FrameType | None) -> None:
        raise _Ended

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except _Ended:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _address(wallet: str) -> str:
    """The address that was given, or that of the wallet file that was given."""
    try:
        owner_of(wallet)
    except BadAddress as no_address:
        try:
            return address_in(wallet)
        except UnknownWallet as no_wallet:
            raise UnknownWallet(
                f"--wallet {wallet!r:.80}: expected the address of a wallet or its file, found neither: "
                f"as an address, {no_address}; as a file, {no_wallet}"
            ) from no_wallet
    return wallet


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, found {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not found > 0:
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0, found {text!r}")
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coin miner", description="A miner of the coin.")
    parser.add_argument("--wallet", required=True, metavar="ADDRESS|FILE", help="whom the rewards belong to")
    parser.add_argument("--node", default=NODE_URL, metavar="URL", help=f"the node to work with ({NODE_URL})")
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=float("inf"),
        metavar="S",
        help="end after so many seconds (never)",
    )
    parser.add_argument(
        "--workers", type=_count, default=1, metavar="N", help="how many processes search (1)"
    )
    parser.add_argument("--blocks", type=_count, metavar="N", help="end after so many blocks (never)")
    parser.add_argument("--json", action="store_true", help="answer with JSON")
    return parser


PARSER: Final = _parser()
