"""A small project with everything that a campaign can carry out."""

from pathlib import Path

import pytest

from tests.runner.projects import BANK, SHOP, write_project

MUTANTS = BANK["bank/mutants.py"]

SOUND = {
    **BANK,
    # The one that is caught; the others survive, or do not fit.
    "bank/mutants.py": MUTANTS[: MUTANTS.index('    Mutant(\n        name="harmless"')] + ")\n",
}

CHECKS = """\
import pytest


def test_passes():
    assert True


@pytest.mark.e2e
def test_fails():
    assert 1 == 2, "one is not two"


@pytest.fixture
def broken():
    raise OSError("no room")


def test_has_no_fixture(broken):
    pass


@pytest.mark.skip(reason="not here")
def test_is_skipped():
    pass


@pytest.mark.xfail(strict=True)
def test_is_expected_to_fail():
    assert False
"""

HARNESSES = """\
import asyncio
import os
import time
from pathlib import Path

from lydite.model import Band, Case, Measurement, Outcome, Restart, Series


class Good:
    name = "own"
    healthy = True
    steps = []

    async def health_check(self):
        self._note("health_check")
        return self.healthy

    async def initialize(self):
        self._note("initialize")

    async def run_all_tests(self):
        self._note("run_all_tests")
        return [
            Case(name="a", subject="", suite="", outcome=Outcome.PASSED),
            Case(name="b", subject="bank", suite="property", outcome=Outcome.UNKNOWN, message="saw nothing"),
        ]

    async def get_metrics(self):
        return [Measurement(name="own.speed", value=3.0, unit="1/s")]

    async def shutdown(self):
        self._note("shutdown")

    def _note(self, step):
        with Path("steps.txt").open("a") as file:
            file.write(f"{step} ")


class Ill(Good):
    healthy = False


class Fragile(Good):
    async def run_all_tests(self):
        raise ValueError("out of order")


class Endless(Good):
    async def run_all_tests(self):
        Path("endless.txt").touch()
        await asyncio.get_running_loop().create_future()


class Vague(Good):
    async def run_all_tests(self):
        return ["passed"]


class Timed(Good):
    meter = None

    async def run_all_tests(self):
        self.meter.watch("self", os.getpid())
        while not self.meter.series():
            await asyncio.sleep(0.05)
        return await super().run_all_tests()

    async def get_metrics(self):
        at_s = tuple(float(at) for at in range(1000))
        return [
            *self.meter.series(),
            Series(name="own.load", unit="", at_s=at_s, values=tuple(9.0 * (at == 777) for at in at_s)),
            Series(name="own.virtual", unit="", at_s=(0.0, 1.0), values=(1.0, 2.0), run="a trial"),
            Band(name="down", begin_s=1.0, end_s=2.0),
            Restart(service="self", at_s=2.0, cause="it was stopped"),
        ]


class Scaled(Good):
    scale = None

    async def run_all_tests(self):
        told = repr(self.scale)
        return [Case(name="scale", subject="", suite="", outcome=Outcome.PASSED, message=told)]


class Talkative(Good):
    async def get_metrics(self):
        return ["fast"]


class Silent:
    name = "silent"
"""


def write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project in a folder, which becomes the current one."""
    write_project(
        folder,
        {
            **SOUND,
            "shop.py": SHOP,
            "checks/test_checks.py": CHECKS,
            "checks/test_none.py": "",
            "pytest.ini": "[pytest]\nmarkers = e2e: whole\naddopts = --import-mode=importlib\n",
            "own.py": HARNESSES,
        },
    )
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder
