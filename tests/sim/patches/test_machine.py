"""What a program learns of its machine: the host, not the computer that the tests run on."""

import atexit
import logging
import os
import platform
import resource
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog

from lydite.model import Header
from lydite.sim import simulate
from lydite.sim.context import current_process
from lydite.sim.patches import flush_output, run_exit_handlers
from lydite.world import World
from tests.sim.patches.inside import in_world, words_of


def test_the_machine_is_the_host() -> None:
    def program() -> tuple[object, ...]:
        return (
            os.uname().nodename,
            platform.node(),
            platform.uname().processor,
            os.cpu_count(),
            len(os.sched_getaffinity(0)),
            os.getloadavg(),
            os.getppid(),
            os.times().elapsed,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        )

    told = in_world(program, program)

    assert told[0] == ("node-1", "node-1", "", 2, 2, (0.0, 0.0, 0.0), 1, 0.0, 0)
    assert told[1][:2] == ("node-2", "node-2")


def test_the_number_of_a_process_is_the_worlds_and_not_this_machines() -> None:
    told = in_world(os.getpid)

    assert told == in_world(os.getpid)
    assert told != [os.getpid()]


def test_a_process_has_an_environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def writer() -> tuple[object, ...]:
        os.environ["COLOUR"] = "green"
        os.putenv("SHAPE", "round")
        del os.environ["PATH"]
        return (
            os.getenv("COLOUR"),
            os.environb[b"SHAPE"],
            "PATH" in os.environ,
            "COLOUR" in dict(os.environ),
            os.environ["HOME"],
            os.environ["HOSTNAME"],
            str(Path("~/x").expanduser()),
        )

    told = in_world(writer, lambda: (os.getenv("COLOUR"), "PATH" in os.environ, len(os.environ) > 3))

    assert told[0] == ("green", b"round", False, True, "/disk", "node-1", "/disk/x")
    assert told[1] == (None, True, True)
    assert "COLOUR" not in os.environ
    assert "PATH" in os.environ


def test_an_environment_variable_that_is_no_text_is_refused_as_ever() -> None:
    def program() -> str:
        with pytest.raises(TypeError) as caught:
            os.environ["NUMBER"] = 5  # type: ignore[assignment]
        return str(caught.value)

    assert in_world(program) == ["str expected, not int"]


def test_prints_and_logs_become_the_words_of_their_host() -> None:
    async def trial(world: World) -> None:
        async def program(argv: Sequence[str]) -> None:
            print("half ", end="")
            print("a line", file=sys.stdout)
            sys.stdout.buffer.write(b"bytes\n")
            log = logging.getLogger("program")
            log.addHandler(logging.StreamHandler())
            log.warning("careful")
            log.handlers.clear()
            structlog.get_logger().info("structured")
            assert not sys.stdout.isatty()

        await (await world.start("node-1", program)).wait()

    words = words_of(simulate(trial, Header(trial="words", seed=1)), "node-1")

    assert words[:3] == ["half a line", "bytes", "careful"]
    assert any("structured" in line and "2026-01-01" in line for line in words)


def test_what_is_printed_outside_of_a_world_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    in_world(lambda: print("inside"))

    print("outside")

    assert capsys.readouterr().out == "outside\n"


def test_an_unfinished_line_is_recorded_when_it_is_flushed_out() -> None:
    async def trial(world: World) -> None:
        print("no end of line", end="")
        process = current_process()
        assert process is not None
        flush_output(process)

    outcome = simulate(trial, Header(trial="words", seed=1))

    assert words_of(outcome, "tester") == ["no end of line"]


def test_a_program_has_no_keyboard() -> None:
    def program() -> None:
        with pytest.raises(EOFError):
            input()

    in_world(program)


def test_exit_handlers_belong_to_the_process_that_registered_them() -> None:
    ran: list[str] = []

    def program() -> None:
        atexit.register(ran.append, "first")
        atexit.register(ran.append, "second")
        atexit.register(print)
        atexit.unregister(print)
        process = current_process()
        assert process is not None
        run_exit_handlers(process)

    in_world(program)

    assert ran == ["second", "first"]
