"""JSON as the reports write it: UTF-8, one line, and whatever UTF-8 cannot spell as JSON spells it.

>>> print(json_text({"a": "é", "b": [1.5, "\\ud800"]}), end="")
{"a":"é","b":[1.5,"\\ud800"]}
>>> finite({"a": [float("nan"), 1.0]})
{'a': [None, 1.0]}
"""

import json
import math
import re
from typing import Any, Final

_LONE: Final = re.compile("[\ud800-\udfff]")
"""Half of a pair: no character, and nothing that UTF-8 can spell."""


def json_text(form: Any) -> str:
    """The text of a JSON form; a ValueError where a number in it is none."""
    text = json.dumps(form, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def finite(form: Any) -> Any:
    """The same form with null for every number that is none."""
    if isinstance(form, float):
        return form if math.isfinite(form) else None
    if isinstance(form, dict):
        return {name: finite(value) for name, value in form.items()}
    return [finite(value) for value in form] if isinstance(form, list) else form
