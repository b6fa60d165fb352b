"""Writing `pytestmark` into a file: one insertion or two, and every other byte stays as it is."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lydite.adopting.facts import is_main_guard, mark_of, module_marks, parsed
from lydite.model import InputError

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """Bytes that are put into a file."""

    at: int
    """How many bytes of the file stand in front of them."""
    data: bytes


def inserted(data: bytes, insertions: Sequence[Insertion]) -> bytes:
    """The file with all of them in it."""
    parts = []
    done = 0
    for each in sorted(insertions, key=lambda insertion: insertion.at):
        parts += [data[done : each.at], each.data]
        done = each.at
    return b"".join((*parts, data[done:]))


def removed(data: bytes, insertions: Sequence[Insertion]) -> bytes:
    """The file as it was before; whoever asks has made sure that they are in it."""
    for each in sorted(insertions, key=lambda insertion: insertion.at):
        data = data[: each.at] + data[each.at + len(each.data) :]
    return data


def marking(data: bytes, markers: Sequence[str]) -> tuple[Insertion, ...]:
    """What must be inserted so that a file has these markers as well; an error where that cannot be told for sure."""
    tree = parsed(data)
    text = _Text(data)
    there = [node for node in tree.body if _binds_marks(node)]
    if there:
        found = _extended(there[-1], text, markers)
    else:
        if any(_mentions_marks(node) for node in ast.walk(tree)):
            raise InputError("pytestmark is set in a way that cannot be extended")
        found = _added(tree, text, markers)
    _prove(tree, inserted(data, found), module_marks(tree) | frozenset(markers))
    return found


class _Text:
    """The bytes of a file by lines, as the parser counts them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.bom = len(_BOM) if data.startswith(_BOM) else 0
        self.ends = [found.end() for found in _LINE_END.finditer(data)]
        self.starts = [0, *self.ends]
        first = _LINE_END.search(data)
        self.line_end = first.group() if first is not None else b"\n"

    def offset(self, line: int, column: int) -> int:
        """Where a column of a line is; columns of the first line do not count the mark of UTF-8."""
        return self.starts[line - 1] + column + (self.bom if line == 1 else 0)

    def after(self, line: int) -> int:
        """Where the next line begins."""
        return self.ends[line - 1] if line <= len(self.ends) else len(self.data)

    def line(self, number: int) -> bytes:
        """One line."""
        return self.data[self.starts[number - 1] : self.after(number)]


def _binds_marks(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "pytestmark"
    )


def _mentions_marks(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "pytestmark"


def _extended(node: ast.stmt, text: _Text, markers: Sequence[str]) -> tuple[Insertion, ...]:
    """The marks that are there, and more of them."""
    assert isinstance(node, ast.Assign)
    value = node.value
    known = value.elts if isinstance(value, ast.List) else [value]
    if not known or not all(mark_of(each) for each in known):
        raise InputError(f"line {node.lineno}: pytestmark is set in a way that cannot be extended")
    last = known[-1]
    prefix = _prefix(last)
    more = "".join(f", {prefix}.{marker}" for marker in markers).encode()
    end = text.offset(last.end_lineno or last.lineno, last.end_col_offset or 0)
    if isinstance(value, ast.List):
        return (Insertion(at=end, data=more),)
    begin = text.offset(value.lineno, value.col_offset)
    return (Insertion(at=begin, data=b"["), Insertion(at=end, data=more + b"]"))


def _prefix(mark: ast.expr) -> str:
    """What stands in front of the name of a mark: `pytest.mark`."""
    attribute = mark.func if isinstance(mark, ast.Call) else mark
    assert isinstance(attribute, ast.Attribute)
    return ast.unparse(attribute.value)


def _added(tree: ast.Module, text: _Text, markers: Sequence[str]) -> tuple[Insertion, ...]:
    """A line of its own, after the docstring and the imports."""
    line, has_pytest = _head(tree, text)
    told = ", ".join(f"pytest.mark.{marker}" for marker in markers)
    mark = f"pytestmark = {told}" if len(markers) == 1 else f"pytestmark = [{told}]"
    lines = [*([] if has_pytest else ["import pytest", ""]), mark]
    at = text.after(line) if line else text.bom
    data = text.line_end.join(each.encode() for each in lines) + text.line_end
    if line:
        ended = _LINE_END.search(text.line(line)) is not None
        imported = not has_pytest and _is_import_line(tree, line)
        data = (b"" if ended else text.line_end) + (b"" if imported else text.line_end) + data
    if not _LINE_END.match(text.data, at) and at < len(text.data):
        data += text.line_end
    return (Insertion(at=at, data=data),)


def _head(tree: ast.Module, text: _Text) -> tuple[int, bool]:
    """The last line of docstring and imports, and whether `pytest` is imported until there."""
    line = 0
    has_pytest = False
    for number, node in enumerate(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or is_main_guard(node):
            break
        if (number == 0 and _is_docstring(node)) or _imports(node):
            line = node.end_lineno or node.lineno
            has_pytest = has_pytest or any(_imports_pytest(each) for each in tree.body[: number + 1])
    if not line:
        while line < len(text.starts) and text.line(line + 1).removeprefix(_BOM).lstrip().startswith(b"#"):
            line += 1
    # Statements that share a line, or a line that goes on, belong together.
    for node in tree.body:
        if node.lineno <= line < (node.end_lineno or node.lineno):
            line = node.end_lineno or node.lineno
    return line, has_pytest


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _imports(node: ast.stmt) -> bool:
    """Is it an import, or a block with one in it?"""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    return isinstance(node, ast.Try | ast.If) and any(
        isinstance(each, ast.Import | ast.ImportFrom) for each in ast.walk(node)
    )


def _imports_pytest(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import) and any(
        alias.name == "pytest" and alias.asname is None for alias in node.names
    )


def _is_import_line(tree: ast.Module, line: int) -> bool:
    return any(
        isinstance(each, ast.Import | ast.ImportFrom) and each.end_lineno == line for each in tree.body
    )


def _prove(before: ast.Module, data: bytes, wanted: frozenset[str]) -> None:
    """The file says what it said, and has the marks: or it is not touched."""
    after = parsed(data)
    if module_marks(after) != wanted or _others(after) != _others(before):
        raise InputError("its marks cannot be written without touching something else")


def _others(tree: ast.Module) -> list[str]:
    return [ast.dump(node) for node in tree.body if not _binds_marks(node) and not _imports_pytest(node)]
