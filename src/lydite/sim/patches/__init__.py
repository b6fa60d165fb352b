"""The standard library inside a world: installed once, for good, and the real one whenever no world runs.

Each topic is a module: what it answers, and why it is replaced where it is, stands at its top. Every
replacement asks `current_process()` whose code is running, and calls the real function when nobody's
is, so that an interpreter with the patches and without a world is an ordinary one.

Import what is heavy before installing; what is imported afterwards meets the patches at once.
"""

from lydite.sim.patches.machine import run_exit_handlers
from lydite.sim.patches.output import flush_output
from lydite.sim.patches.swaps import sweep

__all__ = ["flush_output", "install", "run_exit_handlers", "sweep"]

_installed: list[bool] = []


def install() -> None:
    """Put every replacement in place, once per interpreter, and sweep the references bound earlier."""
    if _installed:
        return
    # Here and not above: whoever wants `real` from this package need not load all that is patched.
    from lydite.sim.patches import (
        arguments,
        clocks,
        environ,
        files,
        libraries,
        machine,
        output,
        programs,
        randomness,
        signals,
        sockets,
        sqlite,
        streams,
        tasks,
        threads,
        tls_streams,
    )

    _installed.append(True)
    for topic in (
        clocks,
        randomness,
        machine,
        environ,
        arguments,
        output,
        threads,
        tasks,
        streams,
        programs,
        signals,
        files,
        sqlite,
        sockets,
        tls_streams,
        libraries,
    ):
        topic.install()
    sweep()
