"""What the text of a Python file tells, by its syntax alone: imports, tests, texts, calls. Nothing is run."""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lydite.model import InputError

TEXT_LETTERS_MAX: Final = 400
"""So much of a text is looked at."""

_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One module that is imported."""

    name: str
    """With dots: `urllib.request`; of `from a import b` it is `a.b`."""
    line: int
    level: int = 0
    """How many dots stand in front of a relative import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """One function that pytest collects."""

    name: str
    line: int
    marks: frozenset[str]
    parameters: tuple[str, ...]
    asserts: bool
    returns: bool
    """Does it return something, which pytest does not look at?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a function that has a name."""

    name: str
    """With dots, as far as it has names: `time.sleep`, `?.kill`."""
    line: int
    number: float | None
    """The first argument, where it is a number that stands there."""
    timeout_s: float
    in_loop: bool
    arguments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a file."""

    imports: tuple[Imported, ...]
    tests: tuple[Collected, ...]
    uncollected: tuple[tuple[str, int], ...]
    """Classes of tests that pytest leaves out, for they have a constructor."""
    fixtures: frozenset[str]
    texts: tuple[tuple[str, int], ...]
    calls: tuple[Call, ...]
    names: Counter[str]
    asserts: int
    main_line: int
    """Where `if __name__ == "__main__":` stands; 0 if it does not."""
    acts_line: int
    """The first line that does something when the file is imported; 0 if none does."""
    own_place_lines: tuple[int, ...]
    """Where `__file__` is used."""
    path_lines: tuple[int, ...]
    """Where `sys.path` is changed."""


def parsed(data: bytes) -> ast.Module:
    """The syntax of a file; an error with its line where there is none."""
    try:
        with warnings.catch_warnings():
            # An old escape in somebody's text is none of our business.
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except SyntaxError as error:
        raise InputError(f"line {error.lineno or 1}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"it cannot be parsed: {str(error) or type(error).__name__}") from error


def facts_of(tree: ast.Module) -> Facts:
    """Everything that the evidence is made of."""
    main = next((node for node in tree.body if is_main_guard(node)), None)
    acts = next((node for node in tree.body if _acts(node)), None)
    nodes = list(ast.walk(tree))
    places = [node for node in nodes if isinstance(node, ast.Name) and node.id == "__file__"]
    changes = [node.lineno for node in nodes if isinstance(node, ast.stmt | ast.expr) and _changes_path(node)]
    excused = {id(inner) for node in nodes if _hands_itself_to_pytest(node) for inner in ast.walk(node)}
    return Facts(
        imports=tuple(_imports(nodes)),
        tests=tuple(_tests(tree)),
        uncollected=tuple(_uncollected(tree)),
        fixtures=frozenset(_fixtures(nodes)),
        texts=tuple(_texts(nodes)),
        calls=tuple(_calls(tree)),
        names=Counter(_names(nodes)),
        asserts=sum(_is_assertion(node) for node in nodes),
        main_line=0 if main is None else main.lineno,
        acts_line=0 if acts is None else acts.lineno,
        own_place_lines=tuple(sorted({node.lineno for node in places if id(node) not in excused})),
        path_lines=tuple(sorted({*changes})),
    )


def is_main_guard(node: ast.stmt) -> bool:
    """Is it `if __name__ == "__main__":`?"""
    return isinstance(node, ast.If) and any(
        isinstance(inner, ast.Name) and inner.id == "__name__" for inner in ast.walk(node.test)
    )


def dotted(node: ast.expr) -> str:
    """A name with dots; what has no name is a question mark."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(parts))


def mark_of(node: ast.expr) -> str:
    """The name of a mark in `pytest.mark.slow` or `pytest.mark.slow(...)`; empty if it is none."""
    name = dotted(node.func if isinstance(node, ast.Call) else node)
    head, _, mark = name.rpartition(".")
    return mark if head in ("pytest.mark", "mark") else ""


