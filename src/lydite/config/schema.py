"""The JSON Schema (draft 2020-12) of `lydite.toml`, for editors and for whoever writes such a file by a program."""

import re
from typing import Any

from lydite.config.keys import KEYS, SECTIONS, Key, Kind


def schema() -> dict[str, Any]:
    """The schema, made of the keys themselves."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lydite.toml",
        "description": "The settings of Lydite.",
        "type": "object",
        "additionalProperties": False,
        "properties": {section: _section(section, about) for section, about in SECTIONS.items()},
    }


def _section(section: str, about: str) -> dict[str, Any]:
    return {
        "description": about,
        "type": "object",
        "additionalProperties": False,
        "properties": {key.short: _key(key) for key in KEYS.values() if key.section == section},
    }


def _key(key: Key) -> dict[str, Any]:
    unit = f" Unit: {key.unit}." if key.unit else ""
    said: dict[str, Any] = {"description": f"{key.meaning}{unit}", "type": key.kind.json_type}
    if key.pairs:
        names = "|".join(re.escape(each) for each in key.choices)
        said |= {"items": {"type": "string", "pattern": rf"^\s*(?:{names})\s*=.*\S"}, "uniqueItems": True}
    elif key.kind is Kind.NAMES:
        said["items"] = {"enum": [*key.choices]} if key.choices else {"type": "string"}
        said["uniqueItems"] = True
    elif key.choices:
        said["enum"] = [*key.choices]
    elif key.shape:
        said["pattern"] = f"^(?:{key.shape})$"
    if key.low is not None and key.high is not None:
        said |= {"minimum": key.low, "maximum": key.high}
    default = key.default
    return {**said, "default": [*default] if isinstance(default, tuple) else default}
