"""What the templates say is so: every command can be typed, every file is well formed, nothing is left open."""

import ast
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hatchling.builders.wheel import WheelBuilder

from lydite.cli import app
from lydite.scaffold import TEMPLATES, Template, files_of
from tests.house.test_docs import FENCE, SPAN
from tests.house.tree import ROOT
from tests.scaffold import plain_yaml
from tests.scaffold.projects import NAMES, new_project, python

TEXTS = {
    template.name: {str(file.path): file.text for file in files_of(template, NAMES[template.name])}
    for template in TEMPLATES
}
ALL = [(kind, path) for kind, texts in TEXTS.items() for path in texts]
WORKFLOWS = [each for each in ALL if each[1].startswith(".github/")]

VERBS: Any = typer.main.get_command(app)

kinds = pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)


def scripts(workflow: Any) -> Iterator[str]:
    """Every line that a workflow has a shell carry out."""
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            yield from (line.strip() for line in str(step.get("run", "")).splitlines())


def commands(path: str, text: str) -> list[str]:
    """Every command of `lydite` in a file, as it would be typed."""
    lines: list[str] = []
    if path.endswith(".yml"):
        lines += scripts(plain_yaml.read(text))
    elif path.endswith(".json"):
        lines += [task["command"] for task in json.loads(text)["tasks"]]
    elif path == "Makefile":
        lines += [line.lstrip("\t@") for line in text.splitlines()]
    elif path.endswith(".md"):
        lines += [line for block in FENCE.finditer(text) for line in block["body"].splitlines()]
        text = FENCE.sub("", text)
    lines += [" ".join(span["code"].replace("\n#", " ").split()) for span in SPAN.finditer(text)]
    return [line for line in lines if line.startswith("lydite ")]


def parse(command: str) -> None:
    """Read a command as the command line itself does, without carrying it out; an error is what it would say."""
    words = shlex.split(command, comments=True)[1:]
    verb = VERBS
    context = verb.make_context("lydite", [*words])
    while hasattr(verb, "commands"):
        name, verb, words = verb.resolve_command(context, words)
        if not hasattr(verb, "commands"):
            verb.make_context(name, [*words], parent=context)


def test_all_commands_in_all_files_can_be_typed() -> None:
    found = {(kind, path): commands(path, TEXTS[kind][path]) for kind, path in ALL}

    for (kind, path), typed in found.items():
        for command in typed:
            try:
                parse(command)
            except Exception as error:
                raise AssertionError(f"{kind}: {path}: {command}: {error}") from error
    for path in ("README.md", "Makefile", ".vscode/tasks.json", ".github/workflows/nightly.yml"):
        assert len(found["chain", path]) >= 2
    verbs = {command.split()[1] for typed in found.values() for command in typed}
    assert verbs >= {
        "prove",
        "sweep",
        "replay",
        "mutants",
        "report",
        "gate",
        "sign",
        "history",
        "watch",
        "config",
    }


@pytest.mark.parametrize(
    "command",
    ["lydite prov", "lydite prove --sedes 3", "lydite sweep", "lydite gate a b", "lydite history sho"],
)
def test_a_command_that_cannot_be_typed_is_found(command: str) -> None:
    with pytest.raises(Exception, match=r"(?i)no such|missing|unexpected"):
        parse(command)


