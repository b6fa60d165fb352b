"""The failure file: everything a stranger needs to repeat one failed run, in one small JSON document.

It holds the target, the seed and the fault schedule written out, so that it outlives changes to the storm
that drew it; what was found; and the digests of the trace and of the code, so that a replay can tell
whether it met the same run of the same code. It is plain data: reading it runs nothing.
"""

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import lydite
from lydite.model import (
    CorruptRecord,
    Ending,
    Facts,
    Finding,
    InputError,
    LyditeError,
    OtherVersion,
    Schedule,
    Verdict,
    digest_of,
)
from lydite.runner.documents import ending_as_plain, finding_as_plain, finding_from_plain
from lydite.runner.orders import Description, Listed, Parts, Run, parts_as_plain, parts_from_plain

FORMAT: Final = "lydite-failure"
FAILURE_VERSION: Final = 1
BYTES_MAX: Final = 16 * 1024 * 1024
"""A larger file is not read: a damaged or foreign one must not fill the memory."""

FOLDER: Final = ".lydite/failures"
SUFFIX: Final = ".failure.json"
NAME_MAX: Final = 100
"""So many letters of a label stand in the name of a file: those of a parametrized test have no end."""

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failed run, ready to be repeated."""

    target: str
    label: str
    trial: str
    mutant: str
    seed: int
    schedule: Schedule | None
    """The faults written out; None where the run died before it could say which they were."""
    parts: Parts = field(default_factory=dict)
    """Of what the trial does several of, the numbers that are kept; empty where nothing was left out."""
    configuration: str
    verdict: Verdict
    finding: Finding | None
    ending: Ending | None
    digest: str
    records: int
    last_words: Facts
    code_digest: str
    code_files: Facts
    platform_digest: str
    dependencies: Facts
    python: str = field(default_factory=platform.python_version)
    lydite: str = lydite.__version__

    @property
    def kind(self) -> str:
        """What must come again for a replay to be the same failure: the check, or the class of the ending."""
        if self.finding is not None:
            return self.finding.check
        return self.ending.error if self.ending is not None else ""

    def file_name(self) -> str:
        """The name of its file: trial, mutant if there is one, seed."""
        parts = [self.label, self.mutant, str(self.seed)]
        return "-".join(in_file_name(part) for part in parts if part) + SUFFIX

    def in_words(self) -> str:
        """What failed, for whoever may see nothing else of it."""
        planted = f" with the mutant {self.mutant}" if self.mutant else ""
        told = (
            self.finding.message if self.finding is not None else self.ending.message if self.ending else ""
        )
        return f"{self.label}{planted} failed with seed {self.seed}: {self.kind}: {told}"

    def as_plain(self) -> dict[str, Any]:
        """The JSON document, without what binds it to a place: its checksum and its replay command."""
        return {
            "format": FORMAT,
            "version": FAILURE_VERSION,
            "target": self.target,
            "label": self.label,
            "trial": self.trial,
            "mutant": self.mutant,
            "seed": self.seed,
            "schedule": None if self.schedule is None else self.schedule.as_plain(),
            "parts": parts_as_plain(self.parts),
            "configuration": self.configuration,
            "verdict": str(self.verdict),
            "finding": None if self.finding is None else finding_as_plain(self.finding),
            "ending": None if self.ending is None else ending_as_plain(self.ending),
            "digest": self.digest,
            "records": self.records,
            "last_words": dict(self.last_words),
            "code_digest": self.code_digest,
            "code_files": dict(self.code_files),
            "platform_digest": self.platform_digest,
            "dependencies": dict(self.dependencies),
            "python": self.python,
            "lydite": self.lydite,
        }


def in_file_name(text: str) -> str:
    """A text as a part of the name of a file: of a long one its beginning, and what tells it from others."""
    spelled = re.sub(r"[^\w.-]", "_", text)
    return spelled if len(spelled) <= NAME_MAX else f"{spelled[:NAME_MAX]}-{digest_of(text)[:12]}"


def failure_of(
    run: Run, listed: Listed, description: Description, *, mutant: str, dependencies: Facts
) -> Failure:
    """The failure that a run is."""
    result = run.result
    return Failure(
        target=listed.target,
        label=listed.label,
        trial=listed.name,
        mutant=mutant,
        seed=result.seed,
        schedule=run.schedule,
        parts=run.order.parts,
        configuration=listed.configuration,
        verdict=result.verdict,
        finding=result.finding,
        ending=result.ending,
        digest=result.digest,
        records=result.records,
        last_words=run.last_words,
        code_digest=description.code_digest,
        code_files=description.code_files,
        platform_digest=description.platform_digest,
        dependencies=dependencies,
    )


def write_failure(failure: Failure, folder: Path, *, name: str = "") -> Path:
    """Write the file whole or not at all, under its own name or another one; returns where it is."""
    path = folder / (name or failure.file_name())
    document = {**failure.as_plain(), "replay": f"lydite replay {path}"}
    document["checksum"] = digest_of(document)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        partial.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise InputError(
            f"{failure.in_words()}, and its failure file cannot be written: {error.strerror}",
            where=str(path),
            remedy="name another folder (--out, below pytest --lydite-out), and run it again",
        ) from error
    return path


def read_failure(path: Path) -> Failure:
    """Read a failure file; every damage is told with its place.

    The checksum is over the canonical JSON of the document, so its layout is free.
    """
    document = _document(path)
    where = str(path)
    if document.get("format") != FORMAT:
        raise CorruptRecord("this is not a failure file", where=where, remedy=f"one ends in {SUFFIX}")
    if document.get("version") != FAILURE_VERSION:
        raise OtherVersion(
            f"the failure file is of version {document.get('version')!r}, this Lydite reads {FAILURE_VERSION}",
            where=where,
            remedy="replay it with the Lydite that wrote it: "
            + (str(document.get("lydite")) if "lydite" in document else "an earlier or later one"),
        )
    checksum = document.pop("checksum", None)
    if checksum != digest_of(document):
        raise CorruptRecord(
            "the failure file was changed after it was written: its checksum does not fit",
            where=where,
            remedy="take an undamaged copy, or run the seed again",
        )
    try:
        return _failure(document, where)
    except InputError as error:
        raise CorruptRecord(error.what, where=f"{where}, {error.where}", remedy=error.remedy) from error


def _document(path: Path) -> dict[str, Any]:
    where = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
    except FileNotFoundError as error:
        raise InputError(
            "there is no such failure file", where=where, remedy=f"look in {FOLDER}, where runs leave them"
        ) from error
    except OSError as error:
        raise InputError(f"the failure file cannot be read: {error.strerror}", where=where) from error
    if len(content) > BYTES_MAX:
        raise CorruptRecord(f"a failure file has at most {BYTES_MAX:,} bytes", where=where)
    try:
        document = json.loads(content)
    except UnicodeDecodeError as error:
        raise CorruptRecord("the failure file is not text", where=f"{where}, byte {error.start}") from error
    except (json.JSONDecodeError, RecursionError) as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        raise CorruptRecord(
            "the failure file is damaged or cut short: it is no JSON",
            where=f"{where}, {place}",
            remedy="take an undamaged copy, or run the seed again",
        ) from error
    if not isinstance(document, dict):
        raise CorruptRecord("the failure file holds no object", where=where)
    return document


def _failure(document: Mapping[str, Any], where: str) -> Failure:
    def take(name: str, kind: type[Given]) -> Given:
        return _take(document, name, kind, where)

    finding, ending = document.get("finding"), document.get("ending")
    try:
        return Failure(
            target=take("target", str),
            label=take("label", str),
            trial=take("trial", str),
            mutant=take("mutant", str),
            seed=take("seed", int),
            schedule=Schedule.from_plain(take("schedule", list))
            if document.get("schedule") is not None
            else None,
            parts=_parts(document.get("parts", {}), where),
            configuration=take("configuration", str),
            verdict=Verdict(take("verdict", str)),
            finding=None if finding is None else finding_from_plain(finding),
            ending=None if ending is None else Ending(**ending),
            digest=take("digest", str),
            records=take("records", int),
            last_words=take("last_words", dict),
            code_digest=take("code_digest", str),
            code_files=take("code_files", dict),
            platform_digest=take("platform_digest", str),
            dependencies=take("dependencies", dict),
            python=take("python", str),
            lydite=take("lydite", str),
        )
    except LyditeError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptRecord(f"a field of the failure file is damaged: {error}", where=where) from error


def _parts(value: object, where: str) -> Parts:
    """The numbers that are kept of each part; a file that tells of none keeps everything."""
    if isinstance(value, dict) and all(
        isinstance(numbers, list) and all(type(number) is int and number > 0 for number in numbers)
        for numbers in value.values()
    ):
        return parts_from_plain(value)
    raise CorruptRecord(
        "the field 'parts' of the failure file is an object of lists of numbers from 1", where=where
    )


def _take(document: Mapping[str, Any], name: str, kind: type[Given], where: str) -> Given:
    value = document.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        found = "nothing" if name not in document else type(value).__name__
        raise CorruptRecord(
            f"the field {name!r} of the failure file is {kind.__name__}, found {found}", where=where
        )
    return value
