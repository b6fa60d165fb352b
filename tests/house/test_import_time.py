"""`import lydite` costs next to nothing: what a user does not use is not loaded."""

import subprocess
import sys

HEAVY = ("asyncio", "hypothesis", "multiprocessing", "pytest", "rich", "sqlite3", "ssl", "typer")

MEASURE = """
import sys, time
before = set(sys.modules)
start = time.process_time()
import {package}
spent = time.process_time() - start
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(spent * 1000, *sorted(loaded))
"""


def measure_import(package: str) -> tuple[float, set[str]]:
    """Milliseconds of CPU to import a package in a fresh interpreter, and what came along with it."""
    command = [sys.executable, "-c", MEASURE.format(package=package)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(answer[0]), set(answer[1:])


def test_importing_lydite_takes_less_than_a_tenth_of_a_second() -> None:
    spent_ms = min(measure_import("lydite")[0] for _ in range(5))

    assert spent_ms < 100, (
        f"`import lydite` takes {spent_ms:.0f} ms of CPU, 100 are allowed; "
        "see `python -X importtime -c 'import lydite'` and import later what is not needed at once"
    )


def test_importing_lydite_loads_nothing_heavy() -> None:
    _, loaded = measure_import("lydite")

    too_much = sorted(loaded.intersection(HEAVY))

    assert not too_much, f"`import lydite` loads {too_much}; import them in the function that needs them"


def test_the_measure_sees_what_is_loaded() -> None:
    spent_ms, loaded = measure_import("asyncio")

    assert spent_ms > 0
    assert "asyncio" in loaded
