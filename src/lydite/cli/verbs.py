"""The verbs of `lydite`, and what is done about errors, in one place."""

import typer

from lydite.cli import (
    adopt,
    check_determinism,
    config,
    doctor,
    faults,
    gate,
    history,
    init,
    listing,
    logs,
    mutants,
    new_key,
    prove,
    replay,
    report,
    run,
    shrink,
    sign,
    sweep,
    trace,
    verify,
    version,
    watch,
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

app.command("init", short_help="Begin a project of your own.")(guarded(init.init))
app.command("run")(guarded(run.run))
# A `short_help` says it in the one line that the list of verbs has at 80 columns.
app.command("sweep", short_help="Run many seeds, and stop at the first failure.")(guarded(sweep.sweep))
app.command("replay", short_help="Repeat the run of a failure file.")(guarded(replay.replay))
app.command("shrink", short_help="Find the smallest run that fails in the same way.")(guarded(shrink.shrink))
app.command("check-determinism", short_help="Run three times, elsewhere each time, and compare.")(
    guarded(check_determinism.check_determinism)
)
app.command("prove", short_help="Carry out a campaign: trials, tests, planted bugs.")(guarded(prove.prove))
app.command("mutants", short_help="Plant each bug in turn, and tell what catches it.")(
    guarded(mutants.mutants)
)
app.command("gate", short_help="Decide by the gates whether to ship.")(guarded(gate.gate))
app.command("report", short_help="Write the reports of a campaign.")(guarded(report.report))
app.command("logs", short_help="Read what a campaign and its programs said.")(guarded(logs.logs))
app.command("new-key", short_help="Make a pair of keys to sign by.")(guarded(new_key.new_key))
app.command("sign", short_help="Sign what a campaign has found.")(guarded(sign.sign))
app.command("verify", short_help="Check a statement, and do its runs again.")(guarded(verify.verify))
app.command("list")(guarded(listing.list_subjects))
app.command("faults")(guarded(faults.list_faults))
app.command("doctor", short_help="Look at this machine: what it has and lacks.")(guarded(doctor.doctor))
app.command("watch", short_help="Run again on change, the affected first.")(guarded(watch.watch))
app.command("adopt", short_help="Sort a folder of ad-hoc test scripts.")(guarded(adopt.adopt))
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

_config = typer.Typer(
    name="config",
    help="Show and check settings.",
    no_args_is_help=True,
    rich_markup_mode=None,
    subcommand_metavar="VERB ...",
)
_config.command("show")(guarded(config.show))
_config.command("check")(guarded(config.check))
_config.command("schema")(guarded(config.schema))
app.add_typer(_config)
app.add_typer(history.verbs)


@app.callback()
def _lydite(
    *,
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error."),
    log: str = typer.Option(
        "",
        "--log",
        metavar="LEVELS",
        help="Show on standard error what components do, such as info or engine=debug,harness=info.",
    ),
) -> None:
    guarded.debug = debug
    guarded.log = log


def main() -> None:
    """The program `lydite`."""
    app()
