"""`lydite new-key`: a pair of keys, one to sign by and one to check by."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from lydite.cli.exits import Exit
from lydite.cli.options import JsonOption


def new_key(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Where the private key goes; the public one goes to FILE.pub."),
    ],
    *,
    as_json: JsonOption = False,
) -> Exit:
    """Make a pair of keys, to sign statements by and to verify them by."""
    from lydite.cli.paper import say, say_json
    from lydite.statements import public_path, write_pair

    public = write_pair(file)
    if as_json:
        say_json(
            {
                "verb": "new-key",
                "private_file": str(file),
                "public_file": str(public_path(file)),
                "key_id": public.identity,
                "exit_code": int(Exit.HOLDS),
            }
        )
        return Exit.HOLDS
    say(f"key id {public.identity}")
    say(f"  private key: {file}, which nobody else may read: whoever has it signs in your name")
    say(f"  public key:  {public_path(file)}, which everybody may have")
    say(f"  sign: lydite sign RESULT --key {shlex.quote(str(file))}")
    return Exit.HOLDS
