"""What a trial leaves of its runs: of each seed the verdict and the digest of its trace, with the code that was run.

It is one JSON document for a trial in a campaign, in its one spelling. Whoever doubts a line of it runs that seed.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from lydite.model import (
    CorruptRecord,
    Facts,
    InputError,
    OtherVersion,
    Verdict,
    as_form,
    canonical_json,
    from_form,
)
from lydite.statements.merkle import root_of
from lydite.statements.strict import strict_json

RUNS: Final = "runs"
"""What the artefact of a case is called that has its runs in it."""

RUNS_FORMAT: Final = "lydite-runs"
RUNS_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDigest:
    """One run, by what it came to."""

    seed: int
    verdict: Verdict
    failed: str
    """What it failed by: the check, or the error that ended it; empty where it did not fail."""
    digest: str
    """The hash of its trace; empty where it was stopped and left none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a target was made of."""

    target: str
    """As it is typed to run it."""
    calm: bool = False
    """Were its trials run without the faults of their storms?"""
    digest: str
    """Of all its own modules."""
    files: Facts = field(default_factory=dict)
    """The digest of the source of each of them."""
    platform: str
    """The digest of Lydite's own sources."""
    lydite: str
    python: str
    dependencies: Facts = field(default_factory=dict)
    """The installed distributions that it imports, with their versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRuns:
    """All runs of one trial in one campaign, by their seeds."""

    trial: str
    """Its name in the target: `counter.converges`."""
    configuration: str
    """The digest of its map, its tempo and its limits."""
    code: Code
    runs: tuple[RunDigest, ...]

    @property
    def root(self) -> str:
        """The Merkle root of the runs."""
        return root_of_runs(self.runs)


def root_of_runs(runs: tuple[RunDigest, ...]) -> str:
    """The Merkle root of runs; each leaf is the canonical JSON of a run."""
    return root_of([canonical_json(as_form(run)) for run in runs])


def runs_document(trial: TrialRuns) -> bytes:
    """The document of a trial's runs."""
    form: dict[str, Any] = {"format": RUNS_FORMAT, "version": RUNS_VERSION, "root": trial.root}
    return canonical_json(form | as_form(trial))


def runs_from(octets: bytes, where: str) -> TrialRuns:
    """The runs of a document; an error that names the place, where it is none."""
    form = strict_json(octets, "the record of runs", where)
    root = _without_head(form, where)
    try:
        trial = from_form(TrialRuns, form)
    except InputError as error:
        raise CorruptRecord(error.what, where=f"{where}, {error.where}", remedy=error.remedy) from error
    if trial.root != root:
        raise CorruptRecord("the runs are not those that the root of their record stands for", where=where)
    return trial


def _without_head(form: dict[str, Any], where: str) -> object:
    """Take what stands beside the value out of the form, and return the root."""
    if form.pop("format", None) != RUNS_FORMAT:
        raise CorruptRecord(f"expected a record of runs, whose `format` is {RUNS_FORMAT!r}", where=where)
    version = form.pop("version", None)
    if version != RUNS_VERSION or isinstance(version, bool):
        raise OtherVersion(
            f"expected version {RUNS_VERSION} of the record of runs, found {version!r:.40}", where=where
        )
    return form.pop("root", None)
