"""Places: the file and the line in which a case is written, as far as its name and its traceback tell.

>>> place_of("tests/test_pay.py::test_a_payment", 'File "/src/tests/test_pay.py", line 12, in test_a_payment')
('tests/test_pay.py', 12)
>>> place_of("storm", "", "counter")
('', 0)
"""

import re
from typing import Final

_LINE: Final = re.compile(r'(?:", line |:)(\d{1,9})\b')


def place_of(name: str, detail: str, target: str = "") -> tuple[str, int]:
    """File and line; an empty name and 0 where they are not known."""
    for told in (name, target):
        file = told.partition("::")[0]
        if file.endswith(".py") and file.isprintable():
            return file, _line_in(file, detail)
    return "", 0


def _line_in(file: str, detail: str) -> int:
    """The last line of the file that the traceback names: the innermost one."""
    found = [line[1] for part in detail.split(file)[1:] if (line := _LINE.match(part))]
    return int(found[-1]) if found else 0
