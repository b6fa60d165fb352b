"""The program: what it is told on its command line, and its life from start to SIGTERM."""

import argparse
import asyncio
import os
import re
import signal
import sys
from collections.abc import Sequence
from typing import Final

from lydite_subjects.coin.node.api import APP, SHORTCUTS
from lydite_subjects.coin.node.bootstrap import Interface, bootstrap_from_text, introduce
from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.hints import hint_for_database, hint_for_port
from lydite_subjects.coin.node.node import Node
from lydite_subjects.coin.node.reasons import reason_of
from lydite_subjects.coin.node.remembrance import PEERS_FILE, Remembrance
from lydite_subjects.coin.node.service import Server, Service
from lydite_subjects.coin.node.settings import Settings
from lydite_subjects.coin.spec.chain import Chain
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.ledger import Ledger
from lydite_subjects.coin.spec.memory import Memory
from lydite_subjects.coin.spec.mempool import Mempool
from lydite_subjects.coin.spec.params import NETWORKS, Params, network
from lydite_subjects.coin.store import open_ledger

IN_MEMORY: Final = "memory:"
"""The database of a node that forgets everything when it ends."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


async def main(argv: Sequence[str]) -> None:
    """Run a node until it is asked to end."""
    options = PARSER.parse_args(argv)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    params = network(options.network)
    ledger = _ledger(options, params)
    try:
        node = _node(options, params, ledger)
        service = Service(node, APP, shortcuts=SHORTCUTS, advertise=options.advertise)
        try:
            await _serve(options, service, ended)
        finally:
            await node.stop()
    finally:
        ledger.close()
    print(f"{options.node_id} has ended", flush=True)


async def _serve(options: argparse.Namespace, service: Service, ended: asyncio.Event) -> None:
    node, server = service.node, Server(service)
    try:
        await node.start()
    except (OSError, UnicodeError) as error:
        raise _cannot_listen(options, "listen for peers", "--p2p-port", options.p2p_port, error) from error
    try:
        await server.start(options.host, options.api_port)
    except (OSError, UnicodeError) as error:
        raise _cannot_listen(options, "serve HTTP", "--api-port", options.api_port, error) from error
    print(
        f"{options.node_id}, network {options.network}, height {node.chain.tip.height}: "
        f"HTTP on {options.host}:{service.port}, peers on {options.host}:{node.port}",
        flush=True,
    )
    asked = [each for each in options.bootstrap_nodes if isinstance(each, Interface)]
    tasks = [asyncio.create_task(introduce(node, each)) for each in asked]
    try:
        await ended.wait()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.stop()


def _ledger(options: argparse.Namespace, params: Params) -> Ledger:
    """Where the node keeps its chain: as it was told, or a file of SQLite in its folder."""
    if options.database == IN_MEMORY:
        return Memory(params.name)
    url = options.database
    try:
        if url is None:
            folder = _folder(options)
            os.makedirs(folder, exist_ok=True)
            url = f"sqlite:///{os.path.join(folder, 'coin.db')}"
        return open_ledger(url, params)
    except (CoinError, OSError) as error:
        raise _cannot(options, "open its database", error) from error


def _folder(options: argparse.Namespace) -> str:
    return str(options.data_dir or os.path.join("data", options.node_id))


def _remembrance(options: argparse.Namespace) -> Remembrance | None:
    """Where the node keeps known addresses and bans: in its folder, if it has one."""
    if options.database is None or options.data_dir is not None:
        path = os.path.join(_folder(options), PEERS_FILE)
        return Remembrance(path, options.network, options.node_id)
    if options.database != IN_MEMORY:
        said = "no --data-dir: known addresses and bans are forgotten when the node ends"
        print(f"{options.node_id}: {said}", file=sys.stderr, flush=True)
    return None


def _node(options: argparse.Namespace, params: Params, ledger: Ledger) -> Node:
    try:
        chain = Chain.open(params, ledger)
    except CoinError as error:
        raise _cannot(options, "use its database", error) from error
    settings = Settings(
        node_id=options.node_id,
        port=options.p2p_port,
        bootstrap=tuple(each for each in options.bootstrap_nodes if isinstance(each, Address)),
    )
    return Node(chain, Mempool(params), settings, host=options.host, remembrance=_remembrance(options))


def _cannot(options: argparse.Namespace, what: str, error: Exception) -> SystemExit:
    text = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
    return _ending(options, what, text, hint_for_database(error))


def _cannot_listen(
    options: argparse.Namespace, what: str, option: str, port: int, error: OSError | UnicodeError
) -> SystemExit:
    place = f"{what} on {Address(options.host, port)}"
    return _ending(options, place, reason_of(error), hint_for_port(error, option))


def _ending(options: argparse.Namespace, what: str, text: str, hint: str) -> SystemExit:
    return SystemExit(f"{options.node_id} cannot {what}: {text}" + (f"; try: {hint}" if hint else ""))


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"expected 1 to 64 letters, digits, dots, dashes or underscores, found {text!r:.80}"
        )
    return text


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 <= int(text[:6]) < 65536:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, found {text!r:.80}")
    return int(text)


def _nodes(text: str) -> list[Address | Interface]:
    try:
        return [bootstrap_from_text(each.strip()) for each in text.split(",") if each.strip()]
    except CoinError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


class _Gather(argparse.Action):
    """Several lists make one."""

    def __call__(
        self, parser: object, namespace: argparse.Namespace, values: object, option_string: str | None = None
    ) -> None:
        assert isinstance(values, list)
        setattr(
            namespace,
            self.dest,
            [*getattr(namespace, self.dest), *(each for some in values for each in some)],
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coin node", description="A node of the coin.")
    parser.add_argument("--node-id", required=True, type=_name, help="what the others call this node")
    parser.add_argument(
        "--api-port", type=_port, default=5000, help="the port for HTTP (5000; 0: a free one)"
    )
    parser.add_argument(
        "--p2p-port", type=_port, default=8000, help="the port for peers (8000; 0: a free one)"
    )
    parser.add_argument(
        "--bootstrap-nodes",
        nargs="*",
        default=[],
        type=_nodes,
        action=_Gather,
        metavar="NODE",
        help="whom to call first: http://HOST:API-PORT or HOST:P2P-PORT",
    )
    parser.add_argument("--database", metavar="URL", help="sqlite:///FILE, postgresql+psycopg://… or memory:")
    parser.add_argument(
        "--data-dir",
        metavar="FOLDER",
        help="where coin.db is, without --database, and peers.json with known addresses and bans (data/NODE-ID; "
        "with --database and without this nothing is known of others after a restart)",
    )
    parser.add_argument("--network", choices=sorted(NETWORKS), default="dev", help="which network (dev)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--advertise", metavar="HOST", help="the host that /status tells to newcomers")
    return parser


PARSER: Final = _parser()
