"""What the storms of the coin leave out is what its README says, with a reason for each."""

import re
from pathlib import Path

from lydite.faults import CATALOGUE, Storm
from lydite.model import Draws
from lydite_subjects import coin
from lydite_subjects.coin import faults
from lydite_subjects.coin.codec import CODEC

SEEDS = 300
STORMS = (faults.partitions, faults.restarts, faults.disks, faults.in_a_row, faults.everything)
DRAWN = (faults.lies, faults.clocks, faults.newcomers)


def brought() -> set[str]:
    """The kinds of trouble that some storm brings."""
    found = {trouble.kind for storm in STORMS for trouble in storm.fitting(CODEC).troubles}
    for storm in (*STORMS, *DRAWN):
        able = storm.fitting(CODEC) if isinstance(storm, Storm) else storm
        found |= {fault.kind for seed in range(SEEDS) for fault in able(Draws(seed, "storm")).faults}
    return found


def test_what_no_storm_brings_is_told_with_its_reason() -> None:
    page = (Path(coin.__path__[0]) / "README.md").read_text()
    rows = re.findall(r"^\| (`\w+\..*?) \| (\w.+) \|$", page, re.MULTILINE)

    told = [kind for kinds, _ in rows for kind in re.findall(r"`(\w+\.\w+)`", kinds)]

    left_out = {kind for kind, trouble in CATALOGUE.items() if trouble.stormy} - brought()
    assert sorted(told) == sorted(left_out)
