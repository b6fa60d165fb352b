"""A program that adds campaigns to a history and says each one that is durable; run by the tests of writers.

python writing.py URL NAME COUNT    COUNT campaigns, or for ever where it is 0
"""

import dataclasses
import itertools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from lydite.history import History
from lydite.model import Work
from tests.history.campaigns import campaign, decision, failed, figure, passed

CASES = 100


def main(url: str, name: str, count: int) -> None:
    """Opens the history together with others, and adds."""
    cases = [*(passed(f"unit::{number}") for number in range(CASES - 1)), failed("storm")]
    print("ready", flush=True)
    sys.stdin.readline()
    with History(url) as kept:
        for number in range(count) if count else itertools.count():
            made = campaign(number % 1440, cases, [figure("speed", number)], work=Work.PYTEST)
            kept.add(dataclasses.replace(made, identity=f"{name}-{number}"), decision())
            print(f"{name}-{number}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
