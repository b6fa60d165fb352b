"""A certificate authority: real X.509 certificates with P-256 keys, the same ones in every run.

Written out in Python so that no key needs to be kept in the repository, no program of the machine is
needed to make one, and a certificate that a scenario notes down is equal everywhere. For tests only:
its keys are made of their names.
"""

import base64
import hashlib
import textwrap
from dataclasses import dataclass

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
Point = tuple[int, int]
GENERATOR: Point = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)

FIRST_DAY, LAST_DAY = b"240101000000Z", b"491231235959Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A key and a certificate for it, as PEM."""

    name: str
    secret: int
    certificate: str
    key: str


def authority(name: str) -> Identity:
    """Somebody who signs certificates, the own one first."""
    return _issue(name, None, ())


def issue(issuer: Identity, name: str, *hosts: str) -> Identity:
    """A certificate for whoever has this name, and serves these hosts."""
    return _issue(name, issuer, hosts)


def _issue(name: str, issuer: Identity | None, hosts: tuple[str, ...]) -> Identity:
    secret = _number(b"key", name.encode()) % (ORDER - 1) + 1
    public = _bytes_of(_multiply(secret, GENERATOR))
    signer, signed_by = (issuer.secret, issuer.name) if issuer else (secret, name)
    algorithm = _sequence(_oid(1, 2, 840, 10045, 4, 3, 2))
    body = _sequence(
        _explicit(0, _integer(2)),
        _integer(_number(b"serial", name.encode()) >> 100),
        algorithm,
        _distinguished(signed_by),
        _sequence(_tagged(0x17, FIRST_DAY), _tagged(0x17, LAST_DAY)),
        _distinguished(name),
        _sequence(_sequence(_oid(1, 2, 840, 10045, 2, 1), _P256), _bits(public)),
        _explicit(3, _sequence(*_extensions(public, signer, hosts, is_authority=issuer is None))),
    )
    certificate = _sequence(body, algorithm, _bits(_sign(signer, body)))
    key = _sequence(
        _integer(1), _tagged(4, secret.to_bytes(32, "big")), _explicit(0, _P256), _explicit(1, _bits(public))
    )
    return Identity(
        name=name,
        secret=secret,
        certificate=_pem("CERTIFICATE", certificate),
        key=_pem("EC PRIVATE" + " KEY", key),
    )


def _extensions(public: bytes, signer: int, hosts: tuple[str, ...], *, is_authority: bool) -> list[bytes]:
    own = hashlib.sha1(public).digest()
    issuers = hashlib.sha1(_bytes_of(_multiply(signer, GENERATOR))).digest()
    basic = _sequence(_tagged(1, b"\xff")) if is_authority else _sequence()
    usage = b"\x03\x02\x01\x06" if is_authority else b"\x03\x02\x07\x80"
    found = [
        _extension((2, 5, 29, 19), basic, critical=True),
        _extension((2, 5, 29, 15), usage, critical=True),
        _extension((2, 5, 29, 14), _tagged(4, own)),
        _extension((2, 5, 29, 35), _sequence(_tagged(0x80, issuers))),
    ]
    if hosts:
        found.append(_extension((2, 5, 29, 17), _sequence(*(_tagged(0x82, host.encode()) for host in hosts))))
    return found


def _extension(kind: tuple[int, ...], value: bytes, *, critical: bool = False) -> bytes:
    return _sequence(_oid(*kind), _tagged(1, b"\xff") if critical else b"", _tagged(4, value))


def _distinguished(name: str) -> bytes:
    return _sequence(_tagged(0x31, _sequence(_oid(2, 5, 4, 3), _tagged(0x0C, name.encode()))))


# The curve.


def _add(left: Point | None, right: Point | None) -> Point | None:
    if left is None or right is None:
        return right if left is None else left
    (x1, y1), (x2, y2) = left, right
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    rise, run = (3 * x1 * x1 - 3, 2 * y1) if left == right else (y2 - y1, x2 - x1)
    slope = rise * pow(run, -1, P) % P
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def _multiply(factor: int, point: Point) -> Point:
    total: Point | None = None
    doubled: Point | None = point
    while factor:
        if factor & 1:
            total = _add(total, doubled)
        doubled = _add(doubled, doubled)
        factor >>= 1
    assert total is not None
    return total


def _sign(secret: int, message: bytes) -> bytes:
    digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
    nonce = _number(b"nonce", secret.to_bytes(32, "big") + message) % (ORDER - 1) + 1
    r = _multiply(nonce, GENERATOR)[0] % ORDER
    s = pow(nonce, -1, ORDER) * (digest + r * secret) % ORDER
    return _sequence(_integer(r), _integer(s))


def _number(purpose: bytes, text: bytes) -> int:
    return int.from_bytes(hashlib.sha256(purpose + b"\0" + text).digest(), "big")


def _bytes_of(point: Point) -> bytes:
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


# The encoding: DER, and PEM around it.


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _explicit(number: int, content: bytes) -> bytes:
    return _tagged(0xA0 | number, content)


def _integer(value: int) -> bytes:
    return _tagged(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _bits(content: bytes) -> bytes:
    return _tagged(3, b"\0" + content)


def _oid(first: int, second: int, *rest: int) -> bytes:
    content = bytes((first * 40 + second,))
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | (number & 0x7F))
        content += bytes(reversed(groups))
    return _tagged(6, content)


def _pem(label: str, content: bytes) -> str:
    lines = textwrap.wrap(base64.b64encode(content).decode(), 64)
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))


_P256 = _oid(1, 2, 840, 10045, 3, 1, 7)
