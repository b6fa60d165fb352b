"""Artefacts: files that belong to a result, with their digests, so that a later reader knows them again."""

import hashlib
from pathlib import Path

from lydite.model import Artefact

CHUNK_BYTES = 1 << 20


def artefact_of(name: str, path: Path) -> Artefact:
    """A file that is there."""
    digest, size = hashlib.blake2b(digest_size=32), 0
    with path.open("rb") as file:
        while octets := file.read(CHUNK_BYTES):
            digest.update(octets)
            size += len(octets)
    return Artefact(name=name, path=str(path), digest=digest.hexdigest(), size=size)