def module_marks(tree: ast.Module) -> frozenset[str]:
    """The marks in `pytestmark`."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            values = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
            found = {mark_of(value) for value in values} - {""}
    return frozenset(found)


def _imports(nodes: list[ast.AST]) -> Iterator[Imported]:
    for node in nodes:
        match node:
            case ast.Import(names=aliases):
                yield from (Imported(name=alias.name, line=node.lineno) for alias in aliases)
            case ast.ImportFrom(module=module, names=aliases, level=level):
                for alias in aliases:
                    name = f"{module}.{alias.name}" if module else alias.name
                    yield Imported(name=name, line=node.lineno, level=level or 0)
            case _:
                continue


def _tests(tree: ast.Module) -> Iterator[Collected]:
    for node in tree.body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield _test(node, frozenset())
        elif isinstance(node, ast.ClassDef) and _is_collected(node):
            marks = frozenset(map(mark_of, node.decorator_list)) - {""}
            yield from (_test(inner, marks) for inner in _methods(node) if inner.name.startswith("test"))


def _test(node: Function, marks: frozenset[str]) -> Collected:
    own = [inner for statement in node.body for inner in _within(statement)]
    return Collected(
        name=node.name,
        line=node.lineno,
        marks=marks | (frozenset(map(mark_of, node.decorator_list)) - {""}),
        parameters=tuple(each.arg for each in node.args.args if each.arg not in ("self", "cls")),
        asserts=any(_is_assertion(inner) for inner in own),
        returns=any(isinstance(inner, ast.Return) and inner.value is not None for inner in own),
    )


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """A statement and what is in it, but for functions of its own."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        if not isinstance(each, (*_DEFINITIONS, ast.Lambda)):
            waiting += ast.iter_child_nodes(each)


def _methods(node: ast.ClassDef) -> list[Function]:
    return [inner for inner in node.body if isinstance(inner, Function)]


def _is_unittest(node: ast.ClassDef) -> bool:
    return any(dotted(each).endswith("TestCase") for each in node.bases)


def _is_collected(node: ast.ClassDef) -> bool:
    return _is_unittest(node) or (
        node.name.startswith("Test") and all(inner.name != "__init__" for inner in _methods(node))
    )


def _uncollected(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test") and not _is_collected(node):
            yield node.name, node.lineno


def _fixtures(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Function):
            decorators = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
            if any(dotted(each).rpartition(".")[2] == "fixture" for each in decorators):
                yield node.name


def _texts(nodes: list[ast.AST]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value[:TEXT_LETTERS_MAX], node.lineno


def _calls(tree: ast.Module) -> Iterator[Call]:
    waiting: list[tuple[ast.AST, bool]] = [(tree, False)]
    while waiting:
        node, in_loop = waiting.pop()
        if isinstance(node, ast.Call):
            yield Call(
                name=dotted(node.func),
                line=node.lineno,
                number=_number(node.args[0]) if node.args else None,
                timeout_s=max(
                    [0.0, *(_number(each.value) or 0.0 for each in node.keywords if _is_timeout(each))]
                ),
                in_loop=in_loop,
                arguments=len(node.args) + len(node.keywords),
            )
        inside = in_loop or isinstance(node, _LOOPS)
        waiting += [(child, inside) for child in ast.iter_child_nodes(node)]


def _is_timeout(keyword: ast.keyword) -> bool:
    return keyword.arg is not None and "timeout" in keyword.arg


def _number(node: ast.expr) -> float | None:
    match node:
        case ast.Constant(value=float(value)):
            return value
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            # More than this many seconds are as good as these, and a float has a limit.
            return float(min(value, 10**9))
        case _:
            return None


def _names(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case _:
                continue


def _is_assertion(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = dotted(node.func)
    last = name.rpartition(".")[2]
    return name in ("pytest.fail", "pytest.raises", "pytest.warns") or last.startswith(("assert_", "assert"))


def _acts(node: ast.stmt) -> bool:
    """Does a statement of the module do something, other than to define and to import?"""
    match node:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Expr(value=ast.Call() as call):
            return not dotted(call.func).startswith(("sys.path", "warnings.", "logging.", "pytest."))
        case ast.Expr(value=ast.Await()) | ast.For() | ast.While() | ast.With() | ast.Assert():
            return True
        case ast.If() | ast.Try() if not is_main_guard(node):
            return any(_acts(inner) for inner in ast.iter_child_nodes(node) if isinstance(inner, ast.stmt))
        case _:
            return False


def _hands_itself_to_pytest(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func) == "pytest.main"


def _changes_path(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=func):
            return dotted(func).startswith("sys.path.")
        case ast.Assign(targets=targets):
            return any(
                dotted(each.value if isinstance(each, ast.Subscript) else each) == "sys.path"
                for each in targets
            )
        case ast.AugAssign(target=target):
            return dotted(target) == "sys.path"
        case _:
            return False
