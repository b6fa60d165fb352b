"""JSON from strangers: no more bytes and no deeper than agreed, no name twice, and in its one spelling.

What is signed must have one meaning. Two members of one name, a number that is none, or another order of the same
members would let two readers see two things in the same bytes.
"""

import json
from typing import Any, Final, NoReturn

from lydite.model import InputError, canonical_json
from lydite.statements.errors import DamagedStatement

BYTES_MAX: Final = 128 * 1024 * 1024
"""What is larger is not read: about a million runs."""

DEPTH_MAX: Final = 24


def strict_json(octets: bytes, what: str, where: str) -> dict[str, Any]:
    """The object that these bytes spell canonically; an error, where they do not."""
    if len(octets) > BYTES_MAX:
        raise DamagedStatement(f"{what} has at most {BYTES_MAX:,} bytes, found {len(octets):,}", where=where)
    try:
        form = json.loads(octets.decode("utf-8"), parse_constant=_no_number)
        _refuse_depth(form, DEPTH_MAX)
    except UnicodeDecodeError as error:
        raise DamagedStatement(f"{what} is no text in UTF-8", where=f"{where}, byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise DamagedStatement(
            f"{what} is damaged or cut short: {error.msg}", where=f"{where}, column {error.pos + 1:,}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DamagedStatement(f"{what} cannot be read: {error}", where=where) from error
    if not isinstance(form, dict):
        raise DamagedStatement(f"{what} is an object, found {type(form).__name__}", where=where)
    if _spelled(form) != octets:
        # This finds a name that stands twice, too: only one of the two is left in the form.
        raise DamagedStatement(
            f"{what} is not spelled as it is written: names in their order, each once, and nothing between them",
            where=where,
            remedy="take the file as it was signed, without formatting it",
        )
    return form


def _spelled(form: dict[str, Any]) -> bytes:
    try:
        return canonical_json(form)
    except InputError:
        return b""


def _refuse_depth(form: object, left: int) -> None:
    if not isinstance(form, dict | list):
        return
    if left == 0:
        raise ValueError(f"it is nested deeper than {DEPTH_MAX} levels")
    for each in form.values() if isinstance(form, dict) else form:
        _refuse_depth(each, left - 1)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
