"""What OpenAPI tells of bodies and errors that are read by hand."""

from typing import Any, Final

VERSION: Final = "1"
"""The version of the HTTP interface."""

_TEXT: Final = {"type": "string"}
_HEX: Final = {"type": "string", "description": "hexadecimal digits"}
_INPUT: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "txid": _HEX,
        "index": {"type": "integer", "minimum": 0},
        "signature": _HEX,
        "public_key": _HEX,
    },
    "additionalProperties": False,
}
_OUTPUT: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "description": "coins", "examples": ["1.5"]},
        "address": {"type": "string", "examples": ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"]},
    },
    "required": ["amount", "address"],
    "additionalProperties": False,
}
_TRANSACTION: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "txid": _HEX,
        "version": {"type": "integer"},
        "inputs": {"type": "array", "items": _INPUT},
        "outputs": {"type": "array", "items": _OUTPUT},
    },
    "required": ["inputs", "outputs"],
    "additionalProperties": False,
}


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _fields(required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [required],
        "additionalProperties": False,
    }


TRANSACTION_BODY: Final = _body({"oneOf": [_fields("hex", hex=_HEX), _TRANSACTION]})
BLOCK_BODY: Final = _body(_fields("block", block={"oneOf": [_HEX, {"type": "object"}]}))
MINE_BODY: Final = _body(
    _fields(
        "miner_address",
        miner_address=_TEXT,
        timeout_s={"type": "number", "exclusiveMinimum": 0, "default": 30},
    )
)

_ERROR: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "rule": {"type": "string", "description": "the rule of the chain that is broken"},
                "kind": {"type": "string", "description": "what else is wrong"},
                "expected": _TEXT,
                "found": _TEXT,
                "where": _TEXT,
                "try": _TEXT,
            },
            "required": ["expected", "found"],
        }
    },
    "required": ["error"],
}
ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {
        "description": "The request is not answered as wished.",
        "content": {"application/json": {"schema": _ERROR}},
    }
}
