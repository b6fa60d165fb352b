"""The wallet program: what it says, what it asks for, and what it never shows."""

import io
import json
import stat
from pathlib import Path

import pytest

from lydite_subjects.coin.spec.keys import PrivateKey
from lydite_subjects.coin.wallet import address_in, create_wallet, open_wallet
from lydite_subjects.coin.wallet.file import QUICK
from lydite_subjects.coin.wallet.program import main

PASSWORD = "correct horse"
KEY = PrivateKey(bytes(31) + b"\7")
BOB = PrivateKey(bytes(31) + b"\2").address
NOWHERE = ("--node", "http://127.0.0.1:1")


@pytest.fixture(name="wallet")
def a_wallet(tmp_path: Path) -> Path:
    path = tmp_path / "alice.wallet"
    create_wallet(path, PASSWORD, key=KEY, cost=QUICK)
    return path


@pytest.fixture(autouse=True)
def no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COIN_WALLET_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())


def test_a_wallet_is_made_and_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COIN_WALLET_PASSWORD", PASSWORD)
    path = tmp_path / "new.wallet"

    assert main(["create", str(path), "--json"]) == 0
    said = capsys.readouterr()
    assert main(["create", str(path)]) == 1
    refused = capsys.readouterr().err

    assert json.loads(said.out) == {"address": address_in(path), "file": str(path)}
    assert open_wallet(path, PASSWORD).address == address_in(path)
    assert open_wallet(path, PASSWORD).hex not in said.out + said.err + path.read_text()
    assert PASSWORD not in said.out + said.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "never written over" in refused


def test_an_address_needs_no_password(wallet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["address", str(wallet)]) == 0
    assert capsys.readouterr().out == f"address: {KEY.address}\n"


def test_the_password_may_stand_in_a_file(wallet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = wallet.with_name("password")
    secret.write_text(f"{PASSWORD}\n")

    assert main(["send", str(wallet), BOB, "1", "--password-file", str(secret), *NOWHERE]) == 1

    assert "expected a node" in capsys.readouterr().err  # So it was the right one.


def test_the_password_is_asked_for_at_a_terminal(
    wallet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = ["one", "another"]
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: answers.pop(0))

    assert main(["create", str(wallet.with_name("other"))]) == 1

    assert "expected the same password twice" in capsys.readouterr().err
    assert answers == []


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["send", "WALLET", BOB, "1"], "expected a password, found none"),
        (["send", "WALLET", BOB, "1", "--password-file", "nothing"], "expected a file with a password"),
        (["address", "nobody"], "nobody: expected a wallet file, found none"),
        (["balance", "nobody"], "nobody: expected a wallet file, found none"),
        (["balance", "WALLET", *NOWHERE], "http://127.0.0.1:1: expected a node"),
        (["history", BOB, *NOWHERE], "http://127.0.0.1:1: expected a node"),
        (["balance", BOB, "--node", "ftp://x"], "expected the URL of a node"),
        (["batch", "WALLET", "nothing"], "nothing: expected a list of recipients"),
    ],
)
def test_what_cannot_be_done_is_said(
    wallet: Path, argv: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(wallet) if each == "WALLET" else each for each in argv]) == 1
    said = capsys.readouterr()
    assert text in said.err
    assert said.out == ""


@pytest.mark.parametrize(
    ("to", "amount", "text"),
    [
        (BOB, "0", "more than 0 coins"),
        (BOB, "--", "expected an amount"),
        (BOB, "1.000000001", "at most eight decimals"),
        (BOB, "21000001", "from 0 to 21,000,000"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "1", "expected the checksum"),
        ("2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc", "1", "expected version 0"),
        ("test_miner", "1", "expected letters of Base58"),
    ],
)
def test_a_payment_that_makes_no_sense_is_refused_before_the_node_is_asked(
    wallet: Path,
    to: str,
    amount: str,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COIN_WALLET_PASSWORD", PASSWORD)
    argv = ["batch", str(wallet), str(wallet.with_name("list")), *NOWHERE]
    wallet.with_name("list").write_text(f"{BOB} 1\n{to} {amount}\n")

    assert main(argv) == 1

    assert text in capsys.readouterr().err


def test_a_line_that_is_no_recipient_is_named(
    wallet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{BOB} 1\n{BOB}\n"))

    assert main(["batch", str(wallet), "-"]) == 1

    assert "line 2: expected ADDRESS AMOUNT" in capsys.readouterr().err


def test_every_line_that_is_wrong_is_named_and_a_list_of_none_is_refused(
    wallet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in (f"# who\n\n{BOB} -1\n{BOB} 1\n{BOB}\nx 1\n", "# nobody\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        assert main(["batch", str(wallet), "-"]) == 1

    told = capsys.readouterr().err.splitlines()
    assert [each.partition("-, line ")[2][:1] for each in told] == ["3", "5", "6", ""]
    assert "line 3: the recipient: the amount: expected an amount in coins" in told[0]
    assert told[3] == "wallet: -: expected lines ADDRESS AMOUNT, found none"


@pytest.mark.parametrize("fee", ["-1", "abc", "0.000000001", "21000001"])
def test_a_fee_that_is_none_is_called_the_fee(
    wallet: Path, fee: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COIN_WALLET_PASSWORD", PASSWORD)

    assert main(["send", str(wallet), BOB, "1", "--fee", fee, *NOWHERE]) == 1

    assert "wallet: the fee: expected an amount in coins from 0 to 21,000,000" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["spend"], ["send", "w"], ["history", "w", "--limit", "x"]])
def test_what_is_not_understood_ends_with_two(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2
