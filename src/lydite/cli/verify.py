"""`lydite verify`: whether a statement is signed, fits together, and says what its seeds say when run again."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import JsonOption, TimeoutOption, WorkersOption, workers_of
from lydite.model import InputError

if TYPE_CHECKING:
    from lydite.runner import NotHere, Rechecked
    from lydite.statements import Envelope, Pick, PublicKey, Statement

SAMPLE = 20

DRAW_LETTERS_MAX = 200


@dataclass(slots=True, kw_only=True)
class Verified:
    """What is known of a statement so far."""

    file: Path
    keys: dict[Path, "PublicKey"]
    again: str
    """The command that does the same again."""
    envelope: "Envelope"
    draw: str = ""
    statement: "Statement | None" = None
    """None where the signature does not hold: then nothing that it says was read."""
    unchecked: tuple[str, ...] = ()
    """The ids of the keys that have signed, too, and that nobody has given."""
    problem: str = ""
    """Why it does not hold, before anything was run again."""
    wanted: int = 0
    """How many runs were to be done again."""
    rechecked: list["Rechecked"] = field(default_factory=list)
    not_here: list["NotHere"] = field(default_factory=list)
    interrupted: bool = False

    @property
    def refuted(self) -> bool:
        """Does it say what is not so?"""
        return bool(self.problem) or any(each.refutes for each in self.rechecked)

    @property
    def code(self) -> Exit:
        """How the command ends."""
        if self.interrupted:
            return Exit.INTERRUPTED
        if self.refuted:
            return Exit.VIOLATED
        if self.not_here or not all(each.same for each in self.rechecked):
            return Exit.BAD_INPUT
        return Exit.HOLDS if self.rechecked else Exit.UNKNOWN

    @property
    def verdict(self) -> str:
        """The same as a verdict."""
        if self.refuted:
            return "VIOLATED"
        return "HOLDS" if self.code is Exit.HOLDS else "UNKNOWN"


StatementArgument: TypeAlias = Annotated[
    Path, typer.Argument(metavar="STATEMENT", help="The file of a statement.")
]
KeysOption: TypeAlias = Annotated[
    list[Path],
    typer.Option("--key", metavar="PUBLIC", help="A public key that must have signed; may be repeated."),
]
SampleOption: TypeAlias = Annotated[
    int, typer.Option("--sample", min=1, metavar="COUNT", help="How many runs are done again.")
]
AllOption: TypeAlias = Annotated[bool, typer.Option("--all", help="Do all runs again.")]
DrawOption: TypeAlias = Annotated[
    str,
    typer.Option("--draw", metavar="WORD", help="Draw the sample by this word; by a fresh one unless given."),
]
NoRerunOption: TypeAlias = Annotated[
    bool,
    typer.Option("--no-rerun", help="Do no run again: then nothing is verified but who has said it."),
]


def verify(
    file: StatementArgument,
    *,
    key: KeysOption,
    sample: SampleOption = SAMPLE,
    every: AllOption = False,
    draw: DrawOption = "",
    no_rerun: NoRerunOption = False,
    workers: WorkersOption = None,
    timeout: TimeoutOption = None,
    as_json: JsonOption = False,
) -> Exit:
    """Check who signed a statement and whether it fits together, and do a sample of its runs again."""
    from lydite.cli.paper import say, say_json
    from lydite.cli.settled import settled
    from lydite.cli.signed import read_signed
    from lydite.cli.verified import as_plain, lines
    from lydite.statements import Refuted, fresh_draw, read_public

    _refuse_clash(draw, every=every, no_rerun=no_rerun)
    settings = settled(workers=workers, timeout=timeout).settings
    keys = {path: read_public(path) for path in key}
    word = "" if every or no_rerun else draw or fresh_draw()
    again = _again(file, [*keys], word, sample, every=every)
    done = Verified(file=file, keys=keys, envelope=read_signed(file), draw=word, again=again)
    try:
        _open(done)
    except Refuted as error:
        done.problem = str(error)
    else:
        picks = () if no_rerun else _picks(done, sample, every=every)
        _recheck(done, picks, workers_of(settings.lydite.workers), settings.sweep.timeout_s)
    if as_json:
        say_json(as_plain(done))
    else:
        say(lines(done, told=not no_rerun))
    return done.code


def _open(done: Verified) -> None:
    """Check the signatures, and then read what they sign."""
    from lydite.cli.progress import ProgressBar
    from lydite.statements import Refuted, contradictions, signers, statement_from

    with ProgressBar() as bar:
        bar.show(str(done.file), 0, 0, "reading")
        done.unchecked = signers(done.envelope, [*done.keys.values()])
        statement = statement_from(done.envelope.payload, str(done.file))
        problems = contradictions(statement)
    if problems:
        raise Refuted(f"it contradicts itself: {'; '.join(problems)}")
    done.statement = statement


def _picks(done: Verified, count: int, *, every: bool) -> "tuple[Pick, ...]":
    """The runs that are done again."""
    from lydite.statements import pool_of, sample_of

    assert done.statement is not None
    if every:
        return pool_of(done.statement)
    return sample_of(done.statement, done.envelope.payload, draw=done.draw, count=count)


def _recheck(done: Verified, picks: "tuple[Pick, ...]", workers: int, timeout_s: float) -> None:
    """Do them again; Ctrl-C ends it, and what was done counts."""
    from lydite.cli.progress import ProgressBar
    from lydite.runner import NotHere, recheck

    assert done.statement is not None
    done.wanted = len(picks)
    name = str(done.file)
    with ProgressBar() as bar:

        def watch(count: int) -> None:
            other = sum(not each.same for each in done.rechecked)
            bar.show(name, count, len(picks), f"{count:,}/{len(picks):,} runs again, {other:,} otherwise")

        if picks:
            bar.show(name, 0, 0, "starting")
        try:
            for each in recheck(done.statement, picks, watch, workers=workers, timeout_s=timeout_s):
                if isinstance(each, NotHere):
                    done.not_here.append(each)
                else:
                    done.rechecked.append(each)
        except KeyboardInterrupt:
            done.interrupted = True
    places = {(pick.trial.case, pick.run.seed): number for number, pick in enumerate(picks)}
    done.rechecked.sort(key=lambda each: places[each.pick.trial.case, each.pick.run.seed])


def _refuse_clash(draw: str, *, every: bool, no_rerun: bool) -> None:
    """An error where options do not fit together, or the draw is no word."""
    if no_rerun and (every or draw):
        raise InputError(
            "--no-rerun does no run again, and --all and --draw say which", remedy="give one of them"
        )
    if every and draw:
        raise InputError("--all does every run again, and nothing is drawn", remedy="leave --draw out")
    if len(draw) > DRAW_LETTERS_MAX or not draw.isprintable():
        raise InputError(f"a draw is a word of at most {DRAW_LETTERS_MAX} letters", where="--draw")


def _again(file: Path, keys: list[Path], draw: str, sample: int, *, every: bool) -> str:
    words = ["lydite", "verify", str(file), *(word for key in keys for word in ("--key", str(key)))]
    how = ["--all"] if every else ["--sample", str(sample), "--draw", draw] if draw else ["--no-rerun"]
    return shlex.join([*words, *how])
