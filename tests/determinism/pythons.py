"""The other Pythons of this machine, each with what Lydite needs to run on it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements" / "core.txt"

OLDEST = (3, 11)
NAME = re.compile(r"python3(\.\d+)?")
ASK = (
    "import json, platform, sys; print(json.dumps([platform.python_implementation(), sys.version_info[:2], "
    "platform.python_version()]))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """An interpreter: where it is, and which."""

    program: str
    minor: str
    """`3.12`."""
    version: str
    """`3.12.1`."""


def others() -> list[Python]:
    """Every CPython of 3.11 or later on this machine but the one that runs, each version once."""
    found: dict[str, Python] = {}
    for program in _candidates():
        asked = subprocess.run([program, "-c", ASK], capture_output=True, text=True, check=False, timeout=20)
        if asked.returncode == 0:
            kind, (major, minor), version = json.loads(asked.stdout)
            if kind == "CPython" and (major, minor) >= OLDEST and version != sys.version.split()[0]:
                found.setdefault(version, Python(program=program, minor=f"{major}.{minor}", version=version))
    return [found[version] for version in sorted(found)]


def _candidates() -> Iterator[str]:
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    for versions in (Path.home() / ".pyenv/versions", Path.home() / ".local/share/uv/python"):
        if versions.is_dir():
            folders += [folder / "bin" for folder in sorted(versions.iterdir())]
    seen = set()
    for folder in folders:
        for path in sorted(folder.glob("python3*")) if folder.is_dir() else ():
            # A shim is asked as it is: where it leads is its own business.
            if NAME.fullmatch(path.name) and path.resolve() not in seen and os.access(path, os.X_OK):
                seen.add(path.resolve() if path.is_symlink() else path)
                yield str(path)


def equip(python: Python, cache: Path) -> Path:
    """A folder with Lydite's requirements for that Python, every file checked against its hash.

    It is filled once, and then found again. An `OSError` says why it cannot be filled.
    """
    folder = cache / python.version
    if folder.is_dir():
        return folder
    partial = cache / f"{python.version}-{os.getpid()}"
    why = "neither uv nor pip is there"
    for command in _installers(python, partial):
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=90)
        if done.returncode == 0:
            partial.rename(folder)
            return folder
        why = (done.stderr.strip().splitlines() or [f"{command[0]} ended with {done.returncode}"])[-1]
        shutil.rmtree(partial, ignore_errors=True)
    raise OSError(why)


def _installers(python: Python, target: Path) -> Iterator[list[str]]:
    wanted = ["--require-hashes", "--requirement", str(REQUIREMENTS), "--target", str(target)]
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is not None:
        yield [uv, "pip", "install", "--quiet", "--python", python.program, *wanted]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    yield [*pip, "--python-version", python.minor, *wanted]


def environment(equipment: Path) -> dict[str, str]:
    """The environment in which another Python finds Lydite and its requirements."""
    paths = os.pathsep.join([str(ROOT / "src"), str(equipment)])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
