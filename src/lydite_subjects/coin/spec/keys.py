"""Keys and addresses: secp256k1, and Base58Check addresses that begin with 1.

A signature has 64 bytes, r and s, and s is the smaller of its two values: of one digest and one key there is one
signature, and nobody else can make another one of it.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self

import coincurve
from coincurve._libsecp256k1 import ffi as _ffi
from coincurve._libsecp256k1 import lib as _lib

from lydite_subjects.coin.spec.encoding import HASH_BYTES, from_hex, hash256
from lydite_subjects.coin.spec.errors import BadAddress, BadEncoding, BadKey

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ADDRESS_VERSION: Final = 0
OWNER_BYTES: Final = 20
SIGNATURE_BYTES: Final = 64
PUBLIC_BYTES: Final = 33
_ADDRESS_LETTERS_MAX: Final = 35
_CONTEXT: Final = coincurve.context.GLOBAL_CONTEXT.ctx
_VALUES: Final = {letter: value for value, letter in enumerate(ALPHABET)}


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of the SHA-256: what an address names."""
    return hashlib.new("ripemd160", hashlib.sha256(data).digest()).digest()


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A point of the curve, as 33 bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        try:
            coincurve.PublicKey(self.raw)
        except ValueError as error:
            raise BadKey(
                f"a public key: expected 33 bytes of a point on secp256k1, found {self.raw.hex():.80}"
            ) from error
        if len(self.raw) != PUBLIC_BYTES:
            raise BadKey(f"a public key: expected {PUBLIC_BYTES} bytes, found {len(self.raw)}")

    @property
    def owner(self) -> bytes:
        """The 20 bytes that an output names."""
        return hash160(self.raw)

    @property
    def address(self) -> str:
        """The same for people."""
        return address_of(self.owner)


@dataclass(frozen=True)
class PrivateKey:
    """A secret number; never printed."""

    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) != 32 or not 0 < int.from_bytes(self.raw, "big") < ORDER:
            raise BadKey(
                "a private key: expected 32 bytes of a number from 1 to below the order of secp256k1"
            )

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """A key from its 64 digits."""
        try:
            return cls(from_hex(text, "a private key"))
        except BadEncoding:
            # The text is not told: whatever it is, it may be most of a secret.
            raise BadKey(
                f"a private key: expected 64 hexadecimal digits, found {len(text)} characters"
            ) from None

    @property
    def hex(self) -> str:
        """Its 64 digits."""
        return self.raw.hex()

    @cached_property
    def public(self) -> PublicKey:
        """The key that goes with it."""
        return PublicKey(self._key.public_key.format())

    @property
    def address(self) -> str:
        """The address that pays to it."""
        return self.public.address

    def sign(self, digest: bytes) -> bytes:
        """The signature of a digest of 32 bytes; always the same one."""
        return self._key.sign_recoverable(digest, hasher=None)[:SIGNATURE_BYTES]

    @cached_property
    def _key(self) -> coincurve.PrivateKey:
        return coincurve.PrivateKey(self.raw)


def address_of(owner: bytes) -> str:
    """The address of 20 bytes."""
    return base58check(bytes([ADDRESS_VERSION]) + owner)


def owner_of(address: object) -> bytes:
    """The 20 bytes of an address, or an error that says what is wrong with it."""
    if not isinstance(address, str) or not address:
        raise BadAddress(f"expected an address that begins with 1, found {address!r:.80}")
    if len(address) > _ADDRESS_LETTERS_MAX:
        raise BadAddress(
            f"expected an address of at most {_ADDRESS_LETTERS_MAX} letters, found {len(address)}"
        )
    strange = next((letter for letter in address if letter not in _VALUES), None)
    if strange is not None:
        raise BadAddress(f"expected letters of Base58, found {strange!r} in {address!r}")
    raw = _from_base58(address)
    if len(raw) != 1 + OWNER_BYTES + 4:
        raise BadAddress(
            f"expected an address of {1 + OWNER_BYTES + 4} bytes, found {len(raw)} in {address!r}"
        )
    if hash256(raw[:-4])[:4] != raw[-4:]:
        raise BadAddress(
            f"expected the checksum {hash256(raw[:-4])[:4].hex()}, found {raw[-4:].hex()} in {address!r}"
        )
    if raw[0] != ADDRESS_VERSION:
        raise BadAddress(
            f"expected version {ADDRESS_VERSION} of an address (it begins with 1), found {raw[0]} in {address!r}"
        )
    return raw[1:-4]


def validate_address(address: object) -> bool:
    """Is it an address of this chain?"""
    try:
        owner_of(address)
    except BadAddress:
        return False
    return True


def base58check(data: bytes) -> str:
    """Bytes with a checksum, in letters that are not mistaken for one another."""
    return _base58(data + hash256(data)[:4])


def _base58(data: bytes) -> str:
    number, letters = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        letters = ALPHABET[digit] + letters
    return ALPHABET[0] * (len(data) - len(data.lstrip(b"\0"))) + letters


def _from_base58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def verify(public: bytes, signature: bytes, digest: bytes) -> bool:
    """Is it the one signature of this digest by the owner of this public key?"""
    # The library takes all three by their addresses alone.
    if len(signature) != SIGNATURE_BYTES or len(public) != PUBLIC_BYTES or len(digest) != HASH_BYTES:
        return False
    key = _ffi.new("secp256k1_pubkey *")
    found = _ffi.new("secp256k1_ecdsa_signature *")
    return bool(
        _lib.secp256k1_ec_pubkey_parse(_CONTEXT, key, public, PUBLIC_BYTES)
        and _lib.secp256k1_ecdsa_signature_parse_compact(_CONTEXT, found, signature)
        # A signature with the larger s is none for the library, so there are no two of one digest.
        and _lib.secp256k1_ecdsa_verify(_CONTEXT, found, digest, key)
    )
