"""The published schema agrees with the reader of files, and the reference with the keys."""

import json
import runpy
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lydite.config import KEYS, PRESETS, ConfigRefused, load, schema, variable_of
from tests.house.tree import ROOT

VALIDATOR = jsonschema.Draft202012Validator(schema())


def accepted(document: Any) -> bool:
    """What the schema says."""
    return VALIDATOR.is_valid(document)


def nested(values: Any) -> dict[str, dict[str, Any]]:
    """Values by dotted key, as a document has them."""
    document: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        section, _, short = name.partition(".")
        document.setdefault(section, {})[short] = list(value) if isinstance(value, tuple) else value
    return document


def test_the_schema_is_one_and_takes_what_is_right() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())

    assert accepted({})
    assert accepted(nested({name: key.default for name, key in KEYS.items()}))
    for values in PRESETS.values():
        assert accepted(nested(values))


@pytest.mark.parametrize(
    "text",
    [
        "sweep.seeds = 3",
        "sweep.seeds = 0",
        'sweep.seeds = "3"',
        "sweep.seeds = true",
        "sweep.sedes = 3",
        "swep.seeds = 3",
        "x = 1",
        "sweep = 1",
        "gates.unit = 100",
        "gates.unit = 100.5",
        'gates.owners = ["unit.success=ann", "coverage.lines = the maintainers"]',
        'gates.owners = ["unit.sucess=ann"]',
        'gates.owners = ["unit.success"]',
        'gates.owners = ["unit.success= "]',
        'lydite.preset = "ci"',
        'lydite.preset = "cy"',
        'report.formats = ["html"]',
        'report.formats = ["html", "html"]',
        'report.formats = ["htlm"]',
        "campaign.target = 1",
        'campaign.target = "coin"',
        'lydite.data_dir = ""',
        'history.url = "mysql://x"',
        'history.url = "xsqlite://x"',
        'history.url = "sqlite:///x"',
        'history.url = "sqlite://x"',
        'history.url = "postgresql+asyncpg://x"',
        'history.url = "postgresql+psycopg://x"',
        'history.url = ""',
        "chaos.enabled = 1",
        "sweep.timeout_s = 1",
    ],
)
def test_schema_and_reader_take_and_refuse_the_same(text: str, tmp_path: Path) -> None:
    file = tmp_path / "lydite.toml"
    file.write_text(text)

    try:
        load(file, environ={})
        taken = True
    except ConfigRefused:
        taken = False

    assert accepted(tomllib.loads(text)) is taken


def test_the_published_schema_and_the_reference_are_as_generated() -> None:
    pages = runpy.run_path(str(ROOT / "docs/reference/generate.py"))["PAGES"]

    for name in ("config.schema.json", "configuration.md"):
        written = (ROOT / "docs/reference" / name).read_text()
        assert written == pages[name](), f"docs/reference/{name} is out of date; run `make docs`"
    assert json.loads((ROOT / "docs/reference/config.schema.json").read_text()) == schema()


def test_the_reference_names_every_key_and_every_variable() -> None:
    page = (ROOT / "docs/reference/configuration.md").read_text()

    for name, key in KEYS.items():
        assert f"`{key.short}`" in page
        assert f"`{variable_of(name)}`" in page
        assert key.meaning in page