@pytest.mark.parametrize(("kind", "path"), ALL)
def test_a_file_is_well_formed_and_nothing_in_it_is_left_open(kind: str, path: str) -> None:
    text = TEXTS[kind][path]

    assert not re.search(r"<<\w|\w>>|\bNAME/|DOT\.", text)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not any(line != line.rstrip() for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= (140 if path.endswith(".md") else 120)
    match path.rpartition(".")[2]:
        case "py":
            assert ast.get_docstring(ast.parse(text))
        case "toml":
            tomllib.loads(text)
        case "json":
            json.loads(text)
        case "yml":
            plain_yaml.read(text)


@kinds
def test_what_is_written_is_all_that_there_is(template: Template) -> None:
    home = ROOT / "src/lydite/scaffold/templates"
    there = [path for part in ("every", template.name) for path in (home / part).rglob("*") if path.is_file()]

    assert len(there) == len(TEXTS[template.name])
    assert all(path.suffix == ".template" for path in there)
    assert {path.parent.name for path in home.glob("*/Makefile.template")} == {"every"}


def test_the_wheel_has_every_template() -> None:
    home = ROOT / "src"
    wanted = {path.relative_to(home).as_posix() for path in home.glob("lydite/scaffold/**/*.template")}

    packed = {each.distribution_path for each in WheelBuilder(str(ROOT)).recurse_included_files()}

    assert len(wanted) > 30
    assert wanted <= packed


@pytest.mark.parametrize(("kind", "path"), WORKFLOWS)
def test_a_workflow_may_do_little_for_a_while_and_keeps_what_it_has_found(kind: str, path: str) -> None:
    workflow = plain_yaml.read(TEXTS[kind][path])
    (job,) = workflow["jobs"].values()
    used = [step["uses"] for step in job["steps"] if "uses" in step]

    assert workflow["permissions"] == {"contents": "read"}
    assert 0 < job["timeout-minutes"] <= 240
    assert all(re.fullmatch(r"actions/[\w/-]+@v\d+", each) for each in used)
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])
    assert job["steps"][-1]["uses"].startswith("actions/upload-artifact@")
    assert "://" not in TEXTS[kind][path]
    proofs = [line for line in scripts(workflow) if line.startswith("lydite prove ")]
    assert len(proofs) == 1
    assert "lydite gate proof/result.json --partial" in scripts(workflow)
    # What a campaign has found is reported and kept just when it has failed.
    for step in job["steps"]:
        if "proof/" in step.get("run", "") and step["name"] != "Sign":
            assert step["if"] == "${{ !cancelled() }}"


def test_the_key_is_seen_by_the_step_that_signs_and_by_no_other() -> None:
    for texts in TEXTS.values():
        spoken = [path for path, text in texts.items() if "secrets." in text]
        workflow = plain_yaml.read(texts[".github/workflows/release-candidate.yml"])
        (job,) = workflow["jobs"].values()

        assert spoken == [".github/workflows/release-candidate.yml"]
        assert [step["name"] for step in job["steps"] if "secrets." in str(step)] == ["Sign"]
        assert "secrets." not in str({**job, "steps": []})
        assert workflow["on"] == {"push": {"tags": ["v*-rc*"]}}


@kinds
def test_presets_of_workflows_and_tasks_are_there(template: Template) -> None:
    texts = TEXTS[template.name]
    campaigns = tomllib.loads(texts[f"src/{NAMES[template.name]}/campaign.toml"])
    named = {found for text in texts.values() for found in re.findall(r"lydite prove --preset (\w+)", text)}

    assert named - {"NAME"} == {"ci", "nightly"}
    assert {"development", "ci", "nightly"} == campaigns.keys()
    assert [task["label"] for task in json.loads(texts[".vscode/tasks.json"])["tasks"]] == [
        "Lydite: prove",
        "Lydite: sweep",
        "Lydite: replay the last failure",
        "Lydite: watch",
        "Test",
    ]


@kinds
def test_the_node_and_its_law_are_strangers_to_lydite(template: Template) -> None:
    name = NAMES[template.name]

    for part in ("spec", "node", "__main__"):
        text = TEXTS[template.name][f"src/{name}/{part}.py"]
        assert not re.search(r"^\s*(?:import|from) lydite", text, re.MULTILINE)


@kinds
def test_links_of_the_readme_lead_somewhere(template: Template) -> None:
    texts = TEXTS[template.name]

    targets = re.findall(r"\]\((?P<target>[^)]+)\)", texts["README.md"])

    assert len(targets) >= 8
    for target in targets:
        assert any(path == target or path.startswith(f"{target}/") for path in texts), target


@kinds
def test_the_code_is_clean(template: Template, tmp_path: Path) -> None:
    project = new_project(tmp_path, template.name)

    width = ("--isolated", "--line-length", "120", "--target-version", "py311")
    checked = python(project, "-m", "ruff", "check", *width, "--select", "E,F,I,B,UP,RUF")
    formatted = python(project, "-m", "ruff", "format", *width, "--diff")

    assert checked.returncode == 0, checked.stdout
    assert formatted.returncode == 0, formatted.stdout
