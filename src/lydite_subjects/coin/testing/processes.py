"""Helpers for tests with real nodes: processes on free ports of this machine, and what they answer over HTTP."""

import itertools
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final, Protocol

from lydite_subjects.coin.node.mining import TIMEOUT_S_MAX
from lydite_subjects.coin.spec.blocks import UNOWNED
from lydite_subjects.coin.spec.keys import address_of, validate_address
from lydite_subjects.coin.spec.params import DEV, Params

LOOPBACK: Final = "127.0.0.1"
NODE: Final = "lydite_subjects.coin.node"
POLL_S: Final = 0.05
ASK_S: Final = 2.0
STOP_S: Final = 10.0
LOG: Final = "output.txt"
LOGS_VARIABLE: Final = "LYDITE_PROCESS_LOGS"
"""The environment variable with a folder in which all is kept that nodes print. Otherwise it goes with their data."""
TAIL_LETTERS: Final = 2_000
"""How much of what a node has printed is shown when it fails."""
NOBODY: Final = address_of(UNOWNED)
"""Whom blocks of tests are mined for that nobody shall be paid for: there is no key of this address."""


class RunningNode(Protocol):
    """A node that answers, wherever it runs."""

    @property
    def node_id(self) -> str:
        """What the others call it."""
        ...

    @property
    def p2p_port(self) -> int:
        """Where it listens for peers."""
        ...

    @property
    def url(self) -> str:
        """Where it answers."""
        ...

    def status(self) -> dict[str, Any]:
        """What it says about itself."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TestNode:
    """A node that runs."""

    __test__ = False  # It is no class of tests, whatever its name begins with.

    node_id: str
    api_port: int
    p2p_port: int
    data_dir: Path
    process: "subprocess.Popen[bytes]"

    @property
    def port(self) -> int:
        """The port for HTTP by another name."""
        return self.api_port

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{LOOPBACK}:{self.api_port}"

    @property
    def log(self) -> str:
        """What it has printed."""
        return (self.data_dir / LOG).read_text(errors="replace")

    def status(self) -> dict[str, Any]:
        """What it says about itself."""
        return ask(f"{self.url}/status")


class NodeFailed(Exception):
    """A node that has not come up; its text has what it printed."""


class NetworkTestHelper:  # house: the name that the tests of others know it by
    """Starts and stops nodes."""

    @staticmethod
    def wait_for_node_ready(
        port: int, timeout: float = 30, process: "subprocess.Popen[bytes] | None" = None
    ) -> bool:
        """Does a node answer at this port, before the time is up or its process has ended?"""
        return eventually(
            lambda: _answers(port), timeout, lambda: process is not None and process.poll() is not None
        )

    @staticmethod
    def start_test_nodes(
        count: int,
        folder: Path,
        *,
        options: Sequence[str] = (),
        own_options: Sequence[Sequence[str]] = (),
        module: str = NODE,
        timeout: float = 30,
    ) -> list[TestNode]:
        """Starts nodes that know the first one, the others when that answers; their data is in the folder.

        `options` are for all of them, each of `own_options` is for one.
        """
        nodes: list[TestNode] = []
        try:
            for index in range(count):
                known = ["--bootstrap-nodes", nodes[0].url] if nodes else []
                own = own_options[index] if index < len(own_options) else ()
                nodes.append(_launched(f"test_node_{index}", folder, [*known, *options, *own], None, module))
                if index == 0:
                    _await(nodes[0], timeout)
            for node in nodes[1:]:
                _await(node, timeout)
        except BaseException:
            NetworkTestHelper.stop_test_nodes(nodes)
            raise
        return nodes

    @staticmethod
    def start_test_node(
        node_id: str,
        folder: Path,
        *,
        options: Sequence[str] = (),
        ports: tuple[int, int] | None = None,
        module: str = NODE,
        timeout: float = 30,
    ) -> TestNode:
        """Starts one node and waits until it answers; with the same id and folder it finds its data again."""
        node = _launched(node_id, folder, options, ports, module)
        _await(node, timeout)
        return node

    @staticmethod
    def stop_test_nodes(nodes: Sequence[TestNode]) -> None:
        """Asks all of them to end, and kills those that do not; any of them may have ended before."""
        for node in nodes:
            node.process.terminate()
        late = []
        for node in nodes:
            try:
                node.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                _kill(node.process)
                late.append(node.node_id)
        if late:
            raise NodeFailed(f"expected nodes to end within {STOP_S:g} s of SIGTERM, found {', '.join(late)}")

    @staticmethod
    def wait_for_peers(node_url: str, count: int, timeout: float = 30) -> bool:
        """Has a node so many peers before the time is up?"""
        return eventually(lambda: _told(node_url).get("active_peers", 0) >= count, timeout)

    @staticmethod
    def wait_for_agreement(nodes: Sequence[RunningNode], timeout: float = 60) -> bool:
        """Do all of them have the same tip before the time is up?"""
        return eventually(lambda: len({_told(each.url).get("tip") for each in nodes} | {None}) == 2, timeout)


class MiningTestHelper:  # house: the name that the tests of others know it by
    """Has nodes mine."""

    @staticmethod
    def mine_test_block(
        node_url: str, miner_address: str | None = None, timeout: float = 10
    ) -> dict[str, Any] | None:
        """Has a node mine one block, for nobody unless an address is given; None if it did not."""
        address = NOBODY if miner_address is None else miner_address
        assert validate_address(address)
        try:
            # Otherwise the node gives up sooner than whoever asks it.
            wanted = {"miner_address": address, "timeout_s": min(timeout, TIMEOUT_S_MAX)}
            return ask(f"{node_url}/mine_block", wanted, timeout)
        except OSError:
            return None

    @staticmethod
    def fund_wallet(
        node_url: str, address: str, rewards: int = 1, *, params: Params = DEV, timeout: float = 30
    ) -> None:
        """Has a node mine so many rewards for an address, and more blocks for nobody until all of them are ripe."""
        payees = [address] * rewards + [NOBODY] * (params.maturity_blocks - 1)
        for number, each in enumerate(payees, 1):
            if MiningTestHelper.mine_test_block(node_url, each, timeout) is None:
                raise NodeFailed(
                    f"{node_url}: expected {len(payees)} blocks that fund {address}, found no answer with block "
                    f"{number} within {timeout:g} s; is a node running there, and does what it prints say why?"
                )

    @staticmethod
    def wait_for_blocks(node_url: str, target_height: int, timeout: float = 60) -> bool:
        """Is the chain of a node so long before the time is up?"""
        return eventually(lambda: _told(node_url).get("blockchain_length", 0) >= target_height, timeout)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at right now, all different."""
    held = [socket.socket() for _ in range(count)]
    try:
        for each in held:
            each.bind((LOOPBACK, 0))
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def ask(url: str, body: object = None, timeout: float = ASK_S) -> dict[str, Any]:
    """What a node answers, to a POST if there is a body; OSError if it refuses, or does not answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - a URL of a test
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310
            found = json.load(response)
    except (HTTPException, ValueError) as error:
        raise OSError(f"{url}: expected an answer in JSON, found {error!r}") from error
    if not isinstance(found, dict):
        raise OSError(f"{url}: expected an object, found {found!r:.80}")
    return found


def _launched(
    node_id: str, folder: Path, options: Sequence[str], ports: tuple[int, int] | None, module: str
) -> TestNode:
    """A node whose process was started."""
    api_port, p2p_port = ports or tuple(free_ports(2))
    data_dir = folder / node_id
    data_dir.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", module, "--node-id", node_id]
    command += ["--api-port", str(api_port), "--p2p-port", str(p2p_port)]
    command += ["--data-dir", str(data_dir), *options]
    _keep_log(data_dir / LOG, node_id)
    with (data_dir / LOG).open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=_environment()
        )
    return TestNode(node_id, api_port, p2p_port, data_dir, process)


def _keep_log(log: Path, node_id: str) -> None:
    """Let what a node will print be kept, where there is a folder for it, beside that of others of its name."""
    folder = os.environ.get(LOGS_VARIABLE)
    if not folder or log.exists():
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        kept = Path(folder) / (f"{node_id}.log" if number == 1 else f"{node_id}-{number}.log")
        try:
            kept.touch(exist_ok=False)
        except FileExistsError:
            continue
        log.symlink_to(kept.absolute())
        return


def _await(node: TestNode, timeout: float) -> None:
    """Waits until a node answers; one that does not is killed."""
    if not NetworkTestHelper.wait_for_node_ready(node.api_port, timeout, node.process):
        code = node.process.poll()
        found = f"it ended with exit code {code}" if code is not None else "no answer"
        _kill(node.process)
        raise NodeFailed(
            f"{node.node_id}: expected an answer from {node.url}/status within {timeout:g} s, found {found}; "
            f"it printed:\n{node.log[-TAIL_LETTERS:]}"
        )


def _told(url: str) -> dict[str, Any]:
    """What a node says about itself; nothing if it does not answer."""
    try:
        return ask(f"{url}/status")
    except OSError:
        return {}


def _answers(port: int) -> bool:
    return bool(_told(f"http://{LOOPBACK}:{port}"))


def _environment() -> dict[str, str]:
    """Ours, with the place where this package is."""
    here = str(Path(__file__).parents[3])
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def eventually(
    is_so: Callable[[], bool], timeout: float, is_over: Callable[[], bool] = lambda: False
) -> bool:
    """Is it so before the time is up? Asked again and again, until it is over."""
    until = time.monotonic() + timeout
    while not is_so():
        if is_over() or time.monotonic() >= until:
            return False
        time.sleep(POLL_S)
    return True
