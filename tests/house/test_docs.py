"""Documents name only what exists: verbs and options, make targets, links, dotted names.

That the examples in them work is checked by tests/docs, which runs them.
"""

import importlib
import re
import runpy
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import pytest
import typer.main

from lydite.cli import app
from lydite.config import FILE_NAME, KEYS
from tests.house.tree import ROOT, Source, documents, judge

DOCUMENTS = tuple(documents())

FENCE = re.compile(
    r"^(?P<fence>```+|~~~+)(?P<language>[\w-]*)[^\n]*\n(?P<body>.*?)^(?P=fence)\s*$", re.DOTALL | re.MULTILINE
)
SPAN = re.compile(r"(?<!`)(`+)(?!`)(?P<code>.+?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")
HEADING = re.compile(r"^#+ +(?P<title>.+?) *$", re.MULTILINE)
DOTTED = re.compile(r"(?<![\w./-])lydite(?:_subjects)?(?:\.[A-Za-z_]\w*)+(?![\w/-])")
COMMAND = re.compile(r"^(?:\$ )?(?:\w+=\S+ )*(?P<program>lydite|make)(?P<rest>(?: .*)?)$")


class Snippet(NamedTuple):
    """A piece of code in a document: a line of a fenced block, or an inline span."""

    line: int
    code: str


@lru_cache
def verbs() -> dict[str, frozenset[str]]:
    """Every verb of the command line with its options, such as `trace show`; the empty verb is `lydite` itself."""
    found: dict[str, frozenset[str]] = {}

    def visit(command: object, words: tuple[str, ...]) -> None:
        found[" ".join(words)] = _options(command)
        for name, inner in getattr(command, "commands", {}).items():
            visit(inner, (*words, name))

    visit(typer.main.get_command(app), ())
    return found


def _options(command: object) -> frozenset[str]:
    options = {
        spelling
        for parameter in getattr(command, "params", ())
        if parameter.param_type_name == "option"
        for spelling in (*parameter.opts, *parameter.secondary_opts)
    }
    return frozenset(options | {"--help"})


