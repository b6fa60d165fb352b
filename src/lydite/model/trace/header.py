"""The header of a trace: what run it claims to be, and where it was made.

The *claim* (version, trial, seed, configuration, schedule, way of hashing payloads) is bound: its
canonical JSON is the first link of the chain, so that two runs with equal digests are the same run
of the same trial. The rest is *provenance*: which code and which Python made this trace. It is kept
outside the chain on purpose, because the digest must be equal on every Python and must not move
when code is tidied; and so is the level, because how much was kept says nothing about what happened.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from lydite.model.canonical import Facts, Plain, canonical_json, plain
from lydite.model.errors import InputError
from lydite.model.schedule import Fault, Schedule
from lydite.model.trace.spelling import decode_json

TRACE_VERSION: Final = 1
"""The one format that this code writes and reads."""

HEADER_BYTES_MAX: Final = 16 * 1024 * 1024
"""A longer header is not read: a damaged length must not fill the memory."""

Given = TypeVar("Given")
Member = TypeVar("Member", bound=StrEnum)


class Payload(StrEnum):
    """How the bytes that a program sent are remembered."""

    CRC32 = "crc32"
    """Four bytes: finds every accident, and costs little."""
    BLAKE2B = "blake2b"
    """Sixteen bytes: evidence, which nobody can forge."""


class Level(StrEnum):
    """How much of a trace is kept. The digest is the same at every level."""

    DIGEST = "digest"
    CHECKPOINTS = "checkpoints"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a trace says of itself: first the claim, which the digest binds, then level and provenance."""

    version: int = TRACE_VERSION
    trial: str
    seed: int
    configuration: Facts = field(default_factory=dict)
    schedule: Schedule = field(default_factory=Schedule)
    payload: Payload = Payload.CRC32
    level: Level = Level.DIGEST
    code_digest: str = ""
    code_files: Facts = field(default_factory=dict)
    """The digest of each file of the code, by name: says *which* file is another one."""
    python: str = ""
    lydite: str = ""

    def claim(self) -> Facts:
        """The part that the digest binds."""
        return {
            "version": self.version,
            "trial": self.trial,
            "seed": self.seed,
            "configuration": plain(self.configuration, "configuration"),
            "schedule": self.schedule.as_plain(),
            "payload": self.payload.value,
        }

    def provenance(self) -> Facts:
        """Where the trace was made: never bound."""
        return {
            "code_digest": self.code_digest,
            "code_files": plain(self.code_files, "code_files"),
            "python": self.python,
            "lydite": self.lydite,
        }

    def as_plain(self) -> Facts:
        """The JSON form."""
        return {"claim": self.claim(), "level": self.level.value, "provenance": self.provenance()}

    def genesis(self) -> bytes:
        """The first link of the chain: BLAKE2b-256 of the claim's one spelling."""
        return hashlib.blake2b(canonical_json(self.claim()), digest_size=32).digest()

    @classmethod
    def from_plain(cls, value: object) -> "Header":
        """A header from its JSON form, or a `ValueError` that names the part."""
        top = _exactly(value, "header", ("claim", "level", "provenance"))
        claim = _exactly(
            top["claim"], "claim", ("version", "trial", "seed", "configuration", "schedule", "payload")
        )
        provenance = _exactly(
            top["provenance"], "provenance", ("code_digest", "code_files", "python", "lydite")
        )
        return cls(
            version=_given(claim, "version", int),
            trial=_given(claim, "trial", str),
            seed=_given(claim, "seed", int),
            configuration=_given(claim, "configuration", dict),
            schedule=_schedule(_given(claim, "schedule", list)),
            payload=_member(claim, "payload", Payload),
            level=_member(top, "level", Level),
            code_digest=_given(provenance, "code_digest", str),
            code_files=_given(provenance, "code_files", dict),
            python=_given(provenance, "python", str),
            lydite=_given(provenance, "lydite", str),
        )


def encode_header(header: Header) -> bytes:
    """The bytes of a header, after the proof that they can be read back."""
    encoded = canonical_json(header.as_plain())
    try:
        decode_header(encoded)
    except ValueError as error:
        raise InputError(f"a trace cannot have this header: {error}", where=header.trial) from error
    if len(encoded) > HEADER_BYTES_MAX:
        raise InputError(
            f"a header may have {HEADER_BYTES_MAX:,} bytes, this one has {len(encoded):,}",
            where=header.trial,
            remedy="shorten its configuration or its schedule",
        )
    return encoded


def decode_header(encoded: bytes) -> Header:
    """The header that these bytes spell, or a `ValueError`; another spelling of it is refused."""
    value = decode_json(encoded)
    header = Header.from_plain(value)
    if header.version != TRACE_VERSION:
        raise ValueError(f"version is {TRACE_VERSION} there, found {header.version}")
    return header


def _schedule(items: list[Plain]) -> Schedule:
    # Not `Schedule.from_plain`: that sorts, and the claim is about the order as it was given.
    try:
        return Schedule(
            tuple(Fault.from_plain(item, f"schedule[{index}]") for index, item in enumerate(items))
        )
    except InputError as error:
        raise ValueError(str(error)) from None


def _exactly(value: object, name: str, keys: tuple[str, ...]) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} is an object, found {type(value).__name__}")
    if set(value) != set(keys):
        raise ValueError(
            f"{name} has exactly {', '.join(keys)}; found {', '.join(map(str, value)) or 'none'}"
        )
    return dict(value)


def _given(values: Mapping[str, object], name: str, wanted: type[Given]) -> Given:
    value = values[name]
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise ValueError(f"{name} is {wanted.__name__}, found {value!r}")
    return value


def _member(values: Mapping[str, object], name: str, members: type[Member]) -> Member:
    value = values[name]
    for member in members:
        if value == member.value:
            return member
    raise ValueError(f"{name} is one of {', '.join(members)}, found {value!r}")
