"""Writes what of docs/reference comes from the settings: their page, and their schema."""

import json

from lydite.config import KEYS, PRESETS, Key, Value, schema, variable_of

HEAD = """<!-- Written by `make docs` from `lydite.config`. Change the words in its `settings.py`. -->

# Configuration

Every setting that `lydite.toml` may hold, with its environment variable. How values are found, and how to see where
each of them comes from: [configure](../how-to/configure.md). The same as a JSON Schema, for editors:
[config.schema.json](config.schema.json). Nothing has to be set: without a file, everything has a value.

A variable holds text: `true`, `yes`, `on`, `1` and their opposites for a switch, names with commas between them for
a list. One that is empty says nothing.
"""

ABOUT_PRESETS = """## Presets

What a preset says holds unless a file, a variable or a flag says otherwise. An empty field is the default.
"""


def config_page() -> str:
    """The page of the settings, as it should be."""
    lines = [HEAD]
    properties = schema()["properties"]
    for section in properties:
        lines += [f"## `[{section}]`", "", properties[section]["description"], ""]
        lines += ["| key | variable | what | value | unless said |", "|---|---|---|---|---|"]
        lines += [_row(key) for key in KEYS.values() if key.section == section]
        lines.append("")
    lines += [ABOUT_PRESETS, f"| key | {' | '.join(f'`{name}`' for name in PRESETS)} | default |"]
    lines.append("|---" * (len(PRESETS) + 2) + "|")
    for name, key in KEYS.items():
        if any(name in values for values in PRESETS.values()):
            said = [_shown(values[name]) if name in values else "" for values in PRESETS.values()]
            lines.append(f"| `{name}` | {' | '.join(said)} | {_shown(key.default)} |".replace("  ", " "))
    return "\n".join(lines) + "\n"


def config_schema() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _row(key: Key) -> str:
    unit = f" ({key.unit})" if key.unit and key.low is not None else ""
    return (
        f"| `{key.short}` | `{variable_of(key.name)}` | {key.meaning} | {key.expected}{unit} "
        f"| {_shown(key.default)} |".replace("  ", " ")
    )


def _shown(value: Value) -> str:
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"
