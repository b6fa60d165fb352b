"""What a package offers is what its `__init__` lists, no more and no less."""

import ast
import importlib
from pathlib import Path

import pytest

from tests.house.tree import ROOT, Source, judge, module_name, parsed, sources

PACKAGES = [source for source in sources("src") if source.path.endswith("__init__.py")]


def inexact_exports(path: str, text: str) -> list[str]:
    """Complain when `__all__` is not a literal list of exactly the public names of a package."""
    tree = parsed(text)
    listed = _listed(tree)
    if listed is None:
        return [f"{path}: no literal `__all__`; list there what the package offers"]
    bound = _bound(tree, path)
    lazy = "__getattr__" in bound
    complaints = [
        f"{path}: `__all__` lists {name!r}, which the package does not have; remove it or import it"
        for name in sorted(listed - bound)
        if not lazy
    ]
    complaints += [
        f"{path}: {name!r} is public and not in `__all__`; list it, or do not import it here"
        for name in sorted(bound - listed)
        if not name.startswith("_")
    ]
    return complaints


def _listed(tree: ast.Module) -> set[str] | None:
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "__all__":
            value = getattr(node, "value", None)
            if isinstance(value, ast.List | ast.Tuple):
                return {str(item.value) for item in value.elts if isinstance(item, ast.Constant)}
    return None


def _bound(tree: ast.Module, path: str) -> set[str]:
    """Names bound at the top of the module by its own definitions and by imports of our own things."""
    names: set[str] = set()
    statements = [
        *tree.body,
        *(inner for node in tree.body if isinstance(node, ast.If) for inner in node.body),
    ]
    for node in statements:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.ImportFrom(module=module, names=aliases) if _ours(node):
                inside = "" if node.level else (module or "")
                names |= {
                    alias.asname or alias.name
                    for alias in aliases
                    if not _is_module(path, inside, alias.name)
                }
            case _:
                pass
    return names


def _ours(node: ast.ImportFrom) -> bool:
    return node.level > 0 or (node.module or "").split(".")[0] in {"lydite", "lydite_subjects"}


def _is_module(path: str, inside: str, name: str) -> bool:
    folder = ROOT / "src" / inside.replace(".", "/") if inside else (ROOT / path).parent
    return (folder / f"{name}.py").exists() or Path(folder / name / "__init__.py").exists()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: module_name(package.path))
def test_every_package_lists_exactly_what_it_offers(package: Source) -> None:
    judge(inexact_exports, [package])


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: module_name(package.path))
def test_every_listed_name_can_be_had(package: Source) -> None:
    module = importlib.import_module(module_name(package.path))

    missing = [name for name in module.__all__ if not hasattr(module, name)]

    assert not missing, f"{package.path} lists {missing}, which importing it does not give"


LATE = [each for each in PACKAGES if "def __getattr__" in each.text]


@pytest.mark.parametrize("package", LATE, ids=lambda package: module_name(package.path))
def test_no_module_bears_the_name_of_what_its_package_imports_late(package: Source) -> None:
    """It would stand in its place as soon as somebody has imported the module itself."""
    module = importlib.import_module(module_name(package.path))

    hidden = [name for name in module.__all__ if _is_module(package.path, "", name)]

    assert not hidden, f"{package.path} offers {hidden}, and modules beside it have these names"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("from lydite.model.ids import Seed\n", "no literal `__all__`"),
        ("__all__ = sorted(globals())\n", "no literal `__all__`"),
        ("__all__ = ['Seed']\n", "'Seed', which the package does not have"),
        ("from lydite.model.ids import Seed\n__all__ = []\n", "'Seed' is public and not in `__all__`"),
        ("__all__ = []\nLIMIT = 3\n", "'LIMIT' is public"),
        ("__all__ = []\nasync def run(): ...\n", "'run' is public"),
    ],
)
def test_the_rule_bites(text: str, complaint: str) -> None:
    complaints = inexact_exports("src/lydite/planted/__init__.py", text)

    assert len(complaints) == 1
    assert complaint in complaints[0]


def test_modules_and_foreign_names_need_no_listing() -> None:
    text = "import os\nfrom typing import Any\nfrom lydite.model.ids import Seed\n__all__ = ['Seed']\n"

    assert inexact_exports("src/lydite/planted/__init__.py", text) == []
