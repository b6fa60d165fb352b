"""Imports go through the front door of a package and never in circles.

Which package may see which is the business of `.importlinter`; here is what that tool does not see.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping

from tests.house.tree import ROOT, Source, judge, module_name, nodes, parsed, sources

SOURCES = tuple(sources("src"))


def imports_of_insides(path: str, text: str) -> list[str]:
    """Complain about `from lydite.model.trace import Trace` outside of `lydite.model`."""
    home = module_name(path).split(".")[:2]
    complaints = []
    for node in nodes(text):
        for wanted in _wanted(node):
            parts = wanted.split(".")
            if parts[0] == "lydite" and len(parts) > 2 and parts[:2] != home:
                package = ".".join(parts[:2])
                complaints.append(
                    f"{path}:{_line(node)}: imports `{wanted}`, an inside of another package; "
                    f"import from `{package}` (and list the name in its `__all__` if it is missing there)"
                )
    return complaints


def _wanted(node: ast.AST) -> Iterator[str]:
    """The modules that an import statement names, as far as they can be told from names and files."""
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.ImportFrom(module=str(module), level=0, names=aliases):
            inner = [f"{module}.{alias.name}" for alias in aliases if _is_module(f"{module}.{alias.name}")]
            yield from inner
            if len(inner) < len(aliases):
                yield module
        case _:
            pass


def _is_module(name: str) -> bool:
    """Whether a dotted name is a module, and not also something that its package offers by the same name."""
    path = ROOT / "src" / name.replace(".", "/")
    front = path.parent / "__init__.py"
    if front.exists() and f'"{path.name}"' in front.read_text().partition("__all__")[2]:
        return False
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def _at_module_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import: not those in functions, nor those for type checkers only."""
    for node in body:
        yield node
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.If(test=ast.Attribute(attr="TYPE_CHECKING")):
                yield from _at_module_level(node.orelse)
            case ast.If() | ast.For() | ast.While():
                yield from _at_module_level([*node.body, *node.orelse])
            case ast.With() | ast.ClassDef():
                yield from _at_module_level(node.body)
            case ast.Try():
                handlers = [inner for handler in node.handlers for inner in handler.body]
                yield from _at_module_level([*node.body, *handlers, *node.orelse, *node.finalbody])
            case _:
                pass


def import_graph(judged: Iterable[Source]) -> dict[str, set[str]]:
    """Which module imports which of the others while it is being imported itself."""
    texts = {module_name(source.path): source for source in judged}
    graph: dict[str, set[str]] = {}
    for name, source in texts.items():
        package = name if source.path.endswith("__init__.py") else name.rpartition(".")[0]
        graph[name] = set()
        for node in _at_module_level(parsed(source.text).body):
            graph[name] |= _imported(node, package, texts) - {name}
    return graph


def _imported(node: ast.stmt, package: str, texts: Mapping[str, Source]) -> set[str]:
    """Which of the modules an import statement imports: what it names, or where that is found."""
    match node:
        case ast.Import(names=aliases):
            named = {alias.name for alias in aliases}
        case ast.ImportFrom(module=module, level=level, names=aliases) if level < 2:
            start = ".".join(filter(None, [package if level else "", module]))
            inner = (f"{start}.{alias.name}" for alias in aliases)
            named = {name if name in texts else start for name in inner}
        case _:
            named = set()
    return named & texts.keys()


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Every import circle that a walk from each module meets first, each told once."""
    found: dict[frozenset[str], list[str]] = {}
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> None:
        if name in way:
            circle = [*way[way.index(name) :], name]
            found.setdefault(frozenset(circle), circle)
        elif name not in done:
            for wanted in sorted(graph.get(name, ())):
                walk(wanted, [*way, name])
            done.add(name)

    for name in sorted(graph):
        walk(name, [])
    return list(found.values())


def test_across_packages_only_the_package_is_imported() -> None:
    judge(imports_of_insides, SOURCES)


def test_no_module_waits_for_itself() -> None:
    told = [" -> ".join(circle) for circle in circles(import_graph(SOURCES))]

    assert not told, "import circles; move what both need into a module below them:\n" + "\n".join(told)


def test_an_inside_of_another_package_is_refused() -> None:
    text = "from lydite.model.trace import Trace\nimport lydite.world.levers\n"

    complaints = imports_of_insides("src/lydite/sim/loop.py", text)

    assert len(complaints) == 2
    assert "import from `lydite.model`" in complaints[0]
    assert imports_of_insides("src/lydite/model/result.py", "from lydite.model.trace import Trace\n") == []
    assert imports_of_insides("src/lydite/sim/loop.py", "from lydite.model import Trace\n") == []


def test_an_inside_hidden_in_a_function_is_refused() -> None:
    text = "def run():\n    from lydite.model.trace import Trace\n"

    assert imports_of_insides("src/lydite_subjects/counter/trials.py", text)


def test_a_circle_is_found_and_told_in_order() -> None:
    planted = (
        Source("src/a/one.py", "from a.two import x\n"),
        Source("src/a/two.py", "from a import three\n"),
        Source("src/a/three.py", "from .one import y\n"),
    )

    assert circles(import_graph(planted)) == [["a.one", "a.two", "a.three", "a.one"]]


def test_a_late_import_is_no_circle() -> None:
    planted = (
        Source("src/a/one.py", "from a.two import x\n"),
        Source("src/a/two.py", "def late():\n    from a.one import y\n"),
    )

    assert circles(import_graph(planted)) == []
