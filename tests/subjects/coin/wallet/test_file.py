"""Wallet files: a key that only its password opens, and files that are not what they should be."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from lydite_subjects.coin.spec.keys import PrivateKey, validate_address
from lydite_subjects.coin.wallet import (
    DamagedWallet,
    UnknownWallet,
    WalletError,
    WrongPassword,
    address_in,
    create_wallet,
    open_wallet,
)
from lydite_subjects.coin.wallet.file import QUICK

PASSWORD = "correct horse"
KEY = PrivateKey(bytes(31) + b"\7")


@pytest.fixture(name="path")
def a_wallet(tmp_path: Path) -> Path:
    path = tmp_path / "alice.wallet"
    create_wallet(path, PASSWORD, key=KEY, cost=QUICK)
    return path


def edited(path: Path, **changes: Any) -> None:
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | changes))


def test_a_wallet_is_opened_with_its_password(path: Path) -> None:
    assert open_wallet(path, PASSWORD) == KEY


def test_a_wallet_tells_its_address_without_a_password(path: Path) -> None:
    assert address_in(path) == KEY.address
    assert validate_address(KEY.address)


def test_each_new_wallet_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = {create_wallet(tmp_path / str(number), PASSWORD, cost=QUICK).hex for number in range(3)}

    assert len(keys) == 3


def test_only_its_owner_may_read_a_wallet(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_but_the_wallet_is_left_in_its_folder(path: Path) -> None:
    assert [each.name for each in path.parent.iterdir()] == ["alice.wallet"]


def test_neither_key_nor_password_is_in_the_file(path: Path) -> None:
    text = path.read_text()

    assert KEY.hex not in text
    assert PASSWORD not in text


def test_a_wallet_is_never_written_over(path: Path) -> None:
    before = path.read_bytes()

    with pytest.raises(WalletError, match="never written over"):
        create_wallet(path, PASSWORD, cost=QUICK)

    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 1


def test_a_wallet_without_a_password_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(WalletError, match="found an empty one"):
        create_wallet(tmp_path / "w", "")


def test_a_wallet_in_no_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(WalletError, match="No such file"):
        create_wallet(tmp_path / "nowhere" / "w", PASSWORD, cost=QUICK)


@pytest.mark.parametrize("password", ["", "Correct horse", "correct horse ", "päss", "x" * 10_000])
def test_another_password_is_refused_and_not_repeated(path: Path, password: str) -> None:
    with pytest.raises(WrongPassword) as caught:
        open_wallet(path, password)

    assert KEY.address in str(caught.value)
    assert not password or password not in str(caught.value)


def test_an_unknown_wallet_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UnknownWallet, match="found none"):
        open_wallet(tmp_path / "nobody", PASSWORD)
    with pytest.raises(UnknownWallet, match="directory"):
        address_in(tmp_path)


@pytest.mark.parametrize("cut", [0, 1, 40, -2])
def test_half_a_wallet_is_damaged(path: Path, cut: int) -> None:
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(DamagedWallet):
        open_wallet(path, PASSWORD)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "another"},
        {"version": 2},
        {"version": None},
        {"address": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
        {"address": "2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc"},
        {"address": 7},
        {"sealed": 7},
        {"sealed": "zz"},
        {"argon2id": None},
        {"argon2id": {"salt": "00", "rounds": 1, "memory_bytes": 8192}},
        {"argon2id": {"salt": "00" * 16, "rounds": 10**9, "memory_bytes": 8192}},
        {"argon2id": {"salt": "00" * 16, "rounds": 1, "memory_bytes": 1 << 60}},
        {"argon2id": {"salt": "00" * 16, "rounds": "x", "memory_bytes": 8192}},
    ],
)
def test_a_changed_wallet_is_damaged(path: Path, changes: dict[str, Any]) -> None:
    edited(path, **changes)

    with pytest.raises(DamagedWallet):
        open_wallet(path, PASSWORD)


@pytest.mark.parametrize("text", ["[]", "7", '"x"', "[" * 5_000, "\0" * 100, "{}" * 6_000])
def test_what_is_no_wallet_is_damaged(tmp_path: Path, text: str) -> None:
    path = tmp_path / "w"
    path.write_text(text)

    with pytest.raises(DamagedWallet):
        address_in(path)


def test_a_changed_seal_does_not_open(path: Path) -> None:
    sealed = json.loads(path.read_text())["sealed"]
    edited(path, sealed=("0" if sealed[0] != "0" else "1") + sealed[1:])

    with pytest.raises(WrongPassword, match="or the file was changed"):
        open_wallet(path, PASSWORD)
