"""A statement: what somebody signs of a campaign, as an in-toto test result with everything that re-execution needs.

The form of in-toto says what its readers know: subjects by digest, the result, and the names of the tests. Lydite's own
facts stand beside them in one extension of the predicate. All the rest follows from them, so a reader who knows the
extension can tell whether both say the same.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from lydite.model import (
    Decision,
    InputError,
    OtherVersion,
    Outcome,
    Standing,
    Verdict,
    Work,
    as_form,
    canonical_json,
    from_form,
    schema_of,
)
from lydite.statements.errors import DamagedStatement, Refuted
from lydite.statements.merkle import root_of
from lydite.statements.runs import Code, RunDigest
from lydite.statements.strict import strict_json

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://in-toto.io/attestation/test-result/v0.1"
EXTENSION: Final = "lyditeCampaign"
"""The field of the predicate with Lydite's own facts."""

STATEMENT_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What was carried out, and where."""

    identity: str
    """The name of the campaign."""
    target: str
    preset: str
    seed: int
    """The first seed of every trial."""
    phases: tuple[str, ...]
    """Their names, in the order in which they are carried out."""
    begun: str
    reproduce: str
    """The command that carries it out again."""
    code: str
    """The digest of the code of all its targets; empty where no phase knows one."""
    commit: str
    """The commit for people, with a plus where files were changed."""
    git_commit: str
    """The whole name of the commit, where no file was changed and git knew it."""
    machine: str
    """Equal for machines whose figures may be compared."""
    python: str
    lydite: str
    """The version that the statement was made with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFacts:
    """What became of a phase."""

    name: str
    work: Work
    outcome: Outcome
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What became of one thing that was tried."""

    name: str
    subject: str
    suite: str
    outcome: Outcome
    runs: int
    failures: int
    safety: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFacts:
    """The runs of a trial, each of which can be done again."""

    case: str
    """The case that they make."""
    trial: str
    """Its name in the target."""
    target: str
    """Whose code it is."""
    configuration: str
    """The digest of its map, its tempo and its limits."""
    root: str
    """The Merkle root of its runs."""
    runs: tuple[RunDigest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A campaign as it is signed."""

    configuration: Configuration
    verdict: Verdict
    sentence: str
    interrupted: bool
    result: str
    """The digest of the whole result, of which this tells a part."""
    url: str
    """Where the campaign can be seen; empty where nowhere."""
    decision: Decision
    phases: tuple[PhaseFacts, ...]
    cases: tuple[CaseFacts, ...]
    codes: tuple[Code, ...]
    """The code of each target whose trials were run."""
    trials: tuple[TrialFacts, ...]
    root: str
    """The Merkle root of the trials with their roots."""

    @property
    def runs(self) -> int:
        """How many runs it tells of."""
        return sum(len(trial.runs) for trial in self.trials)

    @property
    def standing(self) -> str:
        """The result in the words of in-toto: PASSED, WARNED or FAILED."""
        if self.verdict is Verdict.VIOLATED or self.decision.standing is Standing.FAILED or self.failed:
            return "FAILED"
        good = self.verdict is Verdict.HOLDS and self.decision.standing is Standing.PASSED
        return "PASSED" if good and not self.interrupted else "WARNED"

    @property
    def passed(self) -> tuple[str, ...]:
        """The names of the cases that passed."""
        return self._names(Outcome.PASSED)

    @property
    def warned(self) -> tuple[str, ...]:
        """Those that prove nothing, or were left out."""
        return self._names(Outcome.UNKNOWN, Outcome.SKIPPED)

    @property
    def failed(self) -> tuple[str, ...]:
        """Those that failed, or could not be carried out."""
        return self._names(Outcome.FAILED, Outcome.BROKEN)

    def _names(self, *outcomes: Outcome) -> tuple[str, ...]:
        return tuple(case.name for case in self.cases if case.outcome in outcomes)


def root_of_trials(trials: tuple[TrialFacts, ...]) -> str:
    """The Merkle root of trials; each leaf is the canonical JSON of a trial, with how many runs it has for them."""
    return root_of(
        [
            canonical_json(
                {
                    "case": trial.case,
                    "configuration": trial.configuration,
                    "root": trial.root,
                    "runs": len(trial.runs),
                    "target": trial.target,
                    "trial": trial.trial,
                }
            )
            for trial in trials
        ]
    )


