"""Signed files: how an envelope is read and written by the verbs that sign and verify."""

from pathlib import Path
from typing import TYPE_CHECKING

from lydite.model import InputError

if TYPE_CHECKING:
    from lydite.statements import Envelope


def is_envelope(path: Path) -> bool:
    """Is this the file of a statement?"""
    from lydite.statements import HEAD

    try:
        with path.open("rb") as file:
            return file.read(len(HEAD)) == HEAD
    except OSError:
        return False


def read_signed(path: Path) -> "Envelope":
    """The envelope of a file; a sentence, where it cannot be read or is none."""
    from lydite.statements import BYTES_MAX, read_envelope

    try:
        with path.open("rb") as file:
            octets = file.read(BYTES_MAX + 2)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"the statement cannot be read: {reason}", where=str(path)) from error
    return read_envelope(octets, str(path))


def write_signed(path: Path, envelope: "Envelope") -> int:
    """Write an envelope, whole or not at all; how many bytes it has."""
    from lydite.cli.files import write_whole
    from lydite.statements import BYTES_MAX

    octets = envelope.spelled()
    if len(octets) > BYTES_MAX:
        raise InputError(
            f"a statement has at most {BYTES_MAX:,} bytes, and this one would have {len(octets):,}",
            where=str(path),
            remedy="sign a campaign with fewer seeds",
        )
    write_whole(path, octets.decode("ascii"))
    return len(octets)
