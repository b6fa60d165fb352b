"""The verbs of `lydite`, and what is done about errors, in one place."""

import typer

from lydite.cli import (
    check_determinism,
    faults,
    listing,
    mutants,
    prove,
    replay,
    run,
    shrink,
    sweep,
    trace,
    version,
)
from lydite.cli.guard import guarded

app = typer.Typer(
    name="lydite",
    help="Tests blockchains in a deterministic simulated world, with verdicts that anyone can check.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    subcommand_metavar="VERB ...",
)

app.command("run")(guarded(run.run))
# A `short_help` says it in the one line that the list of verbs has at 80 columns.
app.command("sweep", short_help="Run many seeds, and stop at the first failure.")(guarded(sweep.sweep))
app.command("replay", short_help="Repeat the run of a failure file.")(guarded(replay.replay))
app.command("shrink", short_help="Find the smallest run that fails in the same way.")(guarded(shrink.shrink))
app.command("check-determinism", short_help="Run three times, elsewhere each time, and compare.")(
    guarded(check_determinism.check_determinism)
)
app.command("prove", short_help="Prove that the honest program holds and bugs are found.")(
    guarded(prove.prove)
)
app.command("mutants", short_help="Plant each bug in turn, and tell what catches it.")(
    guarded(mutants.mutants)
)
app.command("list")(guarded(listing.list_subjects))
app.command("faults")(guarded(faults.list_faults))
app.command("version", short_help="Show the versions of programs and formats.")(guarded(version.version))

_trace = typer.Typer(
    name="trace",
    help="Read, check, convert and compare traces.",
    no_args_is_help=True,
    rich_markup_mode=None,
    subcommand_metavar="VERB ...",
)
_trace.command("show")(guarded(trace.show))
_trace.command("verify")(guarded(trace.verify))
_trace.command("export")(guarded(trace.export))
_trace.command("import")(guarded(trace.import_))
_trace.command("diff")(guarded(trace.diff))
app.add_typer(_trace)


@app.callback()
def _lydite(
    *,
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error."),
) -> None:
    guarded.debug = debug


def main() -> None:
    """The program `lydite`."""
    app()
