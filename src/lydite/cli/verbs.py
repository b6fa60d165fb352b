"""The verbs of `lydite`, and what is done about errors, in one place."""

import typer

from lydite.cli import check_determinism, listing, prove, replay, run, sweep, trace, version
from lydite.cli.guard import guarded

app = typer.Typer(
    name="lydite",
    help="Tests blockchains in a deterministic simulated world, with verdicts that anyone can check.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)

app.command("run")(guarded(run.run))
app.command("sweep")(guarded(sweep.sweep))
app.command("replay")(guarded(replay.replay))
app.command("check-determinism")(guarded(check_determinism.check_determinism))
app.command("prove")(guarded(prove.prove))
app.command("list")(guarded(listing.list_subjects))
app.command("version")(guarded(version.version))

_trace = typer.Typer(
    name="trace", help="Read, check, convert and compare traces.", no_args_is_help=True, rich_markup_mode=None
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
