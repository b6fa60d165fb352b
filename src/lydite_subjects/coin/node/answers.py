"""Answers of the HTTP interface: JSON, and one shape for everything that is refused.

    {"error": {"rule": "fee-too-low", "expected": "at least 226 grains", "found": "100", "where": "…", "try": "…"}}

A broken rule of the chain is named by `rule`; any other trouble by `kind`.
"""

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from lydite_subjects.coin.spec.coins import BadLedger
from lydite_subjects.coin.spec.errors import CoinError, RuleBroken

_TEXT_MAX: Final = 300
_SIDES: Final = re.compile(r"(?s)(?:(?P<where>.*?): )?expected (?P<expected>.*?), found (?P<found>.*)")
_JSON: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


class Refusal(CoinError):
    """A request that is not answered as wished."""

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        *,
        expected: object,
        found: object,
        where: str = "",
        hint: str = "",
    ) -> None:
        self.status = status
        self.kind = kind
        self.expected = expected
        self.found = found
        self.where = where
        self.hint = hint
        super().__init__(f"{kind}: expected {expected}, found {found}")


def answer(value: Mapping[str, Any], status: int = HTTPStatus.OK) -> Response:
    """JSON; only ASCII, so that no text that came from outside can fail to be encoded."""
    return Response(_JSON(value), status, media_type="application/json")


def refused(request: Request, error: Exception) -> Response:
    """The answer for an error that a request has led to."""
    match error:
        case Refusal():
            return _error(
                error.status,
                kind=error.kind,
                expected=error.expected,
                found=error.found,
                where=error.where,
                hint=error.hint,
            )
        case RuleBroken():
            return _error(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                rule=error.rule,
                expected=error.expected,
                found=error.found,
                where=error.where,
            )
        case CoinError():
            return _by_text(error)
        case RequestValidationError():
            return _invalid(error)
        case HTTPException():
            return _of_http(request, error)
        case _:
            return _error(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                kind="internal-error",
                expected="an answer",
                found=type(error).__name__,
                hint="tell us: this is a mistake of the node",
            )


def is_own_trouble(error: CoinError) -> bool:
    """Is it the node, and not the request, that something is wrong with?"""
    return isinstance(error, BadLedger) or type(error).__module__.startswith("lydite_subjects.coin.store")


def _by_text(error: CoinError) -> Response:
    own = is_own_trouble(error)
    sides = _SIDES.fullmatch(str(error))
    said = sides.groupdict() if sides else {"where": "", "expected": "no trouble", "found": str(error)}
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
    return _error(
        HTTPStatus.SERVICE_UNAVAILABLE if own else HTTPStatus.BAD_REQUEST,
        kind=name,
        expected=said["expected"],
        found=said["found"],
        where=said["where"] or "",
        hint=_place(said["where"] or "") if own else "",
    )


def _place(where: str) -> str:
    """Where whoever runs the node finds the trouble of its database."""
    return f"look at the {'database server' if 'postgresql' in where else 'disk'} of the node"


def _invalid(error: RequestValidationError) -> Response:
    """What FastAPI has found wrong with the parameters of a request: the first of it."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first.get("loc", ()))
    is_strange = first.get("type") == "extra_forbidden"
    expected = "a parameter that this path has" if is_strange else first.get("msg", "a parameter that fits")
    return _error(
        HTTPStatus.BAD_REQUEST,
        kind="bad-request",
        expected=str(expected).removeprefix("Input should be "),
        found=first.get("input"),
        where=where,
        hint="see /docs",
    )


def _of_http(request: Request, error: HTTPException) -> Response:
    """A path or a method that does not exist."""
    status = HTTPStatus(error.status_code)
    routes = [each for each in request.app.routes if isinstance(each, APIRoute)]
    path = str(request.scope["path"])
    there = [each for each in routes if each.path_regex.match(path)]
    methods = sorted({method for each in there for method in each.methods or ()})
    paths = list(dict.fromkeys(each.path for each in routes))
    near = get_close_matches(path, paths, 1)
    response = _error(
        status,
        kind=status.phrase.lower().replace(" ", "-"),
        expected=f"{' or '.join(methods)} {path}" if methods else f"one of {', '.join(paths)}",
        found=f"{request.method} {path}",
        hint=f"{near[0]}, or see /docs" if near and not methods else "see /docs",
    )
    response.headers.update(error.headers or {})
    if methods:
        # Of those with one path, the error knows the methods of the first only.
        response.headers["allow"] = ", ".join(methods)
    return response


def _error(status: HTTPStatus, *, hint: str = "", **said: object) -> Response:
    error = {key: value if key == "expected" else _short(value) for key, value in said.items() if value != ""}
    error["expected"] = _short(error.get("expected"))
    if hint:
        error["try"] = hint
    return answer({"error": error}, status)


def _short(value: object) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]}…"
