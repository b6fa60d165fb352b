"""How lines are fitted to a terminal, and what is shown while a sweep runs."""

import contextlib
import os
import pty
import subprocess
import sys
from pathlib import Path

from lydite.cli.paper import fitted
from lydite.cli.progress import shortened

REPLAY = "replay: lydite replay .lydite/failures/counter.survives_partitions-0.failure.json  # seed 0"


def test_a_long_line_is_a_paragraph_with_an_indent() -> None:
    line = "  a-check: a read that began later was told 3, and 4 increments had been acknowledged"

    assert fitted(line, 60).splitlines() == [
        "  a-check: a read that began later was told 3, and 4",
        "      increments had been acknowledged",
    ]


def test_a_command_is_never_broken() -> None:
    assert fitted(REPLAY, 60) == REPLAY
    assert fitted(f"  {REPLAY}", 60) == f"  {REPLAY}"


def test_colours_take_no_room_and_stay() -> None:
    line = "\x1b[1;32mHOLDS\x1b[0m  the honest program, 12 runs"

    assert fitted(line, 40) == line
    assert fitted(f"{line} of trials", 40).splitlines() == [f"{line} of", "    trials"]


def test_without_a_terminal_lines_stay_as_they_are() -> None:
    line = "word " * 50 + "end"

    assert fitted(line, 0) == line


def test_a_long_name_leaves_room_for_the_numbers() -> None:
    assert shortened("counter.storm", 20) == "counter.storm"
    assert shortened("some/where/trials.py::two_buyers", 20) == "…ials.py::two_buyers"
    assert len(shortened("some/where/trials.py::two_buyers", 3)) == 12


def test_what_is_printed_beside_a_bar_goes_where_it_should() -> None:
    mutants = Path("bank/mutants.py")
    text = mutants.read_text()
    mutants.write_text(text[: text.rindex("    Mutant(")] + ")\n")
    script = "from lydite.cli import main; main()"
    terminal, end = pty.openpty()

    with (
        Path("out.txt").open("w") as out,
        subprocess.Popen(
            [sys.executable, "-c", script, "prove", "bank.trials", "--seeds", "2", "--workers", "1"],
            stdout=out,
            stderr=end,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
        ) as prove,
    ):
        os.close(end)
        shown = read_all(terminal)
        code = prove.wait(timeout=60)

    said = Path("out.txt").read_text()
    assert code == 1
    assert "PASSED    simulation" in said
    assert "no finding" in shown
    assert "PASSED" not in shown


def read_all(terminal: int) -> str:
    """What is written to a terminal until nobody holds its other end."""
    shown = b""
    with contextlib.suppress(OSError):  # Linux says so at the end.
        while octets := os.read(terminal, 1 << 16):
            shown += octets
    os.close(terminal)
    return shown.decode()
