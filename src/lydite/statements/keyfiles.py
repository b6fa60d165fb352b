"""Files of keys: the private one is for its owner alone, the public one beside it is for everybody."""

import os
import stat
from pathlib import Path
from typing import Final

from lydite.model import InputError
from lydite.statements.keys import PrivateKey, PublicKey, is_public, new_key, private_key, public_key

BYTES_MAX: Final = 4096

PUBLIC_SUFFIX: Final = ".pub"

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
"""What nobody but the owner may do."""


def public_path(path: Path) -> Path:
    """Where the public key lies whose private one lies here."""
    return path.with_name(f"{path.name}{PUBLIC_SUFFIX}")


def write_pair(path: Path) -> PublicKey:
    """Make a pair: the private key in this file, the public one beside it. A file that is there is never replaced."""
    key = new_key()
    public = public_path(path)
    _write_new(path, key.pem, 0o600)
    try:
        _write_new(public, key.public.pem, 0o644)
    except InputError:
        path.unlink()
        raise
    return key.public


def read_private(path: Path) -> PrivateKey:
    """The private key of a file that nobody else may read."""
    return private_key(_text(path, forbidden=OTHERS), str(path))


def read_public(path: Path) -> PublicKey:
    """The public key of a file."""
    return public_key(_text(path), str(path))


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise InputError(
            "there is a file already, and a key that is lost is lost for good",
            where=str(path),
            remedy="name another file",
        ) from error
    except OSError as error:
        raise _told("written", path, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink()
        raise _told("written", path, error) from error


def _text(path: Path, *, forbidden: int = 0) -> str:
    """What a small file says; an error, where its mode allows what is forbidden."""
    try:
        with path.open("rb") as file:
            # Asked of what was opened: what lies under the name may be another file a moment later.
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(BYTES_MAX).decode("ascii", "replace") if stat.S_ISREG(mode) else ""
            # What is no private key may be read by everybody; that it is none is told by whoever reads it.
            if stat.S_ISREG(mode) and (not mode & forbidden or is_public(text)):
                return text
    except OSError as error:
        raise _told("read", path, error) from error
    if not stat.S_ISREG(mode):
        raise InputError("a key is kept in a file, found none", where=str(path))
    raise InputError(
        f"the private key may be read by its owner alone, found the mode {stat.S_IMODE(mode):03o}",
        where=str(path),
        remedy=f"chmod 600 {path}; if others could read it, make a new one",
    )


def _told(done: str, path: Path, error: OSError) -> InputError:
    reason = (error.strerror or type(error).__name__).lower()
    return InputError(f"the key cannot be {done}: {reason}", where=str(path))
