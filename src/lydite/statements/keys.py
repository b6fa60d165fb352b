"""Keys of Ed25519, in the PEM files that other programs write and read, too (PKCS #8, and RFC 8410).

A private key is shown by nothing here: not by `repr`, and by no error. The library that signs is loaded by the first
signature.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from types import ModuleType
from typing import Final

from lydite.model import InputError

SEED_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

# DER of an Ed25519 key is always the same but for its last 32 bytes.
_PUBLIC_HEAD: Final = bytes.fromhex("302a300506032b6570032100")
_PRIVATE_HEAD: Final = bytes.fromhex("302e020100300506032b657004220420")

_PUBLIC: Final = "PUBLIC KEY"
_PRIVATE: Final = "PRIVATE KEY"
_ENCRYPTED: Final = "ENCRYPTED PRIVATE KEY"

# The key stays encrypted on the disk: only the one process that signs has it in the open.
_DECRYPT: Final = (
    "decrypt it for this one command, without --key: "
    'LYDITE_SIGNING_KEY="$(openssl pkey -in FILE)" lydite sign RESULT'
)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """By which a signature is checked."""

    octets: bytes

    @property
    def identity(self) -> str:
        """Its key id: the SHA-256 of its DER form."""
        return hashlib.sha256(_PUBLIC_HEAD + self.octets).hexdigest()

    @property
    def pem(self) -> str:
        """The text of its file."""
        return _pem(_PUBLIC, _PUBLIC_HEAD + self.octets)

    def accepts(self, message: bytes, signature: bytes) -> bool:
        """Is this a signature of the message by this key?"""
        nacl = _nacl()
        try:
            nacl.signing.VerifyKey(self.octets).verify(message, signature)
        except (nacl.exceptions.BadSignatureError, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """By which is signed."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """The key that others check by."""
        return PublicKey(bytes(_nacl().signing.SigningKey(self.seed).verify_key))

    @property
    def pem(self) -> str:
        """The text of its file, which is a secret."""
        return _pem(_PRIVATE, _PRIVATE_HEAD + self.seed)

    def sign(self, message: bytes) -> bytes:
        """The signature of a message; always the same for the same message."""
        return bytes(_nacl().signing.SigningKey(self.seed).sign(message).signature)


def new_key() -> PrivateKey:
    """A key that nobody has."""
    return PrivateKey(bytes(_nacl().signing.SigningKey.generate()))


def fresh_draw() -> str:
    """A word that nobody could have known before: what a sample is drawn by, after everything was signed.

    It comes from the system's own source of secrets. Everything else that is random here follows from a seed; this
    must not, as whoever knew it beforehand could sign false runs that the sample passes by.
    """
    return bytes(_nacl().utils.random(8)).hex()


def public_key(pem: str, where: str) -> PublicKey:
    """The public key of a PEM text."""
    if f"-----BEGIN {_PRIVATE}" in pem:
        raise InputError(
            "expected a public key, found a private one, which nobody else may see",
            where=where,
            remedy="name the file of the public key, which ends in .pub",
        )
    return PublicKey(_of_pem(pem, _PUBLIC, _PUBLIC_HEAD, where))


def is_public(pem: str) -> bool:
    """Is this the text of a public key, whatever is wrong with it?"""
    return f"-----BEGIN {_PUBLIC}-----" in pem and _PRIVATE not in pem


def private_key(pem: str, where: str) -> PrivateKey:
    """The private key of a PEM text; no error repeats anything of it."""
    if is_public(pem):
        raise InputError(
            "expected a private key, found a public one, by which nobody signs",
            where=where,
            remedy="name the file of the private key, which lies beside it without .pub",
        )
    if f"-----BEGIN {_ENCRYPTED}-----" in pem:
        raise InputError(
            "expected a private key that can be read at once, found one that is encrypted by a password",
            where=where,
            remedy=_DECRYPT,
        )
    return PrivateKey(_of_pem(pem, _PRIVATE, _PRIVATE_HEAD, where))


def _pem(label: str, der: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.b64encode(der).decode()}\n-----END {label}-----\n"


def _of_pem(pem: str, label: str, head: bytes, where: str) -> bytes:
    lines = [line.strip() for line in pem.strip().splitlines()]
    framed = (
        len(lines) > 2 and lines[0] == f"-----BEGIN {label}-----" and lines[-1] == f"-----END {label}-----"
    )
    try:
        der = base64.b64decode("".join(lines[1:-1]), validate=True) if framed else b""
    except (binascii.Error, ValueError):
        der = b""
    if len(der) != len(head) + SEED_BYTES or not der.startswith(head):
        # Without the cause: it would carry what may be a secret.
        raise InputError(
            f"expected the {label.lower()} of an Ed25519 pair as PEM, without a password, found something else",
            where=where,
            remedy="`lydite new-key FILE` makes a pair",
        ) from None
    return der[len(head) :]


def _nacl() -> ModuleType:
    try:
        import nacl
        import nacl.exceptions
        import nacl.signing
        import nacl.utils
    except ImportError as error:
        raise InputError(
            "statements need pynacl, which is not installed", remedy="pip install 'lydite[statement]'"
        ) from error
    return nacl
