"""The document: a dossier as JSON, which every other report can be made from again.

Its form is that of the value itself (`as_form`), with `format` and `version` beside its fields; `document_schema` is
the published schema of it.
"""

import json
import math
from typing import Any, Final, NoReturn

from lydite.model import CorruptRecord, Dossier, InputError, OtherVersion, as_form, from_form, schema_of
from lydite.reports.json_text import json_text

DOCUMENT_FORMAT: Final = "lydite-report"
DOCUMENT_VERSION: Final = 1


def document(dossier: Dossier) -> str:
    """The dossier as JSON text."""
    form = {"format": DOCUMENT_FORMAT, "version": DOCUMENT_VERSION, **as_form(dossier)}
    try:
        return json_text(form)
    except ValueError as error:
        raise InputError(
            f"a figure that JSON cannot carry: {error}",
            where=_first_not_finite(form),
            remedy="leave out what was not measured",
        ) from error


def dossier_from(text: str, where: str = "document") -> Dossier:
    """The dossier of a document; an error that names the place, where it is none."""
    form = _parsed(text, where)
    if form.pop("format", None) != DOCUMENT_FORMAT:
        raise InputError(
            f"expected a report document, whose `format` is {DOCUMENT_FORMAT!r}, found other JSON",
            where=where,
            remedy="`lydite report` reads what its option --json-out writes",
        )
    version = form.pop("version", None)
    if version != DOCUMENT_VERSION or isinstance(version, bool):
        raise OtherVersion(
            f"expected version {DOCUMENT_VERSION} of the report document, found {version!r:.40}", where=where
        )
    try:
        return from_form(Dossier, form)
    except InputError as error:
        place = f"{where}, {error.where}" if error.where else where
        raise InputError(error.what, where=place, remedy=error.remedy) from error
    except RecursionError as error:
        raise CorruptRecord(f"the report document cannot be read: {error}", where=where) from error


def document_schema() -> dict[str, Any]:
    """The JSON schema of a document (draft 2020-12)."""
    schema = schema_of(Dossier, "A report of Lydite")
    dossier = schema["$defs"].pop("Dossier")
    dossier["properties"] = {
        "format": {"const": DOCUMENT_FORMAT},
        "version": {"const": DOCUMENT_VERSION},
        **dossier["properties"],
    }
    dossier["required"] = list(dossier["properties"])
    return {"$schema": schema["$schema"], "title": schema["title"], **dossier, "$defs": schema["$defs"]}


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        form = json.loads(text, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise CorruptRecord(
            f"the report document is damaged or cut short: {error.msg}",
            where=f"{where}, line {error.lineno}, column {error.colno}",
        ) from error
    except (ValueError, RecursionError) as error:
        raise CorruptRecord(f"the report document cannot be read: {error}", where=where) from error
    if not isinstance(form, dict):
        raise CorruptRecord(f"expected a report document, found {type(form).__name__}", where=where)
    return form


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _first_not_finite(form: Any, path: str = "") -> str:
    """Where the first number stands that is none; empty where all are finite."""
    if isinstance(form, float):
        return "" if math.isfinite(form) else path
    if isinstance(form, dict):
        parts = [(f"{path}.{name}" if path else str(name), each) for name, each in form.items()]
    else:
        parts = (
            [(f"{path}[{index}]", each) for index, each in enumerate(form)] if isinstance(form, list) else []
        )
    return next(filter(None, (_first_not_finite(each, place) for place, each in parts)), "")
