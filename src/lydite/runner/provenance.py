"""Which code a run was made of: the digest of the user's own sources, ours, and what they depend on.

*Own* is a module whose source lies neither in the standard library nor in an installed package, and every
module of a subject. The digest says whether a replay runs the code that failed; it stands beside the
trace and not in its chain, because code may be tidied without changing what it does.

Programs are often named only by text (`world.start("node-1", "shop.node:main")`) and first imported
in the middle of a run. `scout` looks for such texts in the own modules and imports what they name, so that
the digest covers the programs too, and a forked run finds them warm.
"""

import hashlib
import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.abc import InspectLoader
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType

import lydite
from lydite.model import Facts, LyditeError, digest_of
from lydite.runner.whereabouts import subjects
from lydite.sim import warm

ENTRY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*\Z")
"""A program named by text: `package.module:main`."""

_OURSELVES = ("__main__", "__mp_main__")

_LIBRARY = (
    f"{Path(lydite.__file__).parent}/",
    *(f"{sysconfig.get_path(name)}/" for name in ("stdlib", "platstdlib")),
)
_INSTALLED = ("site-packages", "dist-packages")


def scout() -> None:
    """Import the programs that the own modules name by text, and the programs that those name."""
    seen: set[str] = set()
    while fresh := [name for name in own_modules() if name not in seen]:
        for name in fresh:
            seen.add(name)
            for entry in _entries(sys.modules[name]):
                _warm(entry)


def code_files() -> dict[str, str]:
    """The digest of each own module's source, as it is run: a planted bug counts."""
    return {name: _digest(_source(sys.modules[name])) for name in own_modules()}


def code_digest(files: Facts) -> str:
    """One digest for all of them."""
    return digest_of(dict(files))


def platform_digest() -> str:
    """The digest of Lydite's own sources."""
    root = Path(lydite.__file__).parent
    whole = hashlib.blake2b(digest_size=16)
    for path in sorted(root.rglob("*.py")):
        whole.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return whole.hexdigest()


def dependencies() -> dict[str, str]:
    """The installed distributions from which something was imported, with their versions."""
    tops = {name.partition(".")[0] for name in sys.modules}
    known = packages_distributions()
    names = {distribution for top in tops for distribution in known.get(top, ())}
    return {name: version(name) for name in sorted(names) if name != "lydite"}


def own_modules() -> list[str]:
    """The names of the imported modules that are the user's own, in order."""
    return sorted(
        name for name, module in list(sys.modules.items()) if _is_own(name, getattr(module, "__file__", None))
    )


def _is_own(name: str, file: object) -> bool:
    if not isinstance(file, str) or not file.endswith(".py") or name in _OURSELVES:
        return False
    if f"{name}.".startswith(_tops_of_subjects()):
        return True
    return not is_library(file)


def is_library(file: str) -> bool:
    """Does a file belong to the standard library, to an installed package, or to Lydite?"""
    return file.startswith(_LIBRARY) or any(part in _INSTALLED for part in Path(file).parts)


@cache
def _tops_of_subjects() -> tuple[str, ...]:
    return tuple(f"{subject.module.partition('.')[0]}." for subject in subjects())


def _source(module: ModuleType) -> bytes:
    loader = getattr(module.__spec__, "loader", None)
    file = str(module.__file__)
    get_data = getattr(loader, "get_data", None)
    try:
        return bytes(get_data(file)) if get_data is not None else Path(file).read_bytes()
    except OSError:
        return b""


def _digest(source: bytes) -> str:
    return hashlib.blake2b(source, digest_size=16).hexdigest()


def _entries(module: ModuleType) -> list[str]:
    loader = getattr(module.__spec__, "loader", None)
    if not isinstance(loader, InspectLoader):
        return []
    code = loader.get_code(module.__name__)
    texts = _texts(code) if code is not None else ()
    return sorted({text for text in texts if ENTRY.match(text)})


def _texts(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        match constant:
            case str():
                yield constant
            case CodeType():
                yield from _texts(constant)
            case tuple():
                yield from (item for item in constant if isinstance(item, str))
            case _:
                continue


def _warm(entry: str) -> None:
    """Import a program once. One that cannot be imported says so when the world starts it."""
    module = entry.partition(":")[0]
    if not all(part.isidentifier() for part in module.split(".")) or not _has_source(module):
        return
    with suppress(LyditeError, SystemExit):
        warm(entry)


def _has_source(module: str) -> bool:
    """Is this the name of a module of the user's? A text like `localhost:http` only looks like a program."""
    try:
        spec = find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return False
    return spec is not None and _is_own(module, spec.origin)
