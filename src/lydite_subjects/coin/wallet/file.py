"""Wallet files: a private key that only its password opens.

The key is sealed with XSalsa20-Poly1305 (libsodium's secretbox) under a key that Argon2id makes of the password; how
much work that is stands in the file. The address stands there in the clear, so that a miner needs no password; opening
the file proves that it is the address of the key. A file is written beside its place, synced, and then put there: there
is never half a wallet.
"""

import contextlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from lydite_subjects.coin.spec.errors import BadAddress, BadKey, CoinError
from lydite_subjects.coin.spec.keys import PrivateKey, owner_of

FORMAT: Final = "lydite coin wallet"
VERSION: Final = 1
FILE_BYTES_MAX: Final = 10_000
MODE: Final = 0o600
_CREATE: Final = "`python -m lydite_subjects.coin.wallet create FILE`"
_MEMORY_BYTES_MAX: Final = 1 << 30
_ROUNDS_MAX: Final = 16


class WalletError(CoinError):
    """A wallet that cannot be used."""


class UnknownWallet(WalletError):
    """There is no such file."""


class DamagedWallet(WalletError):
    """A file that is no wallet, or not the one that was written."""


class WrongPassword(WalletError):
    """The password does not open it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """How much work it is to try one password."""

    rounds: int
    memory_bytes: int


CAREFUL: Final = Cost(
    rounds=pwhash.argon2id.OPSLIMIT_MODERATE, memory_bytes=pwhash.argon2id.MEMLIMIT_MODERATE
)
"""For people: 256 MiB, about a second."""
QUICK: Final = Cost(rounds=pwhash.argon2id.OPSLIMIT_MIN, memory_bytes=pwhash.argon2id.MEMLIMIT_MIN)
"""For tests, and for keys that are worth nothing."""


def create_wallet(
    path: str | Path, password: str, *, key: PrivateKey | None = None, cost: Cost = CAREFUL
) -> PrivateKey:
    """Write a new wallet; a file that exists is never written over."""
    path = Path(path)
    if not password:
        raise WalletError(f"{path}: expected a password, found an empty one")
    key = key or _new_key()
    salt = secrets.token_bytes(pwhash.argon2id.SALTBYTES)
    sealed = _box(password, salt, cost).encrypt(key.raw)
    _write_new(
        path,
        {
            "format": FORMAT,
            "version": VERSION,
            "address": key.address,
            "argon2id": {"salt": salt.hex(), "rounds": cost.rounds, "memory_bytes": cost.memory_bytes},
            "sealed": bytes(sealed).hex(),
        },
    )
    return key


def open_wallet(path: str | Path, password: str) -> PrivateKey:
    """The key in a wallet."""
    path = Path(path)
    said = _read(path)
    try:
        cost = Cost(
            rounds=int(said["argon2id"]["rounds"]), memory_bytes=int(said["argon2id"]["memory_bytes"])
        )
        salt, sealed = bytes.fromhex(said["argon2id"]["salt"]), bytes.fromhex(said["sealed"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _damaged(path, "its key, its salt and its costs", f"no usable {error}") from error
    if not (
        QUICK.rounds <= cost.rounds <= _ROUNDS_MAX
        and QUICK.memory_bytes <= cost.memory_bytes <= _MEMORY_BYTES_MAX
        and len(salt) == pwhash.argon2id.SALTBYTES
    ):
        raise _damaged(path, f"at most {_ROUNDS_MAX} rounds in {_MEMORY_BYTES_MAX:,} bytes", str(cost))
    try:
        key = PrivateKey(_box(password, salt, cost).decrypt(sealed))
    except (CryptoError, ValueError) as error:
        raise WrongPassword(
            f"{path}: expected the password of {said['address']}, found one that does not open it "
            "(or the file was changed)"
        ) from error
    except BadKey as error:
        raise _damaged(path, "a private key", "something else under the seal") from error
    if key.address != said["address"]:
        raise _damaged(path, f"the address {key.address} of its key", str(said["address"]))
    return key


def address_in(path: str | Path) -> str:
    """The address that a wallet says it has; no password is needed to be paid."""
    return str(_read(Path(path))["address"])


def _new_key() -> PrivateKey:
    while True:  # One of 2^128 draws is no key.
        with contextlib.suppress(BadKey):
            return PrivateKey(secrets.token_bytes(32))


def _box(password: str, salt: bytes, cost: Cost) -> SecretBox:
    secret = password.encode("utf-8", "surrogatepass")
    try:
        key = pwhash.argon2id.kdf(
            SecretBox.KEY_SIZE, secret, salt, opslimit=cost.rounds, memlimit=cost.memory_bytes
        )
    except (MemoryError, RuntimeError) as error:
        raise WalletError(
            f"a wallet: expected {cost.memory_bytes >> 20} MiB of free memory to try a password, found less"
        ) from error
    return SecretBox(key)


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except FileNotFoundError:
        raise UnknownWallet(f"{path}: expected a wallet file, found none; {_CREATE} makes one") from None
    except OSError as error:
        raise UnknownWallet(f"{path}: expected a wallet file, found {error.strerror}") from error
    if len(data) > FILE_BYTES_MAX:
        raise _damaged(path, f"at most {FILE_BYTES_MAX:,} bytes", "more")
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        raise _damaged(path, "the JSON of a wallet", f"{data[:20]!r}…") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise _damaged(path, f"the format {FORMAT!r}", "something else")
    if said.get("version") != VERSION:
        raise _damaged(path, f"version {VERSION}", f"{said.get('version')!r:.20}")
    try:
        owner_of(said.get("address"))
    except BadAddress as error:
        raise _damaged(path, "an address", str(error)) from error
    return said


def _damaged(path: Path, expected: str, found: str) -> DamagedWallet:
    return DamagedWallet(
        f"{path}: a damaged wallet, or none: expected {expected}, found {found}; "
        "look whether this is the file that you mean, or take a copy of the wallet"
    )


def _write_new(path: Path, said: dict[str, Any]) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(said, file, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            os.link(beside, path)  # Unlike a rename, it fails if somebody was there first.
        finally:
            beside.unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except FileExistsError:
        raise WalletError(
            f"{path}: expected a new name, found a file; a wallet is never written over"
        ) from None
    except OSError as error:
        raise WalletError(f"{path}: expected to write a wallet, found {error.strerror}") from error
