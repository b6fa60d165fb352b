"""The manual of the HTTP interface: what OpenAPI tells of it, as one page for people that loads nothing at all."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The Content-Security-Policy of the page: a browser loads nothing for it either."""

_STYLE: Final = """\
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { font: bold 1rem/1.5 ui-monospace, monospace; border-top: 1px solid #8888; padding-top: 1rem }
td, th { text-align: left; vertical-align: top; padding: 0 1.5rem 0 0 }
pre { overflow-x: auto; border-left: 3px solid #8888; padding-left: 1rem }
"""


def page(document: Mapping[str, Any]) -> str:
    """The page of an OpenAPI document."""
    info = document["info"]
    title = escape(f"{info['title']} {info['version']}")
    return "\n".join(
        [
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>\n{_STYLE}</style></head><body><h1>{title}</h1>",
            f"<p>{escape(info['description'])} For programs: <a href='openapi.json'>openapi.json</a>.</p>",
            *(
                line
                for path, methods in document["paths"].items()
                for method, told in methods.items()
                for line in _section(method.upper(), path, told)
            ),
            *_refusals(document),
            "</body></html>\n",
        ]
    )


def _section(method: str, path: str, told: Mapping[str, Any]) -> Iterator[str]:
    parameters = told.get("parameters", ())
    name = escape(path)
    if method == "GET" and not any(each["required"] for each in parameters):
        name = f"<a href='{name.removeprefix('/')}'>{name}</a>"
    yield f"<h2>{method} {name}</h2>\n<p>{escape(told['description'])}</p>"
    if parameters:
        rows = "\n".join(_row(each) for each in parameters)
        yield f"<table><tr><th>parameter</th><th>in</th><th>what</th></tr>\n{rows}</table>"
    yield from _schemas(told.get("requestBody", {}))


def _refusals(document: Mapping[str, Any]) -> Iterator[str]:
    """What is answered where something is wrong, which is the same for many paths."""
    seen = []
    for told in (each for methods in document["paths"].values() for each in methods.values()):
        for status, response in told["responses"].items():
            if not status.startswith("2") and response not in seen:
                seen.append(response)
                yield f"<h2>{escape(status)}</h2>\n<p>{escape(response['description'])}</p>"
                yield from _schemas(response)


def _schemas(told: Mapping[str, Any]) -> Iterator[str]:
    for kind, body in told.get("content", {}).items():
        yield f"<p>Its body, {escape(kind)}, by its JSON schema:</p>"
        yield f"<pre>{escape(json.dumps(body['schema'], indent=2))}</pre>"


def _row(parameter: Mapping[str, Any]) -> str:
    about = [parameter.get("description", ""), _kind(parameter["schema"])]
    about.append("required" if parameter["required"] else "")
    told = escape("; ".join(filter(None, about)))
    return (
        f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{parameter['in']}</td><td>{told}</td></tr>"
    )


def _kind(schema: Mapping[str, Any]) -> str:
    """What a value must be, in words.

    >>> _kind({"type": "integer", "minimum": 1, "maximum": 100, "default": 20})
    'integer, default 20, maximum 100, minimum 1'
    """
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"] if each != {"type": "null"})
    limits = sorted(schema.keys() - {"type", "title", "description", "examples"})
    return ", ".join([schema["type"], *(f"{name} {schema[name]}" for name in limits)])
