"""Sizes are ratchets: files of 500 lines and functions of 50 at most, and exceptions only shrink.

The exceptions stand in `sizes.toml` with their size of today. One that has shrunk must be written down
smaller, one that is no longer needed must go.
"""

import ast
import tomllib
from pathlib import Path

from tests.house.tree import parsed, sources

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 50

RATCHET = Path(__file__).with_name("sizes.toml")


def sizes(path: str, text: str) -> dict[str, int]:
    """How long a file and each of its functions are; the docstring of a function does not count."""
    found = {path: len(text.splitlines())}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{prefix}{child.name}"
                if not isinstance(child, ast.ClassDef):
                    found[f"{path}::{name}"] = _length(child)
                visit(child, f"{name}.")
            else:
                visit(child, prefix)

    visit(parsed(text), "")
    return found


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def oversized(found: dict[str, int], allowed: dict[str, int]) -> list[str]:
    """Complain about what has grown too large, and about exceptions larger than they need to be."""
    complaints = []
    for name, size in found.items():
        limit = FUNCTION_LINES_MAX if "::" in name else FILE_LINES_MAX
        exception = allowed.get(name)
        if size <= limit:
            if exception is not None:
                complaints.append(
                    f"{name}: {size} lines need no exception any more; take it out of sizes.toml"
                )
        elif exception is None:
            complaints.append(f"{name}: {size} lines, {limit} are allowed; cut it where its nouns part")
        elif size > exception:
            complaints.append(
                f"{name}: {size} lines, its exception allows {exception}; make it shorter again"
            )
        elif size < exception:
            complaints.append(f"{name}: {size} lines now; write {size} for {exception} in sizes.toml")
    gone = sorted(allowed.keys() - found.keys())
    return complaints + [f"{name}: does not exist; take it out of sizes.toml" for name in gone]


def test_files_and_functions_stay_small() -> None:
    found = {name: size for source in sources() for name, size in sizes(*source).items()}
    allowed = tomllib.loads(RATCHET.read_text())

    complaints = oversized(found, allowed)

    assert not complaints, "\n" + "\n".join(complaints)


def test_docstrings_do_not_count_and_methods_do() -> None:
    text = 'class A:\n    def f(self):\n        """One.\n\n        Two.\n        """\n        return 1\n'

    assert sizes("a.py", text) == {"a.py": 7, "a.py::A.f": 2}


def test_the_ratchet_bites_in_every_direction() -> None:
    assert oversized({"a.py": 501}, {}) == ["a.py: 501 lines, 500 are allowed; cut it where its nouns part"]
    assert "50 are allowed" in oversized({"a.py::f": 51}, {})[0]
    assert "make it shorter again" in oversized({"a.py": 530}, {"a.py": 520})[0]
    assert "write 510 for 520" in oversized({"a.py": 510}, {"a.py": 520})[0]
    assert "need no exception" in oversized({"a.py": 100}, {"a.py": 520})[0]
    assert "does not exist" in oversized({}, {"a.py": 520})[0]
    assert oversized({"a.py": 520}, {"a.py": 520}) == []