def payload_of(statement: Statement) -> bytes:
    """The bytes that are signed."""
    return canonical_json(in_toto(statement))


def statement_from(payload: bytes, where: str) -> Statement:
    """The statement of a payload; an error that names the place, where it is none, or says two things at once."""
    form = strict_json(payload, "the payload", where)
    for name, wanted in (("_type", STATEMENT_TYPE), ("predicateType", PREDICATE_TYPE)):
        if form.get(name) != wanted:
            raise DamagedStatement(
                f"expected {wanted}, found {form.get(name)!r:.100}", where=f"{where}, {name}"
            )
    predicate = form.get("predicate")
    extension = predicate.get(EXTENSION) if isinstance(predicate, dict) else None
    if not isinstance(predicate, dict) or not isinstance(extension, dict):
        raise DamagedStatement(
            f"its predicate has no object {EXTENSION}: `lydite sign` did not make it", where=where
        )
    statement = _of_extension({**extension}, where)
    expected = in_toto(statement)
    _refuse_others(expected, form, "", where)
    _refuse_others(expected["predicate"], predicate, "predicate.", where)
    return statement


def in_toto(statement: Statement) -> dict[str, Any]:
    """The form of in-toto."""
    predicate = {
        "result": statement.standing,
        "configuration": [
            {
                "name": statement.configuration.identity,
                "mediaType": "application/json",
                "digest": {"sha256": _sha256(as_form(statement.configuration))},
            }
        ],
        "passedTests": list(statement.passed),
        "warnedTests": list(statement.warned),
        "failedTests": list(statement.failed),
        EXTENSION: {"version": STATEMENT_VERSION, **as_form(statement)},
    }
    return {
        "_type": STATEMENT_TYPE,
        "subject": _subjects(statement),
        "predicateType": PREDICATE_TYPE,
        "predicate": {**predicate, "url": statement.url} if statement.url else predicate,
    }


def statement_schema() -> dict[str, Any]:
    """The JSON schema of the extension (draft 2020-12)."""
    schema = schema_of(Statement, f"What Lydite adds to an in-toto test result, as {EXTENSION}")
    extension = schema["$defs"].pop("Statement")
    extension["properties"] = {"version": {"const": STATEMENT_VERSION}, **extension["properties"]}
    extension["required"] = list(extension["properties"])
    return {"$schema": schema["$schema"], "title": schema["title"], **extension, "$defs": schema["$defs"]}


def _subjects(statement: Statement) -> list[dict[str, Any]]:
    """What was tested, by digest: the code of each target, and the commit that it is of."""
    configuration = statement.configuration
    digests = {code.target: {"lyditeCode": code.digest} for code in statement.codes}
    if not digests and configuration.code:
        digests = {configuration.target: {"lyditeCode": configuration.code}}
    if not digests and not configuration.git_commit:
        # Nobody knows what was tested; then the statement is about the result itself.
        digests = {configuration.target: {"lyditeResult": statement.result}}
    commit = {"gitCommit": configuration.git_commit} if configuration.git_commit else {}
    digests = digests or {configuration.target: {}}
    return [{"name": name, "digest": {**digest, **commit}} for name, digest in sorted(digests.items())]


def _of_extension(form: dict[str, Any], where: str) -> Statement:
    place = f"{where}, predicate.{EXTENSION}"
    version = form.pop("version", None)
    if version != STATEMENT_VERSION or isinstance(version, bool):
        raise OtherVersion(
            f"expected version {STATEMENT_VERSION} of {EXTENSION}, found {version!r:.40}", where=place
        )
    try:
        return from_form(Statement, form)
    except InputError as error:
        named = f"{place}.{error.where}" if error.where else place
        raise DamagedStatement(error.what, where=named, remedy=error.remedy) from error


def _refuse_others(expected: dict[str, Any], found: dict[str, Any], above: str, where: str) -> None:
    """An error where the form of in-toto says something else than the extension. What it says more is let be."""
    for name in (*expected, "url"):
        # The extension itself was read strictly, and may be of before some of its fields came.
        if name not in {"predicate", EXTENSION} and found.get(name) != expected.get(name):
            raise Refuted(
                f"{above}{name} is not what {EXTENSION} says", where=where, remedy="do not rely on either"
            )


def _sha256(form: Any) -> str:
    return hashlib.sha256(canonical_json(form)).hexdigest()
