"""`lydite list`: the subjects that are installed, their trials and their planted bugs."""

from typing import Annotated

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import JsonOption


def list_subjects(
    target: Annotated[
        str, typer.Argument(metavar="[TARGET]", help="Only this subject, or the trials of any target.")
    ] = "",
    *,
    as_json: JsonOption = False,
) -> Exit:
    """List subjects with their trials and their planted bugs."""
    from lydite.cli.paper import say, say_json
    from lydite.runner import ForkedEngine, Opening, subjects

    found = {}
    for name in [target] if target else [subject.name for subject in subjects()]:
        with ForkedEngine(Opening(target=name)) as engine:
            found[name] = engine.description
    if as_json:
        say_json(
            {
                "verb": "list",
                "targets": [
                    {
                        "target": name,
                        "trials": [
                            {"target": each.target, "story": each.story, "storm": each.storm}
                            for each in description.trials
                        ],
                        "mutants": [
                            {"name": each.name, "story": each.story, "caught_by": each.caught_by}
                            for each in description.mutants
                        ],
                    }
                    for name, description in found.items()
                ],
            }
        )
        return Exit.HOLDS
    for name, description in found.items():
        say(name)
        say(f"  trial   {each.target}: {each.story}".removesuffix(": ") for each in description.trials)
        say(f"  mutant  {each.name}: {each.story}" for each in description.mutants)
    if not found:
        say("no subject is installed; a package announces one as an entry point of the group lydite.subjects")
    return Exit.HOLDS
