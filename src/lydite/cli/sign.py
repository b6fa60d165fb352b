"""`lydite sign`: a campaign and what the gates say of it, as a statement that a stranger can check."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from urllib.parse import urlsplit

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import (
    HistoryOption,
    JsonOption,
    PartialOption,
    PreviousOption,
    TodayOption,
    WaiversOption,
)
from lydite.model import CampaignResult, Decision, InputError

if TYPE_CHECKING:
    from lydite.statements import Envelope, PrivateKey, Statement

VARIABLE = "LYDITE_SIGNING_KEY"

STATEMENT = Path("statement.json")

URL_LETTERS_MAX = 2000


ResultArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="RESULT",
        help="The JSON file of a campaign's result, its name in the history, or a statement to sign as well.",
    ),
]
KeyOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help=f"The private key; the variable {VARIABLE} unless given."),
]
StatementOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Where the statement goes; statement.json unless given."),
]
UrlOption: TypeAlias = Annotated[
    str,
    typer.Option("--run-url", metavar="URL", help="Where the campaign can be seen, told in the statement."),
]


def sign(
    what: ResultArgument,
    *,
    key: KeyOption = None,
    out: StatementOption = None,
    previous: PreviousOption = None,
    waivers: WaiversOption = None,
    partial: PartialOption = False,
    today: TodayOption = "",
    history: HistoryOption = "",
    run_url: UrlOption = "",
    as_json: JsonOption = False,
) -> Exit:
    """Sign what a campaign has found and what the gates say of it, with the digest of every run."""
    from lydite.cli.gate import decided
    from lydite.cli.kept import rules_of
    from lydite.cli.signed import is_envelope, write_signed
    from lydite.config import load

    private = _key(key)
    if is_envelope(Path(what)):
        _refuse_judging(given=bool(previous or waivers or partial or today or history or run_url))
        statement, envelope = _opened(Path(what))
        place = out or Path(what)
    else:
        _refuse_url(run_url)
        rules = rules_of(load().settings)
        rules = rules.relaxed() if partial else rules
        result, decision = decided(
            what, rules, previous=previous, waivers=waivers, today=today, history=history
        )
        statement, envelope = _made(Path(what), result, decision, run_url)
        place = out or STATEMENT
    envelope = envelope.signed(private)
    size = write_signed(place, envelope)
    signed = _Signed(place=place, size=size, statement=statement, envelope=envelope)
    if as_json:
        _say_json(signed, private)
    else:
        _say(signed, private, key)
    return Exit.HOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """What was written."""

    place: Path
    size: int
    statement: "Statement"
    envelope: "Envelope"


def _key(path: Path | None) -> "PrivateKey":
    """The private key: of the file, or of the variable."""
    from lydite.statements import private_key, read_private

    if path is not None:
        return read_private(path)
    pem = os.environ.get(VARIABLE, "")
    if not pem:
        raise InputError(
            "nobody signs without a key",
            where="--key",
            remedy=f"name the file of a private key, or set {VARIABLE}; `lydite new-key FILE` makes one",
        )
    return private_key(pem, f"the variable {VARIABLE}")


def _made(file: Path, result: CampaignResult, decision: Decision, url: str) -> "tuple[Statement, Envelope]":
    """The statement of a campaign."""
    from lydite.cli.progress import ProgressBar
    from lydite.runner import whole_commit
    from lydite.statements import Envelope, kept_runs, payload_of, statement_of

    commit = whole_commit(Path.cwd(), result.commit)
    with ProgressBar() as bar:
        bar.show(str(file), 0, 0, "reading its runs")
        kept = kept_runs(result, (file.parent / "runs",))
        statement = statement_of(result, decision, kept, git_commit=commit, url=url)
        return statement, Envelope(payload=payload_of(statement))


def _opened(file: Path) -> "tuple[Statement, Envelope]":
    """The statement that somebody has signed already."""
    from lydite.cli.signed import read_signed
    from lydite.statements import Refuted, contradictions, statement_from

    envelope = read_signed(file)
    statement = statement_from(envelope.payload, str(file))
    problems = contradictions(statement)
    if problems:
        raise Refuted(f"it contradicts itself: {'; '.join(problems)}", where=str(file))
    return statement, envelope


def _refuse_judging(*, given: bool) -> None:
    if given:
        raise InputError(
            "a statement says already what the gates say, and a signature more changes nothing of it",
            where="--previous, --waivers, --partial, --today, --history, --run-url",
            remedy="leave these options out, or name the result",
        )


def _refuse_url(url: str) -> None:
    """An error where a URL would be none for others, or tell them a secret."""
    if not url:
        return
    try:
        parts = urlsplit(url)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc
    except ValueError:
        wrong = True
    if wrong or len(url) > URL_LETTERS_MAX or not url.isprintable() or " " in url:
        raise InputError("expected a URL of http or https, without a user and a password", where="--run-url")


def _say(signed: _Signed, private: "PrivateKey", key: Path | None) -> None:
    from lydite.cli.paper import counted, painted, say
    from lydite.reports import spelled_line
    from lydite.statements import public_path

    statement = signed.statement
    name = spelled_line(f"{statement.configuration.target}, campaign {statement.configuration.identity}")
    public = "PUBLIC" if key is None else shlex.quote(str(public_path(key)))
    runs = f"{counted(statement.runs, 'run')} of {counted(len(statement.trials), 'trial')}"
    say(f"{painted('HOLDS', 'SIGNED')}  {name}: {statement.standing}")
    say(f"  gates:  {spelled_line(statement.decision.sentence)}")
    say(f"  binds:  {runs}, {counted(len(statement.cases), 'case')}, root {statement.root[:16]}")
    say(f"  by key id {private.public.identity}")
    others = len(signed.envelope.signatures) - 1
    say([f"  beside {counted(others, 'other signature')}, which nobody has checked here"] * bool(others))
    say(f"  statement: {signed.place} ({signed.size:,} bytes)")
    say(f"  verify: lydite verify {shlex.quote(str(signed.place))} --key {public}")


def _say_json(signed: _Signed, private: "PrivateKey") -> None:
    from lydite.cli.paper import say_json

    statement = signed.statement
    document: dict[str, Any] = {
        "verb": "sign",
        "file": str(signed.place),
        "bytes": signed.size,
        "target": statement.configuration.target,
        "identity": statement.configuration.identity,
        "result": statement.standing,
        "verdict": str(statement.verdict),
        "standing": str(statement.decision.standing),
        "runs": statement.runs,
        "cases": len(statement.cases),
        "root": statement.root,
        "key_id": private.public.identity,
        "key_ids": [each.keyid for each in signed.envelope.signatures],
        "exit_code": int(Exit.HOLDS),
    }
    say_json(document)
