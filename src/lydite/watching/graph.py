"""Who imports whom, read from the text of the files: nothing is imported.

An edge is an import, wherever in a file it stands; a text that names a module, as programs and plugins are named; and
the `conftest.py` of a folder and of those above it for each test. A file that does not parse, as happens while
somebody types, keeps the edges that it had.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

NAMED: Final = re.compile(r"(?P<module>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?P<program>:[A-Za-z_]\w*)?")
"""A module in a text: `shop.node`, `shop:main`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """What a file says of others."""

    imports: tuple[tuple[str, int], ...] = ()
    """Names with dots, and the dots in front of a relative one."""
    trials: bool = False
    """Does it have functions that are marked as trials?"""
    problem: str = ""
    """Why it does not parse, with the line."""


@dataclass(slots=True, kw_only=True)
class Graph:
    """The files with what they import. `update` says what was changed, `reached` whom that concerns."""

    roots: tuple[str, ...]
    """Folders from which modules are imported by name."""
    modules: dict[str, Module] = field(default_factory=dict)
    _edges: dict[str, frozenset[str]] = field(default_factory=dict)

    def update(self, texts: Mapping[str, bytes], changed: Iterable[str]) -> frozenset[str]:
        """Read what was changed anew; the files that are concerned, before or afterwards."""
        changed = tuple(changed)
        concerned = self.reached(changed)
        for path in changed:
            if path in texts:
                self.modules[path] = _read(texts[path], self.modules.get(path, Module()))
            else:
                self.modules.pop(path, None)
        self._edges = {path: frozenset(self._targets(path)) for path in self.modules}
        return concerned | self.reached(changed)

    def reached(self, changed: Iterable[str]) -> frozenset[str]:
        """These files, and those that import them, by however many steps."""
        importers: dict[str, list[str]] = {}
        for path, targets in self._edges.items():
            for target in targets:
                importers.setdefault(target, []).append(path)
        found = set(changed)
        waiting = sorted(found)
        while waiting:
            for path in importers.get(waiting.pop(), ()):
                if path not in found:
                    found.add(path)
                    waiting.append(path)
        return frozenset(found)

    def _targets(self, path: str) -> Iterator[str]:
        folder = path.rpartition("/")[0]
        bases = dict.fromkeys((self._top(folder), *self.roots))
        for name, level in self.modules[path].imports:
            if level:
                home = PurePath(folder, *[".."] * (level - 1))
                yield from self._along(_normal(home), name)
            else:
                for base in bases:
                    found = list(self._along(base, name))
                    if found:
                        yield from found
                        break
        if is_test(path):
            yield from self._conftests(folder)

    def _along(self, base: str, name: str) -> Iterator[str]:
        """The packages on the way to a module, and the module: importing it runs all of them."""
        place = base
        for part in ("", *filter(None, name.split("."))):
            place = f"{place}/{part}" if part else place
            for candidate in (f"{place}.py",) if part else ():
                if candidate in self.modules:
                    yield candidate
            if (part or base not in self.roots) and f"{place}/__init__.py" in self.modules:
                yield f"{place}/__init__.py"

    def _top(self, folder: str) -> str:
        """The first folder upwards that is no package."""
        while f"{folder}/__init__.py" in self.modules:
            folder = folder.rpartition("/")[0]
        return folder

    def _conftests(self, folder: str) -> Iterator[str]:
        while folder:
            if f"{folder}/conftest.py" in self.modules:
                yield f"{folder}/conftest.py"
            folder = folder.rpartition("/")[0]


def is_test(path: str) -> bool:
    """Does pytest collect it by its name?"""
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py"))


def _normal(path: PurePath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts = parts[:-1] or parts
        else:
            parts.append(part)
    return str(PurePath(*parts))


def _read(text: bytes, before: Module) -> Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        nodes = list(ast.walk(tree))
    except SyntaxError as error:
        problem = f"line {error.lineno or 1}: {error.msg}"
        return Module(imports=before.imports, trials=before.trials, problem=problem)
    except (ValueError, RecursionError, MemoryError) as error:
        problem = str(error) or type(error).__name__
        return Module(imports=before.imports, trials=before.trials, problem=problem)
    return Module(imports=tuple(dict.fromkeys(_imports(nodes))), trials=any(map(_is_trial, nodes)))


def _imports(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    for node in nodes:
        match node:
            case ast.Import(names=aliases):
                yield from ((alias.name, 0) for alias in aliases)
            case ast.ImportFrom(module=module, names=aliases, level=level):
                for alias in aliases:
                    name = "" if alias.name == "*" else alias.name
                    yield ".".join(filter(None, (module, name))), level
            case ast.Constant(value=str(text)):
                named = NAMED.fullmatch(text)
                if named is not None and (named["program"] or "." in named["module"]):
                    yield named["module"], 0
            case _:
                continue


def _is_trial(node: ast.AST) -> bool:
    if not isinstance(node, ast.AsyncFunctionDef):
        return False
    marks = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    names = [each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "") for each in marks]
    return "trial" in names
