"""The whole projects of examples/: each is what its README says, to the last command, in a copy of its folder."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lydite.scaffold import files_of, template_of
from tests.docs.pages import ROOT, environment, play

EXAMPLES = {"gossip": "chain", "ledger": "service"}
"""Each example, and the template of `lydite init` that is its neighbour."""

LAST_WORDS = {"gossip": "ann-1: the mill burns", "ledger": "30  bob "}
"""What the last command of each README says, when it is run for real."""

LEFT_OVER = shutil.ignore_patterns(
    ".*_cache", ".hypothesis", ".lydite", ".venv", "__pycache__", "data", "proof"
)

DEADLINE_S = 100


@pytest.fixture
def folder(name: str, tmp_path: Path) -> Path:
    """A copy of an example, as somebody makes who begins with it."""
    return Path(shutil.copytree(ROOT / "examples" / name, tmp_path / name, ignore=LEFT_OVER))


@pytest.mark.parametrize("name", ["gossip", pytest.param("ledger", marks=pytest.mark.nightly)])
@pytest.mark.timeout(900)
def test_the_readme_of_the_example_is_true(name: str, folder: Path) -> None:
    text = (folder / "README.md").read_text()

    play(f"examples/{name}/README.md", text, folder=folder, command_seconds_max=400)

    (report,) = folder.glob(".lydite/campaigns/*/report.html")
    assert "mutants" in report.read_text()


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.timeout(300)
def test_a_trial_of_the_example_is_a_test_of_its_own(name: str, folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-k",
        "at_once",
        "--lydite-seeds",
        "1",
        "-p",
        "no:cacheprovider",
    ]

    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.timeout(300)
def test_the_example_runs_for_real_with_the_commands_of_its_readme(name: str, folder: Path) -> None:
    lines = for_real((folder / "README.md").read_text())
    running: list[subprocess.Popen[str]] = []
    said = ""

    try:
        for line in lines:
            if line.endswith("&"):
                running.append(started(line.removesuffix("&"), folder))
            else:
                said = until_it_succeeds(line, folder, LAST_WORDS[name] if line == lines[-1] else "")
    finally:
        for process in running:
            process.send_signal(signal.SIGINT)
        codes = [process.wait(DEADLINE_S) for process in running]
        for process in running:
            process.communicate()

    assert LAST_WORDS[name] in said
    assert codes == [0] * len(running)


@pytest.mark.parametrize(("name", "template"), EXAMPLES.items())
def test_the_example_is_laid_out_as_a_new_project(name: str, template: str) -> None:
    example = ROOT / "examples" / name

    for file in files_of(template_of(template), name):
        written = (example / file.path).read_text()
        if file.path.suffix not in (".md", ".py"):
            assert comparable(written) == comparable(file.text), (
                f"{name}: {file.path} is not as `lydite init` writes it; change both, or neither"
            )


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_program_of_the_example_knows_nothing_of_lydite(name: str) -> None:
    for module in ("__init__", "__main__", "node", "spec"):
        assert "lydite" not in (ROOT / "examples" / name / "src" / name / f"{module}.py").read_text()


def comparable(text: str) -> str:
    """A file without what the project is about."""
    return re.sub(r'^description = ".*"$', "", text, flags=re.MULTILINE)


def for_real(readme: str) -> list[str]:
    """The commands below `Run it for real`, with ports that are free here and this interpreter."""
    block = re.search(r"## Run it for real\n.*?```sh\n(?P<lines>.*?)```", readme, re.DOTALL)
    assert block is not None
    text = block["lines"]
    for port, free in zip(sorted(set(re.findall(r"\b[78]00\d\b", text))), free_ports(), strict=False):
        text = text.replace(port, str(free))
    first, *lines = text.strip().splitlines()
    assert first == "export PYTHONPATH=src"
    return [line.replace("python -m", f"{sys.executable} -m") for line in lines]


def free_ports() -> Iterator[int]:
    """Ports that nobody listens on: all are held until the last one is known."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    yield from ports


def started(line: str, folder: Path) -> "subprocess.Popen[str]":
    """A program in the background, once it says that it listens."""
    environ = environment() | {"PYTHONPATH": "src"}
    process = subprocess.Popen(
        f"exec {line}", shell=True, cwd=folder, env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert "listens on" in process.stdout.readline()
    return process


def until_it_succeeds(line: str, folder: Path, words: str) -> str:
    """What a command says, once it ends well and says these words: a person would try again, too."""
    environ = environment() | {"PYTHONPATH": "src"}
    deadline_s = time.monotonic() + DEADLINE_S
    while True:
        done = subprocess.run(
            line, shell=True, cwd=folder, env=environ, capture_output=True, text=True, check=False
        )
        if done.returncode == 0 and words in done.stdout:
            return done.stdout
        assert time.monotonic() < deadline_s, f"$ {line}\n{done.stdout}{done.stderr}"
