"""The envelope: what is signed is what is read, and no byte of the file may be another one."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from lydite.model import RecordError, canonical_json
from lydite.statements import (
    DamagedStatement,
    Envelope,
    PrivateKey,
    PublicKey,
    Refuted,
    contradictions,
    payload_of,
    read_envelope,
    signers,
    statement_from,
)
from lydite.statements.envelope import SIGNATURES_MAX
from tests.statements.campaigns import case, statement

ANN, BOB, EVE = (PrivateKey(bytes([number]) * 32) for number in (1, 2, 3))


def verified(octets: bytes, *keys: PublicKey) -> tuple[str, ...]:
    """Everything that is looked at without running anything; the ids of the keys that nobody has given."""
    envelope = read_envelope(octets, "statement.json")
    unchecked = signers(envelope, keys)
    problems = contradictions(statement_from(envelope.payload, "statement.json"))
    assert not problems
    return unchecked


def signed(*keys: PrivateKey) -> bytes:
    envelope = Envelope(payload=payload_of(statement(case("test_pays"), seeds=1)))
    for key in keys:
        envelope = envelope.signed(key)
    return envelope.spelled()


def altered(octets: bytes) -> Iterator[bytes]:
    """The same with one byte changed, gone, doubled, or something put before it; and cut off there."""
    for place, byte in enumerate(octets):
        for mask in (0x01, 0x20, 0x80):
            yield octets[:place] + bytes([byte ^ mask]) + octets[place + 1 :]
        yield octets[:place] + octets[place + 1 :]
        yield octets[:place] + bytes([byte]) + octets[place:]
        yield octets[:place] + b" " + octets[place:]
        yield octets[:place]
    yield octets + b"\n"


def test_what_was_signed_is_accepted() -> None:
    assert verified(signed(ANN), ANN.public) == ()
    assert verified(signed(ANN, BOB), ANN.public, BOB.public) == ()


@pytest.mark.parametrize("keys", [(ANN,), (ANN, BOB)], ids=["one", "two"])
def test_every_other_byte_is_noticed(keys: tuple[PrivateKey, ...]) -> None:
    octets = signed(*keys)
    publics = [key.public for key in keys]

    accepted = []
    for number, each in enumerate(altered(octets)):
        try:
            verified(each, *publics)
        except RecordError:
            continue
        accepted.append(number)

    assert accepted == []


def test_a_signature_of_another_key_is_told_and_not_believed() -> None:
    assert verified(signed(ANN, BOB), ANN.public) == (BOB.public.identity,)


def test_a_wrong_key_is_told_with_those_that_signed() -> None:
    with pytest.raises(Refuted, match="it is not signed by this key") as refuted:
        verified(signed(ANN, BOB), EVE.public)

    assert EVE.public.identity in refuted.value.what
    assert ANN.public.identity in refuted.value.where
    assert BOB.public.identity in refuted.value.where


def test_every_key_that_is_given_must_have_signed() -> None:
    with pytest.raises(Refuted, match="it is not signed by this key"):
        verified(signed(ANN), ANN.public, BOB.public)


def test_a_key_id_that_was_changed_is_told() -> None:
    form = json.loads(signed(ANN))
    form["signatures"][0]["keyid"] = BOB.public.identity

    for key in (ANN, BOB):
        with pytest.raises(Refuted, match=r"key id was changed|does not fit"):
            verified(canonical_json(form) + b"\n", key.public)


def test_the_signature_of_one_payload_does_not_fit_another() -> None:
    other = json.loads(Envelope(payload=payload_of(statement(seeds=2))).signed(ANN).spelled())
    form = json.loads(signed(ANN)) | {"payload": other["payload"]}

    with pytest.raises(Refuted, match="the signature does not fit"):
        verified(canonical_json(form) + b"\n", ANN.public)


def test_to_sign_again_adds_nothing() -> None:
    assert signed(ANN, ANN) == signed(ANN)


def changed(**parts: Any) -> bytes:
    return canonical_json(json.loads(signed(ANN)) | parts) + b"\n"


SIGNATURE = {"keyid": "a", "sig": base64.b64encode(bytes(64)).decode()}


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"", "expected a statement, found something else"),
        (b"{}\n", "expected a statement, found something else"),
        (b"[]\n", "expected a statement, found something else"),
        (b'{"payload":""}', "the end of its line"),
        (b'{"payload":""}\n', "has payload, payloadType and signatures, found payload"),
        (b'{"payload":"\xff"}\n', "is no text in UTF-8"),
        (b'{"payload":NaN}\n', "NaN is no number"),
        (b'{"payload":' + b"[" * 100_000 + b"\n", "cannot be read"),
        (b'{"payload":' + b"[" * 25 + b"]" * 25 + b"}\n", "nested deeper than 24 levels"),
        (b'{"payload":' + b"9" * 5000 + b"}\n", "cannot be read"),
        (b'{"payload":"","payload":"e30="}\n', "is not spelled as it is written"),
        (json.dumps(json.loads(signed(ANN)), indent=1).encode(), "a copy of one that was formatted anew"),
        (signed(ANN).replace(b",", b", ", 1), "is not spelled as it is written"),
        (changed(zeal=1), "found payload, payloadType, signatures, zeal"),
        (changed(payloadType="application/json"), "the payload is of the type"),
        (changed(payload="e30"), "expected bytes in base64"),
        (changed(payload="e3-="), "expected bytes in base64"),
        (changed(payload="e31="), "expected bytes in base64"),
        (changed(payload=7), "expected bytes in base64"),
        (changed(signatures=[]), "1 to 64 signatures"),
        (changed(signatures=[SIGNATURE] * (SIGNATURES_MAX + 1)), "1 to 64 signatures"),
        (changed(signatures=[SIGNATURE] * 2), "stands there more than once"),
        (changed(signatures=[{"sig": SIGNATURE["sig"]}]), "a signature has keyid and sig"),
        (changed(signatures=[SIGNATURE | {"sig": "YQ=="}]), "a signature has 64 bytes, found 1"),
    ],
)
def test_what_is_no_envelope_is_told(octets: bytes, told: str) -> None:
    with pytest.raises(DamagedStatement, match=told):
        read_envelope(octets, "statement.json")
