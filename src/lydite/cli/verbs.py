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
from lydite.cli.values import Verb, Verbs

app = typer.Typer(
    name="lydite",
    cls=Verbs,
    help="Tests blockchains in a deterministic simulated world, with verdicts that anyone can check.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    subcommand_metavar="VERB ...",
)

app.command("init", cls=Verb, short_help="Begin a project of your own.")(guarded(init.init))
app.command("run", cls=Verb)(guarded(run.run))
# A `short_help` says it in the one line that the list of verbs has at 80 columns.
app.command("sweep", cls=Verb, short_help="Run many seeds, and stop at the first failure.")(
    guarded(sweep.sweep)
)
app.command("replay", cls=Verb, short_help="Repeat the run of a failure file.")(guarded(replay.replay))
app.command("shrink", cls=Verb, short_help="Find the smallest run that fails in the same way.")(
    guarded(shrink.shrink)
)
app.command("check-determinism", cls=Verb, short_help="Run three times, elsewhere each time, and compare.")(
    guarded(check_determinism.check_determinism)
)
app.command("prove", cls=Verb, short_help="Carry out a campaign: trials, tests, planted bugs.")(
    guarded(prove.prove)
)
app.command("mutants", cls=Verb, short_help="Plant each bug in turn, and tell what catches it.")(
    guarded(mutants.mutants)
)
app.command("gate", cls=Verb, short_help="Decide by the gates whether to ship.")(guarded(gate.gate))
app.command("report", cls=Verb, short_help="Write the reports of a campaign.")(guarded(report.report))
app.command("logs", cls=Verb, short_help="Read what a campaign and its programs said.")(guarded(logs.logs))
app.command("new-key", cls=Verb, short_help="Make a pair of keys to sign by.")(guarded(new_key.new_key))
app.command("sign", cls=Verb, short_help="Sign what a campaign has found.")(guarded(sign.sign))
app.command("verify", cls=Verb, short_help="Check a statement, and do its runs again.")(
    guarded(verify.verify)
)
app.command("list", cls=Verb)(guarded(listing.list_subjects))
app.command("faults", cls=Verb)(guarded(faults.list_faults))
app.command("doctor", cls=Verb, short_help="Look at this machine: what it has and lacks.")(
    guarded(doctor.doctor)
)
app.command("watch", cls=Verb, short_help="Run again on change, the affected first.")(guarded(watch.watch))
app.command("adopt", cls=Verb, short_help="Sort a folder of ad-hoc test scripts.")(guarded(adopt.adopt))
app.command("version", cls=Verb, short_help="Show the versions of programs and formats.")(
    guarded(version.version)
)

_trace = typer.Typer(
    name="trace",
    cls=Verbs,
    help="Read, check, convert and compare traces.",
    no_args_is_help=True,
    rich_markup_mode=None,
    subcommand_metavar="VERB ...",
)
_trace.command("show", cls=Verb)(guarded(trace.show))
_trace.command("verify", cls=Verb)(guarded(trace.verify))
_trace.command("export", cls=Verb)(guarded(trace.export))
_trace.command("import", cls=Verb)(guarded(trace.import_))
_trace.command("diff", cls=Verb)(guarded(trace.diff))
app.add_typer(_trace)

_config = typer.Typer(
    name="config",
    cls=Verbs,
    help="Show and check settings.",
    no_args_is_help=True,
    rich_markup_mode=None,
    subcommand_metavar="VERB ...",
)
_config.command("show", cls=Verb)(guarded(config.show))
_config.command("check", cls=Verb)(guarded(config.check))
_config.command("schema", cls=Verb)(guarded(config.schema))
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
