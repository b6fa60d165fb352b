"""The program: what a person tells it, and what it says to them. It never shows a password or a key.

| exit code | |
|---|---|
| 0 | done |
| 1 | it could not be done; why is said on the standard error |
| 2 | it was not understood |
"""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from lydite_subjects.coin.remote import NODE_URL, Remote
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.keys import validate_address
from lydite_subjects.coin.wallet.client import FEE, PASSWORD_VARIABLE, Sent, WalletClient, history_of
from lydite_subjects.coin.wallet.file import WalletError, address_in, create_wallet
from lydite_subjects.coin.wallet.payment import all_of, payments

_BATCH_BYTES_MAX: Final = 1_000_000


def main(argv: Sequence[str]) -> int:
    """Do what the command line says; return the exit code."""
    options = PARSER.parse_args(argv)
    try:
        said = options.do(options)
    except CoinError as error:
        print(f"wallet: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("wallet: interrupted", file=sys.stderr)
        return 1
    print(json.dumps(said) if options.json else _told(said))
    return 0


def _create(options: argparse.Namespace) -> dict[str, Any]:
    if Path(options.wallet).exists():
        raise WalletError(
            f"{options.wallet}: expected a new name, found a file; a wallet is never written over"
        )
    key = create_wallet(options.wallet, _password(options, again="the same password again: "))
    return {"address": key.address, "file": str(options.wallet)}


def _address(options: argparse.Namespace) -> dict[str, Any]:
    return {"address": address_in(options.wallet)}


def _balance(options: argparse.Namespace) -> dict[str, Any]:
    with Remote(options.node) as node:
        answer: dict[str, Any] = node.get(f"/balance/{_paid_to(options.wallet)}")
    return answer


def _send(options: argparse.Namespace) -> dict[str, Any]:
    with WalletClient(options.wallet, _password(options), options.node) as client:
        return _sent(client.send(options.to, options.amount, options.fee))


def _batch(options: argparse.Namespace) -> dict[str, Any]:
    recipients = _recipients(options.list)
    with WalletClient(options.wallet, _password(options), options.node) as client:
        return _sent(client.send_batch(recipients, options.fee))


def _history(options: argparse.Namespace) -> dict[str, Any]:
    with Remote(options.node) as node:
        return history_of(node, _paid_to(options.wallet), options.limit)


def _sent(sent: Sent) -> dict[str, Any]:
    return {"txid": sent.txid, "paid": str(sent.paid), "fee": str(sent.fee)}


def _paid_to(wallet: str) -> str:
    return wallet if validate_address(wallet) else address_in(wallet)


def _recipients(path: str) -> list[tuple[str, str]]:
    """The lines `ADDRESS AMOUNT` of a file; a comma may stand between them, and # begins a remark."""
    try:
        text = sys.stdin.read(_BATCH_BYTES_MAX) if path == "-" else _text_of(Path(path), _BATCH_BYTES_MAX)
    except OSError as error:
        raise CoinError(f"{path}: expected a list of recipients, found {error.strerror}") from error
    found, wrong = list[tuple[str, str]](), list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            if len(words) != 2:
                raise CoinError(f"expected ADDRESS AMOUNT, found {line[:80]!r}")
            payments([(words[0], words[1])])
            found.append((words[0], words[1]))
        except CoinError as error:
            wrong.append(f"{path}, line {number}: {error}")
    if wrong:
        raise CoinError(all_of(wrong))
    if not found:
        raise CoinError(f"{path}: expected lines ADDRESS AMOUNT, found none")
    return found


def _password(options: argparse.Namespace, again: str = "") -> str:
    """From the file that was named, or the environment, or the person at the terminal."""
    if options.password_file is not None:
        try:
            return _text_of(options.password_file, 10_000).rstrip("\r\n")
        except OSError as error:
            raise WalletError(
                f"{options.password_file}: expected a file with a password, found {error.strerror}"
            ) from error
    kept = os.environ.get(PASSWORD_VARIABLE)
    if kept is not None:
        return kept
    if not sys.stdin.isatty():
        raise WalletError(
            f"expected a password, found none: no terminal to ask at, no --password-file, no {PASSWORD_VARIABLE}"
        )
    password = getpass.getpass(f"password of {options.wallet}: ")
    if again and getpass.getpass(again) != password:
        raise WalletError("expected the same password twice, found two")
    return password


def _text_of(path: Path, bytes_max: int) -> str:
    with path.open("rb") as file:
        data = file.read(bytes_max + 1)
    if len(data) > bytes_max:
        raise CoinError(f"{path}: expected at most {bytes_max:,} bytes, found more")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CoinError(f"{path}: expected text in UTF-8, found other bytes") from None


def _told(said: dict[str, Any]) -> str:
    """For people: one fact a line, and a list as a table."""
    lines = []
    for name, value in said.items():
        if isinstance(value, list):
            rows = ["  ".join(f"{key} {cell}" for key, cell in row.items()) for row in value]
            lines += [f"{name}:", *(f"  {row}" for row in rows or ["none"])]
        elif value is not None:
            lines.append(f"{name}: {value}")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    shown = argparse.ArgumentParser(add_help=False)
    shown.add_argument("--json", action="store_true", help="answer with JSON")
    asked = argparse.ArgumentParser(add_help=False)
    asked.add_argument("--node", default=NODE_URL, metavar="URL", help=f"the node to ask ({NODE_URL})")
    secret = argparse.ArgumentParser(add_help=False)
    secret.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=f"a file with the password (else {PASSWORD_VARIABLE}, else it is asked for)",
    )
    paying = argparse.ArgumentParser(add_help=False)
    paying.add_argument("--fee", default=FEE, help=f"what the miner is paid, in coins ({FEE})")

    parser = argparse.ArgumentParser(prog="coin wallet", description="A wallet of the coin.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("create", parents=[shown, secret], help="make a new wallet file")
    verb.set_defaults(do=_create)
    verb.add_argument("wallet", metavar="FILE")
    verb = verbs.add_parser("address", parents=[shown], help="say the address of a wallet")
    verb.set_defaults(do=_address)
    verb.add_argument("wallet", metavar="FILE")
    verb = verbs.add_parser("balance", parents=[shown, asked], help="say how much there is")
    verb.set_defaults(do=_balance)
    verb.add_argument("wallet", metavar="FILE|ADDRESS")
    verb = verbs.add_parser("send", parents=[shown, asked, secret, paying], help="pay somebody")
    verb.set_defaults(do=_send)
    verb.add_argument("wallet", metavar="FILE")
    verb.add_argument("to", metavar="ADDRESS")
    verb.add_argument("amount", metavar="AMOUNT", help="in coins")
    verb = verbs.add_parser("batch", parents=[shown, asked, secret, paying], help="pay many people at once")
    verb.set_defaults(do=_batch)
    verb.add_argument("wallet", metavar="FILE")
    verb.add_argument("list", metavar="LIST", help="a file of lines ADDRESS AMOUNT; -: the standard input")
    verb = verbs.add_parser("history", parents=[shown, asked], help="say what came and went")
    verb.set_defaults(do=_history)
    verb.add_argument("wallet", metavar="FILE|ADDRESS")
    verb.add_argument("--limit", type=int, default=20, help="how many, the newest first (20)")
    return parser


PARSER: Final = _parser()
