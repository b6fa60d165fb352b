"""What was verified of a statement, in words and as JSON: who signed it, what it says, what was run again."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lydite.cli.verify import Verified
    from lydite.runner import Rechecked
    from lydite.statements import Statement

LINES_MAX = 40
"""With more runs than this, those that came out equal are told by their trial."""


def lines(done: "Verified", *, told: bool) -> Iterator[str]:
    """Everything that is said; `told` is whether anything was to be run again."""
    from lydite.cli.paper import painted

    if done.statement is None:
        yield f"{painted('VIOLATED', 'REFUTED')}  {done.file}: {_plain(done.problem)}"
        yield "  nothing of what it says was believed, and nothing was run again"
        return
    yield from _signed(done)
    yield from _said(done.statement)
    yield from _again(done) if told else _not_again()
    yield from _end(done, done.statement)


def as_plain(done: "Verified") -> dict[str, Any]:
    """The document of `--json`."""
    from lydite.statements import pool_of, share_at_most

    statement = done.statement
    known: dict[str, Any] = {
        "target": None,
        "identity": None,
        "result": None,
        "standing": None,
        "sentence": None,
        "commit": None,
        "runs": None,
        "root": None,
    }
    if statement is not None:
        known = {
            "target": statement.configuration.target,
            "identity": statement.configuration.identity,
            "result": statement.standing,
            "standing": str(statement.decision.standing),
            "sentence": statement.sentence,
            "commit": statement.configuration.git_commit or statement.configuration.commit,
            "runs": statement.runs,
            "root": statement.root,
        }
    same = sum(each.same for each in done.rechecked)
    bound = None
    if statement is not None and done.verdict == "HOLDS":
        bound = share_at_most(same, len(pool_of(statement)))
    return {
        "verb": "verify",
        "file": str(done.file),
        "verdict": done.verdict,
        "problem": done.problem or None,
        "signed_by": [] if statement is None else [key.identity for key in done.keys.values()],
        "signatures_unchecked": list(done.unchecked),
        **known,
        "draw": done.draw or None,
        "wanted": done.wanted,
        "reruns": [_rerun(each) for each in done.rechecked],
        "not_here": [
            {"target": each.target, "runs": each.runs, "why": each.why, "remedy": each.remedy}
            for each in done.not_here
        ],
        "otherwise_at_most": bound,
        "interrupted": done.interrupted,
        "again": done.again,
        "exit_code": int(done.code),
    }


def _rerun(each: "Rechecked") -> dict[str, Any]:
    from lydite.runner import ending_as_plain, kind_of

    said, seen = each.pick.run, each.run.result
    return {
        "case": each.pick.trial.case,
        "target": each.pick.trial.target,
        "trial": each.pick.trial.trial,
        "seed": said.seed,
        "same": each.same,
        "expected_digest": said.digest,
        "seen_digest": seen.digest,
        "expected_verdict": str(said.verdict),
        "seen_verdict": str(seen.verdict),
        "expected_failure": said.failed,
        "seen_failure": kind_of(each.run),
        "ending": None if seen.ending is None else ending_as_plain(seen.ending),
        "changed": list(each.changed),
    }


def _signed(done: "Verified") -> Iterator[str]:
    for path, key in done.keys.items():
        yield f"signed by key id {key.identity} ({path})"
    for keyid in done.unchecked:
        yield f"not checked: a signature by key id {_plain(keyid)}, whose key was not given"


def _said(statement: "Statement") -> Iterator[str]:
    configuration = statement.configuration
    lydite = f"Lydite {configuration.lydite}, Python {configuration.python or 'unknown'}"
    yield _plain(f"it says: {statement.standing}, {statement.verdict}: {statement.sentence}")
    yield _plain(f"  campaign {configuration.identity} of {configuration.target}, {configuration.preset}")
    yield _plain(f"  commit {configuration.commit or 'unknown'}, {lydite}, begun {configuration.begun}")
    yield _plain(f"  gates: {statement.decision.sentence}")


def _again(done: "Verified") -> Iterator[str]:
    """Exactly what was run again."""
    from lydite.cli.paper import counted, short

    assert done.statement is not None
    by = f", drawn by {done.draw}" if done.draw else ""
    yield f"run again: {len(done.rechecked):,} of {counted(done.statement.runs, 'run')}{by}"
    many = len(done.rechecked) > LINES_MAX
    for each in done.rechecked:
        if each.same and not many:
            name = _plain(f"{each.pick.trial.case}  seed {each.pick.run.seed}")
            yield f"  same   {name}  {each.pick.run.verdict}  digest {short(each.pick.run.digest)}"
        elif not each.same:
            yield from _other(each)
    if many:
        equal = Counter(each.pick.trial.case for each in done.rechecked if each.same)
        yield from (f"  same   {_plain(case)}  {counted(count, 'seed')}" for case, count in equal.items())
    for missing in done.not_here:
        yield _plain(f"  not run: {counted(missing.runs, 'run')}: {missing.why}; {missing.remedy}")


def _other(each: "Rechecked") -> Iterator[str]:
    """A run that is not what the statement says."""
    from lydite.runner import kind_of

    said, seen = each.pick.run, each.run.result
    yield _plain(f"  OTHER  {each.pick.trial.case}  seed {said.seed}")
    yield _plain(f"    expected  {said.digest}  {said.verdict}  {said.failed}".rstrip())
    yield _plain(f"    seen      {seen.digest or 'no digest'}  {seen.verdict}  {kind_of(each.run)}".rstrip())
    if seen.ending is not None:
        yield _plain(f"    {seen.ending.error}: {seen.ending.message}")
    if each.changed:
        yield _plain(f"    not as it was, so this decides nothing: {', '.join(each.changed)}")


def _not_again() -> Iterator[str]:
    yield "NOTHING WAS RUN AGAIN: that these runs came to this is said by whoever signed, and by nobody else"


def _end(done: "Verified", statement: "Statement") -> Iterator[str]:
    from lydite.cli.exits import Exit
    from lydite.cli.paper import painted

    same = sum(each.same for each in done.rechecked)
    match done.code:
        case Exit.INTERRUPTED:
            yield f"INTERRUPTED  {same:,} of {done.wanted:,} runs came out equal until then"
        case Exit.VIOLATED:
            other = sum(each.refutes for each in done.rechecked)
            yield f"{painted('VIOLATED', 'REFUTED')}  {other:,} of {len(done.rechecked):,} runs are not what it says"
        case Exit.HOLDS:
            head = painted("HOLDS", "VERIFIED")
            yield f"{head}  a statement that says {statement.standing}: every run that was done again came out equal"
            yield from _worth(done, statement, same)
        case Exit.UNKNOWN:
            yield f"{painted('UNKNOWN', 'NOT VERIFIED')}  it is signed and fits together, and no run was done again"
        case _:
            yield f"{painted('UNKNOWN', 'NOT VERIFIED')}  it cannot be decided here whether its runs came to this"
    yield f"  again:  {done.again}"


def _worth(done: "Verified", statement: "Statement", same: int) -> Iterator[str]:
    """What it proves, and what rests on the signature alone."""
    from lydite.cli.paper import counted
    from lydite.statements import pool_of, share_at_most

    total = len(pool_of(statement))
    share = share_at_most(same, total)
    if share:
        yield (
            f"  if nobody who signed could know the draw: at most {share:.1%} of the runs are otherwise, "
            "with a confidence of 95 %"
        )
    others = len(statement.cases) - len(statement.trials)
    endless = statement.runs - total
    rest = [f"{counted(others, 'case')} without seeds"] * bool(others)
    rest += [f"{counted(endless, 'run')} without a trace"] * bool(endless)
    yield f"  by the signature alone: {', '.join([*rest, 'what the gates say'])}"


def _plain(text: str) -> str:
    """What a stranger has written, without what a terminal would obey."""
    from lydite.reports import spelled_line

    return spelled_line(text)
