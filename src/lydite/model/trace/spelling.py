"""Canonical JSON read back: bytes that are not the one spelling of their value are refused.

A trace that could spell one event in two ways would have two digests for one run.
"""

import json

from lydite.model.canonical import Plain, canonical_json
from lydite.model.errors import InputError


def decode_json(encoded: bytes) -> Plain:
    """The value of canonical JSON, or a `ValueError`: for one value there is one spelling."""
    try:
        value: Plain = json.loads(encoded.decode())
        if canonical_json(value) != encoded:
            raise ValueError("its JSON is not in the canonical spelling")
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None
    except InputError as error:
        raise ValueError(str(error)) from None
    return value