@lru_cache
def make_targets() -> frozenset[str]:
    """The targets of the Makefile that `make help` lists."""
    return frozenset(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


@lru_cache
def entry_point_groups() -> frozenset[str]:
    """Dotted names that are no modules: the groups in which Lydite looks for entry points."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return frozenset(project["entry-points"])


@lru_cache
def settings() -> frozenset[str]:
    """Dotted names that are no modules: the keys of the section [lydite], and the file of settings."""
    return frozenset({*KEYS, FILE_NAME})


def snippets(text: str) -> Iterator[Snippet]:
    """All code of a document, with the line it stands on."""
    for block in FENCE.finditer(text):
        first = text.count("\n", 0, block.start("body")) + 1
        lines = block["body"].replace("\\\n", " \0").splitlines()
        number = first
        for line in lines:
            yield Snippet(number, line.replace("\0", ""))
            number += 1 + line.count("\0")
    prose = FENCE.sub(lambda block: "\n" * block.group().count("\n"), text)
    for span in SPAN.finditer(prose):
        yield Snippet(prose.count("\n", 0, span.start()) + 1, " ".join(span["code"].split()))


def unknown_commands(path: str, text: str) -> list[str]:
    """Complain about verbs, options and make targets that do not exist."""
    complaints = []
    for line, code in snippets(text):
        command = COMMAND.match(code.strip())
        if not command:
            continue
        words = re.split(r"\s[|&#>;]", f"{command['rest']} ")[0].split()
        check = _unknown_in_lydite if command["program"] == "lydite" else _unknown_in_make
        complaints += [f"{path}:{line}: {complaint}" for complaint in check(words)]
    return complaints


def _unknown_in_lydite(words: list[str]) -> Iterator[str]:
    if words and words[0].startswith("-"):
        # Options of `lydite` itself stand in front of the verb, some with a value.
        begin = next((at for at, word in enumerate(words) if word in verbs()), len(words))
        yield from _unknown_options("", words[:begin])
        words = words[begin:]
    verb = words[0] if words and re.fullmatch(r"[a-z][a-z_-]*", words[0]) else ""
    if verb not in verbs():
        yield f"`lydite {verb}` does not exist; there are {', '.join(sorted(filter(None, verbs())))}"
        return
    if len(words) > 1 and f"{verb} {words[1]}" in verbs():
        verb = f"{verb} {words[1]}"
    yield from _unknown_options(verb, words)


def _unknown_options(verb: str, words: list[str]) -> Iterator[str]:
    for word in words:
        option = word.strip("[]").split("=")[0]
        if re.fullmatch(r"--?[a-z][\w-]*", option) and option not in verbs()[verb]:
            yield f"`lydite {verb}` has no option {option}; it has {', '.join(sorted(verbs()[verb]))}"


def _unknown_in_make(words: list[str]) -> Iterator[str]:
    for word in words:
        if re.fullmatch(r"[a-z]+", word) and word not in make_targets():
            yield f"`make {word}` does not exist; there are {', '.join(sorted(make_targets()))}"


def broken_links(path: str, text: str) -> list[str]:
    """Complain about relative links to files or headings that are not there."""
    prose = FENCE.sub("", text)
    complaints = []
    for link in LINK.finditer(prose):
        target = link["target"] or link["image"]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (ROOT / path).parent / name if name else ROOT / path
        if not file.exists():
            complaints.append(f"{path}: the link {target!r} leads nowhere; there is no {name}")
        elif anchor and anchor not in _anchors(file.read_text() if name else text):
            complaints.append(f"{path}: the link {target!r} leads to no heading of {name or path}")
    return complaints


def _anchors(text: str) -> set[str]:
    titles = (heading["title"] for heading in HEADING.finditer(FENCE.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def unknown_names(path: str, text: str) -> list[str]:
    """Complain about dotted names of Lydite that cannot be imported."""
    return [
        f"{path}:{line}: `{name}` does not exist; write the name of today"
        for line, code in snippets(text)
        for name in DOTTED.findall(code)
        if name not in entry_point_groups() | settings() and not _importable(name)
    ]


@lru_cache
def _importable(name: str) -> bool:
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path)
@pytest.mark.parametrize(
    "rule", [unknown_commands, broken_links, unknown_names], ids=lambda rule: rule.__name__
)
def test_a_document_names_only_what_exists(document: Source, rule: object) -> None:
    assert callable(rule)
    judge(rule, [document])


def test_the_reference_of_the_command_line_is_as_generated() -> None:
    generator = runpy.run_path(str(ROOT / "docs/reference/generate.py"))

    written = (ROOT / "docs/reference/command-line.md").read_text()

    assert written == generator["page"](), "docs/reference/command-line.md is out of date; run `make docs`"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Use `lydite frobnicate` now.", "`lydite frobnicate` does not exist"),
        ("```console\n$ lydite run counter --frobnicate\n```\n", "no option --frobnicate"),
        ("Use `lydite --debug --lgo info run counter`.", "`lydite ` has no option --lgo"),
        ("Use `lydite --log info run --frobnicate`.", "`lydite run` has no option --frobnicate"),
        ("```sh\nlydite run \\\n  --frobnicate\n```\n", "no option --frobnicate"),
        ("Say `make coffee`.", "`make coffee` does not exist"),
    ],
)
def test_an_unknown_command_is_found(text: str, complaint: str) -> None:
    assert complaint in unknown_commands("README.md", text)[0]


def test_a_known_command_is_let_be() -> None:
    assert (
        unknown_commands("README.md", "`lydite --help`, `lydite run --help | less --quit`, `make test`") == []
    )


def test_a_broken_link_is_found() -> None:
    text = "# One two\n\n[a](docs/gone.md), [b](#three), [c](#one-two), [d](pyproject.toml), [e](https://example.org)"

    complaints = broken_links("README.md", text)

    assert len(complaints) == 2
    assert "there is no docs/gone.md" in complaints[0]
    assert "'#three' leads to no heading" in complaints[1]


def test_an_unknown_name_is_found() -> None:
    text = "`lydite.model.Nothing`, `lydite.nowhere`, `lydite.model`, `lydite.subjects`, `src/lydite.py`"
    keys = "`lydite.toml`, `lydite.jobs`, `lydite.jbos`"

    assert len(unknown_names("README.md", text)) == 2
    assert len(unknown_names("README.md", keys)) == 1


def test_a_document_is_read_to_its_last_snippet() -> None:
    text = "a `b`\n\n```sh\nc\nd\n```\n\n`e`\n"

    assert list(snippets(text)) == [Snippet(4, "c"), Snippet(5, "d"), Snippet(1, "b"), Snippet(8, "e")]
