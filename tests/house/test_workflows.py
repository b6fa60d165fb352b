"""The workflows of this repository start what its developers start, and nothing that is not there."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.house.test_docs import make_targets, unknown_commands
from tests.house.tree import ROOT

WORKFLOWS = {path.name: path.read_text() for path in sorted((ROOT / ".github/workflows").glob("*.yml"))}
PROGRAM = ".venv/bin/"
"""Where `make setup` puts programs."""
RUN = re.compile(
    r"^(?P<indent> *)(?:- )?run: (?P<rest>.*)\n(?P<block>(?:(?P=indent) +.*\n|\n)*)", re.MULTILINE
)
ENTRANCES = ("make", "lydite", ".ci/run")


def commands(text: str) -> Iterator[str]:
    """Every line that a workflow has a shell carry out."""
    for step in RUN.finditer(text):
        lines = step["block"].splitlines() if step["rest"] == "|" else [step["rest"]]
        yield from (line.strip().removeprefix(PROGRAM) for line in lines if line.strip())


def mistakes(name: str, text: str) -> list[str]:
    """What a workflow says that cannot be."""
    found = [each for each in commands(text) if each.split()[0] not in ENTRANCES]
    fenced = "```sh\n{}\n```\n"
    spoken = "".join(fenced.format(_words(each)) for each in commands(text))
    return [f"{name}: `{each}` is no entrance of this repository" for each in found] + unknown_commands(
        name, spoken
    )


def _words(command: str) -> str:
    """A command without the variables of make, which are no targets."""
    return " ".join(word for word in command.split() if not re.fullmatch(r"[A-Z]+=\S+", word))


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_starts_only_what_is_there(name: str) -> None:
    assert list(commands(WORKFLOWS[name]))
    assert mistakes(name, WORKFLOWS[name]) == []


def test_what_is_not_there_is_found() -> None:
    bad = "      - run: make prov\n      - run: |\n          .venv/bin/lydite prove --sedes 3\n          curl x\n"

    told = "\n".join(mistakes("bad.yml", bad))

    assert "`make prov` does not exist" in told
    assert "has no option --sedes" in told
    assert "`curl x` is no entrance" in told


def test_there_is_one_for_pull_requests_one_for_the_night_and_one_for_candidates() -> None:
    said = {name: list(commands(text)) for name, text in WORKFLOWS.items()}

    assert set(said) == {"nightly.yml", "pull-request.yml", "release-candidate.yml"}
    assert ".ci/run" in said["pull-request.yml"]
    assert "make nightly" in said["nightly.yml"]
    for each in said.values():
        assert any(command.startswith("make prove ") for command in each)
        assert any(re.match(r"lydite report proof/report\.json .*--github", command) for command in each)


def test_every_variable_of_make_that_is_given_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text()

    given = {
        word.partition("=")[0]
        for text in WORKFLOWS.values()
        for command in commands(text)
        for word in command.split()
        if re.fullmatch(r"[A-Z]+=\S+", word)
    }
    assert given == {"OUT", "PRESET"}
    assert all(f"$({name})" in makefile for name in given)
    assert {"prove", "nightly", "bench", "setup"} <= make_targets()


def test_pull_requests_are_tried_on_every_python_that_is_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    promised = [
        each.rpartition(" :: ")[2] for each in project["classifiers"] if re.search(r":: 3\.\d+$", each)
    ]

    (versions,) = re.findall(r"^ *python: \[(.*)\]$", WORKFLOWS["pull-request.yml"], re.MULTILINE)
    assert [version.strip(' "') for version in versions.split(",")] == promised


def test_no_workflow_names_a_host_or_an_action_without_its_version() -> None:
    for text in WORKFLOWS.values():
        assert "://" not in text
        used = re.findall(r"uses: (\S+)", text)
        assert used
        assert all(re.fullmatch(r"actions/[\w/-]+@v\d+", each) for each in used)
        assert "\t" not in text
