"""A file of variables, as NAME=VALUE lines: what tests and harnesses shall find in their environment.

What is wrong is told by its line and its name, never with a value: such files hold passwords.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lydite.config.problems import ConfigRefused, Problem
from lydite.config.reading import text_of, unreadable

LINE: Final = re.compile(r"(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(?P<value>[^\0]*)")
QUOTES: Final = "\"'"


def variables_in(path: Path) -> dict[str, str]:
    """The variables of a file; `ConfigRefused` with every line that is none."""
    try:
        text = text_of(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigRefused([unreadable(str(path), error)]) from error
    read = [*_read(text, str(path))]
    problems = [each for each in read if isinstance(each, Problem)]
    if problems:
        raise ConfigRefused(problems)
    return dict(each for each in read if not isinstance(each, Problem))


def _read(text: str, name: str) -> Iterator[tuple[str, str] | Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        found = LINE.fullmatch(said)
        if found is None:
            yield Problem(
                where=f"{name}:{number}",
                key="",
                what="expected NAME=VALUE, found something else",
                expected="NAME=VALUE",
                remedy="a name has letters, digits and underscores; a comment begins with #",
            )
        else:
            yield found["name"], _bare(found["value"])


def _bare(value: str) -> str:
    """A value without the quotes around it.

    >>> _bare("'a b'"), _bare('"'), _bare("it's")
    ('a b', '"', "it's")
    """
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in QUOTES
    return value[1:-1] if quoted else value
