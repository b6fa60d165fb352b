"""The envelope: DSSE 1.0, which signs a payload together with its type, by any number of keys.

DSSE leaves the spelling of an envelope free, and does not sign the key ids. Here an envelope has one spelling, and a
key id must be that of the key by which its signature is made, so that there is no byte in the file that may differ.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lydite.model import Plain, canonical_json
from lydite.statements.errors import DamagedStatement, Refuted
from lydite.statements.keys import SIGNATURE_BYTES, PrivateKey, PublicKey
from lydite.statements.strict import strict_json

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"

HEAD: Final = b'{"payload":'
"""How every envelope begins."""

SIGNATURES_MAX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What one key says to a payload."""

    keyid: str
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A payload, and who has signed it."""

    payload: bytes
    signatures: tuple[Signature, ...] = ()

    @property
    def message(self) -> bytes:
        """What is signed."""
        return pae(PAYLOAD_TYPE, self.payload)

    def spelled(self) -> bytes:
        """The bytes of its file."""
        form: dict[str, Plain] = {
            "payload": _base64(self.payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": each.keyid, "sig": _base64(each.octets)} for each in self.signatures],
        }
        return canonical_json(form) + b"\n"

    def signed(self, key: PrivateKey) -> "Envelope":
        """The same, with the signature of one more key."""
        keyid = key.public.identity
        others = tuple(each for each in self.signatures if each.keyid != keyid)
        return replace(self, signatures=(*others, Signature(keyid=keyid, octets=key.sign(self.message))))


def pae(payload_type: str, body: bytes) -> bytes:
    """The bytes that are signed: type and body, each with its length, so that neither can pass for the other.

    >>> pae("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(body), body)


def read_envelope(octets: bytes, where: str) -> Envelope:
    """The envelope of these bytes, whoever has signed it."""
    if not octets.startswith(HEAD):
        raise DamagedStatement(
            "expected a statement, found something else, or a copy of one that was formatted anew",
            where=where,
            remedy="`lydite sign` makes one of a result; take it as it was signed",
        )
    if not octets.endswith(b"\n"):
        raise DamagedStatement("the envelope ends with the end of its line, found none", where=where)
    form = strict_json(octets[:-1], "the envelope", where)
    if form.keys() != {"payload", "payloadType", "signatures"}:
        found = ", ".join(sorted(form)) or "nothing"
        raise DamagedStatement(
            f"an envelope has payload, payloadType and signatures, found {found:.100}",
            where=where,
            remedy="`lydite sign` writes one",
        )
    if form["payloadType"] != PAYLOAD_TYPE:
        raise DamagedStatement(
            f"the payload is of the type {PAYLOAD_TYPE}, found {form['payloadType']!r:.60}", where=where
        )
    return Envelope(
        payload=_octets(form["payload"], f"{where}, payload"),
        signatures=_signatures(form["signatures"], where),
    )


def signers(envelope: Envelope, keys: Sequence[PublicKey]) -> tuple[str, ...]:
    """The ids of the keys whose signatures nobody could check: all given ones have signed, or it is refuted."""
    by_id = {each.keyid: each.octets for each in envelope.signatures}
    for key in keys:
        signature = by_id.get(key.identity)
        if signature is None:
            raise _not_signed_by(key, envelope)
        if not key.accepts(envelope.message, signature):
            raise Refuted(
                "the signature does not fit: the payload or the signature is not what was signed",
                where=f"key id {key.identity}",
            )
    checked = {key.identity for key in keys}
    return tuple(each.keyid for each in envelope.signatures if each.keyid not in checked)


def _not_signed_by(key: PublicKey, envelope: Envelope) -> Refuted:
    for each in envelope.signatures:
        if key.accepts(envelope.message, each.octets):
            return Refuted(
                "the key id was changed: its signature is by another key than it says",
                where=f"key id {each.keyid:.64}, which should be {key.identity}",
            )
    ids = ", ".join(each.keyid for each in envelope.signatures[:4])
    return Refuted(
        f"it is not signed by this key, which has the id {key.identity}",
        where=f"signed by {len(envelope.signatures)}: {ids}" if ids else "signed by nobody",
        remedy="ask whoever signed it for the public key, by a way that you trust",
    )


def _signatures(form: object, where: str) -> tuple[Signature, ...]:
    if not isinstance(form, list) or not 1 <= len(form) <= SIGNATURES_MAX:
        raise DamagedStatement(f"an envelope has 1 to {SIGNATURES_MAX} signatures", where=where)
    found = tuple(_signature(each, f"{where}, signatures[{number}]") for number, each in enumerate(form))
    twice = [keyid for keyid, count in Counter(each.keyid for each in found).items() if count > 1]
    if twice:
        raise DamagedStatement(f"the key id {twice[0]:.64} stands there more than once", where=where)
    return found


def _signature(form: Any, where: str) -> Signature:
    if not isinstance(form, dict) or form.keys() != {"keyid", "sig"} or not isinstance(form["keyid"], str):
        raise DamagedStatement("a signature has keyid and sig", where=where)
    octets = _octets(form["sig"], where)
    if len(octets) != SIGNATURE_BYTES:
        raise DamagedStatement(f"a signature has {SIGNATURE_BYTES} bytes, found {len(octets):,}", where=where)
    return Signature(keyid=form["keyid"], octets=octets)


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _octets(text: object, where: str) -> bytes:
    """The bytes of a text in base64, in its one spelling: the last letter could hide what is not decoded."""
    try:
        octets = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        octets = None
    if octets is None or _base64(octets) != text:
        raise DamagedStatement("expected bytes in base64", where=where)
    return octets
