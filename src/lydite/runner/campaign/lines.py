"""Lines that tests run: a phase of tests counts those of the packages that it names, with pytest-cov.

Phases of one campaign count together: what one of them has run need not be run by another one. So the figure of the
last of them is that of all of them.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from lydite.model import Better, Measurement
from lydite.runner.campaign.errands import Errand, Piece, Remark
from lydite.runner.whereabouts import roots

LINES: Final = "coverage.lines"
"""The share of lines that were run, in percent, out of as many lines as it has samples."""

COUNTER: Final = "pytest_cov"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How lines are counted in a phase, if they are."""

    report: Path | None = None
    """Where the counts will stand."""
    options: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    why_not: str = ""


def counting(errand: Errand) -> Counting:
    """What pytest must be told for a phase."""
    packages, folder = errand.phase.coverage, errand.setting.folder.absolute()
    if not packages or not errand.setting.coverage:
        return Counting()
    if find_spec(COUNTER) is None:
        return Counting(why_not="no lines were counted: pytest-cov is not installed; pip install pytest-cov")
    report = folder / f"{errand.phase.name}.coverage.json"
    return Counting(
        report=report,
        options=(
            *(f"--cov={_place(package)}" for package in packages),
            "--cov-append",
            f"--cov-report=json:{report}",
            # What a project demands of its own counts is not asked here: gates judge.
            "--cov-fail-under=0",
        ),
        variables={"COVERAGE_FILE": str(folder / f"{errand.setting.identity}.coverage")},
    )


def _place(package: str) -> str:
    """The folder of a package: by its name, one that no test imports would not be counted at all."""
    top, *rest = package.split(".")
    found = PathFinder.find_spec(top, [*map(str, roots(Path.cwd())), *sys.path])
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        folder = Path(place).joinpath(*rest)
        if folder.is_dir():
            return str(folder)
    return package


def counted(counts: Counting) -> Iterator[Piece]:
    """What was counted, or why nothing was."""
    if counts.why_not:
        yield Remark(text=counts.why_not)
    if counts.report is None:
        return
    try:
        totals = json.loads(counts.report.read_text(encoding="utf-8"))["totals"]
        covered, lines = int(totals["covered_lines"]), int(totals["num_statements"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield Remark(text=f"no lines were counted: pytest-cov left no report ({type(error).__name__})")
        return
    if not lines:
        yield Remark(text="no lines were counted: the packages of the phase have none, or were not found")
        return
    yield Measurement(name=LINES, value=100 * covered / lines, unit="%", better=Better.HIGHER, samples=lines)
