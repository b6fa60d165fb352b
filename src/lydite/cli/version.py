"""`lydite version`: what this is, and what it reads and writes."""

from lydite.cli.exits import Exit
from lydite.cli.options import JsonOption


def version(*, as_json: JsonOption = False) -> Exit:
    """Show the versions of Lydite, of Python, and of the formats."""
    import platform

    import lydite
    from lydite.cli.paper import say, say_json
    from lydite.model import TRACE_VERSION
    from lydite.runner import FAILURE_VERSION

    if as_json:
        say_json(
            {
                "verb": "version",
                "lydite": lydite.__version__,
                "python": platform.python_version(),
                "trace_version": TRACE_VERSION,
                "failure_version": FAILURE_VERSION,
            }
        )
    else:
        say(f"lydite {lydite.__version__} on Python {platform.python_version()}")
        say(f"trace format {TRACE_VERSION}, failure file format {FAILURE_VERSION}")
    return Exit.HOLDS
