"""The node's program: what it understands, and what it says when it cannot start."""

import asyncio
import errno
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lydite_subjects.coin.node.bootstrap import Interface
from lydite_subjects.coin.node.effects import Address
from lydite_subjects.coin.node.hints import hint_for_database, hint_for_port
from lydite_subjects.coin.node.program import PARSER, main
from lydite_subjects.coin.spec.coins import BadLedger
from lydite_subjects.coin.spec.params import DEV, MAIN
from lydite_subjects.coin.store import Damaged, Overtaken, StoreError, errors, open_ledger

FREE = ("--api-port", "0", "--p2p-port", "0")


def ends_with(*argv: str) -> str:
    """What it says when it ends at once."""
    with pytest.raises(SystemExit) as caught:
        asyncio.run(main(["--node-id", "node-1", *FREE, *argv]))
    return str(caught.value)


@pytest.fixture(name="taken")
def a_taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_for_http_is_named(taken: int) -> None:
    said = ends_with("--database", "memory:", "--api-port", str(taken))

    assert said == (
        f"node-1 cannot serve HTTP on 127.0.0.1:{taken}: address already in use; "
        "try: end what listens there, or give this node another --api-port; 0 is one that is free"
    )


def test_a_taken_port_for_peers_is_named(taken: int) -> None:
    said = ends_with("--database", "memory:", "--p2p-port", str(taken))

    assert said == (
        f"node-1 cannot listen for peers on 127.0.0.1:{taken}: address already in use; "
        "try: end what listens there, or give this node another --p2p-port; 0 is one that is free"
    )


def test_a_node_without_a_folder_says_that_it_will_forget(
    taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    url, port = f"sqlite:///{tmp_path / 'coin.db'}", ("--p2p-port", str(taken))
    said = "node-1: no --data-dir: known addresses and bans are forgotten when the node ends\n"

    ends_with("--database", url, *port)
    assert capsys.readouterr().err == said
    ends_with("--database", url, *port, "--data-dir", str(tmp_path))
    ends_with("--database", "memory:", *port)
    ends_with(*port)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("192.0.2.1", "192.0.2.1:0: cannot assign requested address"),
        ("a" * 64, f"{'a' * 64}:0: a name that no host can have"),
    ],
)
def test_a_host_that_is_none_is_named(host: str, found: str) -> None:
    said = ends_with("--database", "memory:", "--host", host)

    assert said.startswith(
        f"node-1 cannot listen for peers on {found}; try: another --host, an address of this"
    )


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("mysql://somewhere", "see --database in --help"),
        ("sqlite", "see --database in --help"),
        ("", "see --database in --help"),
        (
            "sqlite:////nowhere/at/all.db",
            "see whether the database is there: its server and its user, or its folder",
        ),
    ],
)
def test_a_database_that_cannot_be_had_is_named(url: str, hint: str) -> None:
    said = ends_with("--database", url)

    assert said.startswith("node-1 cannot open its database: ")
    assert said.endswith(f"; try: {hint}")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert ends_with("--data-dir", str(tmp_path / "file")) == (
        f"node-1 cannot open its database: {tmp_path / 'file'}: File exists; "
        "try: give this node another --data-dir or --database"
    )


def test_the_database_of_another_network_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'coin.db'}"
    open_ledger(url, MAIN).close()

    assert ends_with("--database", url) == (
        f"node-1 cannot open its database: database {url}: expected network 'dev', found 'main'; "
        "try: start the node with the --network of the database, or give this node another --data-dir or --database"
    )


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "coin.db").write_text("no database" * 100)

    said = ends_with("--data-dir", str(tmp_path))

    assert said.startswith("node-1 cannot open its database: ")
    assert said.endswith("found file is not a database; try: " + hint_for_database(Damaged()))
    assert (tmp_path / "coin.db").read_text() == "no database" * 100


def test_a_database_in_use_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'coin.db'}"
    with closing(open_ledger(url, DEV)):
        assert ends_with("--database", url).endswith(
            "found another one; try: end the other program, or give this node another --data-dir or --database"
        )


def test_a_database_of_a_later_program_is_named(tmp_path: Path) -> None:
    path = tmp_path / "coin.db"
    open_ledger(path, DEV).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    assert ends_with("--data-dir", str(tmp_path)).endswith(
        "try: start the later version of the program, or give this node another --data-dir or --database"
    )


def test_there_is_something_to_try_whatever_is_wrong_with_a_database() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]

    for kind in kinds:
        if issubclass(kind, StoreError):
            assert hint_for_database(kind()), kind
    assert hint_for_database(BadLedger()) == hint_for_database(Damaged())
    assert hint_for_database(Overtaken()) != hint_for_database(Damaged())
    assert hint_for_port(PermissionError(errno.EACCES, "no"), "--api-port").startswith(
        "give this node an --api-port from 1024 on"
    )


def test_bootstrap_nodes_may_be_listed_in_every_way() -> None:
    argv = ["--node-id", "a", "--bootstrap-nodes", "http://one:5000", "two:8000,three:8000"]

    options = PARSER.parse_args([*argv, "--bootstrap-nodes", "http://four:5000/"])

    assert options.bootstrap_nodes == [
        Interface("one", 5000),
        Address("two", 8000),
        Address("three", 8000),
        Interface("four", 5000),
    ]
    assert PARSER.parse_args(["--node-id", "b"]).bootstrap_nodes == []


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        ([], "--node-id"),
        (["--node-id", ""], "expected 1 to 64 letters"),
        (["--node-id", "a/b"], "expected 1 to 64 letters"),
        (["--node-id", "a", "--api-port", "65536"], "a port from 0 to 65535, found '65536'"),
        (["--node-id", "a", "--p2p-port", "http"], "a port from 0 to 65535, found 'http'"),
        (
            ["--node-id", "a", "--bootstrap-nodes", "nowhere"],
            "http://HOST:PORT or HOST:PORT, found 'nowhere'",
        ),
        (["--node-id", "a", "--network", "test"], "invalid choice: 'test'"),
    ],
)
def test_what_is_not_understood_ends_with_two(
    argv: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        PARSER.parse_args(argv)

    assert caught.value.code == 2
    assert text in capsys.readouterr().err
