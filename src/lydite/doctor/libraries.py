"""The libraries: those that are always needed, and those of each extra."""

import re
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Final

from lydite.doctor.probe import Answer, fine, lacking, unknown

DISTRIBUTION: Final = "lydite"

EXTRAS: Final[Mapping[str, str]] = {
    "web": "trials of programs that speak HTTP: FastAPI, uvicorn, httpx",
    "coin": "the coin for real: its node, its store, its miner and its wallet",
    "report": "the page of a report",
    "history": "the history of campaigns",
    "statement": "signed statements of campaigns",
    "bench": "benchmarks against other simulators",
    "test": "the tests of this repository, pytest and Hypothesis among them",
    "lint": "the checks of style, types and storeys of this repository",
}
"""What each extra is good for."""

_REQUIREMENT: Final = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?:\(?>=\s*(?P<least>[0-9.]+)[^;]*)?[^;]*(?:;(?P<marker>.*))?$"
)
_EXTRA: Final = re.compile(r"extra\s*==\s*['\"](?P<extra>[^'\"]+)['\"]")


def core() -> Answer:
    """Are the libraries there without which nothing runs?"""
    return _answer("", "pip install --force-reinstall lydite")


def extra(name: str) -> Answer:
    """Are the libraries of an extra there?"""
    return _answer(name, f"pip install 'lydite[{name}]'")


def wanted(requirements: Sequence[str], extra: str) -> dict[str, str]:
    """The libraries of an extra, or without one those of the core, with their least versions.

    >>> wanted(["rich>=13.7", 'lydite[web]; extra == "coin"', 'httpx>=0.27; extra == "web"'], "coin")
    {'httpx': '0.27'}
    >>> wanted(["rich>=13.7", 'httpx>=0.27; extra == "web"'], "")
    {'rich': '13.7'}
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    names = [extra]
    while names:
        name = names.pop()
        seen.add(name)
        for requirement in requirements:
            parts = _REQUIREMENT.match(requirement)
            if parts is None:
                continue
            of = _EXTRA.search(parts["marker"] or "")
            if (of["extra"] if of else "") != name:
                continue
            if parts["name"] == DISTRIBUTION:
                inner = [each.strip() for each in (parts["extras"] or "").split(",")]
                names += [each for each in inner if each and each not in seen]
            else:
                found[parts["name"]] = parts["least"] or ""
    return found


def older(version: str, least: str) -> bool:
    """Is a version below another one?

    >>> older("2.9.1", "2.10"), older("2.10", "2.10"), older("3.0rc1", "2.10")
    (True, False, False)
    """
    return _numbers(version) < _numbers(least)


def _answer(name: str, remedy: str) -> Answer:
    try:
        requirements = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return unknown("lydite is not installed as a package, so nobody can tell what it needs", remedy)
    libraries = wanted(requirements, name)
    if not libraries:
        return unknown("the package that is installed knows no such extra", "install this version of lydite")
    missing = [told for told in (_lack(each, least) for each, least in sorted(libraries.items())) if told]
    count = f"{len(libraries) - len(missing)} of {len(libraries)} libraries"
    return lacking(f"{count}: {', '.join(missing)}", remedy) if missing else fine(count)


def _lack(library: str, least: str) -> str:
    try:
        version = metadata.version(library)
    except metadata.PackageNotFoundError:
        return f"no {library}"
    return f"{library} {version}, wanted {least}" if least and older(version, least) else ""


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(each) for each in found.group().split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
