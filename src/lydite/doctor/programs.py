"""The programs of this machine: is each there, and does it answer?"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from lydite.doctor.probe import Answer, fine, lacking

ANSWER_S: Final = 5.0
"""Real time that a program may take to tell its version."""

WORDS_MAX: Final = 80
BYTES_MAX: Final = 64_000

POSTGRES_PLACES: Final = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin")
"""Where the server's programs lie that are on no PATH."""

POSTGRES: Final = ("initdb", "pg_ctl", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program, and what it is good for."""

    name: str
    enables: str
    remedy: str
    commands: tuple[str, ...] = ()
    """Its names, the first that is there is taken; its own name where there is none."""
    ask: tuple[str, ...] = ("--version",)
    """How it tells that it works."""


TOOLS: Final = (
    Tool(
        name="git",
        enables="results that name the commit of the code, and `git bisect run` with `lydite replay`",
        remedy="install git (Debian: apt install git)",
    ),
    Tool(
        name="make",
        enables="the targets of this repository, such as `make test`",
        remedy="install make (Debian: apt install make)",
    ),
    Tool(
        name="chromium",
        enables="pictures of reports, and tests of pages in a real browser",
        remedy="install Chromium (Debian: apt install chromium)",
        commands=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    ),
    Tool(
        name="anvil",
        enables="a development chain for contracts",
        remedy="install Foundry (getfoundry.sh), which brings anvil and forge",
    ),
    Tool(
        name="docker",
        enables="test environments of containers",
        remedy="install Docker and start it (systemctl start docker); its users are in the group docker. "
        "Where services do not start: `docker system prune`, and look for ports in use below",
        ask=("version", "--format", "{{.Server.Version}}"),
    ),
    Tool(
        name="tmux",
        enables="long sweeps that outlive a lost connection",
        remedy="install tmux (Debian: apt install tmux)",
        ask=("-V",),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a program answered, on standard error if not on standard output; `status` is None if it did not end."""

    status: int | None
    text: str


def tool(wanted: Tool) -> Answer:
    """Is a program there, and does it answer?"""
    names = wanted.commands or (wanted.name,)
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        return lacking("not on the PATH", wanted.remedy)
    return _answer_of(found, wanted.ask, wanted.remedy)


def postgres() -> Answer:
    """Are the programs of a PostgreSQL server there, all in one folder?"""
    remedy = "install PostgreSQL's server (Debian: apt install postgresql)"
    folders = [Path(place) for place in os.environ.get("PATH", "").split(os.pathsep) if place]
    for pattern in POSTGRES_PLACES:
        folders += sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True)
    for folder in folders:
        if all((folder / name).exists() for name in POSTGRES):
            return _answer_of(str(folder / "postgres"), ("--version",), remedy)
    return lacking(f"no folder with {', '.join(POSTGRES)}", remedy)


def spoken(command: Sequence[str], limit_s: float = ANSWER_S) -> Spoken:
    """What a program prints. It gets no input, and after its time it is ended with all that it has started.

    It writes to a file, not to a pipe: whoever it has started may keep a pipe open for ever.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
            env={**os.environ, "LC_ALL": "C"},
        )
        status: int | None = None
        try:
            status = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return Spoken(status=status, text=_read(output) or _read(errors))


def _read(file: BinaryIO) -> str:
    file.seek(0)
    return file.read(BYTES_MAX).decode("utf-8", "replace").strip()


def _answer_of(path: str, ask: tuple[str, ...], remedy: str) -> Answer:
    try:
        said = spoken([path, *ask])
    except OSError as error:
        return lacking(f"{path} cannot be started: {(error.strerror or '').lower()}", remedy)
    if said.status is None:
        return lacking(f"{path} gave no answer within {ANSWER_S:g} s", remedy)
    line = _telling_line(said.text)
    if said.status != 0:
        return lacking(f"{path} ended with {said.status}: {line or 'without a word'}", remedy)
    return fine(f"{line or 'no version told'} ({path})")


def _telling_line(text: str) -> str:
    """The first line with a version in it, or the first one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = next((line for line in lines if re.search(r"\d\.\d", line)), lines[0] if lines else "")
    printable = "".join(letter if letter.isprintable() else "?" for letter in line)
    return printable if len(printable) <= WORDS_MAX else f"{printable[:WORDS_MAX]}…"


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))
